"""Changing a case without being asked: what can be changed, what waits, and sending it."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications import stages
from applications.errors import CaseError, StaleCase
from applications.models import Application
from applications.sections import sections_of, url_of
from applications.services import buffer
from applications.services import own_change as service
from applications.stages import Stage
from applications.views.cases import (
    context_of,
    expected_revision,
    is_changing,
    own_case,
    person,
    refused,
    to_case,
)


class SendForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("무엇을 왜 바꾸었는지"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("담당자가 바뀐 내용과 함께 읽습니다."),
        error_messages={"required": gettext_lazy("무엇을 왜 바꾸었는지 적어 주세요.")},
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_change(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Begin, see what waits, send it or throw it away."""
    case = own_case(request, public_id)
    if case.at == Stage.SUPPLEMENT:
        return redirect("applications:supplement", public_id=case.public_id)
    if case.at not in stages.WORKED:
        return to_case(case)
    form = SendForm(request.POST if request.POST.get("do") == "send" else None)
    if request.method != "POST" or (form.is_bound and not form.is_valid()):
        return _page(request, case, form)
    try:
        return _done(request, case, form)
    except StaleCase as error:
        form.add_error(None, error.sentence)
        return _page(request, own_case(request, public_id), form, status=409)
    except CaseError as error:
        if is_changing(case) and form.is_bound:
            form.add_error(None, error.sentence)
            return _page(request, case, form)
        return refused(request, case, error)


def _done(request: HttpRequest, case: Application, form: SendForm) -> HttpResponse:
    """What the pressed button says. Raises CaseError."""
    user, do = person(request), request.POST.get("do")
    if do == "send":
        service.send(
            application=case,
            actor=user,
            words=form.cleaned_data["words"],
            expected_revision=expected_revision(request),
        )
        messages.success(request, _("바꾼 내용을 보냈습니다. 담당자가 다시 확인합니다."))
        return to_case(case)
    if do == "give_up":
        service.give_up(application=case, actor=user)
        messages.success(request, _("보내지 않은 변경을 지웠습니다."))
        return to_case(case)
    if do == "begin":
        service.begin(application=case, actor=user)
    return redirect("applications:own_change", public_id=case.public_id)


def _page(
    request: HttpRequest, case: Application, form: SendForm, *, status: int = 200
) -> HttpResponse:
    held = buffer.own_round(case)
    sections = sections_of(case)
    changed = {one.section: one.saved_at for one in held.buffered_sections.all()} if held else {}
    context: dict[str, Any] = {
        **context_of(case),
        "form": form,
        "revision": case.revision,
        "sections": [
            {
                "title": str(section.title),
                "url": url_of(case, section.name),
                "saved_at": changed.get(section.name),
            }
            for section in sections
        ],
        "documents_url": url_of(case, "documents"),
        "files": _files(case, buffer.waiting(held)) if held else [],
        "ready": bool(changed) or bool(held and buffer.waiting(held)),
    }
    return render(request, "applications/own_change.html", context, status=status)


def _files(case: Application, waiting: list[Any]) -> list[dict[str, str]]:
    """What waits, document by document: a new file, one in place of another, one to go."""
    names = {document.code: str(document.names) for document in case.manifest.documents}
    return [
        {
            "title": names.get(one.code, one.code),
            "name": one.stored.name if one.stored else "",
            "url": reverse("applications:document", args=[case.public_id, one.public_id])
            if one.stored
            else "",
            "gone": "" if one.stored else one.replaces.stored.name,
        }
        for one in waiting
    ]
