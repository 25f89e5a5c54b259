"""The office's open cases by programme and stage."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reviews.permissions import Desk
from reviews.selectors.stages import by_stage


@require_safe
@never_cache
def stages_page(request: HttpRequest) -> HttpResponse:
    """How many cases stand where, each number a list."""
    desk, programmes = Desk.with_programmes(request.user)
    if not desk.posts:
        raise PermissionDenied(_("이 화면을 볼 권한이 없습니다."))
    return render(
        request, "reviews/stages.html", {"programmes": by_stage(desk, programmes, request.user)}
    )
