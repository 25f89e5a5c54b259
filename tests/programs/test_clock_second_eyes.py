"""Dates counted from the text of the rules, before the code was read; and slow counts.

Each expected date was counted on paper with the published holidays: PETITION-ACT §19 (periods),
APA-DECREE §11 (what is excluded), PETITION-DECREE §24 (supplements), PETITION-ACT §35
(objections), civil act §156 to §161.
"""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs import calendar, clock

TABLE = calendar.shipped()

IN_HOURS = [
    ("2026-10-12T09:00", "1d", [], "2026-10-12T18:00"),
    ("2026-10-12T08:00", "1d", [], "2026-10-12T18:00"),
    ("2026-10-12T12:30", "8h", [], "2026-10-13T12:00"),
    ("2026-10-16T18:00", "1h", [], "2026-10-19T10:00"),
    ("2026-10-16T17:59", "1h", [], "2026-10-19T09:59"),
    ("2026-10-16T23:30", "1h", [], "2026-10-19T10:00"),
    ("2026-10-08T16:00", "3h", [], "2026-10-12T10:00"),
    ("2026-07-16T11:00", "2d", [], "2026-07-21T11:00"),
    ("2026-09-23T17:00", "1d", [], "2026-09-28T17:00"),
    ("2026-12-26T10:00", "5d", [], "2027-01-04T18:00"),
    ("2027-02-04T14:30", "4d", [], "2027-02-12T14:30"),
    ("2027-04-30T15:00", "1d", [], "2027-05-04T15:00"),
    ("2026-06-02T17:30", "1d", [], "2026-06-04T17:30"),
    ("2026-05-22T12:00", "3h", [], "2026-05-22T16:00"),
    ("2026-05-22T09:00", "3h", [], "2026-05-22T12:00"),
    ("2026-05-22T17:00", "2d", [], "2026-05-27T17:00"),
    ("2026-12-30T09:30", "3d", [], "2027-01-05T09:30"),
    ("2026-10-12T10:00", "2d", ["2026-10-13..2026-10-14"], "2026-10-16T10:00"),
    ("2026-10-12T14:00", "8h", ["2026-10-12..2026-10-12"], "2026-10-13T18:00"),
    (
        "2026-10-12T14:00",
        "1d",
        ["2026-10-13..2026-10-13", "2026-10-13..2026-10-14"],
        "2026-10-15T14:00",
    ),
]

IN_DAYS = [
    ("2026-10-12", "6d", [], "2026-10-19"),
    ("2026-10-17", "6d", [], "2026-10-26"),
    ("2026-10-09", "6d", [], "2026-10-19"),
    ("2026-09-23", "14d", [], "2026-10-16"),
    ("2026-02-12", "10d", [], "2026-03-03"),
    ("2026-12-23", "10d", [], "2027-01-07"),
    ("2027-02-04", "7d", [], "2027-02-16"),
    ("2027-09-10", "10d", [], "2027-09-28"),
    ("2027-09-29", "10d", [], "2027-10-14"),
    ("2026-07-16", "6d", [], "2026-07-24"),
    ("2027-07-16", "6d", [], "2027-07-26"),
    ("2026-08-13", "6d", [], "2026-08-21"),
    ("2027-12-23", "6d", [], "2027-12-31"),
    ("2027-04-30", "6d", [], "2027-05-11"),
    ("2026-06-02", "7d", [], "2026-06-11"),
    ("2027-06-04", "7d", [], "2027-06-14"),
    ("2026-10-12", "20d", [], "2026-11-06"),
    ("2026-10-12T17:00", "6d", [], "2026-10-19"),
    ("2026-10-12T19:00", "6d", [], "2026-10-20"),
    ("2026-10-12", "10d", ["2026-10-14..2026-10-20"], "2026-10-30"),
    ("2026-10-12", "6d", ["2026-10-12..2026-10-14"], "2026-10-22"),
    ("2026-10-12", "6d", ["2026-10-19..2026-10-21"], "2026-10-22"),
    ("2026-10-12", "6d", ["2026-10-20..2026-10-25"], "2026-10-19"),
    ("2026-10-05", "6d", ["2026-10-09..2026-10-11"], "2026-10-14"),
    ("2026-10-12", "10d", ["2026-10-14..2026-10-20", "2026-10-15..2026-10-16"], "2026-10-30"),
    ("2026-10-12", "10d", ["2026-10-14..2026-10-16", "2026-10-19..2026-10-20"], "2026-10-30"),
    ("2026-10-12", "10d", ["2026-10-14..2026-10-17", "2026-10-18..2026-10-20"], "2026-10-30"),
    ("2026-10-12", "10d", ["2026-10-15..2026-10-19", "2026-10-13..2026-10-15"], "2026-10-30"),
    ("2026-09-07", "14d", ["2026-09-09..2026-09-11", "2026-09-21..2026-09-29"], "2026-10-12"),
    ("2026-10-12", "6d", ["2026-10-01..2026-10-13"], "2026-10-21"),
    ("2026-10-12", "6d", ["2026-10-16..2026-10-16", "2026-10-20..2026-10-20"], "2026-10-21"),
    # Mon 12 October and ten days: Fri 23; extended by five days.
    ("2026-10-12", "15d", [], "2026-10-30"),
]

