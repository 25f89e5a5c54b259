"""Deadlines: the published vectors, dates counted by hand, and a slow count to compare with."""

import io
import json
import os
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from programs import calendar, clock

TABLE = calendar.shipped()
ROOT = Path(__file__).resolve().parents[2]


def read(text):
    if "T" in text:
        return datetime.fromisoformat(text).replace(tzinfo=calendar.SEOUL)
    return date.fromisoformat(text)


def due(received, period, *pauses):
    spans = [tuple(date.fromisoformat(day) for day in pause.split("..")) for pause in pauses]
    return clock.due(read(received), period, spans, calendar=TABLE)


PUBLISHED = [
    ("2026-09-21", "7d", "2026-10-01"),
    ("2026-09-21", "10d", "2026-10-07"),
    ("2026-04-27", "7d", "2026-05-07"),
    ("2026-05-29", "7d", "2026-06-09"),
    ("2026-09-22T15:30", "3d", "2026-09-29T15:30"),
    ("2026-09-22T15:30", "24h", "2026-09-29T15:30"),
    ("2026-04-30T10:00", "1d", "2026-05-04T10:00"),
    ("2026-04-30T10:00", "8h", "2026-05-04T10:00"),
    ("2026-09-01", "14d", "2026-09-18"),
]


@pytest.mark.parametrize(("received", "period", "expected"), PUBLISHED)
def test_the_published_periods(received, period, expected):
    assert due(received, period) == read(expected)


def test_supplement_time_is_excluded_on_both_ends():
    assert due("2026-09-01", "14d", "2026-09-08..2026-09-15") == date(2026, 9, 30)


@pytest.mark.parametrize(
    ("received", "period", "expected"),
    [
        # During lunch, and at its first minute: the count starts at 13:00.
        ("2026-03-16T12:30", "1h", "2026-03-16T14:00"),
        ("2026-03-16T12:00", "1h", "2026-03-16T14:00"),
        ("2026-03-16T13:00", "1h", "2026-03-16T14:00"),
        ("2026-03-16T11:30", "1h", "2026-03-16T13:30"),
        # A period that ends with the morning ends at noon, with the day at 18:00.
        ("2026-03-16T11:00", "1h", "2026-03-16T12:00"),
        ("2026-03-16T17:00", "1h", "2026-03-16T18:00"),
        ("2026-03-16T09:00", "8h", "2026-03-16T18:00"),
        ("2026-03-16T09:00", "1d", "2026-03-16T18:00"),
        ("2026-03-16T09:00", "5d", "2026-03-20T18:00"),
        ("2026-03-16T09:00", "40h", "2026-03-20T18:00"),
        # Hours stay hours, however many.
        ("2026-03-16T09:00", "48h", "2026-03-23T18:00"),
        # Before opening, at closing, after closing, just before closing.
        ("2026-03-16T00:00", "1h", "2026-03-16T10:00"),
        ("2026-03-16T08:59", "1h", "2026-03-16T10:00"),
        ("2026-03-16T18:00", "1h", "2026-03-17T10:00"),
        ("2026-03-16T23:59", "1h", "2026-03-17T10:00"),
        ("2026-03-16T17:59", "1h", "2026-03-17T09:59"),
        # "Immediately" is three working hours.
        ("2026-03-20T16:00", "3h", "2026-03-23T10:00"),
        # Saturday, Sunday, holiday.
        ("2026-03-21T10:00", "3h", "2026-03-23T12:00"),
        ("2026-03-22T23:00", "4h", "2026-03-23T14:00"),
        ("2026-05-01T10:00", "1h", "2026-05-04T10:00"),
        # Over Constitution Day, a holiday again since 2026; and in 2025, when it was none.
        ("2026-07-16T09:00", "2d", "2026-07-20T18:00"),
        ("2025-07-16T09:00", "2d", "2025-07-17T18:00"),
        ("2025-04-30T10:00", "1d", "2025-05-01T10:00"),
        ("2026-12-31T17:30", "1h", "2027-01-04T09:30"),
    ],
)
def test_working_hours(received, period, expected):
    assert due(received, period) == read(expected)


