"""What the company is told of its objection: put off, upheld, dismissed with what remains."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from applications.services.contact import company_name, contact
from applications.services.notices import readers
from notifications import mail, outbox
from notifications.outbox import Lease
from reviews.models import Objection

TOPIC = "reviews.objection_word"
OCCASIONS = ("objection_extended", "objection_upheld", "objection_dismissed")


def leave(objection: Objection, occasion: str) -> None:
    """In the transaction of what happened."""
    outbox.enqueue(
        topic=TOPIC,
        key=f"{objection.public_id}:{occasion}",
        payload={"objection": str(objection.public_id), "occasion": occasion},
    )


def deliver(lease: Lease) -> None:
    """Outbox handler: a mail to each of the company's people. A repeat sends none twice."""
    objection = Objection.objects.select_related(
        "decision__application__version",
        "decision__application__office",
        "decision__application__company",
    ).get(public_id=UUID(lease.payload["objection"]))
    case, occasion = objection.decision.application, lease.payload["occasion"]
    first_due_on = objection.first_due_on or objection.due_on
    for member in readers(case):
        with translation.override(member.language):
            context = {
                "name": member.name,
                "programme": case.manifest.names.in_language(member.language),
                "receipt_no": case.receipt_no or "",
                "company": company_name(case.company, member.language),
                "due_on": date_format(objection.due_on, "DATE_FORMAT"),
                "first_due_on": date_format(first_due_on, "DATE_FORMAT"),
                "words": objection.answer or objection.extended_because,
                "address": settings.SITE_URL + reverse("case", args=[case.public_id]),
                **contact(case, member.language),
            }
        mail.queue(
            to=member.email,
            language=member.language,
            template=f"reviews/mail/{occasion}",
            context=context,
            key=f"{lease.key}:{member.pk}",
            user=member,
            about=case.public_id,
        )
