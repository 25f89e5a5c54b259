"""Due dates a second pair of eyes counted with the calendar in hand, through the command line.

Each line says why. Holidays on weekdays are those of the published tables of 2025, 2026 and 2027.
"""

import io

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db

DUE = [
    # --- days, the first counted ------------------------------------------------------------
    # New Year's Day is closed: Fri 2 Jan is day one; 2 5 6 7 8 9.
    ("2026-01-01", "6d", "2026-01-09"),
    # 11 12 13 | Seollal 16-18 | 19 20 23 24.
    ("2026-02-11", "7d", "2026-02-24"),
    # A received Sunday before the substitute Monday 2 March: Tue 3 is day one; 3 4 5 6 9 10.
    ("2026-03-01", "6d", "2026-03-10"),
    # Children's Day and no substitute: 4 | 6 7 8 11 12.
    ("2026-05-04", "6d", "2026-05-12"),
    # 21 22 | Mon 25 substitute for Buddha's Birthday | 26 27 28 29.
    ("2026-05-21", "6d", "2026-05-29"),
    # Memorial Day 2026 is a Saturday without substitute: 5 8 9 10 11 12.
    ("2026-06-05", "6d", "2026-06-12"),
    # Constitution Day is closed again in 2026: 13 14 15 16 | 20 21 22.
    ("2026-07-13", "7d", "2026-07-22"),
    # In 2025 it was not: 14 15 16 17 18 21 22.
    ("2025-07-14", "7d", "2025-07-22"),
    # 14 | Mon 17 substitute for Liberation Day | 18 19 20 21 24.
    ("2026-08-14", "6d", "2026-08-24"),
    # Chuseok 24-25, then 5 and 9 October: 22 23 | 28 29 30 1 2 | 6 7 8 | 12.
    ("2026-09-22", "11d", "2026-10-12"),
    # Received on Hangul Day: Mon 12 is day one; 12 13 14 15 16 19.
    ("2026-10-09", "6d", "2026-10-19"),
    # Over Christmas and New Year: 24 | 28 29 30 31 | 4.
    ("2026-12-24", "6d", "2027-01-04"),
    # Seollal 2027, Mon 8 and its substitute Tue 9: 4 5 | 10 11 12 15.
    ("2027-02-04", "6d", "2027-02-15"),
    # Monday 1 March 2027 is closed: 26 | 2 3 4 5 8.
    ("2027-02-26", "6d", "2027-03-08"),
    # Buddha's Birthday, Thu 13 May 2027: 10 11 12 | 14 17 18.
    ("2027-05-10", "6d", "2027-05-18"),
    # Memorial Day 2027 is a Sunday without substitute: 4 7 8 9 10 11.
    ("2027-06-04", "6d", "2027-06-11"),
    # Mon 19 July 2027 stands in for Saturday the 17th: 15 16 | 20 21 22 23.
    ("2027-07-15", "6d", "2027-07-23"),
    # Chuseok 2027, Tue 14 to Thu 16 September: 13 | 17 20 21 22 23.
    ("2027-09-13", "6d", "2027-09-23"),
    # Mon 4 and Mon 11 October 2027: 1 | 5 6 7 8 | 12 13.
    ("2027-10-01", "7d", "2027-10-13"),
    # The 2025 temporary holiday before Seollal: 24 | 31 3 4 5 6 (27-30 closed).
    ("2025-01-24", "6d", "2025-02-06"),
    # Mon 3 March 2025 stands in: 28 | 4 5 6 7 10.
    ("2025-02-28", "6d", "2025-03-10"),
    # 5 and 6 May 2025 closed, 1 May open: 30 1 2 | 7 8 9.
    ("2025-04-30", "6d", "2025-05-09"),
    # The election of 3 June and Memorial Day, Fri 6 June 2025: 2 | 4 5 | 9 10 11.
    ("2025-06-02", "6d", "2025-06-11"),
    # Chuseok 2025 with its substitute: 1 2 | 3 6-9 closed | 10 13 14 15.
    ("2025-10-01", "6d", "2025-10-15"),
    # Twenty days over autumn 2026: 21 22 23 | 28 29 30 1 2 | 6 7 8 | 12-16 | 19-22.
    ("2026-09-21", "20d", "2026-10-22"),
    # The last second of a working day counts that day, closing time the next.
    ("2026-11-20T17:59", "6d", "2026-11-27"),
    ("2026-11-20T18:00", "6d", "2026-11-30"),
    ("2026-11-20T08:00", "6d", "2026-11-27"),
    # --- working hours ------------------------------------------------------------------------
    # 16 h from Thu 16:30: 1.5 h, Fri 8 h, Mon 6.5 h = 16:30.
    ("2026-11-19T16:30", "2d", "2026-11-23T16:30"),
    # Over lunch: half an hour before, half after.
    ("2026-11-20T11:30", "1h", "2026-11-20T13:30"),
    # Exactly at noon nothing is left of the morning.
    ("2026-11-20T12:00", "5h", "2026-11-20T18:00"),
    # Exactly at 13:00.
    ("2026-11-20T13:00", "5h", "2026-11-20T18:00"),
    # Exactly at nine, exactly at six.
    ("2026-11-20T09:00", "3h", "2026-11-20T12:00"),
    ("2026-11-20T18:00", "3h", "2026-11-23T12:00"),
    # Eve of Chuseok at 17:00: one hour, then Monday; 8 h = 1 + 7, 09-12 and 13-17.
    ("2026-09-23T17:00", "1d", "2026-09-28T17:00"),
    # 40 h over Seollal: Fri 13:00 5 h | Thu 19, Fri 20, Mon 23, Tue 24: 32 h | Wed 25: 3 h.
    ("2026-02-13T13:00", "5d", "2026-02-25T12:00"),
    # Received on Labour Day, 2026 closed, 2025 open.
    ("2026-05-01T09:00", "4h", "2026-05-04T14:00"),
    ("2025-05-01T09:00", "4h", "2025-05-01T14:00"),
    # New Year: 17:30 on the last day of 2026 leaves half an hour; Fri 1 Jan closed.
    ("2026-12-31T17:30", "1d", "2027-01-04T17:30"),
    # Christmas Eve 2025, a Wednesday, at 17:00: 1 h, Fri 26 two hours.
    ("2025-12-24T17:00", "3h", "2025-12-26T11:00"),
    # The substitute for Christmas 2027 is Monday the 27th.
    ("2027-12-24T16:00", "4h", "2027-12-28T11:00"),
]

