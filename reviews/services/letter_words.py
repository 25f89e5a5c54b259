"""What company and candidate are told when a letter has ended, or another stands in its place."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from applications.letter_standing import standing
from applications.models import Application
from applications.services import candidates
from applications.services.contact import company_name, contact
from applications.services.notices import readers
from letters.models import Ending
from notifications import mail, outbox
from notifications.outbox import Lease

TOPIC = "reviews.letter_word"


def leave(ending: Ending, occasion: str) -> None:
    """In the transaction in which it took effect: "letter_revoked" or "letter_superseded"."""
    outbox.enqueue(
        topic=TOPIC,
        key=f"{ending.public_id}:{occasion}",
        payload={"ending": ending.public_id, "occasion": occasion},
    )


def deliver(lease: Lease) -> None:
    """Outbox handler: a mail to each of the company's people, and to the candidate a link that
    shows the letter as it is now. A repeat sends none twice."""
    ending = Ending.objects.select_related("letter", "successor").get(
        public_id=UUID(lease.payload["ending"])
    )
    case = Application.objects.select_related(
        "version", "office", "company", "candidate", "programme"
    ).get(public_id=ending.letter.subject)
    occasion = lease.payload["occasion"]
    if occasion == "letter_superseded" and standing(case) == "revoked":
        return  # the letter in its place was revoked while the word waited: that is told by its own
    for member in readers(case):
        with translation.override(member.language):
            context = {
                "name": member.name,
                "programme": case.manifest.names.in_language(member.language),
                "receipt_no": case.receipt_no or "",
                "candidate": case.candidate.passport_name,
                "company": company_name(case.company, member.language),
                "number": ending.letter.number,
                "successor": ending.successor.number if ending.successor else "",
                "words": ending.reason,
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
    candidates.send_link(application=case, occasion=occasion, key=f"{lease.key}:candidate")
