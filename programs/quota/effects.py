"""What a change of the quota would do: sizes, what the public page says, who is offered a unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from programs.manifest import Manifest, QuotaNode
from programs.models import ChangeKind, Pool, ProgrammeVersion, QuotaChange, VersionStatus
from programs.quota.locked import LockedTree
from programs.quota.sizes import walk
from programs.sourcing import NOTHING, Text

# As many as a catalogue file may name.
MOST_UNITS = 1_000_000


@dataclass(frozen=True)
class Wanted:
    """A change as somebody asks for it. `units` is how many move, or the new size."""

    kind: str
    pool: Pool
    source: Pool | None = None
    units: int | None = None
    first_day: date | None = None
    last_day: date | None = None

    @classmethod
    def of(cls, change: QuotaChange) -> Wanted:
        return cls(
            change.kind,
            change.pool,
            change.source,
            change.units,
            change.first_day,
            change.last_day,
        )


@dataclass(frozen=True)
class PoolEffect:
    """One pool before and after."""

    path: str
    size: int
    size_after: int
    used: int
    free: int
    free_after: int


@dataclass
class Effect:
    """What a change would do now. `problems` keep it from being done."""

    pools: list[PoolEffect] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)
    public_before: int = 0
    public_after: int = 0
    size_before: int = 0
    size_after: int = 0
    period_before: tuple[date, date] | None = None
    period_after: tuple[date, date] | None = None
    consent: Text = NOTHING
    problems: list[str] = field(default_factory=list)

    def as_record(self) -> dict[str, Any]:
        """Numbers only: kept with the change that was applied."""
        return {"pools": [asdict(pool) for pool in self.pools], "offered": len(self.offered)}


def said_by_catalogue(pool: Pool) -> Manifest | None:
    """The latest version in force that names the pool's period."""
    versions = ProgrammeVersion.objects.filter(
        programme_id=pool.programme_id, status=VersionStatus.IN_FORCE
    ).order_by("-effective_from")
    for version in versions:
        manifest = version.manifest()
        if manifest.period.code == pool.period_code and manifest.quota is not None:
            return manifest
    return None


def consents(pool: Pool) -> dict[str, Text]:
    """By path of a pool whose parts may exchange units: with whose consent."""
    manifest = said_by_catalogue(pool)
    if manifest is None or manifest.quota is None:
        return {}
    return {path: node.transfers for path, node in walk(manifest.quota) if node.transfers.ko}


@transaction.atomic
def look(wanted: Wanted) -> Effect:
    """What the change would do if it were made now. Locks the tree for a moment, writes nothing."""
    return effect_of(wanted)


def effect_of(asked: Wanted) -> Effect:
    """Locks the tree. Planned on the locked counters, as `_apply` does it; nothing is written."""
    tree = LockedTree(asked.pool)
    pools = {pool.pk: pool for pool in Pool.objects.filter(pk__in=tree.counters).order_by("pk")}
    root = next(pool for pool in pools.values() if pool.parent_id is None)
    node_of = _nodes(asked.pool)
    before = {pk: (one.size, one.free) for pk, one in tree.counters.items()}
    effect = Effect(
        public_before=tree.counters[root.pk].free, size_before=tree.counters[root.pk].size
    )
    if asked.kind == ChangeKind.PERIOD:
        effect.period_before = (root.period_from, root.period_to)
        effect.period_after = (asked.first_day or root.period_from, asked.last_day or date.min)
        effect.problems += _period_problems(asked, root)
    else:
        if asked.kind == ChangeKind.TRANSFER:
            effect.problems += _transfer_problems(asked, tree, pools)
            above = pools.get(asked.pool.parent_id or 0)
            node = node_of.get(above.path) if above else None
            effect.consent = node.transfers if node else NOTHING
        if not effect.problems:
            for pk, size in _sizes(asked, tree).items():
                tree.counters[pk].size = size
            effect.problems += _fit_problems(tree, pools, node_of, before)
    if not effect.problems:
        effect.offered = [str(subject) for subject in tree.offer()]
    effect.public_after = tree.counters[root.pk].free
    effect.size_after = tree.counters[root.pk].size
    effect.pools = [
        PoolEffect(
            path=pool.path,
            size=before[pk][0],
            size_after=tree.counters[pk].size,
            used=before[pk][0] - before[pk][1],
            free=before[pk][1],
            free_after=tree.counters[pk].free,
        )
        for pk, pool in sorted(pools.items(), key=lambda item: item[1].path)
        if pool.closed_at is None
    ]
    return effect


def _nodes(pool: Pool) -> Mapping[str, QuotaNode]:
    manifest = said_by_catalogue(pool)
    return dict(walk(manifest.quota)) if manifest and manifest.quota else {}


