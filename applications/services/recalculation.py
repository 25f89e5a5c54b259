"""A changed holiday table moves the dates of every open case: looked at first, then done.

The change itself leaves a row in the outbox. Each row does one batch of cases, one short
transaction a case, and leaves the next row; a case remembers the table its dates rest on, so that
a batch that was killed and is done again skips what it has done. Supplement and evaluation
deadlines that people were told only ever move to a later day.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from applications import workflow
from applications.deadlines import dates
from applications.errors import NotNow
from applications.models import Application, DueCause, DueChange, SupplementRequest
from applications.services import dates as writing
from applications.stages import RECEIVED_OPEN
from audit.services import record
from notifications import outbox
from notifications.outbox import Lease
from programs import calendar
from programs.calendar import Calendar

log = logging.getLogger(__name__)

BATCH = 100
# A preview counts no further: the sentence then says "more than".
MOST_LOOKED_AT = 1000
MOST_SHOWN = 50

# Rooms that keep dates of their own move them here, in the case's transaction, from the table
# before to the table after.
Mover = Callable[[Application, Calendar, Calendar], None]
_movers: list[Mover] = []


def also(mover: Mover) -> None:
    """Register whose dates move too. It may lock only what comes after the queue row."""
    if mover not in _movers:
        _movers.append(mover)


# --- looking first -----------------------------------------------------------------------------
@dataclass(frozen=True)
class Move:
    """A case whose date would move. `what` is a `DueChange.What`."""

    case: Application
    what: str
    before: date
    after: date


@dataclass(frozen=True)
class Preview:
    """What a change of the table would do. `looked_at` cases were counted; `more` says that there
    are others beyond them."""

    moves: list[Move]
    looked_at: int
    more: bool

    @property
    def cases(self) -> int:
        return len({move.case.pk for move in self.moves})

    @property
    def shown(self) -> list[Move]:
        return self.moves[:MOST_SHOWN]


def preview(*, after: Calendar, day: date) -> Preview:
    """Which open cases would move if `after` were the table, which differs in `day` alone."""
    received_by = datetime.combine(day + timedelta(days=1), time.min, calendar.SEOUL)
    found = list(
        _open_cases()
        .filter(received_at__lt=received_by)
        .filter(Q(legal_due_on__gte=day) | Q(supplements__closed_at=None, supplements__due_on=day))
        .distinct()
        .select_related("version", "office", "programme")
        .prefetch_related("clock_segments__supplement", "extensions", "supplements")
        .order_by("due_on", "pk")[: MOST_LOOKED_AT + 1]
    )
    more = len(found) > MOST_LOOKED_AT
    moves: list[Move] = []
    for case in found[:MOST_LOOKED_AT]:
        moves += _moves(case, after)
    return Preview(moves=moves, looked_at=len(found[:MOST_LOOKED_AT]), more=more)


def _moves(case: Application, after: Calendar) -> list[Move]:
    moves = []
    for segment in case.clock_segments.all():
        if segment.until_on is None and segment.supplement is not None:
            # As it will be when it has rolled on; only here, nothing is saved.
            segment.supplement.due_on = _rolled(segment.supplement, after)
    try:
        found = dates(case, table=after)
    except NotNow:
        return []
    if case.due_on is not None and found.target != case.due_on:
        moves.append(Move(case, DueChange.What.PROCESSING, case.due_on, found.target))
    elif case.legal_due_on is not None and found.legal != case.legal_due_on:
        moves.append(Move(case, DueChange.What.PROCESSING, case.legal_due_on, found.legal))
    moves += [
        Move(case, DueChange.What.SUPPLEMENT, request.due_on, later)
        for request in case.supplements.all()
        if request.closed_at is None and (later := _rolled(request, after)) != request.due_on
    ]
    return moves


def _rolled(request: SupplementRequest, table: Calendar) -> date:
    return table.first_business_day(request.due_on)


# --- doing ---------------------------------------------------------------------------------------
def _open_cases() -> QuerySet[Application]:
    return Application.objects.filter(
        stage__in=RECEIVED_OPEN, received_at__isnull=False, due_on__isnull=False
    )


def _stale(revision: int) -> QuerySet[Application]:
    behind = Q(calendar_revision=None) | Q(calendar_revision__lt=revision)
    return _open_cases().filter(behind)


def waiting() -> int:
    """How many open cases still rest on an older table; no further than one more than is looked
    at by a preview."""
    table = calendar.current()
    if table.revision is None:
        return 0
    return _stale(table.revision).order_by()[: MOST_LOOKED_AT + 1].count()


def run(lease: Lease) -> None:
    """Outbox handler: one batch of open cases whose dates rest on an older table, and word for the
    next batch. Done again, it finds nothing left to do."""
    table = calendar.current()
    if table.revision is None:
        return
    after = int(lease.payload.get("after", 0))
    found = list(
        _stale(table.revision)
        .filter(pk__gt=after)
        .order_by("pk")
        .values_list("pk", flat=True)[:BATCH]
    )
    for pk in found:
        try:
            recalculate(Application(pk=pk), table)
        except NotNow:
            # Outside the table's years: nothing is guessed; a later table is tried again.
            log.exception("The dates of case %s stay as they are", pk)
    if len(found) == BATCH:
        outbox.enqueue(
            topic=calendar.TOPIC_CHANGED,
            key=f"{lease.payload['revision']}:{found[-1]}",
            payload={"revision": lease.payload["revision"], "after": found[-1]},
        )


@transaction.atomic
def recalculate(application: Application, table: Calendar) -> DueChange | None:
    """Move one case's dates to a newer table; None when its due date stays. Nothing happens to one
    that is closed or rests on that table already. Raises NotNow."""
    case = workflow.lock(application)
    revision = table.revision or 0
    if case.at not in RECEIVED_OPEN or (case.calendar_revision or 0) >= revision:
        return None
    before = (
        calendar.as_of(case.calendar_revision) if case.calendar_revision else calendar.shipped()
    )
    key = f"calendar:{revision}"
    # First: while it is open, a supplement's days count out to its last one.
    _move_supplements(case, table, key)
    change = writing.settle(case, cause=DueCause.CALENDAR, key=key, table=table)
    for mover in _movers:
        mover(case, before, table)
    return change


def _move_supplements(case: Application, table: Calendar, key: str) -> None:
    for request in case.supplements.select_for_update(of=("self",)).filter(closed_at=None):
        later = _rolled(request, table)
        if later == request.due_on:
            continue
        told(
            case,
            what=DueChange.What.SUPPLEMENT,
            key=f"{key}:supplement:{request.pk}",
            before=request.due_on,
            after=later,
            revision=table.revision,
        )
        request.due_on = later
        request.save(update_fields=["due_on"])


def told(
    case: Application, *, what: str, key: str, before: date, after: date, revision: int | None
) -> None:
    """Keep that a date beside the processing period has moved with the calendar."""
    DueChange.objects.get_or_create(
        application=case,
        key=key,
        defaults={
            "what": what,
            "cause": DueCause.CALENDAR,
            "due_before": before,
            "due_after": after,
            "calendar_revision": revision,
            "at": calendar.now(),
        },
    )
    record(
        name=f"{what}.due_moved",
        subject_type="application",
        subject_id=case.public_id,
        data={"due_before": before.isoformat(), "due_after": after.isoformat()},
    )


def catch_up() -> bool:
    """Leave word again when open cases rest on an older table than today's: a case received while
    the table changed. Every hour; once a day for one table."""
    table = calendar.current()
    if table.revision is None or not _stale(table.revision).exists():
        return False
    outbox.enqueue(
        topic=calendar.TOPIC_CHANGED,
        key=f"{table.revision}:again:{calendar.today().isoformat()}",
        payload={"revision": table.revision},
    )
    return True
