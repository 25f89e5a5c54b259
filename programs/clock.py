"""Deadlines of the civil-petition act: processing periods, supplements, objections.

Sources: civil petitions act (민원 처리에 관한 법률) §19 and §35, its decree §19 and §24, civil
act §156 to §161. Working hours (09 to 12, 13 to 18) are assumed. Every day that is looked at must
be in the holiday table, or `programs.calendar.OutsideTable` is raised.
"""

import calendar as months
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from programs.calendar import (
    ONE_DAY,
    SEOUL,
    Calendar,
    add_business_days,
    current,
    in_seoul,
)

WORKING_HOURS = ((time(9), time(12)), (time(13), time(18)))
HOURS_A_DAY = 8
LAST_DAY_IN_HOURS = 5
OBJECTION_DAYS = 60

# "Immediately" (즉시) is three working hours: PETITION-DECREE §19.
IMMEDIATELY = "immediately"
IMMEDIATE_HOURS = 3

PERIOD = re.compile(r"([1-9][0-9]{0,8})([hdwmy])")

# Beside a supplement, what may keep days from counting (APA-DECREE §11); which of them do is the
# programme's to say: technical review by outside experts, transfer to the office in charge, the
# choosing of a representative, a hearing, a test, a matter that must be settled first.
EXCLUDABLE = (
    "external_evaluation",
    "transfer",
    "representative",
    "hearing",
    "test",
    "prior_matter",
)

# From and to, both excluded.
Pause = tuple[date, date]


class BadPeriod(ValueError):
    """Not a period, or one that the moment of receipt does not fit."""


class BadPause(ValueError):
    """A pause that ends before it begins."""

    def __init__(self, start: date, end: date) -> None:
        super().__init__(f"pause {start}..{end} ends before it begins")


@dataclass(frozen=True, slots=True)
class Period:
    """`4h` is four working hours; up to `5d` is as many times eight; from `6d` days; `2w`, `1m`
    and `1y` are weeks, months and years of the civil calendar."""

    amount: int
    unit: str

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    @property
    def civil(self) -> bool:
        """Counted in weeks, months or years (PETITION-ACT §19③)."""
        return self.unit in "wmy"

    @property
    def hours(self) -> int | None:
        """Working hours, or None for a period that is counted in days."""
        if self.unit == "h":
            return self.amount
        if self.civil:
            return None
        return self.amount * HOURS_A_DAY if self.amount <= LAST_DAY_IN_HOURS else None


def parse_period(text: str) -> Period:
    """Raises BadPeriod for anything but `Nh`, `Nd`, `Nw`, `Nm`, `Ny`, N a whole number from 1,
    and `immediately`."""
    if text == IMMEDIATELY:
        return Period(IMMEDIATE_HOURS, "h")
    match = PERIOD.fullmatch(text)
    if not match:
        raise BadPeriod(f"{text!r} is not a period: expected Nh or Nd, such as 4h or 10d")
    return Period(int(match[1]), match[2])


def longer(period: Period, by: int) -> Period:
    """A period with `by` more of its own unit: what an extension makes of it. Hours stay hours,
    so that 3 days and 3 more are 48 hours, not six days."""
    if period.hours is not None:
        more = by if period.unit == "h" else by * HOURS_A_DAY
        return Period(period.hours + more, "h")
    return Period(period.amount + by, period.unit)


def due(
    received: datetime | date,
    period: Period | str,
    pauses: Iterable[Pause] = (),
    *,
    calendar: Calendar | None = None,
) -> datetime | date:
    """When a period ends that began with this receipt.

    A period in working hours needs a date-time and gives one (aware, Asia/Seoul); any other gives
    a date. Days of a pause do not count, its first and last included; pauses may overlap.
    """
    if isinstance(period, str):
        period = parse_period(period)
    count = _Count(calendar or current(), pauses)
    if period.civil:
        return count.civil(received, period)
    if period.hours is None:
        return count.days(received, period.amount)
    if not isinstance(received, datetime):
        raise BadPeriod(f"{period} counts working hours and needs the time of receipt")
    return count.hours(received, timedelta(hours=period.hours))


def supplement_due(requested: date, days: int, *, calendar: Calendar | None = None) -> date:
    """The last day of a supplement period: calendar days, the first not counted, the last moved
    on past Saturdays, Sundays and holidays."""
    if days < 1:
        raise BadPeriod(f"{days} is not a number of days: expected 1 or more")
    calendar = calendar or current()
    requested = _day(requested)
    calendar.require(requested)
    try:
        last = requested + timedelta(days=days)
    except OverflowError:
        raise BadPeriod(f"{days} days end after the last day there is") from None
    return calendar.first_business_day(last)