PAUSED = [
    # 2 3 4 7 | 8-10 not counted | 11 14: six.
    ("2026-09-02", "6d", ["2026-09-08..2026-09-10"], "2026-09-14"),
    # One day out in the middle moves the end by one: 2 3 4 7 9 10.
    ("2026-09-02", "6d", ["2026-09-08..2026-09-08"], "2026-09-10"),
    # A weekend out moves nothing.
    ("2026-09-02", "6d", ["2026-09-05..2026-09-06"], "2026-09-09"),
    # Over the day of receipt: day one is Fri 4.
    ("2026-09-02", "6d", ["2026-09-02..2026-09-03"], "2026-09-11"),
    # Begun long before receipt, ended on it.
    ("2026-09-02", "6d", ["2026-07-01..2026-09-02"], "2026-09-10"),
    # Two that overlap are one: 8-11 out; 2 3 4 7 14 15.
    ("2026-09-02", "6d", ["2026-09-08..2026-09-10", "2026-09-09..2026-09-11"], "2026-09-15"),
    # Over Chuseok only the open days of it are lost: 22 | 23-28 out | 29 30 1 2 | 6.
    ("2026-09-22", "6d", ["2026-09-23..2026-09-28"], "2026-10-06"),
    # After the end it comes too late.
    ("2026-09-02", "6d", ["2026-09-10..2026-09-20"], "2026-09-09"),
    # On the last day itself.
    ("2026-09-02", "6d", ["2026-09-09..2026-09-09"], "2026-09-10"),
    # In hours: Mon 16:00 two hours, Tue out, Wed 2 h of 4.
    ("2026-11-16T16:00", "4h", ["2026-11-17..2026-11-17"], "2026-11-18T11:00"),
    # The rest of the day of receipt is out too.
    ("2026-11-16T10:00", "4h", ["2026-11-16..2026-11-16"], "2026-11-17T14:00"),
    # Received after hours on the eve of a pause.
    ("2026-11-16T20:00", "2h", ["2026-11-17..2026-11-18"], "2026-11-19T11:00"),
]

