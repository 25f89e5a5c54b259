"""One name of the transition table, one service: what the API calls for each step."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from applications import workflow
from applications.errors import NotAllowed, NotNow
from applications.models import Application
from applications.models.supplement import SECOND_DEMAND_DAYS
from applications.services import delivery, own_change, submission, supplement, withdrawal
from reviews.models import Objection, Outcome
from reviews.services import correction, decision, objection, signing

Sent = dict[str, Any]
Step = Callable[[Application, User, Sent], object]


def _submit(case: Application, actor: User, sent: Sent) -> object:
    return submission.submit(
        application=case,
        actor=actor,
        expected_revision=sent.get("revision"),
        accepted_version=sent["accepted_version"],
    )


def _request_supplement(case: Application, actor: User, sent: Sent) -> object:
    return supplement.request_supplement(
        application=case,
        actor=actor,
        items=[supplement.Asked(**item) for item in sent.get("items", [])],
        days=sent.get("days"),
        expected_revision=sent.get("revision"),
    )


def _answer_supplement(case: Application, actor: User, sent: Sent) -> object:
    return supplement.submit_answers(
        application=case, actor=actor, expected_revision=sent.get("revision")
    )


def _supplement_unasked(case: Application, actor: User, sent: Sent) -> object:
    return own_change.send(
        application=case,
        actor=actor,
        words=sent["reason"],
        expected_revision=sent.get("revision"),
    )


def _end_supplement(case: Application, actor: User, sent: Sent) -> object:
    return supplement.end_supplement(
        application=case, actor=actor, expected_revision=sent.get("revision")
    )


def _demand_again(case: Application, actor: User, sent: Sent) -> object:
    return supplement.demand_again(
        application=case,
        actor=actor,
        days=sent.get("days") or SECOND_DEMAND_DAYS,
        expected_revision=sent.get("revision"),
    )


def _treat_as_withdrawn(case: Application, actor: User, sent: Sent) -> object:
    return delivery.treat_as_withdrawn(
        application=case,
        actor=actor,
        reason=sent["reason"],
        expected_revision=sent.get("revision"),
    )


def _advance(case: Application, actor: User, sent: Sent) -> object:
    return workflow.apply(
        application=case, name="advance", actor=actor, expected_revision=sent.get("revision")
    )


def _close_review(case: Application, actor: User, sent: Sent) -> object:
    return decision.draft(
        application=case,
        actor=actor,
        outcome=sent.get("outcome", ""),
        reason=sent["reason"],
        grounds=sent.get("grounds", ()),
        expected_revision=sent.get("revision"),
    )


def _turn_down(case: Application, actor: User, sent: Sent) -> object:
    held = decision.live_decision(case)
    if held is None or held.outcome not in decision.NEGATIVE:
        raise NotNow(_("결재할 기안이 없습니다."))
    return signing.sign_off(decision=held, actor=actor, expected_revision=sent.get("revision"))


def _arrive(case: Application, actor: User, sent: Sent) -> object:
    raise NotAllowed(_("통지서가 완성되면 시스템이 처리합니다."))


def _sign(outcome: str) -> Step:
    def sign(case: Application, actor: User, sent: Sent) -> object:
        held = decision.live_decision(case)
        if held is None or held.outcome != outcome:
            raise NotNow(_("결재할 기안이 없습니다."))
        return signing.sign_off(decision=held, actor=actor, expected_revision=sent.get("revision"))

    return sign


def _accept_unit(case: Application, actor: User, sent: Sent) -> object:
    return signing.accept_unit(
        application=case, actor=actor, expected_revision=sent.get("revision")
    )


def _take_back(case: Application, actor: User, sent: Sent) -> object:
    return signing.take_back(
        application=case,
        actor=actor,
        reason=sent["reason"],
        expected_revision=sent.get("revision"),
    )


def _issue(case: Application, actor: User, sent: Sent) -> object:
    raise NotAllowed(_("발급은 추천서가 완성되면 시스템이 처리합니다."))


def _withdraw(case: Application, actor: User, sent: Sent) -> object:
    return withdrawal.withdraw(
        application=case,
        actor=actor,
        reason=sent["reason"],
        expected_revision=sent.get("revision"),
    )


def _reopen(case: Application, actor: User, sent: Sent) -> object:
    filed = Objection.objects.filter(
        decision__application=case, decision__ended_at=None, withdrawn_at=None
    ).first()
    if filed is None:
        raise NotNow(_("접수된 이의신청이 없습니다."))
    return objection.decide_objection(
        objection=filed, actor=actor, upheld=sent.get("upheld", True), answer=sent["reason"]
    )


def _go_back(name: str) -> Step:
    def go_back(case: Application, actor: User, sent: Sent) -> object:
        return correction.reopen(
            application=case,
            actor=actor,
            name=name,
            reason=sent["reason"],
            expected_revision=sent.get("revision"),
        )

    return go_back


STEPS: dict[str, Step] = {
    "submit": _submit,
    "request_supplement": _request_supplement,
    "answer_supplement": _answer_supplement,
    "supplement_unasked": _supplement_unasked,
    "end_supplement": _end_supplement,
    "demand_again": _demand_again,
    "treat_as_withdrawn": _treat_as_withdrawn,
    "advance": _advance,
    "close_review": _close_review,
    "approve": _sign(Outcome.APPROVE),
    # The same signature: whether a unit is free decides which of the two steps it is.
    "wait_for_quota": _sign(Outcome.APPROVE),
    "accept_unit": _accept_unit,
    "turn_down": _turn_down,
    "refuse": _arrive,
    "return": _arrive,
    "take_back": _take_back,
    "issue": _issue,
    "withdraw": _withdraw,
    "reopen": _reopen,
    "reopen_documents": _go_back("reopen_documents"),
    "reopen_validation": _go_back("reopen_validation"),
}
