"""Decisions as they are signed off by another person, and taken back until the letter arrives."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from applications import stages, workflow
from applications.errors import (
    AlreadyDone,
    Incomplete,
    NotAllowed,
    NotNow,
    StaleCase,
)
from applications.models import Application
from applications.services import notices
from applications.stages import Stage
from audit.services import record
from letters import services as letters
from letters.models import Letter, LetterKind, LetterState
from programs import calendar, quota
from programs.models import ClaimState
from programs.quota.moves import live_claim
from reviews.facts import verified
from reviews.models import Decision, Outcome
from reviews.services import conflicts, line
from reviews.services.approval import rests_on
from reviews.services.decision import end, live_decision
from reviews.services.letter_inputs import letter_inputs
from reviews.services.line import Acting
from reviews.services.notice import (
    inputs_of,
    kind_of,
    notice_problems,
    reserve_notice,
)


@dataclass(frozen=True)
class SignOff:
    """What a sign-off led to: a reserved letter, a place in the waiting list, or neither."""

    decision: Decision
    application: Application
    letter: Letter | None = None
    waiting_place: int | None = None


def sign_off(
    *,
    decision: Decision,
    actor: User,
    expected_revision: int | None = None,
    acting: Acting | None = None,
) -> SignOff:
    """Sign a drafted decision. An approval holds one quota unit and reserves the next number, or
    joins the waiting list when the pool is full (a result, not an error). A refusal or return
    reserves its notice, and reaches the applicant when that is visible.

    Every step of the decision's line comes first, and none of them is the signer's. `acting` says
    for whom, who is away, it is signed (대결); they are reported to.

    Locks: application, decision, pools by id, series. The PDF follows after commit. A repeat by the
    same person returns the same result. Raises NotAllowed, AlreadyDone, StaleCase, NotNow.
    """
    seal = letters.look_at_seal(decision.application.office)
    return _sign_off(decision, actor, expected_revision, seal, acting)


@transaction.atomic
def _sign_off(
    decision: Decision,
    actor: User,
    expected_revision: int | None,
    seal: letters.SealLook | None,
    acting: Acting | None,
) -> SignOff:
    case = workflow.lock(decision.application)
    if not workflow.may(case, workflow.LEAD, actor):
        raise NotAllowed(_("결재자만 결재할 수 있습니다."))
    held = (
        Decision.objects.select_for_update(of=("self",))
        .select_related("drafted_by", "signed_off_by")
        .get(pk=decision.pk)
    )
    if held.signed_off_at is not None and held.signed_off_by is not None:
        if held.signed_off_by_id == actor.pk:
            return _result(case, held)
        raise AlreadyDone(
            what=_("결재: %(outcome)s") % {"outcome": held.get_outcome_display()},
            who=str(held.signed_off_by),
            at=held.signed_off_at,
        )
    if held.ended_at is not None:
        raise NotNow(_("거두어들인 기안입니다."))
    if held.drafted_by_id == actor.pk:
        raise NotAllowed(_("자신이 기안한 결정은 다른 사람이 결재해야 합니다."))
    line.require_passed(held, actor)
    if conflicts.among([held.drafted_by_id], case):
        raise NotNow(_("기안한 사람에게 이해관계가 있습니다. 다른 사람이 다시 기안해야 합니다."))
    if case.at not in stages.DECISION:
        raise NotNow(_("지금 단계에서는 결재할 수 없습니다: %(stage)s") % {"stage": case.at.label})
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleCase
    if held.outcome == Outcome.APPROVE:
        held.evaluation = rests_on(case, actor, "sign_off", seal=seal)
    elif problems := notice_problems(
        case, outcome=held.outcome, inputs=inputs_of(case, held), seal=seal
    ):
        raise Incomplete(problems[0], problems)
    line.sign(case, held, actor, acting)
    held.signed_off_by, held.signed_off_at = actor, calendar.now()
    held.save(update_fields=["signed_off_by", "signed_off_at", "evaluation", *line.SIGNED])
    record(
        name="decision.signed_off",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={
            "decision": str(held.public_id),
            "outcome": held.outcome,
            "signed_as": held.signed_as,
        },
    )
    if held.outcome == Outcome.APPROVE:
        return _approve(case, held, actor)
    return _turn_down(case, held, actor)


def _approve(case: Application, decision: Decision, actor: User) -> SignOff:
    try:
        claim = quota.take(
            version=case.version, facts=verified(case), subject=case.public_id, actor=actor
        )
    except quota.QuotaError as refused:
        raise NotNow(str(refused)) from refused
    if claim is not None and claim.state == ClaimState.WAITING:
        case = workflow.apply(application=case, name="wait_for_quota", actor=actor)
        notices.tell(case, "waiting")
        return _result(case, decision)
    letter = reserve_letter(case, actor)
    case = workflow.apply(
        application=case, name="approve", actor=actor, data={"letter": str(letter.public_id)}
    )
    return SignOff(decision, case, letter)


def reserve_letter(case: Application, actor: User) -> Letter:
    """Take the next number and freeze what the letter says. Last in the order of locks."""
    letter_def = case.manifest.letter
    if letter_def is None:
        raise NotNow(_("이 프로그램은 추천서를 발급하지 않습니다."))
    return letters.reserve(
        kind="recommendation",
        subject=case.public_id,
        office=case.office,
        programme_slug=case.programme.slug,
        letter_def=letter_def.as_dict(),
        inputs=letter_inputs(case),
        on=calendar.today(),
        actor=actor,
        wait=timedelta(hours=case.manifest.approval.release_hours),
    )


def _turn_down(case: Application, decision: Decision, actor: User) -> SignOff:
    letter = reserve_notice(case, decision, actor)
    case = workflow.apply(
        application=case, name="turn_down", actor=actor, data={"letter": str(letter.public_id)}
    )
    return SignOff(decision, case, letter)


def _result(case: Application, decision: Decision) -> SignOff:
    letter = letter_of(case, kind_of(decision.outcome))
    place = None
    if case.at == Stage.WAITING_QUOTA:
        claim = live_claim(case.public_id)
        place = claim.place if claim else None
    return SignOff(decision, case, letter, place)


def claim_state(case: Application) -> str:
    """The state of the case's live claim on a unit of quota, or an empty string."""
    claim = live_claim(case.public_id)
    return claim.state if claim else ""