def objection_until(received: date, *, calendar: Calendar | None = None) -> date:
    """The last day on which a refusal received on this day can be objected to."""
    return supplement_due(received, OBJECTION_DAYS, calendar=calendar)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a period in days has run; `counted` of `total` business days are over or are
    today, and `paused` says that today is not counted."""

    due: date
    total: int
    counted: int
    paused: bool

    @property
    def left(self) -> int:
        """Business days still to come; 0 on the due day and after it."""
        return max(self.total - self.counted, 0)

    @property
    def overdue(self) -> bool:
        return self.counted > self.total


def progress(
    received: datetime | date,
    period: Period | str,
    pauses: Iterable[Pause],
    today: date,
    *,
    calendar: Calendar | None = None,
) -> Progress:
    """Where a period stands today. A period in working hours is counted by its days, the day of
    receipt being the first."""
    if isinstance(period, str):
        period = parse_period(period)
    calendar = calendar or current()
    pauses = list(pauses)
    count = _Count(calendar, pauses)
    end = due(received, period, pauses, calendar=calendar)
    last = _day(end)
    first = count.day_one(received)
    return Progress(
        due=last,
        total=count.counted_between(first, last),
        counted=count.counted_between(first, today),
        paused=count.is_paused(today),
    )


def evaluation_due(
    invited: date, period: Period | str, *, calendar: Calendar | None = None
) -> date:
    """An evaluator's deadline: business days, the day of the invitation not counted."""
    if isinstance(period, str):
        period = parse_period(period)
    if period.unit != "d":
        raise BadPeriod(f"{period}: an evaluation is given days")
    return add_business_days(_day(invited), period.amount, calendar=calendar)


def _civil_end(start: date, period: Period) -> date:
    """The day before the one that corresponds to the first; where the last month has no such day,
    that month's last (civil act §160②, ③)."""
    if period.unit == "w":
        return start + timedelta(weeks=period.amount) - ONE_DAY
    passed = period.amount * (12 if period.unit == "y" else 1)
    year, month = divmod(start.year * 12 + start.month - 1 + passed, 12)
    last = months.monthrange(year, month + 1)[1]
    if start.day > last:
        return date(year, month + 1, last)
    return date(year, month + 1, start.day) - ONE_DAY


def _day(moment: datetime | date) -> date:
    return in_seoul(moment).date() if isinstance(moment, datetime) else moment


class _Count:
    """Counts what counts: the working time of business days that no pause excludes."""

    def __init__(self, calendar: Calendar, pauses: Iterable[Pause]) -> None:
        self.calendar = calendar
        self.pauses = list(pauses)
        for start, end in self.pauses:
            if end < start:
                raise BadPause(start, end)

    def is_paused(self, day: date) -> bool:
        return any(start <= day <= end for start, end in self.pauses)

    def counts(self, day: date) -> bool:
        return self.calendar.is_business_day(day) and not self.is_paused(day)

    def first(self, day: date) -> date:
        while not self.counts(day):
            day += ONE_DAY
        return day

    def day_one(self, received: datetime | date) -> date:
        """The first day that counts. What arrives at or after closing time arrives the next
        working minute, which is the next business day's first."""
        day = _day(received)
        self.calendar.require(day)
        if isinstance(received, datetime) and in_seoul(received).time() >= WORKING_HOURS[-1][1]:
            day += ONE_DAY
        return self.first(day)

    def days(self, received: datetime | date, amount: int) -> date:
        day = self.day_one(received)
        for _step in range(amount - 1):
            day = self.first(day + ONE_DAY)
        return day

    def civil(self, received: datetime | date, period: Period) -> date:
        """Weeks, months and years by the civil calendar, the day of receipt counted (civil act
        §160); each calendar day of a pause adds one; the last day rolls over (§161)."""
        start = _day(received)
        self.calendar.require(start)
        try:
            end = _civil_end(start, period)
            added = 0
            while (paused := self._paused_between(start, end + ONE_DAY * added)) != added:
                added = paused
            end += ONE_DAY * added
        except (OverflowError, ValueError):
            raise BadPeriod(f"{period} ends after the last day there is") from None
        return self.first(end)

    def _paused_between(self, first: date, last: date) -> int:
        days: set[date] = set()
        for start, end in self.pauses:
            begins, ends = max(start, first), min(end, last)
            days.update(begins + ONE_DAY * step for step in range((ends - begins).days + 1))
        return len(days)

    def hours(self, received: datetime, left: timedelta) -> datetime:
        """A period that ends with a working stretch ends on that day, not the next morning."""
        moment = in_seoul(received)
        day = self.day_one(received)
        if day != moment.date():
            moment = datetime.combine(day, time.min, SEOUL)
        while True:
            for opens, closes in WORKING_HOURS:
                start = max(moment, datetime.combine(day, opens, SEOUL))
                end = datetime.combine(day, closes, SEOUL)
                if start >= end:
                    continue
                if left <= end - start:
                    return start + left
                left -= end - start
            day = self.first(day + ONE_DAY)

    def counted_between(self, first: date, last: date) -> int:
        span = (first + ONE_DAY * step for step in range((last - first).days + 1))
        return sum(self.counts(day) for day in span)
