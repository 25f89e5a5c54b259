"""Staff go no further without a second factor, outside a demonstration."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors import must_set_up_second_factor

# What one needs to set it up, to confirm an address first, or to go away again.
OPEN = frozenset(
    {
        "account_confirm_email",
        "account_email",
        "account_email_verification_sent",
        "account_inactive",
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "contrast",
        "healthz",
        "mfa_activate_totp",
        "mfa_generate_recovery_codes",
        "mfa_index",
        "mfa_reauthenticate",
        "set_language",
    }
)
API = "/api/"


class SecondFactorMiddleware:
    """Asks before the view is called, so a page, a fragment and the API are refused alike."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if settings.DEMONSTRATION or not isinstance(request.user, User):
            return None
        match = request.resolver_match
        if match is not None and match.view_name in OPEN:
            return None
        if not must_set_up_second_factor(request.user):
            return None
        sentence = _("기관 직원은 2단계 인증을 등록해야 이용할 수 있습니다.")
        if request.path.startswith(API):
            return JsonResponse({"code": "second_factor_required", "detail": sentence}, status=403)
        target = reverse("mfa_activate_totp")
        if request.headers.get("HX-Request"):
            return HttpResponse(status=403, headers={"HX-Redirect": target})
        messages.warning(request, sentence)
        return redirect(target)
