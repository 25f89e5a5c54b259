"""The company's page of a case's dates: how they came about, and consent to a second extension."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications.errors import CaseError
from applications.models import PeriodExtension
from applications.reckoning import extension_words, reckoning
from applications.services import extension
from applications.views.cases import own_case, person
from reviews.views.section import seen_revision


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case_dates(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How the due date came about; what the office asks consent for is answered here."""
    found = own_case(request, public_id)
    told = reckoning(found, for_office=False)
    if told is None:
        raise Http404
    if request.method == "POST":
        do = request.POST.get("do", "")
        if do in {"agree", "decline"}:
            try:
                extension.answer(
                    application=found,
                    actor=person(request),
                    agree=do == "agree",
                    expected_revision=seen_revision(request),
                )
            except CaseError as refused:
                messages.error(request, refused.sentence)
            else:
                messages.success(
                    request,
                    _("연장에 동의했습니다. 새 기한을 메일로도 알려 드립니다.")
                    if do == "agree"
                    else _("연장에 동의하지 않는다고 답했습니다. 기한은 그대로입니다."),
                )
        return redirect("case-dates", public_id=found.public_id)
    asked = next(
        (one for one in found.extensions.all() if one.state == PeriodExtension.State.ASKED), None
    )
    context = {
        "case": found,
        "reckoning": told,
        "asked": asked if found.at in extension.EXTENDABLE else None,
        "asked_words": extension_words(found, asked.amount) if asked else "",
    }
    return render(request, "portal/case_dates.html", context)
