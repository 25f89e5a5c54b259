"""Which days and hours offices work, in Asia/Seoul; and what time it is.

The table in the database is the truth once `programs load` has filled it; before that, and
where there is no database, the shipped `catalogue/holidays.yaml` is read. No other module
asks the operating system for the date.
"""

import functools
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from ruamel.yaml import YAML

from accounts.models import User
from programs.models import CalendarRevision, Holiday, HolidayKind

SEOUL = ZoneInfo("Asia/Seoul")
SHIPPED = Path(__file__).resolve().parent / "catalogue" / "holidays.yaml"
ONE_DAY = timedelta(days=1)

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


class CalendarError(Exception):
    """A question about days that cannot be answered, or a change that cannot be made."""


class OutsideTable(CalendarError):
    """A day outside the years whose holidays are known. Never answered with a guess."""

    def __init__(self, year: int, years: Collection[int]) -> None:
        self.year = year
        self.years = tuple(sorted(years))
        super().__init__(
            _("%(year)s년은 공휴일표에 없습니다. 공휴일표에 있는 연도: %(years)s")
            % {"year": year, "years": ", ".join(map(str, self.years)) or "-"}
        )


def now() -> datetime:
    """The moment, in Asia/Seoul."""
    return _frozen.get() or timezone.now().astimezone(SEOUL)


def today() -> date:
    """The date in Asia/Seoul."""
    return now().date()


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Inside, `now()` is this moment (of this thread): for tests and the demonstration."""
    token = _frozen.set(in_seoul(moment))
    try:
        yield
    finally:
        _frozen.reset(token)


def in_seoul(moment: datetime) -> datetime:
    """The same moment in Asia/Seoul; a moment without a zone is refused."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(SEOUL)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A holiday table as it stood: `revision` is None for the shipped file."""

    years: frozenset[int]
    holidays: Mapping[date, str] = field(default_factory=dict)
    revision: int | None = None

    def require(self, day: date) -> None:
        """Raises OutsideTable when the day's year is not in the table."""
        if day.year not in self.years:
            raise OutsideTable(day.year, self.years)

    def is_business_day(self, day: date) -> bool:
        self.require(day)
        return day.weekday() < 5 and day not in self.holidays

    def first_business_day(self, day: date) -> date:
        """The day itself if it is one, else the next."""
        while not self.is_business_day(day):
            day += ONE_DAY
        return day


def current() -> Calendar:
    """The table in force. Read once and hand it on where many days are asked about."""
    revision = CalendarRevision.objects.order_by("-number").first()
    return _as_of(revision) if revision else shipped()


def current_or_shipped() -> Calendar:
    """As `current()`, for commands that must work without a database. Outside transactions
    only: a failed query would spoil one."""
    try:
        return current()
    except DatabaseError:
        connection.close()
        return shipped()


def as_of(number: int) -> Calendar:
    """The table as revision `number` left it."""
    return _as_of(CalendarRevision.objects.get(number=number))


def _as_of(revision: CalendarRevision) -> Calendar:
    rows = Holiday.objects.filter(added_in__number__lte=revision.number).filter(
        Q(removed_in=None) | Q(removed_in__number__gt=revision.number)
    )
    return Calendar(
        years=frozenset(revision.years),
        holidays=dict(rows.order_by("date").values_list("date", "name_ko")),
        revision=revision.number,
    )


@functools.cache
def shipped() -> Calendar:
    """The table that comes with the product."""
    table = _read(SHIPPED)
    return Calendar(
        years=frozenset(table["years"]),
        holidays={date.fromisoformat(row["date"]): row["ko"] for row in table["holidays"]},
    )


def _read(path: Path) -> dict:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def is_business_day(day: date, *, calendar: Calendar | None = None) -> bool:
    """Not a Saturday, a Sunday or a holiday."""
    return (calendar or current()).is_business_day(day)


def add_business_days(day: date, count: int, *, calendar: Calendar | None = None) -> date:
    """The `count`-th business day after `day`, which is not counted itself; 0 is the first
    business day from `day` on."""
    if count < 0:
        raise ValueError("count is not negative")
    calendar = calendar or current()
    calendar.require(day)
    if count == 0:
        return calendar.first_business_day(day)
    for _step in range(count):
        day = calendar.first_business_day(day + ONE_DAY)
    return day


def business_days_between(start: date, end: date, *, calendar: Calendar | None = None) -> int:
    """How many business days there are after `start`, up to and including `end`; negative
    when `end` lies before `start`."""
    calendar = calendar or current()
    if end < start:
        return -business_days_between(end, start, calendar=calendar)
    calendar.require(start)
    span = (start + ONE_DAY * step for step in range(1, (end - start).days + 1))
    return sum(calendar.is_business_day(day) for day in span)


@transaction.atomic
def load_holidays(path: Path = SHIPPED) -> list[str]:
    """Put the file's years into the database, once each; the lines say what was done.

    A year that is there already belongs to the people who edit it, and is left alone.
    """
    table = _read(path)
    known = current().years if CalendarRevision.objects.exists() else frozenset()
    fresh = sorted(set(table["years"]) - known)
    if not fresh:
        return [f"holidays {_years(known)} unchanged"]
    revision = _revise(years=known | set(fresh), source=table["source"], actor=None)
    Holiday.objects.bulk_create(
        Holiday(
            date=row["date"],
            name_ko=row["ko"],
            name_en=row["en"],
            kind=row["kind"],
            added_in=revision,
        )
        for row in table["holidays"]
        if date.fromisoformat(row["date"]).year in fresh
    )
    return [f"holidays {_years(fresh)} loaded, revision {revision.number}"]


def _years(years: Collection[int]) -> str:
    return ",".join(str(year) for year in sorted(years))


@transaction.atomic
def add_holiday(
    *,
    day: date,
    name_ko: str,
    name_en: str,
    source: str,
    kind: str = HolidayKind.TEMPORARY,
    actor: User | None = None,
) -> Holiday:
    """Close offices on a day; a new revision. Raises CalendarError if they are closed already
    or the year is not in the table."""
    calendar = current()
    calendar.require(day)
    if Holiday.objects.filter(date=day, removed_in=None).exists():
        raise CalendarError(_("이 날짜는 이미 공휴일로 등록되어 있습니다."))
    return Holiday.objects.create(
        date=day,
        name_ko=name_ko,
        name_en=name_en,
        kind=kind,
        added_in=_revise(years=calendar.years, source=source, actor=actor),
    )


@transaction.atomic
def remove_holiday(*, day: date, source: str, actor: User | None = None) -> Holiday:
    """Open offices on a day again; a new revision. The row stays, for the record."""
    holiday = Holiday.objects.filter(date=day, removed_in=None).first()
    if holiday is None:
        raise CalendarError(_("이 날짜는 공휴일로 등록되어 있지 않습니다."))
    holiday.removed_in = _revise(years=current().years, source=source, actor=actor)
    holiday.save(update_fields=["removed_in"])
    return holiday


def _revise(*, years: Collection[int], source: str, actor: User | None) -> CalendarRevision:
    """Two changes at once ask for the same number: the unique constraint refuses the second."""
    newest = CalendarRevision.objects.order_by("-number").first()
    return CalendarRevision.objects.create(
        number=newest.number + 1 if newest else 1,
        years=sorted(years),
        source=source,
        actor=actor,
        at=now(),
    )
