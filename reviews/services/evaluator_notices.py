"""What evaluators are told by mail: asked, reminded, given more time, no longer asked.

A mail names neither candidate nor company: it may be forwarded, and the packet opens only after
the declaration.
"""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from applications.services.contact import contact
from applications.stages import Stage
from notifications import mail, outbox
from notifications.models import Mail, OutboxRow
from notifications.outbox import Lease
from reviews.models import Invitation

TOPIC = "reviews.evaluator"
OCCASIONS = frozenset({"invited", "reminder", "extended", "revoked"})


def tell(invitation: Invitation, occasion: str, *, key: str = "") -> None:
    """Leave word, in the caller's transaction, for the evaluator; once per occasion and `key`."""
    if occasion not in OCCASIONS:
        raise ValueError(f"No notice is called {occasion!r}.")
    outbox.enqueue(
        topic=TOPIC,
        key=_key(invitation, occasion, key),
        payload={"invitation": str(invitation.public_id), "occasion": occasion},
    )


def told(invitation: Invitation, occasion: str, *, key: str = "") -> bool:
    """Whether that word was left before."""
    row = OutboxRow.objects.filter(topic=TOPIC, key=_key(invitation, occasion, key))
    return row.exists()


def _key(invitation: Invitation, occasion: str, key: str) -> str:
    return ":".join(filter(None, (str(invitation.public_id), occasion, key)))


def deliver(lease: Lease) -> None:
    """Outbox handler: queue the mail, unless it is no longer true."""
    invitation = Invitation.objects.select_related(
        "evaluator__user", "application__version", "application__office"
    ).get(public_id=lease.payload["invitation"])
    occasion = lease.payload["occasion"]
    if occasion != "revoked" and not is_live(invitation):
        return
    user, key = invitation.evaluator.user, f"{lease.key}:mail"
    with transaction.atomic():
        # A second try must not put a link into the place of the one that was sent.
        if Mail.objects.filter(key=key).exists():
            return
        mail.queue(
            to=user.email,
            language=user.language,
            template=f"reviews/mail/evaluator_{occasion}",
            context=_context(invitation, occasion),
            key=key,
            user=user,
        )


def is_live(invitation: Invitation) -> bool:
    """Whether the evaluator can still work on it."""
    return (
        invitation.state in Invitation.OPEN
        and invitation.application.stage == Stage.EXTERNAL_EVALUATION
        and not invitation.expired
    )


def _context(invitation: Invitation, occasion: str) -> dict[str, Any]:
    user, case = invitation.evaluator.user, invitation.application
    with translation.override(user.language):
        due_on = date_format(invitation.due_on, "DATE_FORMAT")
    return {
        "name": user.name,
        "by_link": not invitation.evaluator.has_account,
        "programme": case.manifest.names.in_language(user.language),
        "due_on": due_on,
        "address": settings.SITE_URL + _page(invitation, occasion),
        **contact(case, user.language),
    }


def _page(invitation: Invitation, occasion: str) -> str:
    """Where the mail leads: for whoever has no account, by a new link of their own."""
    from reviews.services import links

    by_link = not invitation.evaluator.has_account
    if occasion == "revoked":
        return reverse("home") if by_link else reverse("reviews:evaluations")
    if by_link and (token := links.renew(invitation)):
        return reverse("reviews:evaluation_link", kwargs={"token": token})
    return reverse("reviews:packet", kwargs={"public_id": invitation.public_id})
