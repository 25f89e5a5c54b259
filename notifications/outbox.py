"""The outbox: what must happen after a commit, whatever dies in between.

    enqueue(topic="letters.make", key=str(letter.public_id), payload={"letter": letter.public_id})

The row is written in the caller's transaction and a worker is woken when that commits. A worker
takes the row in a short transaction (token, until), runs the topic's handler with no transaction
open, and marks the row done in a second one that checks the token. A lease that ran out may be
taken again, so a handler may run more than once: see notifications.lease for how its effect
happens once all the same. Nothing is given up by itself: an unexpected error is tried again for
ever, with growing pauses, and raises an alert when it goes on.
"""

import logging
import random
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from audit import guard
from notifications import alerts, wake
from notifications.lease import (
    Give_up,
    Lease,
    LeaseLost,
    Retry,
    Undeliverable,
    describe,
    mark_done,
)
from notifications.models import OPEN, AlertKind, OutboxRow

__all__ = [
    "Give_up",
    "Lease",
    "LeaseLost",
    "Retry",
    "Undeliverable",
    "drain",
    "enqueue",
    "expect",
    "register",
    "reopen",
    "run",
    "sweep",
    "unhandled",
]

log = logging.getLogger(__name__)

# A row is hinted again this long after its last hint, if nobody took it: hints can be lost, and
# a backlog must not be hinted every second.
HINT_EVERY = timedelta(seconds=30)
# The hint at commit gets this long before the sweeper thinks it lost.
HINT_GRACE = timedelta(seconds=5)
UNKNOWN_AGAIN = timedelta(minutes=5)
BACKOFF_FIRST = 5
BACKOFF_MOST = 15 * 60
STUCK_AFTER = 8
# Longer than the hard time limit, so that no living handler loses its row.
LEASE_MARGIN = 30

Handler = Callable[[Lease], Any]


@dataclass(frozen=True)
class Registered:
    handler: Handler
    lease_seconds: int | None


_handlers: dict[str, Registered] = {}
_expected: set[str] = set()


def register(topic: str, handler: Handler, *, lease_seconds: int | None = None) -> None:
    """Say who handles a topic, in AppConfig.ready().

    `lease_seconds` is how long one attempt may take; by default the task time limit and a margin.
    """
    guard.check_name(topic, "A topic")
    known = _handlers.get(topic)
    if known and known.handler is not handler:
        raise ValueError(f"{topic} already has a handler.")
    _handlers[topic] = Registered(handler, lease_seconds)


def expect(*topics: str) -> None:
    """Name topics this room enqueues; a system check fails when one has no handler."""
    _expected.update(topics)


def unhandled() -> list[str]:
    """Expected topics without a handler."""
    return sorted(_expected - _handlers.keys())


def enqueue(
    *,
    topic: str,
    key: str,
    payload: Mapping[str, Any],
    queue: str = "default",
    due_at: datetime | None = None,
) -> OutboxRow:
    """Write the row in the caller's transaction; a repeated (topic, key) returns the first row.

    `payload` holds ids and codes only. Raises PersonalData.
    """
    now = timezone.now()
    due = due_at or now
    row = OutboxRow(
        topic=guard.check_name(topic, "A topic"),
        key=guard.check_code(key, "The key"),
        queue=queue,
        payload=guard.clean(payload),
        created_at=now,
        due_at=due,
        hint_at=due if due > now else now + HINT_GRACE,
    )
    # One statement, and no savepoint: a repetition is not an error, and it waits for the first
    # writer's commit, so that the row below is there to read.
    OutboxRow.objects.bulk_create([row], ignore_conflicts=True)
    stored = OutboxRow.objects.get(topic=topic, key=key)
    if stored.public_id == row.public_id and due <= now:
        # robust: after the commit nothing may fail the request, least of all a hint.
        transaction.on_commit(lambda: wake.hint(stored.pk, queue), robust=True)
    return stored


def run(row_id: int) -> str:
    """Do a row's work if it is due and free. Never inside a transaction.

    Returns `done`, `gone`, `closed` (was done or given up before), `not due`, `leased` (another
    worker has it), `retry`, `failed`, `unknown` (no handler) or `lost` (the lease ran out and
    another worker took it).
    """
    row = OutboxRow.objects.filter(pk=row_id).first()
    if row is None:
        return "gone"
    if row.done_at or row.failed_at:
        return "closed"
    registered = _handlers.get(row.topic)
    if registered is None:
        return _unknown(row)
    lease = _take(row, registered)
    if lease is None:
        row.refresh_from_db()
        if row.done_at or row.failed_at:
            return "closed"
        return "not due" if row.due_at > timezone.now() else "leased"
    try:
        registered.handler(lease)
    except LeaseLost:
        outcome = "lost"
    except Undeliverable as why:
        outcome = _fail(lease, why)
    except Retry as why:
        outcome = _again(lease, why, why.after)
    except Exception as problem:
        log.exception("Outbox: %s %s failed", row.topic, row.key)
        outcome = _again(lease, problem, None)
    else:
        outcome = "done" if lease.completed or _finish(lease) else "lost"
    if outcome == "done":
        alerts.close(row.pk)
    elif outcome == "lost":
        log.warning("Outbox: the lease on %s %s ran out", row.topic, row.key)
    return outcome


