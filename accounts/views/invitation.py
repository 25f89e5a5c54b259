"""Where an invitation's link leads."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import PeopleError
from accounts.models import CompanyMembership, Invitation, User
from accounts.services import invitations
from accounts.throttle import UNKNOWN_INVITATION, too_many
from audit.masking import mask_email


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Say who invites to what; whoever shows that they read the invited address may accept."""
    found = invitations.find(token)
    if found is None:
        if not UNKNOWN_INVITATION.spend(request):
            return too_many(request)
        return render(request, "accounts/invitation_gone.html", status=404)
    user = request.user if isinstance(request.user, User) else None
    if request.method == "POST" and request.POST.get("do") == "signup" and user is None:
        # The link came by mail to this address: signing up with it needs no second mail.
        get_adapter().stash_verified_email(request, found.email)
        query = urlencode({"next": request.path, "email": found.email})
        return redirect(f"{reverse('account_signup')}?{query}")
    if request.method == "POST" and request.POST.get("do") == "accept" and user is not None:
        try:
            membership = invitations.accept(invitation=found, actor=user)
        except PeopleError as refused:
            messages.error(request, refused.sentence)
            return redirect(request.path)
        messages.success(request, _("초대를 수락했습니다."))
        if isinstance(membership, CompanyMembership):
            return redirect(reverse("accounts:company", args=[membership.company.public_id]))
        return redirect(reverse("home"))
    return render(request, "accounts/invitation.html", _context(request, found, user))


def _context(request: HttpRequest, found: Invitation, user: User | None) -> dict[str, Any]:
    return {
        "invitation": found,
        "where": found.where,
        "masked": mask_email(found.email),
        "matches": user is not None and invitations.is_for(found, user),
        "known": User.objects.filter(email__iexact=found.email).exists(),
        "login_url": f"{reverse('account_login')}?{urlencode({'next': request.path})}",
    }
