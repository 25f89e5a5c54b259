"""The pieces every movement of the quota is made of; no database here."""

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from programs.models import ClaimState, Movement
from programs.models.quota import write_leaves


class QuotaError(Exception):
    """A movement that cannot be made; a sentence for people."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Which pools a unit is taken of: the open ones of a programme at these paths, ascending, in
    the period that runs on `day`, else in `period`. Where several run, `period` if it is one of
    them, else the first by its code; a closed pool keeps its period running."""

    programme: int
    period: str
    day: date
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attempt:
    """Everything one statement needs to take a unit of what is sought. Once the pools are locked,
    `path` is their ids, root first; `leaves` the innermost of them, ascending (the last of the
    path where there is one way)."""

    sought: Sought
    subject: UUID
    public_id: UUID
    version: int
    actor: int | None
    reason: str
    now: datetime
    path: tuple[int, ...] = ()
    leaves: tuple[int, ...] = ()

    def locked(self, pools: Sequence[tuple[int, int | None]]) -> "Attempt":
        """The same on these pools, (id, parent) ascending, which are locked."""
        return replace(self, path=tuple(pool for pool, _parent in pools), leaves=innermost(pools))

    @property
    def leaf(self) -> int:
        return self.leaves[0] if self.leaves else self.path[-1]

    @property
    def also(self) -> str:
        return write_leaves(self.leaves[1:])

    def key(self, pool: int | str) -> str:
        return f"{self.public_id}:1:{pool}"


class Result(enum.Enum):
    """What became of an attempt to take a unit."""

    HELD = "held"
    FULL = "full"
    CLAIMED = "claimed"  # the subject has a live claim already


@dataclass(frozen=True, slots=True)
class Taken:
    """`claim` is the id of the new claim when a unit is held, `leaf` that of its pool."""

    result: Result
    claim: int | None = None
    leaf: int | None = None


@dataclass(frozen=True, slots=True)
class ClaimMove:
    """A claim, by id, goes from one state to another."""

    claim: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Row:
    """One ledger row to be written; the pool's counters move by the same numbers."""

    pool: int
    claim: int | None
    kind: str
    key: str
    size: int = 0
    held: int = 0
    issued: int = 0


@dataclass(slots=True)
class Counter:
    """A locked pool's counters, and those it would have after the movements planned so far."""

    parent: int | None
    size: int
    held: int
    issued: int

    @property
    def free(self) -> int:
        return self.size - self.held - self.issued


def totals(rows: Iterable[Row]) -> dict[int, tuple[int, int, int]]:
    """By pool, ascending: the sums of size, held and issued."""
    sums: dict[int, tuple[int, int, int]] = {}
    for row in sorted(rows, key=lambda row: row.pool):
        size, held, issued = sums.get(row.pool, (0, 0, 0))
        sums[row.pool] = size + row.size, held + row.held, issued + row.issued
    return sums


def path_of(tree: Mapping[int, Counter], leaves: Iterable[int]) -> list[int]:
    """Ids of the pools a unit of these leaves is taken from, ascending: root first."""
    path = set()
    for leaf in leaves:
        pool: int | None = leaf
        while pool is not None and pool not in path:
            path.add(pool)
            pool = tree[pool].parent
    return sorted(path)


def innermost(pools: Sequence[tuple[int, int | None]]) -> tuple[int, ...]:
    """Ids of the pools, given as (id, parent), that hold none of the others, ascending."""
    around = {parent for _pool, parent in pools}
    return tuple(sorted(pool for pool, _parent in pools if pool not in around))


def offers(
    tree: Mapping[int, Counter], waiting: Sequence[tuple[int, tuple[int, ...]]]
) -> list[int]:
    """Who is next: ids of the claims, out of (claim, leaves) in the order of the list, for which
    there is room on the whole path. The counters are moved on.

    One who waits for a pool that is still full is passed over, not waited for.
    """
    chosen = []
    for claim, leaves in waiting:
        path = [tree[pool] for pool in path_of(tree, leaves)]
        if not path[0].free:
            break
        if all(pool.free for pool in path):
            chosen.append(claim)
            for pool in path:
                pool.held += 1
    return chosen


# Which counter of the pools a claim in this state stands in.
HELD_STATES = frozenset({ClaimState.OFFERED, ClaimState.HELD})


def rows_for(
    path: Sequence[int], *, leaf: int, claim: int, before: str, after: str, kind: str, key: str
) -> list[Row]:
    """One row for each pool of the path; a movement that counts nowhere is written at the leaf."""
    held = (after in HELD_STATES) - (before in HELD_STATES)
    issued = (after == ClaimState.ISSUED) - (before == ClaimState.ISSUED)
    touched = path if held or issued else [leaf]
    return [Row(pool, claim, kind, f"{key}:{pool}", held=held, issued=issued) for pool in touched]


KIND_OF_STEP: Mapping[tuple[str, str], str] = {
    (ClaimState.WAITING, ClaimState.OFFERED): Movement.OFFER,
    (ClaimState.OFFERED, ClaimState.HELD): Movement.ACCEPT,
    (ClaimState.HELD, ClaimState.ISSUED): Movement.ISSUE,
    (ClaimState.WAITING, ClaimState.RETURNED): Movement.RETURN,
    (ClaimState.OFFERED, ClaimState.RETURNED): Movement.RETURN,
    (ClaimState.HELD, ClaimState.RETURNED): Movement.RETURN,
    (ClaimState.ISSUED, ClaimState.RETURNED): Movement.RETURN,
}