@pytest.mark.parametrize(
    ("received", "period", "expected"),
    [
        ("2026-03-16", "6d", "2026-03-23"),
        # On a Saturday, a Sunday and the first day of Chuseok the next business day is day one.
        ("2026-03-14", "6d", "2026-03-23"),
        ("2026-03-15", "6d", "2026-03-23"),
        ("2026-09-24", "7d", "2026-10-07"),
        # A time is allowed; at 18:00 the day is over.
        ("2026-09-21T17:59", "7d", "2026-10-01"),
        ("2026-09-21T18:00", "7d", "2026-10-02"),
        ("2026-09-21T12:15", "7d", "2026-10-01"),
        ("2026-09-19T11:00", "7d", "2026-10-01"),
        # Over New Year, and over a substitute holiday for 1 May and Children's Day.
        ("2026-12-31", "6d", "2027-01-08"),
        ("2027-04-30", "6d", "2027-05-11"),
        ("2025-01-24", "6d", "2025-02-06"),
    ],
)
def test_days_count_from_the_first(received, period, expected):
    assert due(received, period) == read(expected)


@pytest.mark.incident("T12")
@pytest.mark.parametrize(
    ("received", "period", "pauses", "expected"),
    [
        ("2026-09-01", "14d", ["2026-09-08..2026-09-11", "2026-09-10..2026-09-15"], "2026-09-30"),
        ("2026-09-01", "14d", ["2026-09-08..2026-09-15"] * 2, "2026-09-30"),
        ("2026-09-01", "14d", ["2026-09-08..2026-09-11", "2026-09-12..2026-09-15"], "2026-09-30"),
        ("2026-09-01", "14d", ["2026-09-08..2026-09-08"], "2026-09-21"),
        ("2026-09-01", "14d", ["2026-09-05..2026-09-06"], "2026-09-18"),
        ("2026-09-01", "14d", ["2026-09-19..2026-09-30"], "2026-09-18"),
        ("2026-09-01", "14d", ["2026-08-01..2026-08-31"], "2026-09-18"),
        # A pause over the due day, and one over Chuseok.
        ("2026-09-01", "14d", ["2026-09-18..2026-09-18"], "2026-09-21"),
        ("2026-09-21", "7d", ["2026-09-24..2026-09-27"], "2026-10-01"),
        # Over the day of receipt, and from before it.
        ("2026-03-16", "6d", ["2026-03-16..2026-03-17"], "2026-03-25"),
        ("2026-03-16", "6d", ["2026-03-01..2026-03-16"], "2026-03-24"),
        # In hours a pause excludes whole days.
        ("2026-03-16T15:00", "8h", ["2026-03-17..2026-03-18"], "2026-03-19T15:00"),
        ("2026-03-16T15:00", "2h", ["2026-03-16..2026-03-16"], "2026-03-17T11:00"),
        ("2026-03-16T15:00", "3h", ["2026-03-17..2026-03-18"], "2026-03-16T18:00"),
        ("2026-03-16T19:00", "1h", ["2026-03-17..2026-03-17"], "2026-03-18T10:00"),
        ("2026-03-20T17:00", "2h", ["2026-03-21..2026-03-23"], "2026-03-24T10:00"),
    ],
)
def test_pauses(received, period, pauses, expected):
    assert due(received, period, *pauses) == read(expected)


@pytest.mark.parametrize(
    ("requested", "days", "expected"),
    [
        ("2026-09-14", 10, "2026-09-28"),
        ("2026-12-15", 10, "2026-12-28"),
        ("2026-11-21", 10, "2026-12-01"),
        ("2026-03-20", 1, "2026-03-23"),
        ("2026-03-16", 1, "2026-03-17"),
        ("2027-01-29", 10, "2027-02-10"),
        ("2026-04-21", 10, "2026-05-04"),
        ("2026-05-31", 3, "2026-06-04"),
    ],
)
def test_supplement_periods_roll_over(requested, days, expected):
    assert clock.supplement_due(read(requested), days, calendar=TABLE) == read(expected)


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-09-01", "2026-11-02"),
        ("2026-03-02", "2026-05-04"),
        ("2027-05-18", "2027-07-20"),
        ("2026-08-03", "2026-10-02"),
    ],
)
def test_objection_within_sixty_days(received, expected):
    assert clock.objection_until(read(received), calendar=TABLE) == read(expected)


