"""The quota of one's own offices: pools with their bars, and what was left on which day."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate

from portal.charts import Burndown, QuotaBar, burndown, quota_bar
from programs import calendar
from programs.models import ClaimState, LedgerRow, Pool, PoolClaim, Programme
from programs.models.quota import read_leaves
from reviews.permissions import Desk
from reviews.selectors.rows import in_reader_language


@dataclass(frozen=True)
class PoolView:
    """One pool: its bar, and how deep it lies in its tree."""

    pool: Pool
    name: str
    depth: int
    bar: QuotaBar


@dataclass(frozen=True)
class QuotaView:
    """The pools of one programme and period, outermost first, and the outermost one's burn-down."""

    programme: Programme
    total: PoolView
    inner: list[PoolView]
    chart: Burndown | None


def quotas(desk: Desk) -> list[QuotaView]:
    """One view for each programme and period that is running, else the latest one."""
    pools = list(
        Pool.objects.filter(desk.where(office="programme__office", programme="programme__slug"))
        .select_related("programme")
        .order_by("programme__slug", "period_from", "path")
    )
    trees: dict[int, list[Pool]] = {}
    today = calendar.today()
    for pool in pools:  # later periods come later, and replace earlier ones unless those run
        shown = trees.get(pool.programme_id)
        if shown and shown[0].period_code != pool.period_code and shown[0].period_to >= today:
            continue
        if shown and shown[0].period_code == pool.period_code:
            shown.append(pool)
        else:
            trees[pool.programme_id] = [pool]
    waiting = _waiting([pool for tree in trees.values() for pool in tree])
    days = _by_day([tree[0] for tree in trees.values()])
    return [
        QuotaView(
            programme=tree[0].programme,
            total=_pool_view(tree[0], tree, waiting),
            inner=[_pool_view(pool, tree, waiting) for pool in tree[1:]],
            chart=_chart(tree[0], days[tree[0].pk]),
        )
        for tree in trees.values()
    ]


def _pool_view(pool: Pool, tree: list[Pool], waiting: dict[tuple[int, ...], int]) -> PoolView:
    inside = {one.pk for one in tree if pool.holds(one.path)}
    return PoolView(
        pool=pool,
        name=in_reader_language(pool.name_ko, pool.name_en),
        depth=pool.path.count("/"),
        bar=quota_bar(
            size=pool.size,
            issued=pool.issued,
            held=pool.held,
            waiting=sum(
                number for leaves, number in waiting.items() if not inside.isdisjoint(leaves)
            ),
        ),
    )


def _waiting(pools: list[Pool]) -> dict[tuple[int, ...], int]:
    """How many wait for a unit of the same pools; ids of the innermost ones."""
    rows = (
        PoolClaim.objects.filter(leaf__in=pools, state=ClaimState.WAITING)
        .order_by()
        .values_list("leaf", "also")
        .annotate(number=Count("pk"))
    )
    return {(leaf, *read_leaves(also)): number for leaf, also, number in rows}


def _by_day(roots: list[Pool]) -> dict[int, list[tuple[date, int, int]]]:
    """For each pool `(day, change of size, change of units taken)`, by day: one query."""
    rows = (
        LedgerRow.objects.filter(pool__in=roots)
        .order_by()
        .values("pool", day=TruncDate("at", tzinfo=calendar.SEOUL))
        .annotate(size=Sum("delta_size"), held=Sum("delta_held"), issued=Sum("delta_issued"))
        .order_by("pool", "day")
    )
    found: dict[int, list[tuple[date, int, int]]] = defaultdict(list)
    for row in rows:
        found[row["pool"]].append((row["day"], row["size"], row["held"] + row["issued"]))
    return found


def _chart(pool: Pool, days: list[tuple[date, int, int]]) -> Burndown | None:
    """Units left from the period's first day until today; None before the period begins."""
    today = min(calendar.today(), pool.period_to)
    if today < pool.period_from or pool.period_to <= pool.period_from or not days:
        return None
    left, size, taken = {pool.period_from: days[0][1]}, 0, 0
    for day, more, used in days:
        size, taken = size + more, taken + used
        if size or taken:
            left[min(max(day, pool.period_from), today)] = size - taken
    left[today] = size - taken
    return burndown(
        size=pool.size,
        start=pool.period_from,
        end=pool.period_to,
        left=sorted(left.items()),
        today=today,
    )
