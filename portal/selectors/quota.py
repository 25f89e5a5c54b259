"""The quota of one's own offices: every level with its units, what was left on which day, goals."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from portal.charts import Burndown, QuotaBar, burndown, quota_bar
from portal.forecast import Taken, Weeks, chance_of, taken_by, weeks
from programs import calendar
from programs.models import ClaimState, LedgerRow, Pool, PoolClaim, Programme, QuotaGoal
from programs.models.quota import read_leaves
from reviews.permissions import Desk
from reviews.selectors.rows import in_reader_language

HELD = (ClaimState.HELD, ClaimState.OFFERED)
# A goal is on its way, or hardly so, when its chance is at least or at most this.
LIKELY, UNLIKELY = 0.8, 0.2


@dataclass(frozen=True)
class Day:
    """What the ledger says of one pool and day: change of size, of units taken, and how many of
    those were cases' (opening balances are not)."""

    day: date
    size: int
    taken: int
    cases: int
    opening: int


@dataclass(frozen=True)
class Standing:
    """A goal as things stand: what is taken so far or was on its day, and what is expected.
    `out_of_reach` when more units are missing than are left: no pace could do it."""

    goal: QuotaGoal
    taken: int
    over: bool
    chance: float | None
    expected: Taken | None
    out_of_reach: bool = False

    @property
    def state(self) -> str:
        """ "reached", "missed", "likely", "open", "unlikely" or "unknown"."""
        if self.taken >= self.goal.number:
            return "reached"
        if self.over:
            return "missed"
        if self.chance is None:
            return "unknown"
        if self.chance >= LIKELY:
            return "likely"
        return "unlikely" if self.chance <= UNLIKELY else "open"

    @property
    def low(self) -> int | None:
        return self.taken + self.expected.low if self.expected else None

    @property
    def high(self) -> int | None:
        return self.taken + self.expected.high if self.expected else None

    @property
    def percent(self) -> int | None:
        """Between 1 and 99, for what is foretold is never certain; 0 when it cannot be."""
        if self.chance is None or self.out_of_reach:
            return None if self.chance is None else 0
        return min(max(round(self.chance * 100), 1), 99)


@dataclass(frozen=True)
class PoolView:
    """One pool: its bar, how deep it lies in its tree, its burn-down, and how many cases stand
    behind its numbers. `opening` are units that were issued before this installation; `full_above`
    is the name of a pool around it of which nothing is left, "" without one."""

    pool: Pool
    name: str
    depth: int
    bar: QuotaBar
    chart: Burndown | None
    opening: int = 0
    issued_cases: int = 0
    full_above: str = ""
    goals: list[Standing] = field(default_factory=list)


@dataclass(frozen=True)
class QuotaView:
    """The pools of one programme and period, outermost first."""

    programme: Programme
    total: PoolView
    inner: list[PoolView]
    periods: list[str]

    @property
    def chart(self) -> Burndown | None:
        return self.total.chart

    @property
    def levels(self) -> list[PoolView]:
        return [self.total, *self.inner]

    @property
    def period(self) -> str:
        return self.total.pool.period_code


def quotas(
    desk: Desk, *, slug: str = "", period: str = "", with_goals: bool = True
) -> list[QuotaView]:
    """One view for each programme: its period that runs, else the latest; or the one named.

    Four queries, whatever there is to see.
    """
    pools = list(_pools(desk, slug).order_by("programme__slug", "period_from", "path"))
    by_programme: dict[int, dict[str, list[Pool]]] = defaultdict(dict)
    for pool in pools:
        by_programme[pool.programme_id].setdefault(pool.period_code, []).append(pool)
    trees = [_tree(periods, period) for periods in by_programme.values()]
    shown = [pool for tree in trees for pool in tree]
    claims = _claims(shown)
    days = _by_day(shown)
    goals = _goals(shown) if with_goals else {}
    return [
        QuotaView(
            programme=tree[0].programme,
            total=_pool_view(tree[0], tree, claims, days, goals),
            inner=[_pool_view(pool, tree, claims, days, goals) for pool in tree[1:]],
            periods=list(by_programme[tree[0].programme_id]),
        )
        for tree in trees
    ]


def pool_for(desk: Desk, public_id: UUID) -> Pool | None:
    """A pool of the person's offices; None is "does not exist"."""
    return _pools(desk).filter(public_id=public_id).first()


def subjects(pool: Pool, state: str) -> QuerySet[Any]:
    """Public ids of the cases that stand behind a pool's number: `issued`, `held` or `waiting`."""
    inside = [
        one.pk
        for one in Pool.objects.filter(programme_id=pool.programme_id, period_code=pool.period_code)
        if pool.holds(one.path)
    ]
    within = Q(leaf__in=inside)
    for one in inside:
        within |= Q(also__contains=f",{one},")
    states = HELD if state == ClaimState.HELD else (state,)
    return PoolClaim.objects.filter(within, state__in=states).values("subject")


def _pools(desk: Desk, slug: str = "") -> QuerySet[Pool]:
    own = desk.where(office="programme__office", programme="programme__slug")
    found = Pool.objects.filter(own).select_related("programme")
    return found.filter(programme__slug=slug) if slug else found


