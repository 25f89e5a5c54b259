"""Answering what the office asks for: item by item, then sent together."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from applications.asking import Names
from applications.errors import CaseError, Invalid
from applications.forms.fields import DayField
from applications.models import Application, Demand, Document, SupplementItem, SupplementRequest
from applications.models.supplement import MOST_EXTENSIONS
from applications.papers import as_document
from applications.sections import sections_of, url_of
from applications.services import more_time, supplement
from applications.stages import Stage
from applications.views.cases import context_of, own_case, person, refused, to_case
from applications.views.documents import SAID as UPLOAD_SAID
from applications.views.documents import refused_alone
from applications.views.draft import BY_ITSELF
from applications.views.draft import SAID as SAVE_SAID
from programs import calendar

SEND = "send"
SEND_PART = "send_part"
LONGEST_ANSWER = 4000


class ItemForm(forms.Form):
    """The answer to one item. Left as it is, it changes nothing.

    `seen` comes back with the answer as the page was drawn with it: what somebody else has
    written meanwhile is not overwritten unseen.
    """

    answer = forms.CharField(
        label=gettext_lazy("답변"),
        required=False,
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    file = forms.FileField(label=gettext_lazy("파일"), required=False, max_length=255)

    def __init__(self, *args: Any, item: SupplementItem, **kwargs: Any) -> None:
        self.item = item
        super().__init__(
            *args, prefix=str(item.public_id), initial={"answer": item.answer}, **kwargs
        )
        if not item.document_code:
            del self.fields["file"]
        else:
            self.fields["file"].help_text = _("%(formats)s · 파일당 최대 20MB") % {
                "formats": item.format_words
            }

    def clean_answer(self) -> str:
        return _lines(self.cleaned_data["answer"])

    @property
    def seen(self) -> str:
        return _lines(self.data.get(self.add_prefix("seen"), self.item.answer))

    @property
    def new_words(self) -> bool:
        """Whether something else was typed than the page had shown."""
        typed = _lines(self.data.get(self.add_prefix("answer"), self.seen)).strip()
        return typed != self.seen.strip()

    @property
    def says_something(self) -> bool:
        return self.new_words or bool(self.cleaned_data.get("file"))

    def overtaken(self) -> bool:
        """Somebody else has written another answer since; said at the field."""
        stored = self.item.answer
        if not self.new_words or stored in (self.seen.strip(), self.cleaned_data["answer"]):
            return False
        self.add_error(
            "answer",
            _(
                "그사이 다른 창이나 다른 사람이 이 답변을 바꾸었습니다. 적으신 것으로 바꾸려면 "
                "다시 저장해 주세요. 저장되어 있는 답변: %(stored)s"
            )
            % {"stored": stored},
        )
        return True


def _lines(text: str) -> str:
    """Browsers send line breaks in their own way."""
    return text.replace("\r\n", "\n")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One form for all items, so that nothing typed at one is lost by saving another."""
    case = own_case(request, public_id)
    asked = case.supplements.filter(closed_at=None).first()
    by_itself = BY_ITSELF in request.POST
    if asked is None:
        return _gone(request, case) if by_itself else to_case(case)
    items = _items(asked)
    if request.method != "POST":
        return page(request, case, asked, [ItemForm(item=item) for item in items])
    forms_ = [ItemForm(request.POST, request.FILES, item=item) for item in items]
    if by_itself:
        return _kept(request, case, asked, forms_)
    try:
        saved = [_save(request, case, form) for form in forms_]
        if all(saved) and (SEND in request.POST or SEND_PART in request.POST):
            return _sent(request, case)
    except Invalid as error:
        return page(request, case, asked, forms_, sentence=error.sentence)
    except CaseError as error:
        case = own_case(request, public_id)
        if case.supplements.filter(closed_at=None).exists():
            fresh = [ItemForm(item=item) for item in _items(asked)]
            return page(request, case, asked, fresh, sentence=error.sentence)
        return refused(request, case, error)
    if not all(saved):
        return page(request, case, asked, forms_)
    messages.success(request, _("답변을 저장했습니다. 모두 답한 뒤 보내 주세요."))
    return redirect(_at(case, request.POST.get("save", "")))


def _sent(request: HttpRequest, case: Application) -> HttpResponse:
    """Send all, which the open items may prevent, or what is ready."""
    if SEND in request.POST:
        supplement.submit_answers(application=case, actor=person(request))
    else:
        case = supplement.send_part(application=case, actor=person(request))
        if case.at == Stage.SUPPLEMENT:
            messages.success(
                request,
                _("준비된 답변을 보냈습니다. 남은 항목은 기한까지 이어서 보내 주세요."),
            )
            return redirect(_at(case))
    messages.success(request, _("보완 답변을 보냈습니다. 심사가 이어집니다."))
    return to_case(case)