def test_a_period_in_hours_is_refused_without_a_time():
    for period in ("1h", "3d", "5d"):
        with pytest.raises(clock.BadPeriod):
            due("2026-09-21", period)


@pytest.mark.parametrize(
    "text", ["", "d", "0d", "0h", "-1d", "1.5d", "7", "7x", "7 d", "07d", "7D", "2W", "soon"]
)
def test_what_is_not_a_period(text):
    with pytest.raises(clock.BadPeriod):
        clock.parse_period(text)


@pytest.mark.parametrize(
    ("received", "period", "year"),
    [
        ("2024-12-31", "10d", 2024),
        ("2024-12-31T09:00", "1h", 2024),
        ("2027-12-31", "6d", 2028),
        ("2027-12-31T17:00", "2h", 2028),
        ("2028-01-03", "6d", 2028),
    ],
)
def test_outside_the_table_there_is_no_answer(received, period, year):
    with pytest.raises(calendar.OutsideTable) as refusal:
        due(received, period)
    assert (refusal.value.year, refusal.value.years) == (year, (2025, 2026, 2027))


def test_the_last_minute_of_the_table_is_answered():
    assert due("2027-12-31T17:00", "1h") == read("2027-12-31T18:00")


def test_a_moment_elsewhere_is_read_in_seoul():
    """00:30 UTC is 09:30 in Seoul; a moment without a zone is no moment."""
    from datetime import UTC

    assert clock.due(datetime(2026, 3, 16, 0, 30, tzinfo=UTC), "1h", calendar=TABLE) == read(
        "2026-03-16T10:30"
    )
    with pytest.raises(ValueError, match="no time zone"):
        clock.due(datetime(2026, 3, 16, 9, 30), "1h", calendar=TABLE)


def test_progress():
    def at(day):
        return clock.progress(
            date(2026, 9, 1),
            "14d",
            [(date(2026, 9, 8), date(2026, 9, 15))],
            read(day),
            calendar=TABLE,
        )

    assert at("2026-08-31") == clock.Progress(date(2026, 9, 30), total=14, counted=0, paused=False)
    assert at("2026-09-01").counted == 1
    assert at("2026-09-09") == clock.Progress(date(2026, 9, 30), total=14, counted=5, paused=True)
    assert (at("2026-09-30").left, at("2026-09-30").overdue) == (0, False)
    assert (at("2026-10-01").left, at("2026-10-01").overdue) == (0, True)


# --- A slow count -------------------------------------------------------------------------------


def works(moment, pauses):
    day = moment.date()
    return (
        TABLE.is_business_day(day)
        and not any(start <= day <= end for start, end in pauses)
        and (time(9) <= moment.time() < time(12) or time(13) <= moment.time() < time(18))
    )


def slow_hours(received, hours, pauses):
    """Minute by minute: the end of the last minute that was counted."""
    moment, left = received, hours * 60
    while left:
        if works(moment, pauses):
            left -= 1
        moment += timedelta(minutes=1)
    return moment


def slow_days(received, amount, pauses):
    """Day by day: the day on which the last one was counted."""
    day = received.date()
    if received.time() >= time(18):
        day += timedelta(days=1)
    while True:
        if works(datetime.combine(day, time(9)), pauses):
            amount -= 1
            if not amount:
                return day
        day += timedelta(days=1)


# As often as not at a minute where working time begins or ends.
EDGES = [time(0), time(8, 59), time(9), time(11, 59), time(12), time(13), time(17, 59), time(18)]
moments = st.builds(
    datetime.combine,
    st.dates(date(2025, 1, 1), date(2027, 6, 30)),
    st.sampled_from(EDGES) | st.builds(time, hour=st.integers(0, 23), minute=st.integers(0, 59)),
)
spans = st.lists(
    st.tuples(st.integers(-5, 40), st.integers(0, 12)),
    max_size=3,
)


