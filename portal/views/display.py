"""How pages are shown to this browser: contrast, language."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as django_set_language

from accounts.models import User
from accounts.services import remember_language
from portal.context import CONTRAST_COOKIE, CONTRASTS

YEAR = 365 * 24 * 60 * 60


@require_POST
@login_not_required
def set_language(request: HttpRequest) -> HttpResponse:
    """Django's own choice of language, remembered for the person as well as the browser."""
    if isinstance(request.user, User):
        remember_language(user=request.user, language=request.POST.get("language", ""))
    return django_set_language(request)


@require_POST
@login_not_required
def contrast(request: HttpRequest) -> HttpResponse:
    """Remember `high` or `normal` contrast in a cookie; back to the page it was asked on."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = "/"
    response = HttpResponseRedirect(target)
    if (chosen := request.POST.get("contrast", "")) in CONTRASTS:
        response.set_cookie(
            CONTRAST_COOKIE,
            chosen,
            max_age=YEAR,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    return response