def _items(asked: SupplementRequest) -> list[SupplementItem]:
    """What is still to be answered or to be sent."""
    return list(asked.items.filter(sent_at=None).order_by("position"))


def _at(case: Application, number: str = "") -> str:
    """The page, at the item whose button was pressed."""
    anchor = f"#ask-{number}" if number.isascii() and number.isdecimal() else ""
    return reverse("applications:supplement", args=[case.public_id]) + anchor


def _save(request: HttpRequest, case: Application, form: ItemForm) -> bool:
    """Save one item's answer if there is a new one. False: its mistakes are on the form."""
    if not form.is_valid() or form.overtaken():
        return False
    if not form.says_something:
        return True
    try:
        form.item = supplement.answer_item(
            application=case,
            actor=person(request),
            item=form.item,
            answer=form.cleaned_data["answer"] if form.new_words else form.item.answer,
            upload=form.cleaned_data.get("file"),
        )
    except Invalid as error:
        for name, sentences in (error.errors or {"file": [error.sentence]}).items():
            for sentence in sentences:
                form.add_error(name if name in form.fields else None, sentence)
        return False
    return True


def _kept(
    request: HttpRequest, case: Application, asked: SupplementRequest, forms_: list[ItemForm]
) -> HttpResponse:
    """The answer to a page that keeps words as they are typed."""
    for form in forms_:
        if not form.is_valid() or form.overtaken() or not form.new_words:
            continue
        try:
            form.item = supplement.keep_words(
                application=case,
                actor=person(request),
                item=form.item,
                answer=form.cleaned_data["answer"],
            )
        except CaseError:
            return _gone(request, case)
    wrong = [
        {"name": form.add_prefix(name), "sentences": list(sentences)}
        for form in forms_
        for name, sentences in form.errors.items()
    ]
    context = {**context_of(case), **state_of(case, asked, forms_)}
    context |= {"wrong": wrong, "saved_at": calendar.now()}
    response = render(request, "applications/parts/words_kept.html", context)
    response[SAVE_SAID] = "saved"
    return response


def _gone(request: HttpRequest, case: Application) -> HttpResponse:
    sentence = _("보완 답변을 이미 보냈거나 보완 요청이 끝났습니다.")
    context = {"sentence": sentence, "case": case}
    response = render(request, "applications/parts/stopped.html", context, status=409)
    response[SAVE_SAID] = "stopped"
    return response


@never_cache
@require_POST
def answer_file(request: HttpRequest, public_id: UUID, item: UUID) -> HttpResponse:
    """Take the file that answers one item, by itself. What was typed is not its business."""
    case = own_case(request, public_id)
    open_items = SupplementItem.objects.filter(
        request__application=case, request__closed_at=None, sent_at=None
    ).select_related("request")
    held = get_object_or_404(open_items, public_id=item)
    alone = bool(request.headers.get("HX-Request"))
    number = str(held.position + 1)
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise Invalid(_("올릴 파일을 먼저 골라 주세요."))
        supplement.answer_item(
            application=case, actor=person(request), item=held, answer=held.answer, upload=sent
        )
    except CaseError as error:
        if alone:
            return refused_alone(request, error.sentence)
        messages.error(request, error.sentence)
        return redirect(_at(case, number))
    said = _("올렸습니다: %(name)s") % {"name": sent.name}
    if not alone:
        messages.success(request, said)
        return redirect(_at(case, number))
    forms_ = [ItemForm(item=one) for one in _items(held.request)]
    context = {**context_of(case), **state_of(case, held.request, forms_), "said": said}
    response = render(request, "applications/parts/answer_uploaded.html", context)
    response[UPLOAD_SAID] = "taken"
    return response


def page(
    request: HttpRequest,
    case: Application,
    asked: SupplementRequest,
    item_forms: list[ItemForm],
    *,
    sentence: str = "",
    time_form: forms.Form | None = None,
) -> HttpResponse:
    extensions = list(asked.extensions.order_by("number"))
    asked._prefetched_objects_cache = {"extensions": extensions}  # type: ignore[attr-defined]
    no_time = more_time.why_not(asked)
    context = {
        **context_of(case),
        **state_of(case, asked, item_forms),
        "asked": asked,
        "again": asked.demand == Demand.AGAIN,
        "days": (asked.due_on - calendar.today()).days,
        "forms": item_forms,
        "sentence": sentence,
        "mistakes": bool(sentence or (time_form and time_form.errors))
        or any(form.errors for form in item_forms),
        "sections": [
            {"title": str(section.title), "url": url_of(case, section.name)}
            for section in sections_of(case)
        ],
        "documents_url": url_of(case, "documents"),
        "saved_at": None,
        "extensions": extensions,
        "no_time": no_time,
        "time_form": time_form or MoreTimeForm(),
        "times_left": MOST_EXTENSIONS - len(extensions),
    }
    return render(request, "applications/supplement.html", context)