def pauses_from(received, offsets):
    starts = [(received.date() + timedelta(days=first), length) for first, length in offsets]
    return [(start, start + timedelta(days=length)) for start, length in starts]


@given(received=moments, hours=st.integers(1, 60), offsets=spans)
def test_hours_agree_with_a_count_by_the_minute(received, hours, offsets):
    pauses = pauses_from(received, offsets)
    zoned = received.replace(tzinfo=calendar.SEOUL)
    assert clock.due(zoned, f"{hours}h", pauses, calendar=TABLE).replace(tzinfo=None) == slow_hours(
        received, hours, pauses
    )


@given(received=moments, days=st.integers(6, 60), offsets=spans)
def test_days_agree_with_a_count_by_the_day(received, days, offsets):
    pauses = pauses_from(received, offsets)
    zoned = received.replace(tzinfo=calendar.SEOUL)
    assert clock.due(zoned, f"{days}d", pauses, calendar=TABLE) == slow_days(received, days, pauses)


# --- The command --------------------------------------------------------------------------------


def run(*words):
    """(exit status, stdout) as the shell would see them."""
    out = io.StringIO()
    try:
        call_command("clock", *words, stdout=out)
    except CommandError as refusal:
        return refusal.returncode, str(refusal)
    return 0, out.getvalue()


@pytest.mark.django_db
class TestCommand:
    def test_answers_in_one_line(self):
        assert run("due", "2026-09-21", "7d") == (0, "2026-10-01\n")
        assert run("due", "2026-09-22T15:30", "3d") == (0, "2026-09-29T15:30\n")
        assert run("supplement", "2026-09-14", "10") == (0, "2026-09-28\n")
        assert run("objection", "2026-09-01") == (0, "2026-11-02\n")

    def test_pauses_are_repeatable(self):
        assert run(
            "due",
            "2026-09-01",
            "14d",
            "--pause",
            "2026-09-08..2026-09-11",
            "--pause",
            "2026-09-10..2026-09-15",
        ) == (0, "2026-09-30\n")

    @pytest.mark.parametrize(
        "words",
        [
            ("due", "2026-09-21", "3d"),
            ("due", "2026-09-21", "1h"),
            ("due", "2026-09-21", "0d"),
            ("due", "2026-09-21", "2w"),
            ("due", "2026-9-21", "7d"),
            ("due", "20260921", "7d"),
            ("due", "2026-02-30", "7d"),
            ("due", "2026-09-21T24:00", "7d"),
            ("due", "2026-09-21 10:00", "7d"),
            ("due", "2026-09-21T10:00:00", "7d"),
            ("due", "2026-09-21", "7d", "--pause", "2026-09-22"),
            ("due", "2026-09-21", "7d", "--pause", "2026-09-24..2026-09-22"),
            ("due", "2026-09-21", "7d", "--pause", "2026-09-22..2026-09-31"),
            ("supplement", "2026-09-14", "0"),
            ("supplement", "2026-09-14", "ten"),
            ("supplement", "2026-09-14", "999999999999"),
            ("supplement", "14.9.2026", "10"),
            ("objection", "yesterday"),
        ],
    )
    def test_wrong_usage(self, words):
        assert run(*words)[0] == 2

    @pytest.mark.parametrize(
        "words",
        [
            ("due", "2024-06-03", "7d"),
            ("due", "2027-12-27", "10d"),
            ("due", "2026-09-21", "9999d"),
            ("due", "2026-09-21T09:00", "99999h"),
            ("supplement", "2027-12-30", "10"),
            ("supplement", "2024-12-30", "10"),
            ("objection", "2027-12-01"),
            ("objection", "2030-01-01"),
        ],
    )
    def test_outside_the_table_the_years_are_named(self, words):
        status, said = run(*words)
        assert status == 1
        assert "2025, 2026, 2027" in said

    def test_json(self):
        status, said = run(
            "due", "2026-09-01", "14d", "--pause", "2026-09-08..2026-09-15", "--json"
        )
        assert status == 0
        assert json.loads(said) == {
            "due": "2026-09-30",
            "received": "2026-09-01",
            "period": "14d",
            "pauses": [{"from": "2026-09-08", "to": "2026-09-15"}],
            "holidays": {"revision": None, "years": [2025, 2026, 2027]},
        }

    def test_the_table_in_the_database_is_the_truth(self):
        calendar.load_holidays()
        calendar.add_holiday(
            day=date(2026, 9, 23), name_ko="임시공휴일", name_en="Temporary", source="관보"
        )
        assert run("due", "2026-09-21", "7d") == (0, "2026-10-02\n")
        calendar.remove_holiday(day=date(2026, 9, 23), source="관보")
        assert run("due", "2026-09-21", "7d") == (0, "2026-10-01\n")