def _tree(periods: Mapping[str, list[Pool]], wanted: str) -> list[Pool]:
    """Periods come in the order of their first days: the first not ended, else the last."""
    if wanted in periods:
        return periods[wanted]
    today = calendar.today()
    trees = list(periods.values())
    return next((tree for tree in trees if tree[0].period_to >= today), trees[-1])


Claims = Mapping[tuple[int, ...], Mapping[str, int]]


def _pool_view(
    pool: Pool,
    tree: list[Pool],
    claims: Claims,
    days: Mapping[int, list[Day]],
    goals: Mapping[int, list[QuotaGoal]],
) -> PoolView:
    inside = {one.pk for one in tree if pool.holds(one.path)}
    own = [states for leaves, states in claims.items() if not inside.isdisjoint(leaves)]
    bar = quota_bar(
        size=pool.size,
        issued=pool.issued,
        held=pool.held,
        waiting=sum(states.get(ClaimState.WAITING, 0) for states in own),
    )
    behind = _weeks(pool, days[pool.pk])
    full = [one for one in tree if one.pk != pool.pk and one.holds(pool.path) and one.free <= 0]
    return PoolView(
        pool=pool,
        name=in_reader_language(pool.name_ko, pool.name_en),
        depth=pool.path.count("/"),
        bar=bar,
        chart=_chart(pool, days[pool.pk], behind),
        opening=sum(day.opening for day in days[pool.pk]),
        issued_cases=sum(states.get(ClaimState.ISSUED, 0) for states in own),
        full_above=in_reader_language(full[0].name_ko, full[0].name_en) if full else "",
        goals=[_standing(goal, pool, days[pool.pk], behind) for goal in goals.get(pool.pk, ())],
    )


def _claims(pools: list[Pool]) -> Claims:
    """How many claims on the same innermost pools are in which state: one query."""
    rows = (
        PoolClaim.objects.filter(leaf__in=pools)
        .exclude(state=ClaimState.RETURNED)
        .order_by()
        .values_list("leaf", "also", "state")
        .annotate(number=Count("pk"))
    )
    found: dict[tuple[int, ...], dict[str, int]] = defaultdict(dict)
    for leaf, also, state, number in rows:
        found[leaf, *read_leaves(also)][state] = number
    return found


def _by_day(pools: list[Pool]) -> dict[int, list[Day]]:
    """For each pool what its ledger says, by day: one query."""
    rows = (
        LedgerRow.objects.filter(pool__in=pools)
        .order_by()
        .values("pool", day=TruncDate("at", tzinfo=calendar.SEOUL))
        .annotate(
            size=Sum("delta_size"),
            taken=Sum("delta_held") + Sum("delta_issued"),
            cases=Sum("delta_held", filter=Q(claim__isnull=False), default=0)
            + Sum("delta_issued", filter=Q(claim__isnull=False), default=0),
            opening=Sum("delta_issued", filter=Q(claim=None), default=0),
        )
        .order_by("pool", "day")
    )
    found: dict[int, list[Day]] = defaultdict(list)
    for row in rows:
        found[row["pool"]].append(
            Day(row["day"], row["size"], row["taken"], row["cases"], row["opening"])
        )
    return found


def _goals(pools: list[Pool]) -> dict[int, list[QuotaGoal]]:
    found: dict[int, list[QuotaGoal]] = defaultdict(list)
    for goal in QuotaGoal.objects.filter(pool__in=pools, ended_at=None).order_by("due_on", "pk"):
        found[goal.pool_id].append(goal)
    return found


def _weeks(pool: Pool, days: Sequence[Day]) -> Weeks:
    """The weeks of this installation's own sign-offs: what was issued before it says nothing of
    when."""
    today = min(calendar.today(), pool.period_to)
    if not days:
        return Weeks((), today)
    start = max(pool.period_from, days[0].day)
    return weeks([(day.day, day.cases) for day in days], start=start, today=today)


def _standing(goal: QuotaGoal, pool: Pool, days: Sequence[Day], behind: Weeks) -> Standing:
    today = calendar.today()
    over = goal.due_on < today
    until = min(goal.due_on, today)
    taken = sum(day.taken for day in days if day.day <= until)
    missing = goal.number - taken
    if over or missing <= 0 or not behind.says_something or pool.period_to < today:
        return Standing(goal, taken, over, None, None)
    expected = taken_by(goal.due_on, behind, most=max(pool.free, 0))
    if missing > pool.free:
        return Standing(goal, taken, over, 0.0, expected, out_of_reach=True)
    chance = chance_of(missing, (goal.due_on - today).days, behind)
    return Standing(goal, taken, over, chance, expected)


def _chart(pool: Pool, days: Sequence[Day], behind: Weeks) -> Burndown | None:
    """Units left from the period's first day until today; None before the period begins."""
    today = min(calendar.today(), pool.period_to)
    if today < pool.period_from or pool.period_to <= pool.period_from or not days:
        return None
    # The size with which the pool was opened stands for the days before.
    opened = next((day for day in days if day.size), days[0])
    size, taken = opened.size, 0
    left = {pool.period_from: size}
    for day in days:
        size, taken = size + (day.size if day is not opened else 0), taken + day.taken
        left[min(max(day.day, pool.period_from), today)] = size - taken
    left[today] = size - taken
    return burndown(
        size=pool.size,
        start=pool.period_from,
        end=pool.period_to,
        left=sorted(left.items()),
        today=today,
        behind=behind,
    )