# The day of receipt counted (PETITION-ACT §19③), the end by civil act §160 and §161.
BY_THE_CIVIL_CALENDAR = [
    ("2026-10-12", "1w", [], "2026-10-19"),
    ("2026-10-13", "1w", [], "2026-10-19"),
    ("2026-10-14", "1w", [], "2026-10-20"),
    ("2026-10-12", "1m", [], "2026-11-11"),
    ("2026-01-01", "1m", [], "2026-02-02"),
    ("2026-01-28", "1m", [], "2026-02-27"),
    ("2026-01-29", "1m", [], "2026-03-03"),
    ("2026-01-30", "1m", [], "2026-03-03"),
    ("2026-01-31", "1m", [], "2026-03-03"),
    ("2026-08-31", "1m", [], "2026-09-30"),
    ("2026-10-31", "1m", [], "2026-11-30"),
    ("2026-12-31", "2m", [], "2027-03-02"),
    ("2026-03-31", "3m", [], "2026-06-30"),
    ("2026-08-10", "2m", [], "2026-10-12"),
    ("2026-10-12", "1y", [], "2027-10-12"),
    ("2026-10-12", "1m", ["2026-10-20..2026-10-22"], "2026-11-16"),
    ("2026-10-12", "1m", ["2026-10-20..2026-10-22", "2026-10-21..2026-10-23"], "2026-11-16"),
]

SUPPLEMENTS = [
    ("2026-10-16", 10, "2026-10-26"),
    ("2026-09-28", 10, "2026-10-08"),
    ("2026-09-29", 10, "2026-10-12"),
    ("2026-09-23", 2, "2026-09-28"),
    ("2026-02-05", 10, "2026-02-19"),
    ("2027-01-29", 10, "2027-02-10"),
    ("2026-12-22", 10, "2027-01-04"),
    ("2026-04-21", 10, "2026-05-04"),
    ("2026-07-07", 10, "2026-07-20"),
    ("2026-10-18", 1, "2026-10-19"),
    ("2027-07-09", 10, "2027-07-20"),
    ("2026-05-30", 7, "2026-06-08"),
    ("2027-09-03", 11, "2027-09-17"),
    ("2026-02-18", 10, "2026-03-03"),
    ("2027-12-15", 10, "2027-12-28"),
]

OBJECTIONS = [
    ("2026-10-12", "2026-12-11"),
    ("2026-11-02", "2027-01-04"),
    ("2026-10-26", "2026-12-28"),
    ("2026-12-10", "2027-02-10"),
    ("2026-12-31", "2027-03-02"),
    ("2026-07-27", "2026-09-28"),
    ("2026-03-02", "2026-05-04"),
    ("2027-08-05", "2027-10-05"),
]


