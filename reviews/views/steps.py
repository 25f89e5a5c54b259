"""The steps of the table that one button takes."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from applications import workflow
from applications.errors import CaseError, NotAllowed
from applications.models import Application
from applications.services import supplement
from reviews.permissions import case_for
from reviews.selectors.case import DIRECT, WORK_OF, section_url, stage_name
from reviews.views.section import seen_revision


@require_POST
def step(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take the step named in the form, and go on where the next work is."""
    case = case_for(request.user, public_id)
    name = request.POST.get("step", "")
    if name not in DIRECT:
        return redirect("reviews:case", public_id=public_id)
    asked: dict[str, Any] = {
        "application": case,
        "actor": request.user,
        "expected_revision": seen_revision(request),
    }
    try:
        moved: Application = (
            supplement.end_supplement(**asked)
            if name == "end_supplement"
            else workflow.apply(name=name, **asked)
        )
    except NotAllowed as refused:
        raise PermissionDenied(refused.sentence) from refused
    except CaseError as refused:
        messages.error(request, refused.sentence)
        return redirect("reviews:case", public_id=public_id)
    case = case_for(request.user, public_id)
    messages.success(
        request,
        _("신청이 넘어갔습니다. 지금 단계: %(stage)s") % {"stage": stage_name(case, moved.at)},
    )
    return redirect(section_url(case, WORK_OF.get(moved.at, "case")))
