"""Changed letter designs that wait for a person: look at one, let new letters use it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import StaffRole
from applications.views.cases import person
from letters import designs
from letters.errors import DesignError
from letters.models import TemplateDraft
from portal.selectors.designs import waiting
from portal.views.desk import posts_at


def _draft(request: HttpRequest, code: str) -> TemplateDraft:
    for row in waiting(posts_at(request)):
        if row.draft.code == code:
            return row.draft
    raise Http404


@require_safe
@never_cache
def desk_design(request: HttpRequest, code: str) -> HttpResponse:
    """The drafted design as a PDF with invented values, marked as a draft."""
    draft = _draft(request, code)
    response = HttpResponse(designs.sample(draft.html, draft.css), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{code} draft.pdf"
    )
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def desk_design_publish(request: HttpRequest, code: str) -> HttpResponse:
    """Let new letters use the draft that was on the page."""
    draft = _draft(request, code)
    if not posts_at(request).can(draft.office_id, code, StaffRole.ADMINISTRATOR):
        raise Http404
    try:
        designs.publish_draft(
            code=code,
            content_hash=request.POST.get("content_hash", ""),
            actor=person(request),
        )
    except DesignError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("새 서식을 게시했습니다: %(code)s. 이제부터 결재하는 추천서에 쓰입니다.")
            % {"code": code},
        )
    return redirect("desk-programmes")
