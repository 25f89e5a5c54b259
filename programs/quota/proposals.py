"""A later file with another tree of pools: proposed by the loader, confirmed by two people.

Pools belong to programme and period, so a file changes none of them by itself. Two different
administrators of the office confirm; the second one's confirmation applies the tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import has_role
from accounts.models import StaffRole, User
from audit import services as audit
from programs.calendar import in_seoul, now
from programs.manifest import Manifest
from programs.models import (
    ChangeState,
    ClaimState,
    Pool,
    PoolClaim,
    Programme,
    ProgrammeVersion,
    ProposalState,
    QuotaChange,
    QuotaProposal,
)
from programs.quota.movements import QuotaError
from programs.quota.sizes import open_pool, resize
from programs.quota.trees import Tree, named_tree, tree_hash

Change = dict[str, Any]

# The reason of what a confirmed proposal changes begins with this; its public id follows.
PROPOSAL = "proposal"


def differences(pools: list[Pool], tree: Tree) -> list[Change]:
    """What would have to be done: {"do": size | open | close | period, "path", "before",
    "after"}, in the order of the paths."""
    now_open = {pool.path: pool.size for pool in pools if pool.closed_at is None}
    asked = {pool["path"]: pool["size"] for pool in tree["pools"]}
    found: list[Change] = []
    for path in sorted(now_open.keys() | asked.keys()):
        before, after = now_open.get(path), asked.get(path)
        if before != after:
            do = "close" if after is None else "open" if before is None else "size"
            found.append({"do": do, "path": path, "before": before, "after": after})
    first = next(pool for pool in pools)
    before_period = f"{first.period_from}..{first.period_to}"
    after_period = f"{tree['from']}..{tree['to']}"
    if before_period != after_period:
        found.append({"do": "period", "path": "", "before": before_period, "after": after_period})
    return found


def in_words(change: Change) -> str:
    """For the command line."""
    return {
        "size": "{path} goes from {before} to {after}",
        "open": "{path} is opened with {after}",
        "close": "{path} is closed",
        "period": "the period {before} is {after}",
    }[change["do"]].format(**change)


def propose(*, programme: Programme, manifest: Manifest, pools: list[Pool]) -> Iterator[str]:
    """Put the manifest's tree before the office where it is another than the pools', once;
    lines for the loader's report. What a later file no longer says is withdrawn."""
    tree = named_tree(manifest)
    digest = tree_hash(tree)
    mine = QuotaProposal.objects.filter(programme=programme, period_code=manifest.period.code)
    waiting = mine.select_for_update().filter(state=ProposalState.OPEN).first()
    changes = differences(pools, tree)
    if waiting and (not changes or waiting.tree_hash != digest):
        _close(waiting, ProposalState.REPLACED, None)
        waiting = None
    if not changes:
        return
    head = f"quota {programme.slug}/{manifest.period.code}"
    if waiting is None and _changed_by_office(programme, manifest, digest):
        yield f"{head} differs from the file: the office has changed it; nothing is proposed"
        return
    newest = mine.order_by("-pk").first()
    if newest and newest.tree_hash == digest and newest.state == ProposalState.REJECTED:
        day = in_seoul(newest.created_at).date()
        yield f"{head} proposal of {day} was rejected; nothing is proposed"
        return
    if waiting is None:
        proposal = QuotaProposal.objects.create(
            programme=programme,
            period_code=manifest.period.code,
            version=ProgrammeVersion.objects.get(programme=programme, label=manifest.label),
            tree=tree,
            tree_hash=digest,
            changes=changes,
            created_at=now(),
        )
        _record(proposal, "proposed", None)
    for change in changes:
        yield f"{head} proposal: {in_words(change)}"


def _changed_by_office(programme: Programme, manifest: Manifest, digest: str) -> bool:
    """Whether the office's own last change was made knowing this very tree: the file has nothing
    new to say. A proposal that was applied later makes the file's word the last one again."""
    of_period = {"programme": programme, "period_code": manifest.period.code}
    change = (
        QuotaChange.objects.filter(**of_period, state=ChangeState.APPLIED)
        .order_by("-closed_at")
        .first()
    )
    if change is None or change.known_tree != digest:
        return False
    return not QuotaProposal.objects.filter(
        **of_period, state=ProposalState.APPLIED, closed_at__gt=change.closed_at
    ).exists()