def test_the_command_needs_no_database(tmp_path):
    """As a process of its own, with a database that does not answer; argparse's status too."""

    def shell(*words):
        return subprocess.run(
            [sys.executable, "manage.py", "clock", *words],
            cwd=ROOT,
            env={
                **os.environ,
                "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
                "CHUCHEON_VAR": str(tmp_path),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    answer = shell("due", "2026-09-21", "7d")
    assert (answer.returncode, answer.stdout) == (0, "2026-10-01\n"), answer.stderr
    assert shell("due", "2026-09-21", "3d").returncode == 2
    assert shell("due").returncode == 2
    assert shell("due", "2024-01-02", "7d").returncode == 1


# --- Weeks, months and years ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "period", "pauses", "expected"),
    [
        # PETITION-ACT §19③: the first day counted, so a week from Monday ends on Sunday: Monday.
        ("2026-03-16", "1w", [], "2026-03-23"),
        # A week from a Thursday ends on a Wednesday.
        ("2026-03-19", "1w", [], "2026-03-25"),
        # A month from the 16th ends on the 15th.
        ("2026-03-16", "1m", [], "2026-04-15"),
        # From the first of a month: its last day.
        ("2026-06-01", "1m", [], "2026-06-30"),
        # February has no 31st: its last day, Sat 28; Sunday, Mon 2 March closed: Tue 3.
        ("2026-01-31", "1m", [], "2026-03-03"),
        # A year from 16 March 2026 ends on 15 March 2027, a Monday.
        ("2026-03-16", "1y", [], "2027-03-15"),
        # Two months to 24 September, Chuseok Eve: Mon 28.
        ("2026-07-25", "2m", [], "2026-09-28"),
        # Three calendar days out: 18 April is a Saturday.
        ("2026-03-16", "1m", ["2026-03-20..2026-03-22"], "2026-04-20"),
        # What is out after the end comes too late; what touches it moves it.
        ("2026-03-16", "1m", ["2026-04-16..2026-04-20"], "2026-04-15"),
        ("2026-03-16", "1m", ["2026-04-15..2026-04-16"], "2026-04-17"),
    ],
)
def test_weeks_months_and_years_by_the_civil_calendar(received, period, pauses, expected):
    assert due(received, period, *pauses) == read(expected)


def test_immediately_is_three_working_hours():
    assert due("2026-03-20T16:00", "immediately") == read("2026-03-23T10:00")


def test_a_civil_period_outside_the_table_is_not_guessed():
    with pytest.raises(calendar.OutsideTable):
        due("2027-06-01", "1y")
    with pytest.raises(clock.BadPeriod):
        due("2026-06-01", "99999y")


@pytest.mark.parametrize(
    ("period", "by", "expected"),
    [("10d", 5, "15d"), ("3d", 3, "48h"), ("24h", 4, "28h"), ("1m", 1, "2m"), ("5d", 1, "48h")],
)
def test_an_extension_is_of_the_same_kind(period, by, expected):
    assert str(clock.longer(clock.parse_period(period), by)) == expected
