"""Asking the applicant for what is missing, and taking the answers.

The clock stands from the day of the request to the day its last open item is answered, or to the
request's last day if that comes first (APA-DECREE §11): a segment of a round that is still open
ends on its last day by itself, whatever has or has not been done about it.
"""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from applications import asking, guards, workflow
from applications.asking import Asked
from applications.deadlines import supplement_due
from applications.errors import AlreadyDone, NotAllowed, NotNow, StaleCase
from applications.models import (
    Application,
    ClockSegment,
    Demand,
    DueCause,
    QueueRow,
    SupplementDelivery,
    SupplementExtension,
    SupplementItem,
    SupplementRequest,
)
from applications.models.supplement import SECOND_DEMAND_DAYS
from applications.services import buffer, dates, notices
from applications.services.answering import (
    answer_item,
    keep_words,
    open_items,
    take_answers,
)
from applications.services.submission import declare_identity
from programs import calendar

__all__ = [
    "Asked",
    "answer_item",
    "demand_again",
    "end_supplement",
    "keep_words",
    "request_supplement",
    "send_part",
    "submit_answers",
]


# --- asking --------------------------------------------------------------------------------------
@transaction.atomic
def request_supplement(
    *,
    application: Application,
    actor: User,
    items: list[Asked],
    days: int | None = None,
    expected_revision: int | None = None,
) -> SupplementRequest:
    """Open a round of asking: park the case, stop the clock from today on, tell the applicant.

    Raises NotAllowed, Invalid, StaleCase, NotNow; AlreadyDone when another request is open.
    """
    case = workflow.lock(application)
    if not workflow.may(case, workflow.ASSIGNEE, actor):
        raise NotAllowed(_("이 단계를 처리할 권한이 없습니다."))
    if open_one := case.supplements.filter(closed_at=None).select_related("requested_by").first():
        raise AlreadyDone(
            what=_("보완 요구"), who=str(open_one.requested_by), at=open_one.requested_at
        )
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleCase
    asking.check(case, items, days, asking.MOST_DAYS)
    rows = [asking.item_of(case, item, position) for position, item in enumerate(items)]
    for row, item in zip(rows, items, strict=True):
        if item.again_of is not None:
            row.again_of = _asked_before(case, item)
    days = days or case.manifest.deadlines.supplement_days
    request = _open(case, actor, rows, days)
    case = workflow.apply(
        application=case,
        name="request_supplement",
        actor=actor,
        data={"round": request.round, "items": len(items), "due_on": request.due_on.isoformat()},
    )
    _tell(case, actor, request)
    return request


def _asked_before(case: Application, item: Asked) -> SupplementItem:
    before = SupplementItem.objects.filter(
        request__application=case, public_id=str(item.again_of), verdict="again", asked_again=None
    ).first()
    if before is None:
        raise NotNow(_("다시 요구할 항목이 없거나 이미 다시 요구했습니다."))
    return before


def _open(
    case: Application,
    actor: User,
    rows: list[SupplementItem],
    days: int,
    follows: SupplementRequest | None = None,
) -> SupplementRequest:
    """A round with its items and its excluded days, which begin today."""
    try:
        with transaction.atomic():
            request = SupplementRequest.objects.create(
                application=case,
                round=case.supplements.count() + 1,
                demand=Demand.AGAIN if follows else Demand.FIRST,
                follows=follows,
                days=days,
                requested_by=actor,
                requested_at=calendar.now(),
                due_on=supplement_due(case, days=days),
            )
    except IntegrityError as clash:
        raise NotNow(_("이미 진행 중인 보완 요구가 있습니다.")) from clash
    for row in rows:
        row.request = request
    SupplementItem.objects.bulk_create(rows)
    ClockSegment.objects.create(
        application=case, reason="supplement", from_on=calendar.today(), supplement=request
    )
    return request


