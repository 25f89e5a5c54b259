"""The link by which someone without an account opens one invitation.

It opens nothing else, and dies with the answer, the recusal, the revocation, the decision and the
last day; a newer mail replaces it, and opening it in another account ends it.
"""

import secrets

from django.db import transaction

from accounts.models import User
from audit.crypto import digest
from audit.services import record
from programs import calendar
from reviews.models import Invitation
from reviews.services import evaluator_notices


@transaction.atomic
def renew(invitation: Invitation) -> str:
    """A new token for an open invitation; only its keyed digest is kept, and the one before it is
    dead. Empty when there is nothing to open any more."""
    held = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("application")
        .get(pk=invitation.pk)
    )
    if not evaluator_notices.is_live(held):
        return ""
    token = secrets.token_urlsafe(24)
    held.link_digest, held.link_sent_at = digest_of(token), calendar.now()
    held.link_misused_at = None
    held.save(update_fields=["link_digest", "link_sent_at", "link_misused_at"])
    return token


def find(token: str) -> Invitation | None:
    """The open invitation of a token; None for every dead or unknown one."""
    return _opened(digest_of(token))


def still_opens(invitation_id: str, kept: str) -> Invitation | None:
    """The invitation a session opened by its link, as long as that very link is alive."""
    found = _opened(kept) if kept else None
    return found if found is not None and str(found.public_id) == invitation_id else None


def _opened(kept: str) -> Invitation | None:
    found = (
        Invitation.objects.filter(
            link_digest=kept, evaluator__active=True, evaluator__user__is_active=True
        )
        .exclude(link_digest="")
        .select_related("application", "evaluator__user")
        .first()
    )
    return found if found is not None and evaluator_notices.is_live(found) else None


@transaction.atomic
def misused(*, invitation: Invitation, actor: User) -> None:
    """Somebody else's account opened the link: it is dead, and the office sees so. A repeat changes
    nothing."""
    held = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if not held.link_digest:
        return
    held.link_digest, held.link_misused_at = "", calendar.now()
    held.save(update_fields=["link_digest", "link_misused_at"])
    record(
        name="evaluation.link_misused",
        subject_type="application",
        subject_id=held.application.public_id,
        actor=actor,
        data={"invitation": str(held.public_id)},
    )


def digest_of(token: str) -> str:
    return digest(token, purpose="evaluator-link")
