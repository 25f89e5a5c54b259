"""Whether ledger, counters, claims and letters say the same, and how full the pools are."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Q, Sum

from programs.models import ClaimState, LedgerRow, Movement, Pool, PoolClaim
from programs.models.quota import read_leaves
from programs.quota.locked import vendor
from programs.quota.movements import HELD_STATES

# For a programme's slug: the subjects with a letter that took a unit and was delivered, be it
# valid, superseded or revoked by now; True for those who have one that is valid. Letters that
# were imported for an opening balance are none of these.
LetterCounter = Callable[[str], Mapping[UUID, bool]]

# Ids of the innermost pools of which a claim is a unit.
Leaves = tuple[int, ...]

_letter_counter: LetterCounter | None = None


def register_letter_counter(counter: LetterCounter) -> None:
    """The letters room says here how it counts; this room cannot see letters."""
    global _letter_counter  # noqa: PLW0603
    _letter_counter = counter


def letter_counter_registered() -> bool:
    return _letter_counter is not None


@dataclass(frozen=True, slots=True)
class PoolLine:
    """One pool as the check and the desk see it.

    `ledger` is held and issued by the ledger's sums, `opening` the issued units that were
    there at the start, `letters` the delivered letters of the others (None when nobody
    counts letters). `wrong` says what does not agree.
    """

    pool: Pool
    offered: int
    waiting: int
    ledger: int
    opening: int
    letters: int | None
    wrong: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.wrong


class Sums(NamedTuple):
    """What the ledger of one pool adds up to."""

    size: int = 0
    held: int = 0
    issued: int = 0
    opening: int = 0


@contextmanager
def one_snapshot() -> Iterator[None]:
    """A read-only transaction in which nothing moves, for whoever opens it first. Inside
    another transaction it reads as that one does."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        vendor().read_one_snapshot()
        yield


def snapshot() -> list[PoolLine]:
    """Every pool, by programme, period and path. Wrap in `one_snapshot()` to check."""
    pools = list(
        Pool.objects.select_related("programme").order_by(
            "programme__slug", "period_from", "period_code", "path"
        )
    )
    ledger = {
        pool: Sums(*sums)
        for pool, *sums in LedgerRow.objects.order_by()
        .values("pool")
        .annotate(
            size=Sum("delta_size"),
            held=Sum("delta_held"),
            issued=Sum("delta_issued"),
            opening=Sum("delta_issued", filter=Q(kind=Movement.OPENING), default=0),
        )
        .values_list("pool", "size", "held", "issued", "opening")
    }
    counts = {
        ((leaf, *read_leaves(also)), state): number
        for leaf, also, state, number in PoolClaim.objects.exclude(state=ClaimState.RETURNED)
        .order_by()
        .values_list("leaf", "also", "state")
        .annotate(number=Count("pk"))
    }
    letters = _letters(pools)
    return [_line(pool, pools, ledger.get(pool.pk, Sums()), counts, letters) for pool in pools]


def _below(pool: Pool, pools: list[Pool]) -> frozenset[int]:
    """The pool and all pools inside it."""
    return frozenset(
        other.pk
        for other in pools
        if (other.programme_id, other.period_code) == (pool.programme_id, pool.period_code)
        and pool.holds(other.path)
    )


def _line(
    pool: Pool,
    pools: list[Pool],
    ledger: Sums,
    counts: Mapping[tuple[Leaves, str], int],
    letters: Mapping[Leaves, int] | None,
) -> PoolLine:
    inside = _below(pool, pools)

    def claims(*states: str) -> int:
        return sum(
            number
            for (leaves, state), number in counts.items()
            if state in states and not inside.isdisjoint(leaves)
        )

    delivered = (
        None
        if letters is None
        else sum(n for leaves, n in letters.items() if not inside.isdisjoint(leaves))
    )
    said = [
        ("size", pool.size, "ledger", ledger.size),
        ("held", pool.held, "ledger", ledger.held),
        ("issued", pool.issued, "ledger", ledger.issued),
        ("held", pool.held, "claims", claims(*HELD_STATES)),
        ("issued", pool.issued, "claims and opening", claims(ClaimState.ISSUED) + ledger.opening),
    ]
    if delivered is not None:
        said.append(("issued", pool.issued, "letters and opening", delivered + ledger.opening))
    return PoolLine(
        pool=pool,
        offered=claims(ClaimState.OFFERED),
        waiting=claims(ClaimState.WAITING),
        ledger=ledger.held + ledger.issued,
        opening=ledger.opening,
        letters=delivered,
        wrong=tuple(
            f"{counter} {counted}, by {other} {found}"
            for counter, counted, other, found in said
            if counted != found
        ),
    )


def _letters(pools: list[Pool]) -> Mapping[Leaves, int] | None:
    """By leaves: issued claims whose letter was delivered. Valid letters without a unit are
    counted at the root of the programme's latest period, so that they do not go unseen."""
    if _letter_counter is None:
        return None
    issued = {
        (slug, subject): (leaf, *read_leaves(also))
        for slug, subject, leaf, also in PoolClaim.objects.filter(state=ClaimState.ISSUED)
        .order_by()
        .values_list("leaf__programme__slug", "subject", "leaf", "also")
    }
    latest: dict[str, Pool] = {}
    for pool in pools:
        if pool.parent_id is None:
            latest[pool.programme.slug] = pool
    found: dict[Leaves, int] = defaultdict(int)
    for slug, root in latest.items():
        for subject, valid in _letter_counter(slug).items():
            if leaves := issued.get((slug, subject)):
                found[leaves] += 1
            elif valid:
                found[root.pk,] += 1
    return found