def _sizes(asked: Wanted, tree: LockedTree) -> dict[int, int]:
    """The sizes that the change asks for, by pool."""
    units = asked.units or 0
    if asked.kind == ChangeKind.SIZE:
        return {asked.pool.pk: units}
    assert asked.source is not None  # noqa: S101 - looked at before
    return {
        asked.source.pk: tree.counters[asked.source.pk].size - units,
        asked.pool.pk: tree.counters[asked.pool.pk].size + units,
    }


def _transfer_problems(asked: Wanted, tree: LockedTree, pools: Mapping[int, Pool]) -> list[str]:
    source, units = asked.source, asked.units or 0
    if units < 1:
        return [_("옮길 수는 1 이상이어야 합니다.")]
    if source is None or source.pk not in pools or asked.pool.pk not in pools:
        return [_("같은 프로그램과 기간의 쿼터 사이에서만 옮길 수 있습니다.")]
    if source.pk == asked.pool.pk:
        return [_("서로 다른 두 쿼터를 골라 주세요.")]
    if source.parent_id is None or source.parent_id != asked.pool.parent_id:
        return [_("같은 쿼터에 바로 속한 두 쿼터 사이에서만 옮길 수 있습니다.")]
    if pools[source.parent_id].path not in consents(asked.pool):
        return [_("이 프로그램은 쿼터 사이의 이동을 허용하지 않습니다.")]
    if source.closed_at is not None or asked.pool.closed_at is not None:
        return [_("마감한 쿼터는 바꿀 수 없습니다.")]
    free = tree.counters[source.pk].free
    if units > free:
        return [
            _("%(pool)s: 이미 배정되거나 발급된 자리는 옮길 수 없습니다. 옮길 수 있는 수: %(free)s")
            % {"pool": _name(source), "free": free}
        ]
    return []


def _fit_problems(
    tree: LockedTree,
    pools: Mapping[int, Pool],
    node_of: Mapping[str, QuotaNode],
    before: Mapping[int, tuple[int, int]],
) -> list[str]:
    """Sizes below what is used, and parts that do not fit into their whole any more."""
    found = []
    if all(tree.counters[pk].size == size for pk, (size, _free) in before.items()):
        return [_("바뀌는 것이 없습니다.")]
    for pk, pool in pools.items():
        counter = tree.counters[pk]
        if counter.size > MOST_UNITS:
            found.append(_("정원은 %(most)s까지 적을 수 있습니다.") % {"most": MOST_UNITS})
        if counter.size != before[pk][0] and pool.closed_at is not None:
            found.append(_("마감한 쿼터는 바꿀 수 없습니다."))
        if counter.free < 0:
            found.append(
                _("%(pool)s: 이미 배정되거나 발급된 %(used)s건보다 작게 줄일 수 없습니다.")
                % {"pool": _name(pool), "used": counter.size - counter.free}
            )
        inside = [
            other.pk
            for other in pools.values()
            if other.parent_id == pk and other.closed_at is None
        ]
        node = node_of.get(pool.path)
        overlapping = node is not None and node.overlapping
        needed_before = _needed([before[other][0] for other in inside], overlapping)
        needed = _needed([tree.counters[other].size for other in inside], overlapping)
        worse = needed > needed_before or counter.size < before[pk][0]
        if worse and needed > counter.size:
            found.append(
                _("%(pool)s: 안에 든 쿼터가 모두 %(parts)s인데 정원은 %(size)s입니다.")
                % {"pool": _name(pool), "parts": needed, "size": counter.size}
            )
    return found


def _needed(parts: list[int], overlapping: bool) -> int:
    """How large a pool has to be for its parts to fit in: each alone where they overlap."""
    return max(parts, default=0) if overlapping else sum(parts)


def _period_problems(asked: Wanted, root: Pool) -> list[str]:
    if asked.pool.pk != root.pk:
        return [_("기간은 가장 바깥 쿼터에서 바꿉니다.")]
    first, last = asked.first_day, asked.last_day
    if first is None or last is None or last < first:
        return [_("끝나는 날은 시작하는 날보다 앞설 수 없습니다.")]
    if (first, last) == (root.period_from, root.period_to):
        return [_("바뀌는 것이 없습니다.")]
    other = (
        Pool.objects.filter(
            programme_id=root.programme_id,
            parent=None,
            period_from__lte=last,
            period_to__gte=first,
        )
        .exclude(period_code=root.period_code)
        .first()
    )
    if other is not None:
        return [
            _("다른 기간(%(code)s, %(first)s ~ %(last)s)과 겹칩니다.")
            % {
                "code": other.period_code,
                "first": date_format(other.period_from, "DATE_FORMAT"),
                "last": date_format(other.period_to, "DATE_FORMAT"),
            }
        ]
    return []


def _name(pool: Pool) -> str:
    return str(Text(pool.name_ko, pool.name_en or pool.name_ko))
