"""A tree of pools, locked: the only place from which counters, claims and ledger are written."""

import functools
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ParamSpec, Protocol, TypeVar
from uuid import UUID

from django.db import connection, transaction

from accounts.models import User
from programs.calendar import now
from programs.models import ClaimState, Pool, PoolClaim
from programs.models.quota import read_leaves
from programs.quota.movements import (
    KIND_OF_STEP,
    Attempt,
    ClaimMove,
    Counter,
    QuotaError,
    Row,
    Sought,
    Taken,
    offers,
    path_of,
    rows_for,
)

REASON_LENGTH = 200

P = ParamSpec("P")
R = TypeVar("R")


class Vendor(Protocol):
    """What sql_postgresql and sql_sqlite both say."""

    def lock(self, pools: Sequence[int]) -> list[tuple[int, int | None, int, int, int]]: ...

    def lock_sought(self, sought: Sought) -> list[tuple[int, int | None]]: ...

    def take(self, attempt: Attempt) -> Taken: ...

    def take_at_once(self, attempt: Attempt) -> Taken: ...

    def take_alone(self, attempt: Attempt) -> Taken: ...

    def move(
        self,
        *,
        claims: Sequence[ClaimMove],
        rows: Sequence[Row],
        actor: int | None,
        reason: str,
        now: datetime,
    ) -> bool: ...

    def read_one_snapshot(self) -> None: ...

    def be_the_only_loader(self) -> None: ...


def vendor() -> Vendor:
    if connection.vendor == "postgresql":
        from programs import sql_postgresql

        return sql_postgresql
    from programs import sql_sqlite

    return sql_sqlite


def in_callers_transaction(movement: Callable[P, R]) -> Callable[P, R]:
    """Run in the caller's transaction, or in one of its own where there is none.

    No savepoint: a refusal comes before the first write and leaves the caller's transaction
    usable, and two round trips are saved while pools are locked.
    """

    @functools.wraps(movement)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return movement(*args, **kwargs)
        with transaction.atomic():
            return movement(*args, **kwargs)

    return run


def actor_id(actor: User | None) -> int | None:
    """None is the system."""
    return actor.pk if actor else None


class LockedTree:
    """The pools of one programme and period, locked until the caller's transaction ends.

    Collects movements of claims and writes them in one statement. Whoever holds the root
    holds the tree, so what was read after locking stays true until `write`.
    """

    def __init__(self, pool: Pool | None) -> None:
        """Lock the whole tree that the pool belongs to; without a pool, nothing."""
        ids = (
            Pool.objects.filter(programme_id=pool.programme_id, period_code=pool.period_code)
            if pool
            else Pool.objects.none()
        ).values_list("pk", flat=True)
        self.counters = {
            pk: Counter(parent, size, held, issued)
            for pk, parent, size, held, issued in vendor().lock(sorted(ids))
        }
        self.claims: list[ClaimMove] = []
        self.rows: list[Row] = []

    def step(self, claim: PoolClaim, after: str) -> None:
        """Plan that a claim, read after locking, goes to another state."""
        self._step(claim.pk, claim.leaves, claim.public_id, claim.version, claim.state, after)

    def _step(
        self,
        pk: int,
        leaves: tuple[int, ...],
        public_id: UUID,
        version: int,
        before: str,
        after: str,
    ) -> None:
        rows = rows_for(
            path_of(self.counters, leaves),
            leaf=leaves[0],
            claim=pk,
            before=before,
            after=after,
            kind=KIND_OF_STEP[before, after],
            key=f"{public_id}:{version + 1}",
        )
        for row in rows:
            self.counters[row.pool].held += row.held
            self.counters[row.pool].issued += row.issued
        self.claims.append(ClaimMove(pk, before, after))
        self.rows += rows

    def offer(self) -> list[UUID]:
        """Plan that whatever is free now is offered to who is next; their subjects."""
        if not any(counter.free for counter in self.counters.values() if counter.parent is None):
            return []
        waiting = [
            (pk, (leaf, *read_leaves(also)), public_id, version, subject)
            for pk, leaf, also, public_id, version, subject in PoolClaim.objects.filter(
                leaf__in=self.counters, state=ClaimState.WAITING
            )
            .order_by("pk")
            .values_list("pk", "leaf_id", "also", "public_id", "version", "subject")
        ]
        planned = {
            pk: Counter(counter.parent, counter.size, counter.held, counter.issued)
            for pk, counter in self.counters.items()
        }
        chosen = set(offers(planned, [(pk, leaves) for pk, leaves, *_rest in waiting]))
        subjects = []
        for pk, leaves, public_id, version, subject in waiting:
            if pk in chosen:
                self._step(pk, leaves, public_id, version, ClaimState.WAITING, ClaimState.OFFERED)
                subjects.append(subject)
        return subjects

    def write(self, *, actor: User | None, reason: str) -> None:
        """One statement for everything that was planned."""
        moved = vendor().move(
            claims=self.claims,
            rows=self.rows,
            actor=actor_id(actor),
            reason=reason[:REASON_LENGTH],
            now=now(),
        )
        if not moved:
            # Not reachable while everyone locks first; if it is, nothing of this may stay.
            transaction.set_rollback(True)
            raise QuotaError("A claim changed under the lock of its pools.")
