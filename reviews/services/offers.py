"""A freed unit is offered to the first who waits: the lead who signed and the company hear of it.
An offer that is not accepted in time goes on to the next."""

from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from applications import workflow
from applications.models import Application
from applications.services import notices
from applications.services.contact import contact
from applications.stages import Stage
from audit.services import record
from notifications import mail, outbox
from notifications.outbox import Lease
from programs import calendar, quota
from programs.models import PoolClaim
from programs.quota.moves import live_claim
from reviews.services.decision import live_decision

TOPIC_OFFERED = "reviews.unit_offered"
TOPIC_LATE = "reviews.unit_late"


def leave_word(subject: UUID) -> None:
    """In the transaction that freed the unit, pools locked: rows in the outbox, nothing more."""
    claim = live_claim(subject)
    if claim is None:
        return
    outbox.enqueue(
        topic=TOPIC_OFFERED,
        key=f"{claim.public_id}:offered",
        payload={"application": str(subject)},
    )
    case = Application.objects.filter(public_id=subject).first()
    if case is not None:
        notices.tell_once(case, "unit_offered", key=str(claim.public_id))


def pass_on_late() -> int:
    """Pass every offer on whose last day is over, and return how many were.

    What is late follows from today and the offer's own day, and an offer passes on once: a run
    that was missed, doubled or late changes nothing but the hour. Where nobody else can take the
    unit, the lead is reminded once and the offer stays.
    """
    today = calendar.today()
    return sum(_pass_on(claim, today) for claim in quota.overdue(today))


@transaction.atomic
def _pass_on(claim: PoolClaim, today: date) -> bool:
    found = Application.objects.filter(public_id=claim.subject).first()
    if found is None:
        return False
    case = workflow.lock(found)
    if case.at != Stage.WAITING_QUOTA:
        return False
    lapsed = quota.lapse(subject=case.public_id, on=today)
    said = {"application": str(case.public_id)}
    if lapsed is None:
        outbox.enqueue(topic=TOPIC_LATE, key=f"{claim.public_id}:late", payload=said)
        return False
    workflow.touch(case)
    record(
        name="quota.offer_lapsed",
        subject_type="application",
        subject_id=case.public_id,
        data={"claim": str(claim.public_id), "again": str(lapsed.claim.public_id)},
    )
    outbox.enqueue(
        topic=TOPIC_LATE, key=f"{claim.public_id}:passed_on", payload={**said, "passed_on": True}
    )
    notices.tell_once(case, "unit_passed_on", key=str(lapsed.claim.public_id))
    return True


def mail_offer(lease: Lease) -> None:
    """Outbox handler: ask the lead who signed to accept the unit."""
    _mail_lead(lease, "unit_offered")


def mail_late(lease: Lease) -> None:
    """Outbox handler: tell the lead who signed that the time is over, and what that means."""
    _mail_lead(lease, "unit_passed_on" if lease.payload.get("passed_on") else "unit_late")


def _mail_lead(lease: Lease, template: str) -> None:
    case = (
        Application.objects.select_related("version", "candidate", "office")
        .filter(public_id=UUID(lease.payload["application"]))
        .first()
    )
    decision = live_decision(case) if case else None
    if case is None or decision is None or decision.signed_off_by is None:
        return
    claim = live_claim(case.public_id)
    by = quota.accept_by(claim) if claim else None
    if template == "unit_late" and by is None:
        return  # accepted or passed on while the word waited
    lead = decision.signed_off_by
    with translation.override(lead.language):
        said = date_format(by, "DATE_FORMAT") if by else ""
    mail.queue(
        to=lead.email,
        language=lead.language,
        template=f"reviews/mail/{template}",
        context={
            "name": lead.name,
            "programme": case.manifest.names.in_language(lead.language),
            "receipt_no": case.receipt_no or "",
            "accept_by": said,
            "address": settings.SITE_URL + reverse("reviews:sign_offs"),
            **contact(case, lead.language),
        },
        key=f"{lease.key}:mail",
        user=lead,
        about=case.public_id,
    )