class MoreTimeForm(forms.Form):
    until = DayField(
        label=gettext_lazy("언제까지 필요합니까"),
        error_messages={"required": gettext_lazy("날짜를 적어 주세요.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("시간이 더 필요한 이유"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("왜 시간이 더 필요한지 적어 주세요.")},
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_time(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask for more time; what is wrong is said at the form, on the page of answers."""
    case = own_case(request, public_id)
    asked = case.supplements.filter(closed_at=None).first()
    if asked is None or request.method != "POST":
        return redirect(_at(case)) if asked else to_case(case)
    form, sentence = MoreTimeForm(request.POST), ""
    if form.is_valid():
        try:
            more_time.ask_for_time(application=case, actor=person(request), **form.cleaned_data)
        except Invalid as error:
            for name, sentences in error.errors.items():
                form.add_error(name, sentences)
        except CaseError as error:
            sentence = error.sentence
        else:
            messages.success(request, _("연장을 요청했습니다. 담당자의 답을 메일로 알려 드립니다."))
            return redirect(_at(case) + "#more-time")
    fresh = [ItemForm(item=item) for item in _items(asked)]
    return page(request, case, asked, fresh, sentence=sentence, time_form=form)


def state_of(
    case: Application, asked: SupplementRequest, item_forms: list[ItemForm]
) -> dict[str, Any]:
    """The items with what was sent for each, and how far the answers have got."""
    sent = list(
        asked.items.exclude(sent_at=None).select_related("document__stored").order_by("position")
    )
    items = [form.item for form in item_forms]
    files = _files(case, asked, {item.document_code for item in items} - {""})
    names = Names(case)
    return {
        "rows": [
            {
                "form": form,
                "item": form.item,
                "number": form.item.position + 1,
                "document_name": names.of(form.item),
                "stated": names.stated(form.item),
                "section_url": url_of(case, form.item.section) + names.anchor(form.item)
                if form.item.section
                else "",
                "files": [
                    _file(case, one, note) for one, note in files.get(form.item.document_code, [])
                ],
            }
            for form in item_forms
        ],
        "sent": [
            {"item": item, "number": item.position + 1, "name": names.of(item)} for item in sent
        ],
        "ready": sum(item.answered_at is not None for item in items),
        "answered": len(sent) + sum(item.answered_at is not None for item in items),
        "total": len(sent) + len(items),
        "open_items": sum(item.answered_at is None and not item.optional for item in items),
    }


def _files(
    case: Application, asked: SupplementRequest, codes: set[str]
) -> dict[str, list[tuple[Document, str]]]:
    """By document: what waits, what it has overtaken, and what the office has; newest first."""
    found: dict[str, list[tuple[Document, str]]] = {}
    if not codes:
        return found
    waiting = asked.buffered_documents.filter(code__in=codes, stored__isnull=False)
    covered = set()
    for one in waiting.select_related("stored").order_by("-uploaded_at", "-pk"):
        note = _("이전 파일: 새 파일로 바뀜")
        if one.dropped_at is None:
            covered.add((one.code, one.part))
            note = _("새 파일: 이 요청에 대한 답변") if one.item_id else _("새 파일: 따로 올린 것")
        found.setdefault(one.code, []).append((as_document(case, one), note))
    filed = case.documents.filter(code__in=codes).select_related("stored")
    for document in filed.order_by("-uploaded_at", "-pk"):
        gone = document.replaced_at is not None or (document.code, document.part) in covered
        note = _("이전 파일: 새 파일로 바뀜") if gone else _("이전 파일: 보완 요청 전에 낸 것")
        if not gone and document.uploaded_at > asked.requested_at:
            note = _("이 보완 기간에 이미 보낸 파일")
        found.setdefault(document.code, []).append((document, note))
    return found


def _file(case: Application, document: Document, note: str) -> dict[str, Any]:
    return {
        "name": document.stored.name,
        "url": reverse("applications:document", args=[case.public_id, document.public_id]),
        "size": document.stored.size,
        "pages": document.stored.pages,
        "state": "",
        "note": note,
        "remove_url": "",
    }
