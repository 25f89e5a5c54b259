"""How many units there are: pools opened by the first load, opening balances, sizes."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from programs.calendar import now
from programs.manifest import QuotaNode
from programs.models import LedgerRow, Movement, Pool, Programme
from programs.quota.locked import LockedTree, in_callers_transaction
from programs.quota.movements import QuotaError, Row, path_of
from programs.quota.moves import tell


def open_pool(
    *,
    programme: Programme,
    period: tuple[str, str, str],
    parent: Pool | None,
    said: dict[str, Any],
    reason: str,
) -> Pool:
    """A new pool of a period (code, first day, last day); its parent is there already."""
    code, first, last = period
    pool = Pool.objects.create(
        programme=programme,
        period_code=code,
        period_from=first,
        period_to=last,
        path=said["path"],
        parent=parent,
        name_ko=said["ko"],
        name_en=said["en"],
        size=said["size"],
    )
    LedgerRow.objects.create(
        pool=pool,
        kind=Movement.CREATE,
        key=f"{pool.public_id}:create",
        delta_size=pool.size,
        reason=reason,
        at=now(),
    )
    return pool


def walk(node: QuotaNode, above: str = "") -> Iterator[tuple[str, QuotaNode]]:
    """(path, node), each parent before its children."""
    path = f"{above}/{node.code}" if above else node.code
    yield path, node
    for child in node.children:
        yield from walk(child, path)


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
    path = path_of(tree.counters, [pool.pk])
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


@in_callers_transaction
def opening_of_register(
    *, root: Pool, counts: Mapping[int, int], key: str, actor: User | None, reason: str
) -> dict[int, int]:
    """See that each pool's opening is at least so many units, by the pool's id; what was added.

    A unit of an inner pool is counted in `counts` for every pool around it. What was opened
    before, by number or by an earlier register, counts: so the same register again adds nothing.
    Raises QuotaError where there is no room, and then nothing has changed.
    """
    tree = LockedTree(root)
    before: dict[int, int] = dict(
        LedgerRow.objects.filter(pool__in=tree.counters, kind=Movement.OPENING)
        .order_by()
        .values_list("pool")
        .annotate(number=Sum("delta_issued"))
    )
    added = {
        pool: count - before.get(pool, 0)
        for pool, count in sorted(counts.items())
        if count > before.get(pool, 0)
    }
    for pool, count in added.items():
        if count > tree.counters[pool].free:
            raise QuotaError(
                _("기초 발급 %(issued)s건을 등록할 수 없습니다. 남은 쿼터: %(free)s건")
                % {"free": tree.counters[pool].free, "issued": count}
            )
    if added:
        tree.rows = [
            Row(pool, None, Movement.OPENING, f"{key}:opening:{pool}", issued=count)
            for pool, count in added.items()
        ]
        tree.write(actor=actor, reason=reason)
    return added