@transaction.atomic
def confirm(*, proposal: QuotaProposal, actor: User) -> QuotaProposal:
    """The first confirmation is kept; that of a second administrator applies the tree.

    Raises QuotaError with a sentence: not an administrator, the same person twice, a size below
    what is used, a pool to be closed in which someone waits. Then nothing has changed.
    """
    proposal = _locked(proposal, actor)
    if proposal.confirmed_by_id is None:
        proposal.confirmed_by, proposal.confirmed_at = actor, now()
        proposal.save(update_fields=["confirmed_by", "confirmed_at"])
        _record(proposal, "confirmed", actor)
        return proposal
    if proposal.confirmed_by_id == actor.pk:
        raise QuotaError(_("이미 확인하셨습니다. 다른 운영자 한 사람이 더 확인해야 합니다."))
    _apply(proposal, actor)
    _close(proposal, ProposalState.APPLIED, actor)
    _record(proposal, "applied", actor)
    return proposal


@transaction.atomic
def reject(*, proposal: QuotaProposal, actor: User, reason: str) -> QuotaProposal:
    """One administrator is enough. The same tree is not proposed again."""
    proposal = _locked(proposal, actor)
    if not reason.strip():
        raise QuotaError(_("거절하는 까닭을 적어 주세요."))
    proposal.reason = reason.strip()[:300]
    _close(proposal, ProposalState.REJECTED, actor)
    _record(proposal, "rejected", actor)
    return proposal


def _locked(proposal: QuotaProposal, actor: User) -> QuotaProposal:
    proposal = (
        QuotaProposal.objects.select_for_update(of=("self",), no_key=True)
        .select_related("programme", "version")
        .get(pk=proposal.pk)
    )
    programme = proposal.programme
    if not has_role(
        actor, programme.office_id, StaffRole.ADMINISTRATOR, programme_slug=programme.slug
    ):
        raise QuotaError(_("기관의 운영자만 할 수 있습니다."))
    if proposal.state != ProposalState.OPEN:
        raise QuotaError(_("이미 끝난 제안입니다."))
    return proposal


def _apply(proposal: QuotaProposal, actor: User) -> None:
    tree, reason = proposal.tree, f"{PROPOSAL} {proposal.public_id}"
    pools = {
        pool.path: pool
        for pool in Pool.objects.filter(
            programme=proposal.programme, period_code=proposal.period_code
        )
        .order_by("pk")
        .select_for_update(no_key=True)
    }
    proposal.changes = differences(list(pools.values()), tree)
    if not any(pool["path"] in pools for pool in tree["pools"][:1]):
        raise QuotaError(_("가장 바깥 쿼터의 코드가 다릅니다. 새 기간의 쿼터로 등록해 주세요."))
    if any(change["do"] == "period" for change in proposal.changes):
        Pool.objects.filter(pk__in=[pool.pk for pool in pools.values()]).update(
            period_from=tree["from"], period_to=tree["to"]
        )
    for said in tree["pools"]:
        pool = pools.get(said["path"])
        if pool is None:
            pools[said["path"]] = open_pool(
                programme=proposal.programme,
                period=(proposal.period_code, tree["from"], tree["to"]),
                parent=pools.get(said["path"].rpartition("/")[0]),
                said=said,
                reason=reason,
            )
        else:
            if pool.closed_at is not None:
                Pool.objects.filter(pk=pool.pk).update(closed_at=None)
            _resize(pool, said["size"], actor, reason)
    for change in proposal.changes:
        if change["do"] == "close":
            _shut(pools[change["path"]], actor, reason)


def _resize(pool: Pool, size: int, actor: User, reason: str) -> None:
    try:
        resize(pool=pool, size=size, actor=actor, reason=reason)
    except QuotaError as refused:
        raise QuotaError(f"{pool.path}: {refused}") from None


def _shut(pool: Pool, actor: User, reason: str) -> None:
    """Nothing more is taken of the pool; what was taken stays."""
    if PoolClaim.objects.filter(leaf=pool, state=ClaimState.WAITING).exists():
        raise QuotaError(_("%(path)s: 대기하는 건이 있어 닫을 수 없습니다.") % {"path": pool.path})
    pool.refresh_from_db()
    _resize(pool, pool.held + pool.issued, actor, reason)
    Pool.objects.filter(pk=pool.pk).update(closed_at=now())


def _close(proposal: QuotaProposal, state: str, actor: User | None) -> None:
    proposal.state, proposal.closed_by, proposal.closed_at = state, actor, now()
    proposal.save(update_fields=["state", "closed_by", "closed_at", "changes", "reason"])


def _record(proposal: QuotaProposal, what: str, actor: User | None) -> None:
    audit.record(
        name=f"quota.{what}",
        subject_type="quota_proposal",
        subject_id=proposal.public_id,
        actor=actor,
        data={
            "programme": proposal.programme.slug,
            "period": proposal.period_code,
            "version": proposal.version.label,
        },
    )
