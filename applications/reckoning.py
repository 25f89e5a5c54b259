"""How a case's due date came about, for people: what was counted, what was not, and why."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import prefetch_related_objects
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from applications.deadlines import dates
from applications.errors import NotNow
from applications.models import Application, ClockSegment, DueCause, DueChange, PeriodExtension
from applications.wording import day, period_words
from programs import calendar, clock
from programs.calendar import Calendar
from programs.models import CalendarRevision, Holiday

SATURDAY = 5


@dataclass(frozen=True)
class Line:
    """One thing that was reckoned with, and a remark."""

    label: str
    value: str
    note: str = ""
    assumed: bool = False


@dataclass(frozen=True)
class Reckoning:
    """The way from receipt to due date. `closed` are the holidays on weekdays in between;
    `if_today` is the due date if what is being waited for came today; `sooner`: earlier than the
    one that stands, which reckons with a supplement's last day."""

    lines: list[Line]
    closed: list[tuple[date, str]]
    if_today: date | None
    sooner: bool
    moves: list["Moved"]


@dataclass(frozen=True)
class Moved:
    """A date that moved, in words."""

    at: datetime
    what: str
    why: str
    before: date
    after: date
    who: str

    @property
    def sentence(self) -> str:
        return _("%(what)s %(before)s → %(after)s") % {
            "what": self.what,
            "before": date_format(self.before, "DATE_FORMAT"),
            "after": date_format(self.after, "DATE_FORMAT"),
        }


def reckoning(case: Application, *, for_office: bool) -> Reckoning | None:
    """None for a draft. Seven queries at most: exclusions with their supplements, extensions,
    changes, holidays (three)."""
    if case.received_at is None or case.due_on is None:
        return None
    table = calendar.current()
    prefetch_related_objects([case], "clock_segments__supplement", "extensions")
    segments = sorted(case.clock_segments.all(), key=lambda one: (one.from_on, one.pk))
    extensions = sorted(case.extensions.all(), key=lambda one: one.pk)
    legal = case.legal_due_on or case.due_on
    received = calendar.in_seoul(case.received_at)
    running = [segment for segment in segments if segment.until_on is None]
    if_today = _if_today(case, table, for_office=for_office) if running else None
    told = case.due_on if for_office else legal
    times = case.manifest.deadlines
    lines = [
        Line(_("접수"), date_format(received, "DATETIME_FORMAT"), _first_day(received, table)),
        Line(
            _("처리기간"),
            period_words(times.processing),
            _unit(times.processing),
            assumed=times.processing_assumed,
        ),
    ]
    if times.target and for_office:
        lines.append(Line(_("처리 목표"), period_words(times.target), assumed=times.target_assumed))
    lines += [
        Line(
            _("세지 않은 날"),
            f"{day(segment.from_on)} ~ {_until(segment)}",
            _why(segment, for_office=for_office),
        )
        for segment in segments
    ]
    lines += [
        Line(_("연장"), extension_words(case, one.amount), one.reason)
        for one in extensions
        if one.state == PeriodExtension.State.IN_FORCE
    ]
    if for_office and legal != case.due_on:
        lines.append(Line(_("목표 기한"), day(case.due_on)))
    lines.append(Line(_("법정 처리 기한"), day(legal)))
    return Reckoning(
        lines=lines,
        closed=_closed_between(received.date(), legal, table),
        # A supplement that fell overdue runs no more, whether or not somebody has ended it.
        if_today=if_today if if_today != told else None,
        sooner=if_today is not None and if_today < told,
        moves=moves(case, for_office=for_office),
    )


def _why(segment: ClockSegment, *, for_office: bool) -> str:
    """The reason, for the office with the words of whoever wrote it down."""
    said = str(segment.get_reason_display())
    return f"{said}: {segment.words}" if for_office and segment.words else said


