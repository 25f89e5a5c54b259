"""Objections to a refusal: within 60 days, decided by someone else than refused (PETITION-ACT §35).

An upheld one reopens the case. Whoever drafted the refusal is kept from it from then on.
"""

from datetime import date, datetime

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
from reviews.models import Decision, Objection, Outcome
from reviews.services import conflicts, objection_words
from reviews.services.decision import live_decision
from reviews.services.notice import lift_notice

TOPIC_REOPENED = "reviews.reopened"
# Business days, the first counted; the second ten begin the day after the first have ended.
DECIDE_WITHIN, EXTENDED = "10d", "20d"
LONGEST = 8000


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
    words = _stated(text, _("이의 내용을 적어 주세요."))
    try:
        with transaction.atomic():
            objection = Objection.objects.create(
                decision=decision,
                filed_by=actor,
                filed_at=calendar.now(),
                text=words,
                due_on=_due(calendar.now(), DECIDE_WITHIN),
            )
    except IntegrityError as clash:
        raise NotNow(_("이미 이의를 신청했습니다.")) from clash
    _record("objection.filed", case, objection, actor)
    return objection


@transaction.atomic
def withdraw_objection(*, objection: Objection, actor: User) -> Objection:
    """The company takes its objection back before it is decided; while the period runs it may
    object again. A repeat changes nothing. Raises NotAllowed, NotNow once it is decided."""
    case, held = _locked(objection)
    if not is_member(actor, case.company_id):
        raise NotAllowed(_("이 회사의 구성원만 이의신청을 거둘 수 있습니다."))
    if held.withdrawn_at is not None:
        return held
    if held.decided_at is not None:
        raise NotNow(_("이미 결정된 이의신청입니다."))
    held.withdrawn_by, held.withdrawn_at = actor, calendar.now()
    held.save(update_fields=["withdrawn_by", "withdrawn_at"])
    _record("objection.withdrawn", case, held, actor)
    return held


@transaction.atomic
def extend_objection(*, objection: Objection, actor: User, reason: str) -> Objection:
    """Put the decision off, once, by ten business days, and tell the applicant why. Raises
    NotAllowed, NotNow (put off already, late already, over, no reason)."""
    case, held = _locked(objection)
    _require_other_lead(case, held, actor)
    _require_open(held)
    if held.extended_at is not None:
        raise NotNow(_("이의신청의 처리 기한은 한 번만 연장할 수 있습니다."))
    if calendar.today() > held.due_on:
        raise NotNow(_("처리 기한이 지나 연장할 수 없습니다."))
    held.extended_because = _stated(reason, _("연장 사유를 적어 주세요."))
    held.first_due_on, held.due_on = held.due_on, _due(held.filed_at, EXTENDED)
    held.extended_by, held.extended_at = actor, calendar.now()
    held.save(
        update_fields=["extended_because", "first_due_on", "due_on", "extended_by", "extended_at"]
    )
    _record("objection.extended", case, held, actor)
    objection_words.leave(held, "objection_extended")
    return held


@transaction.atomic
def decide_objection(*, objection: Objection, actor: User, upheld: bool, answer: str) -> Objection:
    """Uphold (the case reopens with a different reviewer) or dismiss. By a lead who neither drafted
    nor signed the refusal. Raises NotAllowed, AlreadyDone, NotNow."""
    case, held = _locked(objection)
    _require_other_lead(case, held, actor)
    if held.decided_at is not None and held.decided_by is not None:
        if held.decided_by_id == actor.pk and held.upheld == upheld:
            return held
        raise AlreadyDone(what=_("이의신청 결정"), who=str(held.decided_by), at=held.decided_at)
    _require_open(held)
    words = _stated(answer, _("결정 이유를 적어 주세요."))
    held.decided_by, held.decided_at = actor, calendar.now()
    held.upheld, held.answer = upheld, words
    held.save(update_fields=["decided_by", "decided_at", "upheld", "answer"])
    _record("objection.decided", case, held, actor, upheld=upheld)
    if upheld:
        _reopen(case, held.decision, actor, words)
    objection_words.leave(held, "objection_upheld" if upheld else "objection_dismissed")
    return held


def _reopen(case: Application, decision: Decision, actor: User, answer: str) -> None:
    case = workflow.apply(application=case, name="reopen", actor=actor, reason=answer)
    decision.ended_by, decision.ended_at = actor, calendar.now()
    decision.ended_because = "objection_upheld"
    decision.save(update_fields=["ended_by", "ended_at", "ended_because"])
    conflicts.disqualify(case, decision.drafted_by, actor)
    lift_notice(case, decision, actor)
    outbox.enqueue(
        topic=TOPIC_REOPENED,
        key=f"{case.public_id}:{case.revision}",
        payload={"application": str(case.public_id)},
    )


def _locked(objection: Objection) -> tuple[Application, Objection]:
    case = workflow.lock(objection.decision.application)
    held = (
        Objection.objects.select_for_update(of=("self",))
        .select_related("decision__drafted_by", "decided_by")
        .get(pk=objection.pk)
    )
    return case, held


def _require_other_lead(case: Application, held: Objection, actor: User) -> None:
    if not workflow.may(case, workflow.LEAD, actor):
        raise NotAllowed(_("결재자만 이의신청을 결정할 수 있습니다."))
    if actor.pk in (held.decision.drafted_by_id, held.decision.signed_off_by_id):
        raise NotAllowed(_("불허를 기안하거나 결재한 사람은 이의신청을 결정할 수 없습니다."))


def _require_open(held: Objection) -> None:
    if held.withdrawn_at is not None:
        raise NotNow(_("신청인이 거둔 이의신청입니다."))
    if held.decided_at is not None:
        raise NotNow(_("이미 결정된 이의신청입니다."))


def _stated(words: str, missing: str) -> str:
    said = words.replace("\x00", "").strip()
    if not said:
        raise NotNow(missing)
    if len(said) > LONGEST:
        raise NotNow(_("%(most)s자까지 적을 수 있습니다.") % {"most": f"{LONGEST:,}"})
    return said


def _due(moment: datetime, period: str) -> date:
    return clock.due(moment, clock.parse_period(period))


def _record(
    name: str, case: Application, objection: Objection, actor: User, **data: object
) -> None:
    record(
        name=name,
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={"objection": str(objection.public_id)} | data,
    )