def _tell(case: Application, actor: User, request: SupplementRequest) -> None:
    """The dates with the new stop in them, the notice, and the first attempt to deliver it."""
    settle(case, request, "asked")
    SupplementDelivery.objects.create(
        request=request,
        attempt=1,
        key=notices.tell(case, "supplement", request=request),
        made_by=actor,
        made_at=calendar.now(),
    )


def settle(case: Application, request: SupplementRequest, occasion: str) -> None:
    dates.settle(case, cause=DueCause.SUPPLEMENT, key=f"supplement:{request.public_id}:{occasion}")


# --- the second demand ---------------------------------------------------------------------------
@transaction.atomic
def demand_again(
    *,
    application: Application,
    actor: User,
    days: int = SECOND_DEMAND_DAYS,
    expected_revision: int | None = None,
) -> SupplementRequest:
    """Ask once more for what was not answered in time, for at most ten days (PETITION-DECREE §24).

    What the applicant had begun to answer waits in the new round. Days between the first round's
    last day and today count. Raises NotAllowed, StaleCase, NotNow, Invalid, AlreadyDone.
    """
    case = workflow.lock(application)
    asking.check(case, [Asked(text="-", optional=True)], days, SECOND_DEMAND_DAYS)
    first = case.supplements.filter(closed_at=None).first()
    opened: list[SupplementRequest] = []

    def open_it() -> None:
        if first is None:
            raise NotNow(_("진행 중인 보완 요구가 없습니다."))
        close(case, "overdue")
        old = [item for item in first.items.all() if item.sent_at is None]
        rows = [_again(item, position) for position, item in enumerate(old)]
        opened.append(_open(case, actor, rows, days, follows=first))
        buffer.move(first, opened[0], {item.pk: row for item, row in zip(old, rows, strict=True)})

    before = case.revision
    if refused := workflow.refusal(case, "demand_again", actor):
        if not workflow.may(case, workflow.ASSIGNEE, actor):
            raise NotAllowed(refused)
        if first is not None and first.demand == Demand.AGAIN and not first.is_overdue:
            raise AlreadyDone(
                what=_("재보완 요구"), who=str(first.requested_by), at=first.requested_at
            )
        raise NotNow(refused)
    if expected_revision is not None and expected_revision != before:
        raise StaleCase
    open_it()
    request = opened[0]
    case = workflow.apply(
        application=case,
        name="demand_again",
        actor=actor,
        data={"round": request.round, "due_on": request.due_on.isoformat()},
    )
    _tell(case, actor, request)
    return request


def _again(item: SupplementItem, position: int) -> SupplementItem:
    """The same thing in the round that follows, with the words already kept for it."""
    return SupplementItem(
        position=position,
        document_code=item.document_code,
        section=item.section,
        field=item.field,
        reason=item.reason,
        reason_words=item.reason_words,
        text=item.text,
        formats=item.formats,
        optional=item.optional,
        answer=item.answer,
        answered_at=item.answered_at,
    )


# --- sending -------------------------------------------------------------------------------------
@transaction.atomic
def send_part(
    *,
    application: Application,
    actor: User,
    items: list[SupplementItem] | None = None,
    expected_revision: int | None = None,
) -> Application:
    """Send the answers that are ready (of `items`, or all of them). What is not answered stays
    asked and the clock stands; with the last open item the case returns as `submit_answers` does.

    Raises NotAllowed, NotNow (nothing is ready), StaleCase.
    """
    case = workflow.lock(application)
    request = take_answers(case, actor, items)
    if not open_items(request).exists():
        return submit_answers(application=case, actor=actor, expected_revision=expected_revision)
    declare_identity(case)
    workflow.touch(case)
    notices.word_for_staff(case, "partly_answered", request)
    return case


