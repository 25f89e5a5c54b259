"""The mails of a demonstration, where nobody has a mail server: a newcomer follows their links."""

from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from notifications.models import Mail
from notifications.selectors import every_mail, mails_for

PAGE_SIZE = 30
OWN = "own"


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Every mail, candidates' too; `?whose=own` shows one's own."""
    _only_in_a_demonstration()
    own = request.GET.get("whose") == OWN
    mails = mails_for(request.user) if own else every_mail()
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


@require_safe
def one_mail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    _only_in_a_demonstration()
    mail = get_object_or_404(every_mail(), public_id=public_id)
    return render(request, "portal/mailbox_mail.html", {"mail": mail})


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
