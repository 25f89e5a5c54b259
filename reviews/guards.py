"""The reviewing side's conditions of the transition table."""

from django.utils.translation import gettext as _

from accounts.models import User
from applications import guards
from applications.models import Application
from applications.stages import Stage
from letters.models import Letter, LetterKind, LetterState
from programs.models import ClaimState
from reviews.models import Objection, Outcome
from reviews.services.decision import NEGATIVE, live_decision
from reviews.services.examination import document_review_refusal, validation_refusal
from reviews.services.notice import kind_of
from reviews.services.signing import claim_state, letter_of
from reviews.standing import quorum_refusal


def stage_finished(case: Application, actor: User | None) -> str | None:
    """The present stage's own work is done, and nobody has drafted a decision meanwhile."""
    if unfinished := _unfinished(case):
        return unfinished
    if live_decision(case) is not None:
        return _("기안된 결정이 있습니다. 먼저 결재하거나 거두어 주세요.")
    return None


def _unfinished(case: Application) -> str | None:
    if case.at == Stage.DOCUMENT_REVIEW:
        return document_review_refusal(case)
    if case.at == Stage.VALIDATION:
        return validation_refusal(case)
    return quorum_refusal(case)


def negative_decision_drafted(case: Application, actor: User | None) -> str | None:
    decision = live_decision(case)
    if decision is not None and decision.outcome in NEGATIVE:
        return None
    return _("먼저 불허나 반려를 기안해 주세요.")


def _signed(case: Application, outcome: str) -> str | None:
    decision = live_decision(case)
    if decision is not None and decision.outcome == outcome and decision.signed_off_at:
        return None
    return _("결재된 결정이 없습니다.")


def approval_signed(case: Application, actor: User | None) -> str | None:
    return _signed(case, Outcome.APPROVE)


def negative_signed(case: Application, actor: User | None) -> str | None:
    decision = live_decision(case)
    if decision is None or decision.outcome == Outcome.APPROVE:
        return _("결재된 결정이 없습니다.")
    return _signed(case, decision.outcome)


def refusal_delivered(case: Application, actor: User | None) -> str | None:
    return _signed(case, Outcome.REFUSE) or _delivered(case, LetterKind.REFUSAL)


def return_delivered(case: Application, actor: User | None) -> str | None:
    return _signed(case, Outcome.RETURN) or _delivered(case, LetterKind.RETURN)


def _delivered(case: Application, kind: str) -> str | None:
    if Letter.objects.filter(subject=case.public_id, kind=kind, state=LetterState.VALID).exists():
        return None
    return _("통지서가 아직 완성되지 않았습니다.")


def unit_accepted(case: Application, actor: User | None) -> str | None:
    if claim_state(case) == ClaimState.HELD and letter_of(case) is not None:
        return None
    return _("아직 배정된 자리가 없습니다.")


def letter_not_visible(case: Application, actor: User | None) -> str | None:
    decision = live_decision(case)
    letter = letter_of(case, kind_of(decision.outcome)) if decision else None
    if letter is None or letter.state == LetterState.RESERVED:
        return None
    return _("추천서가 이미 신청인에게 도달했습니다. 이제는 취소 절차로만 되돌릴 수 있습니다.")


def letter_visible(case: Application, actor: User | None) -> str | None:
    if _delivered(case, LetterKind.RECOMMENDATION) is None:
        return None
    return _("추천서가 아직 완성되지 않았습니다.")


def objection_upheld(case: Application, actor: User | None) -> str | None:
    if Objection.objects.filter(
        decision__application=case, decision__ended_at=None, upheld=True
    ).exists():
        return None
    return _("인용된 이의신청이 없습니다.")


def may_reopen(case: Application, actor: User | None) -> str | None:
    """Nothing has been drafted on what the stage found."""
    if live_decision(case) is not None:
        return _("기안된 결정이 있습니다. 먼저 결재하거나 거두어 주세요.")
    return None


def may_reopen_validation(case: Application, actor: User | None) -> str | None:
    if case.manifest.stage(Stage.VALIDATION) is None:
        return _("이 프로그램에는 검증 단계가 없습니다.")
    return may_reopen(case, actor)


guards.register("stage_finished", stage_finished)
guards.register("negative_decision_drafted", negative_decision_drafted)
guards.register("approval_signed", approval_signed)
guards.register("negative_signed", negative_signed)
guards.register("refusal_delivered", refusal_delivered)
guards.register("return_delivered", return_delivered)
guards.register("unit_accepted", unit_accepted)
guards.register("letter_not_visible", letter_not_visible)
guards.register("letter_visible", letter_visible)
guards.register("objection_upheld", objection_upheld)
guards.register("may_reopen", may_reopen)
guards.register("may_reopen_validation", may_reopen_validation)
