"""Answering what was asked, item by item: kept in the applicant's buffer until it is sent."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.access import is_member
from accounts.models import User
from applications.errors import Invalid, NotAllowed, NotNow
from applications.models import (
    Application,
    BufferedDocument,
    Document,
    SupplementItem,
    SupplementRequest,
)
from applications.papers import current_documents
from applications.services import buffer
from applications.services.drafting import editable_case, upload_document
from applications.stages import Stage
from audit.services import record
from files.identify import CONTENT_TYPES, identify
from programs import calendar


def open_items(request: SupplementRequest) -> QuerySet[SupplementItem]:
    """What must still be answered and sent for the case to return."""
    return request.items.filter(optional=False, sent_at=None)


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

    Nobody else sees it until it is sent. Raises Invalid, NotAllowed, NotNow.
    """
    has_file = upload is not None
    if has_file and not item.document_code:
        raise Invalid(
            _("이 항목은 글로 답해 주세요. 파일은 서류를 지정한 항목에 올릴 수 있습니다.")
        )
    if not has_file and item.document_code and not _waits(item).exists():
        raise Invalid(_("서류를 올려 주세요."), {"file": [_("서류를 올려 주세요.")]})
    if not item.document_code and not answer.strip() and not _is_changed(item):
        raise Invalid(_("답변을 적어 주세요."), {"answer": [_("답변을 적어 주세요.")]})
    if has_file:
        _refuse_format(item, upload)
        upload_document(
            application=application,
            actor=actor,
            code=item.document_code,
            upload=upload,
            replaces=_replaced_by_answer(application, item),
            item=item,
        )
    with transaction.atomic():
        _case, held = _held(application, actor, item)
        held.answer = answer.strip()
        held.answered_at = calendar.now()
        held.save(update_fields=["answer", "answered_at"])
    return held


def _held(
    application: Application, actor: User, item: SupplementItem
) -> tuple[Application, SupplementItem]:
    """The item, locked; NotNow when it was sent or its round is over."""
    case = editable_case(application=application, actor=actor, expected_revision=None)
    held = (
        SupplementItem.objects.select_for_update(of=("self",))
        .filter(pk=item.pk, request__application=case, request__closed_at=None, sent_at=None)
        .first()
    )
    if held is None:
        raise NotNow(_("이미 보냈거나 끝난 항목이라 더 고칠 수 없습니다."))
    return case, held


def _waits(item: SupplementItem) -> QuerySet[BufferedDocument]:
    return BufferedDocument.objects.filter(item=item, dropped_at=None)


def _is_changed(item: SupplementItem) -> bool:
    """Whether the section an item names has been changed: that is its answer."""
    return (
        bool(item.section) and item.request.buffered_sections.filter(section=item.section).exists()
    )


def _refuse_format(item: SupplementItem, upload: Any) -> None:
    """By the first bytes; what is no such file at all is refused with its own sentence later."""
    if not item.formats:
        return
    upload.seek(0)
    found = identify(upload.read(4096))
    upload.seek(0)
    if found in CONTENT_TYPES and found not in item.formats:
        said = _("이 항목은 %(formats)s 파일만 받습니다.") % {"formats": item.format_words}
        raise Invalid(said, {"file": [said]})


def _replaced_by_answer(application: Application, item: SupplementItem) -> Document | None:
    """What a new file takes the place of: the answer so far, or a document's only file."""
    there = [
        one
        for one in current_documents(buffer.with_buffer(application))
        if one.code == item.document_code
    ]
    sent = _waits(item).first()
    if sent is not None:
        return next((one for one in there if one.public_id == sent.public_id), None)
    listed = application.manifest.document(item.document_code)
    if listed is None or listed.many:
        return None
    return there[0] if there else None


@transaction.atomic
def keep_words(
    *, application: Application, actor: User, item: SupplementItem, answer: str
) -> SupplementItem:
    """Keep the words of an answer as they are typed. An item that names a document is answered only
    by its file; one that does not, by any words. Raises NotAllowed, NotNow."""
    _case, held = _held(application, actor, item)
    if held.answer == answer.strip():
        return held
    held.answer = answer.strip()
    if not held.document_code:
        said = bool(held.answer) or _is_changed(held)
        held.answered_at = calendar.now() if said else None
    held.save(update_fields=["answer", "answered_at"])
    return held


def take_answers(
    case: Application, actor: User, items: list[SupplementItem] | None
) -> SupplementRequest:
    """Send the answers that are ready, all of them or those of `items`, from a locked case's
    buffer. Raises NotAllowed, NotNow when none is."""
    if not is_member(actor, case.company_id):
        raise NotAllowed(_("이 회사의 구성원만 수정할 수 있습니다."))
    if case.at != Stage.SUPPLEMENT:
        raise NotNow(_("진행 중인 보완 요구가 없습니다."))
    request = buffer.open_request(case)
    ready = request.items.filter(answered_at__isnull=False, sent_at=None)
    if items is not None:
        ready = ready.filter(pk__in=[item.pk for item in items])
    sent = list(ready.order_by("position"))
    if not sent:
        raise NotNow(_("보낼 답변이 없습니다. 먼저 항목에 답해 주세요."))
    buffer.send(case, request, sent)
    request.items.filter(pk__in=[item.pk for item in sent]).update(sent_at=calendar.now())
    record(
        name="supplement.answers_sent",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={"round": request.round, "items": [str(item.public_id) for item in sent]},
    )
    return request
