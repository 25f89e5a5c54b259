"""What an office changes of its quota itself: a transfer between siblings, a size, the period.

One administrator proposes, looking at what it would do; another one approves, looking again.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.access import has_role
from accounts.models import StaffRole, User
from audit import services as audit
from programs.calendar import now
from programs.models import (
    ChangeKind,
    ChangeState,
    Movement,
    Pool,
    QuotaChange,
    QuotaProposal,
)
from programs.models.proposals import ProposalState
from programs.quota.effects import Wanted, effect_of, said_by_catalogue
from programs.quota.locked import LockedTree
from programs.quota.movements import QuotaError, Row
from programs.quota.moves import tell
from programs.quota.sizes import resize
from programs.quota.trees import named_tree, tree_hash


@transaction.atomic
def propose_change(
    *, wanted: Wanted, actor: User, reason: str, consent_reference: str = ""
) -> QuotaChange:
    """Put a change before the other administrators. Raises QuotaError with a sentence."""
    pool = wanted.pool
    _require_administrator(pool, actor)
    effect = effect_of(wanted)
    if effect.problems:
        raise QuotaError(" ".join(effect.problems))
    if not reason.strip():
        raise QuotaError(_("사유를 적어 주세요."))
    if effect.consent.ko and not consent_reference.strip():
        raise QuotaError(_("협의나 동의를 어떻게 받았는지 적어 주세요."))
    try:
        with transaction.atomic():
            change = QuotaChange.objects.create(
                programme=pool.programme,
                period_code=pool.period_code,
                kind=wanted.kind,
                pool=pool,
                source=wanted.source,
                units=wanted.units,
                first_day=wanted.first_day,
                last_day=wanted.last_day,
                reason=reason.strip()[:200],
                consent=effect.consent.as_dict() if effect.consent.ko else {},
                consent_reference=consent_reference.strip()[:200],
                proposed_by=actor,
                proposed_at=now(),
            )
    except IntegrityError as clash:
        raise QuotaError(
            _("이 기간에는 이미 승인을 기다리는 변경이 있습니다. 먼저 그 변경에 답해 주세요.")
        ) from clash
    _record(change, "change_proposed", actor)
    return change


@transaction.atomic
def approve_change(*, change: QuotaChange, actor: User) -> QuotaChange:
    """Apply a change that somebody else proposed; who waits is offered what became free.

    A repeat by the same person changes nothing. Raises QuotaError; then nothing has changed.
    """
    held = _locked(change, actor)
    if held.state == ChangeState.APPLIED and held.closed_by_id == actor.pk:
        return held
    _require_open(held)
    if held.proposed_by_id == actor.pk:
        raise QuotaError(_("자신이 제안한 변경은 다른 운영자가 승인해야 합니다."))
    if QuotaProposal.objects.filter(
        programme=held.programme_id, period_code=held.period_code, state=ProposalState.OPEN
    ).exists():
        raise QuotaError(
            _("프로그램 자료에서 온 쿼터 변경 제안이 남아 있습니다. 먼저 그 제안에 답해 주세요.")
        )
    effect = effect_of(Wanted.of(held))
    if effect.problems:
        raise QuotaError(" ".join(effect.problems))
    _apply(held, actor)
    manifest = said_by_catalogue(held.pool)
    held.effect = effect.as_record()
    held.known_tree = tree_hash(named_tree(manifest)) if manifest else ""
    _close(held, ChangeState.APPLIED, actor)
    _record(held, "change_applied", actor)
    return held


@transaction.atomic
def reject_change(*, change: QuotaChange, actor: User, reason: str) -> QuotaChange:
    """Somebody else says no, with a reason; the proposer takes it back. Raises QuotaError."""
    held = _locked(change, actor)
    own = held.proposed_by_id == actor.pk
    answered = ChangeState.WITHDRAWN if own else ChangeState.REJECTED
    if held.state == answered and held.closed_by_id == actor.pk:
        return held
    _require_open(held)
    if not own and not reason.strip():
        raise QuotaError(_("거절하는 까닭을 적어 주세요."))
    held.answer = reason.strip()[:300]
    _close(held, answered, actor)
    _record(held, f"change_{answered}", actor)
    return held


def _apply(change: QuotaChange, actor: User) -> None:
    if change.kind == ChangeKind.SIZE:
        resize(pool=change.pool, size=change.units or 0, actor=actor, reason=change.reason)
    elif change.kind == ChangeKind.TRANSFER:
        assert change.source is not None  # noqa: S101 - constraint quota_change_whole
        _transfer(change, actor)
    else:
        _change_period(change, actor)


def _transfer(change: QuotaChange, actor: User) -> None:
    """Both pools move in one statement, with one ledger row each."""
    tree = LockedTree(change.pool)
    units = change.units or 0
    for pool, moved in ((change.source_id, -units), (change.pool_id, units)):
        assert pool is not None  # noqa: S101 - constraint quota_change_whole
        tree.counters[pool].size += moved
        tree.rows.append(
            Row(pool, None, Movement.TRANSFER, f"{change.public_id}:{pool}", size=moved)
        )
    subjects = tree.offer()
    tree.write(actor=actor, reason=change.reason)
    tell(subjects)


def _change_period(change: QuotaChange, actor: User) -> None:
    tree = LockedTree(change.pool)
    tree.rows.append(
        Row(change.pool_id, None, Movement.PERIOD, f"{change.public_id}:{change.pool_id}")
    )
    tree.write(actor=actor, reason=f"{change.first_day}..{change.last_day}: {change.reason}")
    Pool.objects.filter(pk__in=tree.counters).update(
        period_from=change.first_day, period_to=change.last_day
    )


def _require_administrator(pool: Pool, actor: User) -> None:
    programme = pool.programme
    if not has_role(
        actor, programme.office_id, StaffRole.ADMINISTRATOR, programme_slug=programme.slug
    ):
        raise QuotaError(_("기관의 운영자만 할 수 있습니다."))


def _locked(change: QuotaChange, actor: User) -> QuotaChange:
    held = (
        QuotaChange.objects.select_for_update(of=("self",), no_key=True)
        .select_related("programme", "pool__programme", "source")
        .get(pk=change.pk)
    )
    _require_administrator(held.pool, actor)
    return held


def _require_open(change: QuotaChange) -> None:
    if change.state != ChangeState.OPEN:
        raise QuotaError(
            _("이미 끝난 변경입니다: %(state)s, %(who)s, %(at)s")
            % {
                "state": change.get_state_display(),
                "who": change.closed_by,
                "at": date_format(change.closed_at, "DATETIME_FORMAT") if change.closed_at else "",
            }
        )


def _close(change: QuotaChange, state: str, actor: User) -> None:
    change.state, change.closed_by, change.closed_at = state, actor, now()
    change.save(update_fields=["state", "closed_by", "closed_at", "answer", "effect", "known_tree"])


def _record(change: QuotaChange, what: str, actor: User) -> None:
    audit.record(
        name=f"quota.{what}",
        subject_type="quota_change",
        subject_id=change.public_id,
        actor=actor,
        data={
            "programme": change.programme.slug,
            "period": change.period_code,
            "kind": change.kind,
            "pool": change.pool.path,
            "source": change.source.path if change.source else "",
            "units": change.units,
            "first_day": change.first_day.isoformat() if change.first_day else "",
            "last_day": change.last_day.isoformat() if change.last_day else "",
        },
        note=change.answer if what == "change_rejected" else change.reason,
    )