@transaction.atomic
def submit_answers(
    *, application: Application, actor: User, expected_revision: int | None = None
) -> Application:
    """Send every answer: the case returns to its reviewer and the clock runs on from tomorrow, or
    has run on since the day after the last one."""
    case = workflow.lock(application)
    request = case.supplements.filter(closed_at=None).first()
    case = workflow.apply(
        application=case,
        name="answer_supplement",
        actor=actor,
        expected_revision=expected_revision,
    )
    if request is not None:
        buffer.send(case, request, None)
        request.items.filter(answered_at__isnull=False, sent_at=None).update(sent_at=calendar.now())
    close(case, "answered")
    declare_identity(case)
    # Back at the top of the same reviewer's queue.
    QueueRow.objects.filter(application=case).update(urgency=1)
    return case


# --- closing -------------------------------------------------------------------------------------
@transaction.atomic
def end_supplement(
    *, application: Application, actor: User, expected_revision: int | None = None
) -> Application:
    """Take the case back after the supplement's last day has passed without all the answers."""
    case = workflow.apply(
        application=application,
        name="end_supplement",
        actor=actor,
        expected_revision=expected_revision,
    )
    close(case, "overdue")
    return case


def close(case: Application, because: str) -> None:
    """Close the open round and its excluded days, both ends counted as excluded and never past the
    round's last day; recompute the due date. A repeat finds nothing open and changes nothing."""
    request = case.supplements.filter(closed_at=None).first()
    if request is None:
        return
    now = calendar.now()
    request.closed_at, request.closed_because = now, because
    request.save(update_fields=["closed_at", "closed_because"])
    request.extensions.filter(state=SupplementExtension.State.ASKED).update(
        state=SupplementExtension.State.LAPSED, decided_at=now
    )
    last = max(min(calendar.today(), request.due_on), request.asked_on)
    case.clock_segments.filter(supplement=request, until_on=None).update(until_on=last)
    settle(case, request, "closed")


def close_on_withdrawal(case: Application, change: object) -> None:
    close(case, "withdrawn")


def close_undelivered(case: Application, change: object) -> None:
    close(case, "undeliverable")


def overdue_on(case: Application) -> date | None:
    request = case.supplements.filter(closed_at=None).first()
    return request.due_on if request else None


# --- guards --------------------------------------------------------------------------------------
def _guard_requested(case: Application, actor: User | None) -> str | None:
    if case.supplements.filter(closed_at=None, items__isnull=False).exists():
        return None
    return _("보완할 항목을 하나 이상 적어 주세요.")


def _guard_answered(case: Application, actor: User | None) -> str | None:
    request = case.supplements.filter(closed_at=None).first()
    if request is None:
        return _("진행 중인 보완 요구가 없습니다.")
    missing = open_items(request).filter(answered_at=None).count()
    if not missing:
        return None
    return _("아직 답하지 않은 필수 항목이 %(count)s개 있습니다.") % {"count": missing}


def _guard_overdue(case: Application, actor: User | None) -> str | None:
    due = overdue_on(case)
    if due is not None and calendar.today() > due:
        return None
    return _("보완기한이 지난 뒤에만 종료할 수 있습니다.")


def _guard_second_demand(case: Application, actor: User | None) -> str | None:
    """Before the step the first round is open and overdue; within it the second has been opened."""
    request = case.supplements.filter(closed_at=None).first()
    if request is None:
        return _("진행 중인 보완 요구가 없습니다.")
    if request.demand == Demand.AGAIN:
        opened_now = request.asked_on == calendar.today() and not request.deliveries.exists()
        return None if opened_now else _("재보완은 한 번만 요구할 수 있습니다.")
    if not request.is_overdue:
        return _("보완기한이 지난 뒤에만 다시 요구할 수 있습니다.")
    return None


guards.register("supplement_requested", _guard_requested)
guards.register("supplement_answered", _guard_answered)
guards.register("supplement_overdue", _guard_overdue)
guards.register("second_demand_open", _guard_second_demand)
workflow.on("withdraw", close_on_withdrawal)
workflow.on("treat_as_withdrawn", close_undelivered)
