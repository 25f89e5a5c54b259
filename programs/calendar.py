"""Which days and hours offices work, in Asia/Seoul; and what time it is.

The table in the database is the truth once `programs load` has filled it; before that, and
where there is no database, the shipped `catalogue/holidays.yaml` is read. No other module
asks the operating system for the date.
"""

import functools
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from ruamel.yaml import YAML

from accounts.models import User
from audit.services import record
from notifications import outbox
from programs.models import CalendarRevision, Holiday, HolidayKind

SEOUL = ZoneInfo("Asia/Seoul")
SHIPPED = Path(__file__).resolve().parent / "catalogue" / "holidays.yaml"
ONE_DAY = timedelta(days=1)
# A changed table is a row of the outbox: whoever keeps dates counts them again.
TOPIC_CHANGED = "programs.calendar_changed"
outbox.expect(TOPIC_CHANGED)

# The one subject of the record that all changes of the table are events of.
SUBJECT = uuid5(NAMESPACE_URL, "chucheon:calendar")

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


class CalendarError(Exception):
    """A question about days that cannot be answered, or a change that cannot be made."""


class NotAnOperator(CalendarError):
    """Someone who does not run the installation wants to move everybody's dates."""

    def __init__(self) -> None:
        super().__init__(
            _("공휴일표는 모든 기관의 기한을 바꾸므로 시스템 관리자만 고칠 수 있습니다.")
        )


class ChangedMeanwhile(CalendarError):
    """Somebody else changed the table since it was looked at."""

    def __init__(self) -> None:
        super().__init__(
            _("그사이 다른 사람이 공휴일표를 바꾸었습니다. 바뀐 표를 확인하고 다시 해 주세요.")
        )


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

    def plus(self, days: Mapping[date, str]) -> "Calendar":
        """This table with these days closed too: for looking at a change before it is made."""
        return replace(self, holidays={**self.holidays, **days})

    def minus(self, day: date) -> "Calendar":
        """This table with offices open on that day."""
        return replace(self, holidays={k: v for k, v in self.holidays.items() if k != day})

    def first_business_day(self, day: date) -> date:
        """The day itself if it is one, else the next."""
        while not self.is_business_day(day):
            day += ONE_DAY
        return day


def current() -> Calendar:
    """The table in force. Read once and hand it on where many days are asked about."""
    newest = CalendarRevision.objects.order_by("-number")
    # What is not removed is in force: one query for the days and the revision they belong to.
    rows = list(
        Holiday.objects.filter(removed_in=None)
        .order_by("date")
        .values_list(
            "date",
            "name_ko",
            Subquery(newest.values("number")[:1]),
            Subquery(newest.values("years")[:1]),
        )
    )
    if rows:
        *_day, number, years = rows[0]
        days = {day: name for day, name, *_revision in rows}
        return Calendar(years=frozenset(years), holidays=days, revision=number)
    revision = newest.first()
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


def may_change(actor: User | None) -> bool:
    """Whoever runs the installation: a superuser, or the command line (no actor). An office's
    administrator may not: the table moves every office's dates."""
    return actor is None or (actor.is_active and actor.is_superuser)


@transaction.atomic
def add_holiday(
    *,
    day: date,
    name_ko: str,
    name_en: str,
    source: str,
    kind: str = HolidayKind.TEMPORARY,
    actor: User | None = None,
    expected_revision: int | None = None,
) -> Holiday:
    """Close offices on a day; a new revision. Raises CalendarError if they are closed already
    or the year is not in the table, NotAnOperator, ChangedMeanwhile."""
    calendar = _to_change(actor, expected_revision)
    calendar.require(day)
    if Holiday.objects.filter(date=day, removed_in=None).exists():
        raise CalendarError(_("이 날짜는 이미 공휴일로 등록되어 있습니다."))
    revision = _revise(years=calendar.years, source=source, actor=actor)
    _told(revision, actor, added=[day.isoformat()])
    return Holiday.objects.create(
        date=day, name_ko=name_ko, name_en=name_en, kind=kind, added_in=revision
    )


@transaction.atomic
def remove_holiday(
    *,
    day: date,
    source: str,
    actor: User | None = None,
    expected_revision: int | None = None,
) -> Holiday:
    """Open offices on a day again; a new revision. The row stays, for the record."""
    calendar = _to_change(actor, expected_revision)
    holiday = Holiday.objects.filter(date=day, removed_in=None).first()
    if holiday is None:
        raise CalendarError(_("이 날짜는 공휴일로 등록되어 있지 않습니다."))
    holiday.removed_in = _revise(years=calendar.years, source=source, actor=actor)
    holiday.save(update_fields=["removed_in"])
    _told(holiday.removed_in, actor, removed=[day.isoformat()])
    return holiday


@transaction.atomic
def add_year(
    *,
    year: int,
    days: Mapping[date, tuple[str, str]],
    source: str,
    actor: User | None = None,
    expected_revision: int | None = None,
) -> CalendarRevision:
    """Take a whole year into the table, with all its holidays: `{day: (Korean, English name)}`.

    From then on the clock counts in that year, so the list must be complete: nothing is added by
    rule. Raises CalendarError for a year that is there, an empty list, or a day of another year.
    """
    calendar = _to_change(actor, expected_revision)
    if year in calendar.years:
        raise CalendarError(_("이미 공휴일표에 있는 연도입니다."))
    if not days:
        raise CalendarError(_("그해의 공휴일을 모두 적어 주세요."))
    if strange := sorted(day for day in days if day.year != year):
        raise CalendarError(_("다른 해의 날짜가 있습니다: %(day)s") % {"day": strange[0]})
    revision = _revise(years=calendar.years | {year}, source=source, actor=actor)
    Holiday.objects.bulk_create(
        Holiday(date=day, name_ko=ko, name_en=en, kind=HolidayKind.STATUTORY, added_in=revision)
        for day, (ko, en) in sorted(days.items())
    )
    _told(revision, actor, year=year, holidays=len(days))
    return revision


def _to_change(actor: User | None, expected_revision: int | None) -> Calendar:
    if not may_change(actor):
        raise NotAnOperator
    calendar = current()
    if expected_revision is not None and expected_revision != (calendar.revision or 0):
        raise ChangedMeanwhile
    return calendar


def _revise(*, years: Collection[int], source: str, actor: User | None) -> CalendarRevision:
    """Two changes at once ask for the same number: the second is told so, by the unique
    constraint. Word of the change is left in the same transaction."""
    newest = CalendarRevision.objects.order_by("-number").first()
    try:
        with transaction.atomic():
            revision = CalendarRevision.objects.create(
                number=newest.number + 1 if newest else 1,
                years=sorted(years),
                source=source,
                actor=actor,
                at=now(),
            )
    except IntegrityError:
        raise ChangedMeanwhile from None
    outbox.enqueue(
        topic=TOPIC_CHANGED, key=f"{revision.number}:0", payload={"revision": revision.number}
    )
    return revision


def _told(revision: CalendarRevision, actor: User | None, **data: object) -> None:
    record(
        name="calendar.changed",
        subject_type="calendar",
        subject_id=SUBJECT,
        actor=actor,
        data={"revision": revision.number, **data},
    )
