"""Objections to a refusal: within 60 days, decided by someone who did not refuse."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import is_member
from accounts.models import User
from applications import workflow
from applications.errors import AlreadyDone, NotAllowed, NotNow
from applications.models import Application
from applications.stages import Stage
from audit.services import record
from notifications import outbox
from programs import calendar, clock
from reviews.models import Objection, Outcome
from reviews.services.decision import live_decision

TOPIC_REOPENED = "reviews.reopened"
DECIDE_WITHIN = "10d"


@transaction.atomic
def file_objection(*, application: Application, actor: User, text: str) -> Objection:
    """Object to the case's refusal. Raises NotAllowed, NotNow (no refusal, too late, no text)."""
    case = workflow.lock(application)
    if not is_member(actor, case.company_id):
        raise NotAllowed(_("이 회사의 구성원만 이의를 신청할 수 있습니다."))
    decision = live_decision(case)
    if (
        case.at != Stage.REFUSED
        or decision is None
        or decision.outcome != Outcome.REFUSE
        or decision.delivered_at is None
    ):
        raise NotNow(_("불허된 신청에만 이의를 신청할 수 있습니다."))
    until = clock.objection_until(calendar.in_seoul(decision.delivered_at).date())
    if calendar.today() > until:
        raise NotNow(_("이의신청 기간이 지났습니다. 마지막 날: %(until)s") % {"until": until})
    if not text.strip():
        raise NotNow(_("이의 내용을 적어 주세요."))
    due = clock.due(calendar.now(), clock.parse_period(DECIDE_WITHIN))
    try:
        with transaction.atomic():
            objection = Objection.objects.create(
                decision=decision,
                filed_by=actor,
                filed_at=calendar.now(),
                text=text.strip(),
                due_on=due,
            )
    except IntegrityError as clash:
        raise NotNow(_("이미 이의를 신청했습니다.")) from clash
    record(
        name="objection.filed",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={"objection": str(objection.public_id)},
    )
    return objection


@transaction.atomic
def decide_objection(*, objection: Objection, actor: User, upheld: bool, answer: str) -> Objection:
    """Uphold (the case reopens with a different reviewer) or dismiss. By a lead who neither drafted
    nor signed the refusal. Raises NotAllowed, AlreadyDone, NotNow."""
    case = workflow.lock(objection.decision.application)
    held = (
        Objection.objects.select_for_update(of=("self",))
        .select_related("decision", "decided_by")
        .get(pk=objection.pk)
    )
    if not workflow.may(case, workflow.LEAD, actor):
        raise NotAllowed(_("결재자만 이의신청을 결정할 수 있습니다."))
    if actor.pk in (held.decision.drafted_by_id, held.decision.signed_off_by_id):
        raise NotAllowed(_("불허를 기안하거나 결재한 사람은 이의신청을 결정할 수 없습니다."))
    if held.decided_at is not None and held.decided_by is not None:
        if held.decided_by_id == actor.pk and held.upheld == upheld:
            return held
        raise AlreadyDone(what=_("이의신청 결정"), who=str(held.decided_by), at=held.decided_at)
    if not answer.strip():
        raise NotNow(_("결정 이유를 적어 주세요."))
    held.decided_by, held.decided_at = actor, calendar.now()
    held.upheld, held.answer = upheld, answer.strip()
    held.save(update_fields=["decided_by", "decided_at", "upheld", "answer"])
    record(
        name="objection.decided",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={"objection": str(held.public_id), "upheld": upheld},
    )
    if upheld:
        case = workflow.apply(application=case, name="reopen", actor=actor, reason=answer)
        decision = held.decision
        decision.ended_by, decision.ended_at = actor, calendar.now()
        decision.ended_because = "objection_upheld"
        decision.save(update_fields=["ended_by", "ended_at", "ended_because"])
        outbox.enqueue(
            topic=TOPIC_REOPENED,
            key=f"{case.public_id}:{case.revision}",
            payload={"application": str(case.public_id)},
        )
    return held
