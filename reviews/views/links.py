"""An evaluator without an account comes in by the link of their mail.

The address with the token only says who asks; the packet opens at the press of a button, so that
what reads mails by itself opens nothing. After that the browser session knows the link, and only
while the link lives.
"""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.throttle import Limit, too_many
from reviews.models import Invitation
from reviews.services import links

SESSION_KEY = "evaluator_links"
# To other sites this tells nothing; see the candidate's link for why it is not "no-referrer".
REFERRER_POLICY = "same-origin"
# Tokens cannot be guessed; whoever tries is told to stop.
UNKNOWN_LINK = Limit("reviews.evaluator_link", 60, 10 * 60)
MOST_KEPT = 20


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def evaluation_link(request: HttpRequest, token: str) -> HttpResponse:
    """Who asks for what, and a button. A link that is not alive looks like one that never was; in
    another's account it dies."""
    found = links.find(token)
    if found is None:
        return _gone(request) if UNKNOWN_LINK.spend(request) else too_many(request)
    if request.user.is_authenticated:
        if request.user.pk != found.evaluator.user_id:
            links.misused(invitation=found, actor=request.user)
            return _gone(request)
        return redirect("reviews:packet", public_id=found.public_id)
    if request.method == "POST":
        kept = dict(list(request.session.get(SESSION_KEY, {}).items())[-MOST_KEPT:])
        request.session.cycle_key()
        request.session[SESSION_KEY] = {**kept, str(found.public_id): found.link_digest}
        return redirect("reviews:packet", public_id=found.public_id)
    case = found.application
    context = {
        "office": case.office,
        "programme": case.programme.name,
        "due_on": found.due_on,
        "name": found.evaluator.user.name,
    }
    return _private(render(request, "reviews/evaluation_link.html", context))


@never_cache
@login_not_required
@require_safe
def evaluation_over(request: HttpRequest) -> HttpResponse:
    """Thanks, for whoever came by a link that has died with their answer. It says nothing of any
    case."""
    return _private(render(request, "reviews/evaluation_over.html"))


def opened_by_link(request: HttpRequest, public_id: UUID) -> Invitation | None:
    """The invitation that this browser opened by its link, as long as the link lives."""
    kept = request.session.get(SESSION_KEY)
    digest = kept.get(str(public_id), "") if isinstance(kept, dict) else ""
    return links.still_opens(str(public_id), digest) if isinstance(digest, str) else None


def forget_link(request: HttpRequest, public_id: UUID) -> None:
    kept = request.session.get(SESSION_KEY)
    if isinstance(kept, dict) and kept.pop(str(public_id), None):
        request.session[SESSION_KEY] = kept


def _gone(request: HttpRequest) -> HttpResponse:
    return _private(render(request, "reviews/evaluation_link_gone.html", status=404))


def _private(response: HttpResponse) -> HttpResponse:
    """The address is a key: it goes nowhere else."""
    response["Referrer-Policy"] = REFERRER_POLICY
    return response