def read(text):
    if "T" in text:
        return datetime.fromisoformat(text).replace(tzinfo=calendar.SEOUL)
    return date.fromisoformat(text)


def spans(pauses):
    return [tuple(date.fromisoformat(day) for day in pause.split("..")) for pause in pauses]


@pytest.mark.incident("T12")
@pytest.mark.parametrize(
    ("received", "period", "pauses", "expected"), IN_HOURS + IN_DAYS + BY_THE_CIVIL_CALENDAR
)
def test_a_processing_period(received, period, pauses, expected):
    assert clock.due(read(received), period, spans(pauses), calendar=TABLE) == read(expected)


@pytest.mark.parametrize(("requested", "days", "expected"), SUPPLEMENTS)
def test_a_supplement_period(requested, days, expected):
    assert clock.supplement_due(read(requested), days, calendar=TABLE) == read(expected)


@pytest.mark.parametrize(("received", "expected"), OBJECTIONS)
def test_sixty_days_to_object(received, expected):
    assert clock.objection_until(read(received), calendar=TABLE) == read(expected)


# --- slow counts, a day at a time -----------------------------------------------------------------
ONE = timedelta(days=1)
days = st.dates(date(2025, 1, 1), date(2027, 6, 30))
# Days that some months do not have.
late = st.builds(date, st.just(2026), st.sampled_from([1, 3, 5, 7, 8, 10, 12]), st.integers(29, 31))


def closed(day):
    return day.weekday() in (5, 6) or day in TABLE.holidays


def slow_supplement(requested, amount):
    """Midnights after the day of the request, one by one; then on to a day that is open."""
    day = requested
    for _midnight in range(amount):
        day += ONE
    while closed(day):
        day += ONE
    return day


def slow_months(received, months):
    """Day by day over as many month ends; the last day is the eve of the same number, or the last
    of a month that has no such number."""
    day, turned = received, 0
    while turned < months:
        day += ONE
        turned += day.day == 1
    while (day + ONE).day not in (received.day, 1):
        day += ONE
    if received.day == 1:
        day = received
        for _month in range(months):
            day += ONE
            while day.day != 1:
                day += ONE
        day -= ONE
    while closed(day):
        day += ONE
    return day


@given(requested=days, amount=st.integers(1, 120))
def test_supplements_agree_with_a_count_by_the_day(requested, amount):
    assert clock.supplement_due(requested, amount, calendar=TABLE) == slow_supplement(
        requested, amount
    )


@given(received=days | late, months=st.integers(1, 5))
def test_months_agree_with_a_count_by_the_day(received, months):
    assert clock.due(received, f"{months}m", calendar=TABLE) == slow_months(received, months)


@given(received=days, weeks=st.integers(1, 20))
def test_weeks_agree_with_a_count_by_the_day(received, weeks):
    day = received
    for _night in range(7 * weeks - 1):
        day += ONE
    while closed(day):
        day += ONE
    assert clock.due(received, f"{weeks}w", calendar=TABLE) == day


@given(
    received=days, amount=st.integers(6, 30), first=st.integers(-3, 20), length=st.integers(0, 9)
)
def test_cutting_a_pause_in_two_changes_nothing(received, amount, first, length):
    """Whole, in two adjacent halves, overlapping, or said twice: the same days do not count."""
    start = received + first * ONE
    end = start + length * ONE
    middle = start + (length // 2) * ONE
    whole = clock.due(received, f"{amount}d", [(start, end)], calendar=TABLE)
    halves = [(start, middle)] + ([(middle + ONE, end)] if middle < end else [])
    for pauses in (halves, halves[::-1], [(start, end), (start, middle)], [(start, end)] * 2):
        assert clock.due(received, f"{amount}d", pauses, calendar=TABLE) == whole
