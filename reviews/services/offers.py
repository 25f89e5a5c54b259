"""A freed unit is offered to the first who waits: the lead who signed hears of it."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse

from applications.models import Application
from applications.services.contact import contact
from notifications import mail, outbox
from notifications.outbox import Lease
from programs.quota.moves import live_claim
from reviews.services.decision import live_decision

TOPIC_OFFERED = "reviews.unit_offered"


def leave_word(subject: UUID) -> None:
    """In the transaction that freed the unit, pools locked: a row in the outbox, nothing more."""
    claim = live_claim(subject)
    if claim is not None:
        outbox.enqueue(
            topic=TOPIC_OFFERED,
            key=f"{claim.public_id}:offered",
            payload={"application": str(subject)},
        )


def mail_offer(lease: Lease) -> None:
    """Outbox handler: ask the lead who signed to accept the unit."""
    case = (
        Application.objects.select_related("version", "candidate", "office")
        .filter(public_id=UUID(lease.payload["application"]))
        .first()
    )
    decision = live_decision(case) if case else None
    if case is None or decision is None or decision.signed_off_by is None:
        return
    lead = decision.signed_off_by
    mail.queue(
        to=lead.email,
        language=lead.language,
        template="reviews/mail/unit_offered",
        context={
            "name": lead.name,
            "programme": case.manifest.names.in_language(lead.language),
            "receipt_no": case.receipt_no or "",
            "address": settings.SITE_URL + reverse("reviews:sign_offs"),
            **contact(case, lead.language),
        },
        key=f"{lease.key}:mail",
        user=lead,
        about=case.public_id,
    )
