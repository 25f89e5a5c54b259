"""What the programs room says to SQLite alone. The same names as sql_postgresql.

A transaction here is IMMEDIATE, so it is the only writer from its first statement on: what
PostgreSQL needs one statement and row locks for may be several. The guards stay.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from programs.models import ClaimState, LedgerRow, Movement, Pool, PoolClaim
from programs.quota.movements import Attempt, ClaimMove, Result, Row, Sought, Taken, totals
from programs.quota.reading import read_sought


def lock(pools: Sequence[int]) -> list[tuple[int, int | None, int, int, int]]:
    """(id, parent, size, held, issued) of each pool, by id; the transaction is the lock."""
    return list(
        Pool.objects.filter(pk__in=pools)
        .order_by("pk")
        .values_list("pk", "parent_id", "size", "held", "issued")
    )


def lock_sought(sought: Sought) -> list[tuple[int, int | None]]:
    """(id, parent) of the pools that are sought, by id; the transaction is the lock."""
    return [(pool.pk, pool.parent_id) for pool in read_sought(sought)]


def take(attempt: Attempt) -> Taken:
    """One unit of every pool of the path and a held claim on it, or nothing at all."""
    with_room = Pool.objects.filter(pk__in=attempt.path, size__gt=F("held") + F("issued"))
    waiting = PoolClaim.objects.filter(
        leaf_id=attempt.leaf, also=attempt.also, state=ClaimState.WAITING
    )
    if with_room.count() < len(attempt.path) or waiting.exists():
        return Taken(Result.FULL)
    if (
        PoolClaim.objects.filter(subject=attempt.subject)
        .exclude(state=ClaimState.RETURNED)
        .exists()
    ):
        return Taken(Result.CLAIMED)
    with_room.update(held=F("held") + 1)
    claim = PoolClaim.objects.create(
        public_id=attempt.public_id,
        subject=attempt.subject,
        leaf_id=attempt.leaf,
        also=attempt.also,
        state=ClaimState.HELD,
        taken_under_id=attempt.version,
        taken_by_id=attempt.actor,
        opened_at=attempt.now,
        changed_at=attempt.now,
    )
    LedgerRow.objects.bulk_create(
        LedgerRow(
            pool_id=pool,
            claim=claim,
            kind=Movement.TAKE,
            delta_held=1,
            key=attempt.key(pool),
            actor_id=attempt.actor,
            reason=attempt.reason,
            at=attempt.now,
        )
        for pool in attempt.path
    )
    return Taken(Result.HELD, claim.pk, attempt.leaf)


def take_at_once(attempt: Attempt) -> Taken:
    """The same for one pool that is not found yet; full when there is none."""
    pools = lock_sought(attempt.sought)
    return take(attempt.locked(pools)) if pools else Taken(Result.FULL)


def take_alone(attempt: Attempt) -> Taken:
    """The same in a transaction of its own."""
    with transaction.atomic():
        return take_at_once(attempt)


def move(
    *,
    claims: Sequence[ClaimMove],
    rows: Sequence[Row],
    actor: int | None,
    reason: str,
    now: datetime,
) -> bool:
    """Move claims, counters and ledger together. False, and nothing moved but perhaps claims,
    when a claim was not in the state it should have been: the caller gives up its transaction."""
    moved = sum(
        PoolClaim.objects.filter(pk=move.claim, state=move.before).update(
            state=move.after, version=F("version") + 1, changed_at=now
        )
        for move in claims
    )
    if moved != len(claims):
        return False
    sums = totals(rows)
    counted = sum(
        Pool.objects.filter(pk=pool).update(
            size=F("size") + size, held=F("held") + held, issued=F("issued") + issued
        )
        for pool, (size, held, issued) in sums.items()
    )
    LedgerRow.objects.bulk_create(
        LedgerRow(
            pool_id=row.pool,
            claim_id=row.claim,
            kind=row.kind,
            delta_size=row.size,
            delta_held=row.held,
            delta_issued=row.issued,
            key=row.key,
            actor_id=actor,
            reason=reason,
            at=now,
        )
        for row in rows
    )
    return counted == len(sums)


def read_one_snapshot() -> None:
    """Nothing to do: a transaction reads one snapshot already."""


def be_the_only_loader() -> None:
    """Nothing to do: only one transaction writes at a time."""
