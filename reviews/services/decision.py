"""Decisions as one person drafts them; another signs them (`reviews.services.signing`)."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from applications import stages, workflow
from applications.errors import (
    AlreadyDone,
    Incomplete,
    Invalid,
    NotAllowed,
    NotNow,
    StaleCase,
)
from applications.models import Application, StageChange
from applications.stages import Stage
from audit.services import record
from letters import services as letters
from programs import calendar
from programs.models import Evaluation
from reviews import grounds as why
from reviews.models import Decision, Outcome
from reviews.read_already import brings
from reviews.services import line
from reviews.services.approval import rests_on
from reviews.services.examination import evaluate_verified
from reviews.services.notice import (
    notice_inputs,
    notice_problems,
)
from reviews.standing import quorum_refusal

NEGATIVE = (Outcome.REFUSE, Outcome.RETURN)


def live_decision(case: Application) -> Decision | None:
    """The decision that stands; no query for a case that was read with its decisions."""
    if brings(case, "decisions"):
        return next((one for one in case.decisions.all() if one.ended_at is None), None)
    return (
        case.decisions.filter(ended_at=None).select_related("drafted_by", "signed_off_by").first()
    )


def draft(
    *,
    application: Application,
    actor: User,
    outcome: str,
    reason: str = "",
    grounds: Sequence[str] = (),
    expected_revision: int | None = None,
) -> Decision:
    """Draft a decision. A refusal or return may be drafted at any examining stage; it then ends the
    review. The same draft by the same person is the same decision. A refusal rests on at least one
    of the grounds that the examination found (`reviews.grounds`).

    Raises NotAllowed, StaleCase, AlreadyDone (drafted by someone else), NotNow, Incomplete.
    """
    # Storage is asked before the case is locked; what it said is checked for age under the lock.
    seal = letters.look_at_seal(application.office)
    return _draft(application, actor, outcome, reason, grounds, expected_revision, seal)


@transaction.atomic
def _draft(
    application: Application,
    actor: User,
    outcome: str,
    reason: str,
    grounds: Sequence[str],
    expected_revision: int | None,
    seal: letters.SealLook | None,
) -> Decision:
    case = workflow.lock(application)
    if (held := drafted_already(case, actor, outcome)) is not None:
        return held
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleCase
    if outcome not in Outcome.values:
        raise NotNow(_("결정을 골라 주세요."))
    if outcome == Outcome.APPROVE and case.at not in stages.DECISION:
        raise NotNow(_("승인은 모든 심사를 마친 결정 단계에서만 기안할 수 있습니다."))
    if case.at not in stages.DECISION | stages.ADVANCING:
        raise NotNow(
            _("지금 단계에서는 결정을 기안할 수 없습니다: %(stage)s") % {"stage": case.at.label}
        )
    if case.at == Stage.EXTERNAL_EVALUATION and (too_early := quorum_refusal(case)):
        raise NotNow(too_early)
    if outcome in NEGATIVE and not reason.strip():
        raise NotNow(_("불허와 반려에는 사유가 필요합니다."))
    chosen = list(dict.fromkeys(grounds))
    if outcome == Outcome.APPROVE:
        if sentence := why.problem_with(outcome, chosen, reason, ()):
            raise NotNow(sentence)
        evaluation: Evaluation | None = rests_on(case, actor, seal=seal)
    else:
        evaluation = _kept_answer(case, actor)
        _may_turn_down(case, outcome, chosen, reason.strip(), evaluation, seal)
    try:
        with transaction.atomic():
            decision = Decision.objects.create(
                application=case,
                outcome=outcome,
                reason=reason.strip(),
                grounds=chosen,
                evaluation=evaluation,
                drafted_by=actor,
                drafted_at=calendar.now(),
                **line.frozen(case),
            )
    except IntegrityError as clash:
        raise NotNow(_("이미 기안된 결정이 있습니다.")) from clash
    workflow.touch(case)
    record(
        name="decision.drafted",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={"decision": str(decision.public_id), "outcome": outcome},
    )
    if case.at in stages.ADVANCING:
        workflow.apply(application=case, name="close_review", actor=actor)
    return decision


def drafted_already(case: Application, actor: User, outcome: str) -> Decision | None:
    """The same draft by the same person, if there is one; who may not draft, or comes after another
    draft, is told so whatever they have typed. Raises NotAllowed, AlreadyDone."""
    if not workflow.may(case, workflow.ASSIGNEE, actor):
        raise NotAllowed(_("이 단계를 처리할 권한이 없습니다."))
    if _took_part(case, actor):
        raise NotAllowed(_("이의신청으로 취소된 불허에 관여한 사람은 다시 기안할 수 없습니다."))
    held = live_decision(case)
    if held is None or (held.drafted_by_id == actor.pk and held.outcome == outcome):
        return held
    raise AlreadyDone(
        what=_("결정 기안: %(outcome)s") % {"outcome": held.get_outcome_display()},
        who=str(held.drafted_by),
        at=held.drafted_at,
    )


def _took_part(case: Application, person: User) -> bool:
    """Whether the person drafted or signed a refusal of the case that an objection has undone."""
    undone = case.decisions.filter(ended_because="objection_upheld")
    return any(
        person.pk in pair for pair in undone.values_list("drafted_by_id", "signed_off_by_id")
    )


def _may_turn_down(
    case: Application,
    outcome: str,
    grounds: list[str],
    reason: str,
    evaluation: Evaluation | None,
    seal: letters.SealLook | None,
) -> None:
    """Grounds that were found, and a notice that can be printed. Raises NotNow, Incomplete."""
    tree = evaluation.tree if evaluation else None
    if sentence := why.problem_with(outcome, grounds, reason, why.possible_grounds(case, tree)):
        raise NotNow(sentence)
    inputs = notice_inputs(
        case, outcome=outcome, grounds=grounds, reason=reason, evaluation=evaluation
    )
    if problems := notice_problems(case, outcome=outcome, inputs=inputs, seal=seal):
        raise Incomplete(problems[0], problems)


def _kept_answer(case: Application, actor: User) -> Evaluation | None:
    """The rules' answer on which a refusal or return is drafted, as it is today; None for facts
    that cannot be judged."""
    try:
        return evaluate_verified(case, actor=actor)
    except Invalid:
        return None


@transaction.atomic
def discard(
    *, decision: Decision, actor: User, reason: str = "", expected_revision: int | None = None
) -> None:
    """Take an unsigned draft away: by its author, or by a lead. Raises NotAllowed, NotNow,
    StaleCase."""
    case = workflow.lock(decision.application)
    held = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    lead = workflow.may(case, workflow.LEAD, actor)
    if held.drafted_by_id != actor.pk and not lead:
        raise NotAllowed(_("기안한 사람이나 결재자만 기안을 거둘 수 있습니다."))
    if workflow.is_barred(case, actor):
        raise NotAllowed(_("이 신청과 이해관계가 있어 처리할 수 없습니다."))
    if held.ended_at is not None:
        return
    if held.signed_off_at is not None:
        raise NotNow(_("이미 결재된 결정입니다."))
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleCase
    end(held, actor, reason)
    workflow.touch(case)
    record(
        name="decision.discarded",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={"decision": str(held.public_id), "outcome": held.outcome},
        note=reason.strip(),
    )


OVERTAKEN = "applicant_changed"


def end_what_is_overtaken(case: Application, change: StageChange) -> None:
    """Effect of a supplement that nobody asked for: a draft that waits to be signed rests on what
    the applicant has changed since, and is no more."""
    held = (
        Decision.objects.select_for_update(of=("self",))
        .filter(application=case, ended_at=None, signed_off_at=None)
        .first()
    )
    if held is None:
        return
    end(held, change.actor, OVERTAKEN)
    record(
        name="decision.discarded",
        subject_type="application",
        subject_id=case.public_id,
        actor=change.actor,
        data={"decision": str(held.public_id), "outcome": held.outcome, "because": OVERTAKEN},
    )


def end(decision: Decision, actor: User | None, reason: str) -> None:
    """The decision stands no more. Its case and row are locked by the caller."""
    decision.ended_by, decision.ended_at = actor, calendar.now()
    decision.ended_because = reason.strip()
    decision.save(update_fields=["ended_by", "ended_at", "ended_because"])
