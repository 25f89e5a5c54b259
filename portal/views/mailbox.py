"""The mails of a demonstration, where nobody has a mail server: a newcomer follows their links."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.adapter import OWN_MAILS
from notifications.models import Mail
from notifications.selectors import every_mail, mails_for

PAGE_SIZE = 30
OWN = "own"


@login_not_required
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Every mail, candidates' too; `?whose=own` shows one's own.

    Who is not signed in sees what this browser itself caused: the mail that ends a sign-up.
    """
    _only_in_a_demonstration()
    if not request.user.is_authenticated and not _caused(request).exists():
        return redirect_to_login(request.get_full_path())
    own = request.GET.get("whose") == OWN
    mails = _readable(request)
    if own and request.user.is_authenticated:
        mails = mails_for(request.user)
    before = request.GET.get("before", "")
    if before:
        mails = _older_than(mails, before)
    shown = list(mails.select_related("user")[: PAGE_SIZE + 1])
    more, shown = len(shown) > PAGE_SIZE, shown[:PAGE_SIZE]
    query = f"whose={OWN}&" if own else ""
    context = {
        "mails": shown,
        "own": own,
        "older_url": f"?{query}before={shown[-1].public_id}" if more else "",
        "newer_url": f"?{query.rstrip('&')}" if before else "",
    }
    return render(request, "portal/mailbox.html", context)


@login_not_required
@require_safe
def one_mail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    _only_in_a_demonstration()
    mail = _readable(request).filter(public_id=public_id).first()
    if mail is None:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        raise Http404
    return render(request, "portal/mailbox_mail.html", {"mail": mail})


def _readable(request: HttpRequest) -> QuerySet[Mail]:
    return every_mail() if request.user.is_authenticated else _caused(request)


def _caused(request: HttpRequest) -> QuerySet[Mail]:
    """The account mails that were written because of this browser."""
    return every_mail().filter(key__in=request.session.get(OWN_MAILS, []))


def _older_than(mails: QuerySet[Mail], key: str) -> QuerySet[Mail]:
    """The mails before the one with that public id; all of them if it is none."""
    try:
        public_id = UUID(key)
    except ValueError:
        return mails
    there = Mail.objects.filter(public_id=public_id).order_by()
    return mails.filter(id__lt=Subquery(there.values("id")[:1]))


def _only_in_a_demonstration() -> None:
    if not settings.DEMONSTRATION:
        raise Http404
