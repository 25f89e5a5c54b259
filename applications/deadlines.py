"""A case's dates: when it is due, given when it was received and which days do not count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from applications.errors import NotNow
from applications.models import Application, ClockSegment, PeriodExtension
from programs import calendar, clock
from programs.calendar import Calendar
from programs.clock import Pause, Period


@dataclass(frozen=True)
class Dates:
    """What the office aims at and what the law allows, by which revision of the holiday table."""

    target: date
    legal: date
    revision: int | None


def dates(
    application: Application,
    *,
    received_at: datetime | None = None,
    table: Calendar | None = None,
    more: int = 0,
    also: Sequence[Pause] = (),
    running: bool = False,
) -> Dates:
    """The last days of target and processing period in Asia/Seoul (PETITION-ACT §19).

    An exclusion that is still running counts only where `running` is asked for, up to today: what
    is stored moves when it ends. A supplement's is stored as lasting to the request's last day, so
    that what is stored is right although nobody does anything on that day. `more` is an extension
    that is only being thought of, in units of the period, and `also` are days that would be left
    out; those in force count anyway. Raises
    NotNow with a sentence outside the holiday calendar.
    """
    moment = received_at or application.received_at
    if moment is None:
        raise ValueError("A draft has no due date.")
    table = table or calendar.current()
    pauses = [*pauses_of(application, running=running), *also]
    extended = more + sum(
        one.amount
        for one in application.extensions.all()
        if one.state == PeriodExtension.State.IN_FORCE
    )
    try:
        legal = _ends(moment, legal_period(application), extended, pauses, table)
        # The same unit of time is added to both: an extension of two days moves both by two.
        target = min(_ends(moment, target_period(application), extended, pauses, table), legal)
    except calendar.OutsideTable as outside:
        raise NotNow(
            _("공휴일 달력에 없는 해라 기한을 정할 수 없습니다. 운영자에게 알려 주세요: %(why)s")
            % {"why": outside}
        ) from outside
    return Dates(target=target, legal=legal, revision=table.revision)


def legal_period(application: Application) -> Period:
    return clock.parse_period(application.manifest.deadlines.processing)


def target_period(application: Application) -> Period:
    """What the office aims at; the legal period where the programme names no shorter one."""
    times = application.manifest.deadlines
    return clock.parse_period(times.target or times.processing)


def pauses_of(application: Application, *, running: bool) -> list[Pause]:
    """The days that do not count, each stretch with both its ends."""
    return [
        (segment.from_on, until)
        for segment in application.clock_segments.all()
        if (until := _until(segment, running=running)) is not None
    ]


def _until(segment: ClockSegment, *, running: bool) -> date | None:
    """The last day of a stretch; None for one that is not counted yet."""
    if segment.until_on is not None:
        return segment.until_on
    so_far = max(segment.from_on, calendar.today())
    if segment.supplement is not None:
        last = max(segment.from_on, segment.supplement.due_on)
        return min(so_far, last) if running else last
    return so_far if running else None


def _ends(
    received_at: datetime, period: Period, more: int, pauses: list[Pause], table: Calendar
) -> date:
    if more:
        period = clock.longer(period, more)
    due = clock.due(calendar.in_seoul(received_at), period, pauses, calendar=table)
    return due.date() if isinstance(due, datetime) else due


def supplement_due(application: Application, *, days: int | None = None) -> date:
    """When a supplement asked for today is due: first day not counted, rolls over holidays."""
    return clock.supplement_due(
        calendar.today(), days or application.manifest.deadlines.supplement_days
    )
