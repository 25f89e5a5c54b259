"""Answering what the office asks for: item by item, then sent together."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications.errors import CaseError, Invalid
from applications.models import Application, SupplementItem, SupplementRequest
from applications.sections import sections_of, url_of
from applications.services import supplement
from applications.views.cases import context_of, own_case, person, refused, to_case
from programs import calendar

SEND = "send"
LONGEST_ANSWER = 4000


class ItemForm(forms.Form):
    """The answer to one item. Left as it is, it changes nothing."""

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
            self.fields["file"].help_text = _("PDF, PNG, JPEG · 파일당 최대 20MB")

    @property
    def says_something(self) -> bool:
        return self.has_changed()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One form for all items, so that nothing typed at one is lost by saving another."""
    case = own_case(request, public_id)
    asked = case.supplements.filter(closed_at=None).first()
    if asked is None:
        return to_case(case)
    items = list(asked.items.select_related("document__stored").order_by("position"))
    if request.method != "POST":
        return page(request, case, asked, [ItemForm(item=item) for item in items])
    forms_ = [ItemForm(request.POST, request.FILES, item=item) for item in items]
    try:
        saved = [_save(request, case, form) for form in forms_]
        if all(saved) and SEND in request.POST:
            supplement.submit_answers(application=case, actor=person(request))
            messages.success(request, _("보완 답변을 보냈습니다. 심사가 이어집니다."))
            return to_case(case)
    except Invalid as error:
        return page(request, case, asked, forms_, sentence=error.sentence)
    except CaseError as error:
        case = own_case(request, public_id)
        if case.supplements.filter(closed_at=None).exists():
            return page(request, case, asked, _fresh(forms_), sentence=error.sentence)
        return refused(request, case, error)
    if not all(saved):
        return page(request, case, asked, forms_)
    messages.success(request, _("답변을 저장했습니다. 모두 답한 뒤 보내 주세요."))
    return redirect("applications:supplement", public_id=case.public_id)


def _save(request: HttpRequest, case: Application, form: ItemForm) -> bool:
    """Save one item's answer if there is a new one. False: its mistakes are on the form."""
    if not form.is_valid():
        return False
    if not form.says_something:
        return True
    try:
        form.item = supplement.answer_item(
            application=case,
            actor=person(request),
            item=form.item,
            answer=form.cleaned_data["answer"],
            upload=form.cleaned_data.get("file"),
        )
    except Invalid as error:
        for name, sentences in (error.errors or {"file": [error.sentence]}).items():
            for sentence in sentences:
                form.add_error(name if name in form.fields else None, sentence)
        return False
    return True


def _fresh(forms_: list[ItemForm]) -> list[ItemForm]:
    """What has been saved meanwhile is shown as saved."""
    items = SupplementItem.objects.filter(pk__in=[form.item.pk for form in forms_]).select_related(
        "document__stored"
    )
    return [ItemForm(item=item) for item in items.order_by("position")]


def page(
    request: HttpRequest,
    case: Application,
    asked: SupplementRequest,
    item_forms: list[ItemForm],
    *,
    sentence: str = "",
) -> HttpResponse:
    names = {document.code: str(document.names) for document in case.manifest.documents}
    context = {
        **context_of(case),
        "asked": asked,
        "days": (asked.due_on - calendar.today()).days,
        "rows": [
            {
                "form": form,
                "item": form.item,
                "number": number,
                "document_name": names.get(form.item.document_code, form.item.document_code),
            }
            for number, form in enumerate(item_forms, 1)
        ],
        "forms": item_forms,
        "open_items": sum(
            form.item.answered_at is None and not form.item.optional for form in item_forms
        ),
        "sentence": sentence,
        "mistakes": bool(sentence) or any(form.errors for form in item_forms),
        "sections": [
            {"title": str(section.title), "url": url_of(case, section.name)}
            for section in sections_of(case)
        ],
        "documents_url": url_of(case, "documents"),
    }
    return render(request, "applications/supplement.html", context)
