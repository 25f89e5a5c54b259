"""What evaluators are told by mail: asked, reminded, given more time, no longer asked.

A mail names neither candidate nor company: it may be forwarded, and the packet opens only after
the declaration (T14).
"""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from applications.services.contact import contact
from applications.stages import Stage
from notifications import mail, outbox
from notifications.models import OutboxRow
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
    user = invitation.evaluator.user
    mail.queue(
        to=user.email,
        language=user.language,
        template=f"reviews/mail/evaluator_{occasion}",
        context=_context(invitation, occasion),
        key=f"{lease.key}:mail",
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
    page = (
        reverse("reviews:evaluations")
        if occasion == "revoked"
        else reverse("reviews:packet", kwargs={"public_id": invitation.public_id})
    )
    return {
        "name": user.name,
        "programme": case.manifest.names.in_language(user.language),
        "due_on": due_on,
        "address": settings.SITE_URL + page,
        **contact(case, user.language),
    }
