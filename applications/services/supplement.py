"""Asking the applicant for what is missing, and taking the answers (domain.md 6.4, 6.6)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from applications import guards, workflow
from applications.deadlines import supplement_due
from applications.errors import AlreadyDone, Invalid, NotAllowed, NotNow, StaleCase
from applications.models import (
    Application,
    ClockSegment,
    Document,
    DueCause,
    QueueRow,
    SupplementItem,
    SupplementRequest,
)
from applications.services import dates, notices
from applications.services.drafting import editable_case, upload_document
from applications.services.submission import declare_identity
from programs import calendar


@dataclass(frozen=True)
class Asked:
    """One thing to ask for. Without a listed document it can only be optional."""

    text: str
    document_code: str = ""
    optional: bool = False


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
    _check(case, items, days)
    request = _open(case, actor, items, days)
    ClockSegment.objects.create(
        application=case, reason="supplement", from_on=calendar.today(), supplement=request
    )
    case = workflow.apply(
        application=case,
        name="request_supplement",
        actor=actor,
        data={"round": request.round, "items": len(items), "due_on": request.due_on.isoformat()},
    )
    notices.tell(case, "supplement", request=request)
    return request


def _check(case: Application, items: list[Asked], days: int | None) -> None:
    listed = {document.code for document in case.manifest.documents}
    errors: dict[str, list[str]] = {}
    for number, item in enumerate(items):
        if not item.text.strip():
            errors[f"{number}.text"] = [_("무엇이 필요한지 적어 주세요.")]
        if item.document_code and item.document_code not in listed:
            errors[f"{number}.document_code"] = [_("이 프로그램에서 받지 않는 서류입니다.")]
        if not item.document_code and not item.optional:
            errors[f"{number}.document_code"] = [
                _("공고된 서류를 지정하거나 선택 제출로 표시해야 합니다.")
            ]
    if not items:
        errors["items"] = [_("보완할 항목을 하나 이상 적어 주세요.")]
    if days is not None and not 1 <= days <= 60:
        errors["days"] = [_("보완 기간은 1일부터 60일까지 정할 수 있습니다.")]
    if errors:
        raise Invalid(_("입력한 내용을 확인해 주세요."), errors)


def _open(
    case: Application, actor: User, items: list[Asked], days: int | None
) -> SupplementRequest:
    now = calendar.now()
    try:
        with transaction.atomic():
            request = SupplementRequest.objects.create(
                application=case,
                round=case.supplements.count() + 1,
                requested_by=actor,
                requested_at=now,
                due_on=supplement_due(case, days=days),
            )
    except IntegrityError as clash:
        raise NotNow(_("이미 진행 중인 보완 요구가 있습니다.")) from clash
    SupplementItem.objects.bulk_create(
        SupplementItem(
            request=request,
            position=position,
            document_code=item.document_code,
            text=item.text.strip(),
            optional=item.optional,
        )
        for position, item in enumerate(items)
    )
    return request


def answer_item(
    *,
    application: Application,
    actor: User,
    item: SupplementItem,
    answer: str = "",
    upload: Any = None,
) -> SupplementItem:
    """Answer one item with words, a file, or both. A listed document needs the file; it replaces
    what the item was answered with before, and of a document with one file the one sent first.

    The case stays parked until the answers are sent together. Raises Invalid, NotAllowed, NotNow.
    """
    document: Document | None = None
    if upload is not None and item.document_code:
        document = upload_document(
            application=application,
            actor=actor,
            code=item.document_code,
            upload=upload,
            replaces=_replaced_by_answer(application, item),
        )
    elif upload is not None:
        raise Invalid(
            _("이 항목은 글로 답해 주세요. 파일은 서류를 지정한 항목에 올릴 수 있습니다.")
        )
    if document is None and item.document_code and item.document_id is None:
        raise Invalid(_("서류를 올려 주세요."), {"file": [_("서류를 올려 주세요.")]})
    if document is None and not item.document_code and not answer.strip():
        raise Invalid(_("답변을 적어 주세요."), {"answer": [_("답변을 적어 주세요.")]})
    with transaction.atomic():
        case = editable_case(application=application, actor=actor, expected_revision=None)
        held = SupplementItem.objects.select_for_update(of=("self",)).get(
            pk=item.pk, request__application=case, request__closed_at=None
        )
        held.answer = answer.strip()
        held.document = document or held.document
        held.answered_at = calendar.now()
        held.save(update_fields=["answer", "document", "answered_at"])
        workflow.touch(case)
    return held


def _replaced_by_answer(application: Application, item: SupplementItem) -> Document | None:
    sent = item.document
    if sent is not None and sent.replaced_at is None:
        return sent
    listed = application.manifest.document(item.document_code)
    if listed is None or listed.many:
        return None
    current = application.documents.filter(code=item.document_code, replaced_at=None)
    return current.order_by("part").first()


@transaction.atomic
def keep_words(
    *, application: Application, actor: User, item: SupplementItem, answer: str
) -> SupplementItem:
    """Keep the words of an answer as they are typed. An item that names a document is answered only
    by its file; one that does not, by any words. Raises NotAllowed, NotNow."""
    case = editable_case(application=application, actor=actor, expected_revision=None)
    held = SupplementItem.objects.select_for_update(of=("self",)).get(
        pk=item.pk, request__application=case, request__closed_at=None
    )
    if held.answer == answer.strip():
        return held
    held.answer = answer.strip()
    if not held.document_code:
        held.answered_at = calendar.now() if held.answer else None
    held.save(update_fields=["answer", "answered_at"])
    workflow.touch(case)
    return held


@transaction.atomic
def submit_answers(
    *, application: Application, actor: User, expected_revision: int | None = None
) -> Application:
    """Send the answers: the case returns to its reviewer and the clock runs on from tomorrow."""
    case = workflow.apply(
        application=application,
        name="answer_supplement",
        actor=actor,
        expected_revision=expected_revision,
    )
    _close(case, "answered")
    declare_identity(case)
    # Back at the top of the same reviewer's queue.
    QueueRow.objects.filter(application=case).update(urgency=1)
    return case


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
    _close(case, "overdue")
    return case


def _close(case: Application, because: str) -> None:
    """Close the open round and its excluded days, both ends counted as excluded; recompute the due
    date. A repeat finds nothing open and changes nothing."""
    request = case.supplements.filter(closed_at=None).first()
    if request is None:
        return
    last = calendar.today()
    if because == "overdue":
        last = min(last, request.due_on)
    request.closed_at, request.closed_because = calendar.now(), because
    request.save(update_fields=["closed_at", "closed_because"])
    case.clock_segments.filter(supplement=request, until_on=None).update(
        until_on=max(last, calendar.in_seoul(request.requested_at).date())
    )
    dates.settle(case, cause=DueCause.SUPPLEMENT, key=f"supplement:{request.public_id}")


def close_on_withdrawal(case: Application, change: object) -> None:
    if case.supplements.filter(closed_at=None).exists():
        _close(case, "withdrawn")


def overdue_on(case: Application) -> date | None:
    request = case.supplements.filter(closed_at=None).first()
    return request.due_on if request else None


def _guard_requested(case: Application, actor: User | None) -> str | None:
    if case.supplements.filter(closed_at=None, items__isnull=False).exists():
        return None
    return _("보완할 항목을 하나 이상 적어 주세요.")


def _guard_answered(case: Application, actor: User | None) -> str | None:
    open_items = SupplementItem.objects.filter(
        request__application=case, request__closed_at=None, optional=False, answered_at=None
    ).count()
    if not case.supplements.filter(closed_at=None).exists():
        return _("진행 중인 보완 요구가 없습니다.")
    if not open_items:
        return None
    return _("아직 답하지 않은 필수 항목이 %(count)s개 있습니다.") % {"count": open_items}


def _guard_overdue(case: Application, actor: User | None) -> str | None:
    due = overdue_on(case)
    if due is not None and calendar.today() > due:
        return None
    return _("보완기한이 지난 뒤에만 종료할 수 있습니다.")


guards.register("supplement_requested", _guard_requested)
guards.register("supplement_answered", _guard_answered)
guards.register("supplement_overdue", _guard_overdue)
workflow.on("withdraw", close_on_withdrawal)
