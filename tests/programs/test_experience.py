"""Experience in days, against a count of every single day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from programs.rules.experience import Stretch, hundredths_of_days, years_and_months

DAYS = st.dates(date(2019, 12, 1), date(2020, 4, 30))


@st.composite
def stretches(draw):
    first = draw(DAYS)
    last = first + timedelta(days=draw(st.integers(0, 60)))
    return Stretch(first, last, draw(st.integers(1, 100)))


def day_by_day(work, since, until):
    total, day = 0, since
    while day <= until:
        total += min(100, sum(one.share for one in work if one.first <= day <= one.last))
        day += timedelta(days=1)
    return total


@given(st.lists(stretches(), max_size=6), DAYS, DAYS)
def test_each_day_counts_its_shares_and_at_most_one(work, since, until):
    assert hundredths_of_days(work, since=since, until=until) == day_by_day(work, since, until)


def test_from_and_to_both_count():
    one_day = Stretch(date(2024, 2, 29), date(2024, 2, 29), 100)
    assert hundredths_of_days([one_day], since=date.min, until=date.max) == 100


def test_years_and_months_of_days():
    def shown(days):
        return years_and_months(days, days_in_a_year=365)

    assert [shown(days) for days in (0, 30, 31, 364, 365, 395, 396, 730)] == [
        (0, 0),
        (0, 0),
        (0, 1),
        (0, 11),
        (1, 0),
        (1, 0),
        (1, 1),
        (2, 0),
    ]