def _until(segment: ClockSegment) -> str:
    if segment.until_on is not None:
        return str(day(segment.until_on))
    if segment.supplement is not None:
        return _("늦어도 %(day)s") % {"day": day(segment.supplement.due_on)}
    return _("진행 중")


def extension_words(case: Application, amount: int) -> str:
    """An extension's length in the unit of the case's period."""
    period = clock.parse_period(case.manifest.deadlines.processing)
    return period_words(f"{amount}{period.unit}")


def _unit(period: str) -> str:
    counted = clock.parse_period(period)
    if counted.hours is not None:
        return _("근무시간으로 셉니다 (하루 8시간).")
    if counted.civil:
        return _("달력으로 세고, 마지막 날이 쉬는 날이면 그다음 근무일까지입니다.")
    return _("접수한 날부터 근무일로 셉니다.")


def _first_day(received: datetime, table: Calendar) -> str:
    """Where counting did not begin with the moment of receipt, when it did."""
    try:
        closed = not table.is_business_day(received.date())
    except calendar.OutsideTable:
        return ""
    if closed:
        return _("쉬는 날에 접수되어 다음 근무일부터 셉니다.")
    if received.time() >= clock.WORKING_HOURS[-1][1]:
        return _("근무시간이 끝난 뒤 접수되어 다음 근무일부터 셉니다.")
    return ""


def _closed_between(first: date, last: date, table: Calendar) -> list[tuple[date, str]]:
    """Holidays on weekdays from the first day to the last, by name in the reader's language."""
    if table.revision is None:
        named = dict(table.holidays)
    else:
        rows = Holiday.objects.filter(date__range=(first, last), removed_in=None)
        named = {one.date: one.name for one in rows}
    return [
        (one, name)
        for one, name in sorted(named.items())
        if first <= one <= last and one.weekday() < SATURDAY
    ]


def _if_today(case: Application, table: Calendar, *, for_office: bool) -> date | None:
    try:
        found = dates(case, table=table, running=True)
    except NotNow:
        return None
    return found.target if for_office else found.legal


# --- what moved ----------------------------------------------------------------------------------
def moves(case: Application, *, for_office: bool) -> list[Moved]:
    """Every date of the case that moved. The applicant is told the processing date as the law has
    it where no target is told, and nothing about evaluators; only the office's side sees who."""
    changes = list(case.due_changes.select_related("actor").order_by("pk"))
    why = _calendar_words([one for one in changes if one.cause == DueCause.CALENDAR])
    found = []
    for one in changes:
        if one.what == DueChange.What.EVALUATION and not for_office:
            continue
        before, after = one.due_before, one.due_after
        if before == after and one.legal_before and one.legal_after:
            before, after = one.legal_before, one.legal_after
        reason = (
            why.get(one.calendar_revision, "") if one.cause == DueCause.CALENDAR else one.reason
        )
        label = str(one.get_cause_display())
        found.append(
            Moved(
                at=one.at,
                what=str(one.get_what_display()),
                why=f"{label}: {reason}" if reason else label,
                before=before,
                after=after,
                who=(str(one.actor) if one.actor else _("시스템")) if for_office else "",
            )
        )
    return found


def _calendar_words(changes: list[DueChange]) -> dict[int | None, str]:
    """What each revision of the holiday table did, in a few words."""
    numbers = {one.calendar_revision for one in changes if one.calendar_revision}
    if not numbers:
        return {}
    said: dict[int | None, str] = {}
    for revision in CalendarRevision.objects.filter(number__in=numbers).prefetch_related(
        "added", "removed"
    ):
        words = [
            _("%(day)s %(name)s 지정") % {"day": day(one.date), "name": one.name}
            for one in list(revision.added.all())[:3]
        ] + [
            _("%(day)s %(name)s 해제") % {"day": day(one.date), "name": one.name}
            for one in list(revision.removed.all())[:3]
        ]
        said[revision.number] = ", ".join(words)
    return said