def letter_of(case: Application, kind: str = LetterKind.RECOMMENDATION) -> Letter | None:
    """The case's live letter of a kind: reserved or valid."""
    return Letter.objects.filter(
        subject=case.public_id,
        kind=kind,
        state__in=(LetterState.RESERVED, LetterState.VALID),
    ).first()


def delivered_letter(case: Application) -> Letter | None:
    """The recommendation that stands."""
    return Letter.objects.filter(
        subject=case.public_id, kind=LetterKind.RECOMMENDATION, state=LetterState.VALID
    ).first()


def accept_unit(
    *, application: Application, actor: User, expected_revision: int | None = None
) -> SignOff:
    """Accept the unit offered to a waiting case: the rules run again, as of today, then the letter
    is reserved. Raises NotAllowed, NotNow when nothing is offered, StaleCase."""
    seal = letters.look_at_seal(application.office)
    return _accept_unit(application, actor, expected_revision, seal)


@transaction.atomic
def _accept_unit(
    application: Application,
    actor: User,
    expected_revision: int | None,
    seal: letters.SealLook,
) -> SignOff:
    case = workflow.lock(application)
    if not workflow.may(case, workflow.LEAD, actor):
        raise NotAllowed(_("결재자만 쿼터 배정을 수락할 수 있습니다."))
    decision = live_decision(case)
    if decision is None or decision.signed_off_at is None:
        raise NotNow(_("결재된 승인 결정이 없습니다."))
    if case.at == Stage.APPROVED and letter_of(case) is not None:
        return _result(case, decision)
    if case.at != Stage.WAITING_QUOTA or claim_state(case) != ClaimState.OFFERED:
        raise NotNow(_("아직 배정된 자리가 없습니다."))
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleCase
    decision.evaluation = rests_on(case, actor, "offer", seal=seal)
    decision.save(update_fields=["evaluation"])
    quota.accept(subject=case.public_id, actor=actor)
    letter = reserve_letter(case, actor)
    case = workflow.apply(
        application=case, name="accept_unit", actor=actor, data={"letter": str(letter.public_id)}
    )
    notices.tell(case, "unit_accepted")
    return SignOff(decision, case, letter)


@transaction.atomic
def take_back(
    *, application: Application, actor: User, reason: str, expected_revision: int | None = None
) -> Application:
    """Undo a sign-off whose letter nobody has seen: the number becomes a visible gap, the unit goes
    back, the draft ends. Raises NotAllowed, NotNow once the letter is visible."""
    case = workflow.apply(
        application=application,
        name="take_back",
        actor=actor,
        expected_revision=expected_revision,
        reason=reason,
    )
    decision = live_decision(case)
    if decision is None:  # a repeat by the same person
        return case
    end(decision, actor, reason)
    quota.give_back(
        subject=case.public_id, actor=actor, reason="sign-off taken back", event="taken_back"
    )
    letter = letter_of(case, kind_of(decision.outcome))
    if letter is not None:
        letters.void(letter=letter, actor=actor, reason=reason)
    return case


@transaction.atomic
def decline_unit(
    *, application: Application, actor: User, reason: str, expected_revision: int | None = None
) -> Application:
    """Decline the unit offered to a waiting case: it goes to the next in the list, the sign-off
    ends and the case is back at its decision. Its place in the list is given up: a later sign-off
    joins the end. Raises NotAllowed, NotNow without an offer or a reason, StaleCase."""
    case = workflow.lock(application)
    if not workflow.may(case, workflow.LEAD, actor):
        raise NotAllowed(_("결재자만 쿼터 배정을 사양할 수 있습니다."))
    decision = live_decision(case)
    offered = case.at == Stage.WAITING_QUOTA and claim_state(case) == ClaimState.OFFERED
    if decision is None or not offered:
        raise NotNow(_("아직 배정된 자리가 없습니다."))
    case = workflow.apply(
        application=case,
        name="take_back",
        actor=actor,
        expected_revision=expected_revision,
        reason=reason,
        data={"offer": "declined"},
    )
    end(decision, actor, reason)
    quota.decline(subject=case.public_id, actor=actor)
    notices.tell(case, "unit_declined")
    return case


def leave_on_withdrawal(case: Application, change: object) -> None:
    """Effect of a withdrawal: a decision ends, a place in the list is given up."""
    decision = live_decision(case)
    if decision is not None:
        end(decision, None, "withdrawn")
    quota.give_back(subject=case.public_id, actor=None, reason="withdrawn", event="withdrawn")
