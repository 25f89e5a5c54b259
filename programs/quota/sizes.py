"""How many units there are: pools opened by the first load, opening balances, sizes."""

from collections.abc import Iterator
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from programs.calendar import now
from programs.manifest import Manifest, QuotaNode
from programs.models import LedgerRow, Movement, Pool, Programme
from programs.quota.locked import LockedTree, in_callers_transaction
from programs.quota.movements import QuotaError, Row, path_of
from programs.quota.moves import tell


@in_callers_transaction
def ensure_pools(*, programme: Programme, manifest: Manifest) -> list[str]:
    """Open the pools of the manifest's period if there are none yet; one line for each.

    Pools belong to programme and period, not to a version: a file with another tree changes
    nothing and is reported as a proposal.
    """
    period = manifest.period
    if manifest.quota is None or period.to is None:
        return []  # the catalogue's checker refuses a quota without an end
    nodes = dict(_walk(manifest.quota))
    head = f"quota {programme.slug}/{period.code}"
    existing = {
        pool.path: pool
        for pool in Pool.objects.filter(programme=programme, period_code=period.code)
    }
    if existing:
        return [f"{head} proposal: {line}" for line in _differences(existing, nodes, manifest)]
    lines = []
    for path, node in nodes.items():
        pool = Pool.objects.create(
            programme=programme,
            period_code=period.code,
            period_from=period.from_,
            period_to=period.to,
            path=path,
            parent=existing.get(path.rpartition("/")[0]),
            name_ko=node.names.ko,
            name_en=node.names.en,
            size=node.size,
        )
        existing[path] = pool
        LedgerRow.objects.create(
            pool=pool,
            kind=Movement.CREATE,
            key=f"{pool.public_id}:create",
            delta_size=node.size,
            reason=f"catalogue {manifest.label}",
            at=now(),
        )
        lines.append(f"{head}/{path} opened with {node.size}")
    return lines


def _walk(node: QuotaNode, above: str = "") -> Iterator[tuple[str, QuotaNode]]:
    """(path, node), each parent before its children."""
    if "/" in node.code:
        raise QuotaError(f"{node.code!r} names a pool and has a slash in it")
    path = f"{above}/{node.code}" if above else node.code
    yield path, node
    for child in node.children:
        yield from _walk(child, path)


def _differences(
    pools: dict[str, Pool], nodes: dict[str, QuotaNode], manifest: Manifest
) -> Iterator[str]:
    for path in sorted(pools.keys() | nodes.keys()):
        if path not in nodes:
            yield f"{path} is closed"
        elif path not in pools:
            yield f"{path} is opened with {nodes[path].size}"
        elif pools[path].size != nodes[path].size:
            yield f"{path} goes from {pools[path].size} to {nodes[path].size}"
    root = next(iter(pools.values()))
    if (root.period_from, root.period_to) != (manifest.period.from_, manifest.period.to):
        yield (
            f"the period {root.period_from}..{root.period_to}"
            f" is {manifest.period.from_}..{manifest.period.to}"
        )


@in_callers_transaction
def opening(*, pool: Pool, issued: int, actor: User | None, reason: str) -> Pool:
    """Start with units that were issued before this installation; once per pool.

    They count in the pools above too. The same number again changes nothing; another number,
    or more than there is room for, raises QuotaError.
    """
    if issued < 1:
        raise QuotaError(_("기초 발급 수는 1 이상이어야 합니다."))
    tree = LockedTree(pool)
    key = f"{pool.public_id}:opening"
    before = LedgerRow.objects.filter(key=f"{key}:{pool.pk}").first()
    if before:
        if before.delta_issued == issued:
            return pool
        raise QuotaError(
            _("기초 발급 수가 이미 등록되어 있습니다: %(issued)s건")
            % {"issued": before.delta_issued}
        )
    path = path_of(tree.counters, pool.pk)
    free = min(tree.counters[step].free for step in path)
    if issued > free:
        raise QuotaError(
            _("기초 발급 %(issued)s건을 등록할 수 없습니다. 남은 쿼터: %(free)s건")
            % {"free": free, "issued": issued}
        )
    tree.rows = [Row(step, None, Movement.OPENING, f"{key}:{step}", issued=issued) for step in path]
    tree.write(actor=actor, reason=reason)
    pool.refresh_from_db()
    return pool


@in_callers_transaction
def resize(*, pool: Pool, size: int, actor: User | None, reason: str) -> list[UUID]:
    """Change how many units a pool has; the subjects to whom new ones are offered.

    Raises QuotaError below what is held and issued.
    """
    tree = LockedTree(pool)
    counter = tree.counters[pool.pk]
    used = counter.size - counter.free
    if size < used:
        raise QuotaError(
            _("이미 배정되거나 발급된 %(used)s건보다 작게 줄일 수 없습니다.") % {"used": used}
        )
    if size == counter.size:
        return []
    number = LedgerRow.objects.filter(pool=pool, kind=Movement.RESIZE).count() + 1
    change = size - counter.size
    counter.size = size
    tree.rows.append(
        Row(pool.pk, None, Movement.RESIZE, f"{pool.public_id}:resize:{number}", size=change)
    )
    subjects = tree.offer()
    tree.write(actor=actor, reason=reason)
    tell(subjects)
    return subjects
