"""What the reviewer makes of each answer: accepted, or asked again with words."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from applications import stages, workflow
from applications.deadlines import supplement_due
from applications.errors import AlreadyDone, Invalid, NotAllowed, NotNow
from applications.models import Application, Demand, SupplementItem, SupplementRequest
from applications.services import notices
from applications.services.supplement import settle
from audit.services import record
from programs import calendar

Verdict = SupplementItem.Verdict


@transaction.atomic
def judge_item(
    *, application: Application, actor: User, item: SupplementItem, verdict: str, words: str = ""
) -> SupplementItem:
    """Accept an answer that was sent, or ask for it again.

    In a round that is still open, asking again adds the item to it: the clock has not run on yet.
    Where the round is closed, the next request takes it up (`Asked.again_of`), which is a new stop.
    The same verdict by anyone is the same; raises NotAllowed, NotNow, Invalid, AlreadyDone.
    """
    case = workflow.lock(application)
    if not workflow.may(case, workflow.ASSIGNEE, actor):
        raise NotAllowed(_("이 단계를 처리할 권한이 없습니다."))
    if case.at not in stages.EXAMINING | stages.SUPPLEMENT:
        raise NotNow(_("지금 단계에서는 고칠 수 없습니다: %(stage)s") % {"stage": case.at.label})
    held = (
        SupplementItem.objects.select_for_update(of=("self",))
        .select_related("request", "judged_by")
        .filter(pk=item.pk, request__application=case)
        .first()
    )
    if held is None or held.sent_at is None:
        raise NotNow(_("아직 보내지 않은 답변입니다."))
    if verdict not in Verdict.values:
        raise NotNow(_("확인 결과를 골라 주세요."))
    if held.verdict == verdict:
        return held
    if SupplementItem.objects.filter(again_of=held).exists():
        raise AlreadyDone(
            what=str(Verdict.AGAIN.label),
            who=str(held.judged_by),
            at=held.judged_at or held.sent_at,
        )
    if verdict == Verdict.AGAIN and not words.strip():
        said = _("무엇이 더 필요한지 적어 주세요.")
        raise Invalid(said, {"words": [said]})
    held.verdict, held.judged_words = verdict, words.strip()
    held.judged_by, held.judged_at = actor, calendar.now()
    if verdict == Verdict.AGAIN and held.request.closed_at is None:
        _ask_in_the_open_round(case, held)
    held.save(update_fields=["verdict", "judged_words", "judged_by", "judged_at"])
    workflow.touch(case)
    record(
        name="supplement.item_judged",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={"item": str(held.public_id), "verdict": verdict},
    )
    return held


def _ask_in_the_open_round(case: Application, held: SupplementItem) -> None:
    """The item once more, and a first demand's last day no earlier than its days from today."""
    request = held.request
    if request.is_overdue:
        raise NotNow(
            _("보완기한이 지났습니다. 재보완을 요구하거나 보완을 끝내고 다시 요구해 주세요.")
        )
    SupplementItem.objects.create(
        request=request,
        position=request.items.count(),
        document_code=held.document_code,
        section=held.section,
        field=held.field,
        text=held.judged_words,
        formats=held.formats,
        optional=held.optional,
        again_of=held,
    )
    if request.demand == Demand.FIRST:
        move_due(case, request, supplement_due(case, days=request.days), f"again:{held.pk}")
    notices.tell(case, "supplement_again", request=request)


def move_due(case: Application, request: SupplementRequest, due_on: date, occasion: str) -> None:
    """A later last day for an open round, and the case's dates with it; never an earlier one."""
    if due_on <= request.due_on:
        return
    request.due_on = due_on
    request.save(update_fields=["due_on"])
    settle(case, request, occasion)