SUPPLEMENT = [
    # Fri 1 May is closed, then the weekend: Mon 4.
    ("2026-04-21", "10", "2026-05-04"),
    # The tenth day is Fri 17 July: Mon 20.
    ("2026-07-07", "10", "2026-07-20"),
    # In 2025 the same day is open.
    ("2025-07-07", "10", "2025-07-17"),
    # Falls on Seollal Mon 16 Feb: Thu 19.
    ("2026-02-06", "10", "2026-02-19"),
    # Sunday 4 Oct, Monday 5 closed: Tue 6.
    ("2026-09-24", "10", "2026-10-06"),
    # A holiday in the middle is counted: 15 days from 15 Sept is Wed 30.
    ("2026-09-15", "15", "2026-09-30"),
    # Asked on a Sunday: the first day is not counted all the same.
    ("2026-11-22", "1", "2026-11-23"),
    # Fri 25 Dec 2026, Saturday, Sunday: Mon 28.
    ("2026-12-24", "1", "2026-12-28"),
    # New Year's Day 2027 is a Friday: Mon 4.
    ("2026-12-22", "10", "2027-01-04"),
    # Saturday 8 May 2027: Mon 10.
    ("2027-04-28", "10", "2027-05-10"),
    # A leap day there is not: 28 Feb 2027 is a Sunday and Mon 1 March closed: Tue 2.
    ("2027-02-18", "10", "2027-03-02"),
]

OBJECTION = [
    # 60 days from 18 July is 16 Sept 2026.
    ("2026-07-18", "2026-09-16"),
    # 24 Sept is Chuseok Eve: Mon 28.
    ("2026-07-26", "2026-09-28"),
    # 9 Oct: Mon 12.
    ("2026-08-10", "2026-10-12"),
    # 25 Dec 2026: Mon 28.
    ("2026-10-26", "2026-12-28"),
    # Into the next year: 20 Jan 2027.
    ("2026-11-21", "2027-01-20"),
    # Monday 8 Feb 2027 Seollal, 9 Feb its substitute: Wed 10.
    ("2026-12-10", "2027-02-10"),
]


def answer(*words):
    out = io.StringIO()
    call_command("clock", *words, stdout=out, stderr=io.StringIO())
    return out.getvalue().strip()


@pytest.mark.parametrize(("received", "period", "expected"), DUE)
def test_due(received, period, expected):
    assert answer("due", received, period) == expected


@pytest.mark.incident("T12")
@pytest.mark.parametrize(("received", "period", "pauses", "expected"), PAUSED)
def test_paused(received, period, pauses, expected):
    asked = [word for pause in pauses for word in ("--pause", pause)]
    assert answer("due", received, period, *asked) == expected
    assert answer("due", received, period, "--pause", *pauses) == expected
    assert answer("due", *asked, received, period) == expected


@pytest.mark.parametrize(("requested", "days", "expected"), SUPPLEMENT)
def test_supplement(requested, days, expected):
    assert answer("supplement", requested, days) == expected


@pytest.mark.parametrize(("received", "expected"), OBJECTION)
def test_objection(received, expected):
    assert answer("objection", received) == expected


@pytest.mark.parametrize("period", ["2w", "1m", "1y", "immediately", "3.5h", "6D", "0d"])
def test_only_hours_and_days_are_asked_for_here(period):
    with pytest.raises((CommandError, SystemExit)) as refused:
        answer("due", "2026-09-21T09:00", period)
    assert getattr(refused.value, "returncode", getattr(refused.value, "code", 2)) == 2