def sweep(*, limit: int = 100) -> int:
    """Send a hint for what is due, open and not leased, oldest hint first; return how many.

    It looks at every open row there is, whatever its age: after any outage nothing is forgotten.
    """
    now = timezone.now()
    due = _takeable(now).filter(hint_at__lte=now)
    if not due.exists():  # most seconds: no transaction, which on SQLite would be the only writer
        return 0
    with transaction.atomic(durable=True):
        rows = list(
            due.select_for_update(of=("self",), skip_locked=True, no_key=True)
            .order_by("hint_at", "id")
            .values_list("pk", "queue")[:limit]
        )
        OutboxRow.objects.filter(pk__in=[pk for pk, _ in rows]).update(hint_at=now + HINT_EVERY)
    for index, (pk, queue) in enumerate(rows):
        if not wake.hint(pk, queue):
            unsent = [pk for pk, _ in rows[index:]]
            OutboxRow.objects.filter(OPEN, pk__in=unsent, lease_token=None).update(hint_at=now)
            return index
    return len(rows)


def drain(*, topic: str = "", without: Collection[str] = ()) -> int:
    """Run everything that is due now in this process; return how many rows were done.

    For tests and the demonstration; `without` leaves topics to somebody else. Each row is tried
    once; what those rows enqueue runs too.
    """
    tried: list[int] = []
    done = 0
    while True:
        rows = _takeable(timezone.now()).exclude(pk__in=tried)
        if topic:
            rows = rows.filter(topic=topic)
        if without:
            rows = rows.exclude(topic__in=without)
        due = list(rows.order_by("id").values_list("pk", flat=True)[:100])
        if not due:
            return done
        for pk in due:
            tried.append(pk)
            done += run(pk) == "done"


def reopen(*, row: OutboxRow) -> bool:
    """Try a given-up row again, now. False when it was not given up."""
    now = timezone.now()
    with transaction.atomic():
        changed = OutboxRow.objects.filter(pk=row.pk, failed_at__isnull=False).update(
            failed_at=None, due_at=now, hint_at=now, attempts=0
        )
        if changed:
            alerts.close(row.pk)
            transaction.on_commit(lambda: wake.hint(row.pk, row.queue), robust=True)
    return bool(changed)


def _takeable(now: datetime) -> Any:
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    return OutboxRow.objects.filter(OPEN, free, due_at__lte=now)


def _take(row: OutboxRow, registered: Registered) -> Lease | None:
    """Lease the row in one guarded statement: of two workers the second changes nothing."""
    now = timezone.now()
    seconds = registered.lease_seconds or settings.TASK_TIME_LIMIT + LEASE_MARGIN
    token, until = uuid4(), now + timedelta(seconds=seconds)
    # durable: refuses to start inside somebody's transaction, which the handler would then be in.
    with transaction.atomic(durable=True):
        if (
            not _takeable(now)
            .filter(pk=row.pk)
            .update(lease_token=token, lease_until=until, hint_at=until, attempts=F("attempts") + 1)
        ):
            return None
        row.refresh_from_db()
        if row.attempts > STUCK_AFTER:
            alerts.open_for(row, AlertKind.STUCK)
    return Lease(row, token, until, seconds)


def _finish(lease: Lease) -> bool:
    with transaction.atomic(durable=True):
        return mark_done(lease.row_id, lease.token)


def _again(lease: Lease, why: Exception, after: timedelta | None) -> str:
    due = timezone.now() + (backoff(lease.attempts) if after is None else after)
    return "retry" if _release(lease.row_id, lease.token, why, due_at=due, hint_at=due) else "lost"


def _fail(lease: Lease, why: Undeliverable) -> str:
    log.error("Outbox: %s %s given up: %s", lease.topic, lease.key, describe(why))
    with transaction.atomic(durable=True):
        if not _release(lease.row_id, lease.token, why, failed_at=timezone.now()):
            return "lost"
        alerts.open_for(OutboxRow.objects.get(pk=lease.row_id), AlertKind.FAILED)
    return "failed"


def _release(row_id: int, token: UUID, why: Exception, **changes: Any) -> bool:
    rows = OutboxRow.objects.filter(pk=row_id, lease_token=token, done_at=None)
    return bool(
        rows.update(lease_token=None, lease_until=None, last_error=describe(why), **changes)
    )


def _unknown(row: OutboxRow) -> str:
    """Leave the row as it is, due and open, for the release that knows its topic."""
    log.error("Outbox: nobody handles the topic %s", row.topic)
    with transaction.atomic(durable=True):
        OutboxRow.objects.filter(OPEN, pk=row.pk).update(hint_at=timezone.now() + UNKNOWN_AGAIN)
        alerts.open_for(row, AlertKind.UNKNOWN_TOPIC)
    return "unknown"


def backoff(attempts: int) -> timedelta:
    """The pause after this many attempts: doubling from 5 s to 15 min, a tenth of it by chance."""
    seconds = min(BACKOFF_FIRST * 2 ** min(max(attempts, 1) - 1, 16), BACKOFF_MOST)
    return timedelta(seconds=seconds * random.uniform(0.9, 1.1))  # noqa: S311 - spreads load
