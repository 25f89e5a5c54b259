"""What company and candidate are told after the letter: one mail each, put together after the
commit, in each reader's language."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from applications.aftermath import words_of
from applications.models import FollowUp
from applications.services.candidates import send_link
from applications.services.contact import company_name, contact
from applications.services.notices import readers
from notifications import mail, outbox
from notifications.outbox import Lease

TOPIC = "applications.after_issue"
OCCASIONS = frozenset(
    {"letter_expiring", "letter_expired", "result_asked", "follow_up_due", "follow_up_overdue"}
)
# Said only as long as the task is open; that a letter has expired stays true.
WHILE_OPEN = OCCASIONS - {"letter_expired"}


def leave(follow_up: FollowUp, occasion: str) -> None:
    """In the transaction that moves the task's next word on."""
    if occasion not in OCCASIONS:
        raise ValueError(f"No word is called {occasion!r}.")
    outbox.enqueue(
        topic=TOPIC,
        key=f"{follow_up.public_id}:{follow_up.told}:{occasion}",
        payload={"follow_up": follow_up.public_id, "occasion": occasion},
    )


def deliver(lease: Lease) -> None:
    """Outbox handler. A repeat sends none twice."""
    held = FollowUp.objects.select_related(
        "application__version",
        "application__office",
        "application__company",
        "application__candidate",
        "application__programme",
    ).get(public_id=UUID(lease.payload["follow_up"]))
    case, occasion = held.application, lease.payload["occasion"]
    if occasion in WHILE_OPEN and not held.is_open:
        return  # told or pointless while the word waited
    for member in readers(case):
        with translation.override(member.language):
            context = {
                "name": member.name,
                "programme": case.manifest.names.in_language(member.language),
                "receipt_no": case.receipt_no or "",
                "candidate": case.candidate.passport_name,
                "company": company_name(case.company, member.language),
                "task": words_of(held, case.manifest).title,
                "due_on": date_format(held.due_on, "DATE_FORMAT") if held.due_on else "",
                "address": settings.SITE_URL + reverse("case-after", args=[case.public_id]),
                **contact(case, member.language),
            }
        mail.queue(
            to=member.email,
            language=member.language,
            template=f"applications/mail/company_{occasion}",
            context=context,
            key=f"{lease.key}:{member.pk}",
            user=member,
            about=case.public_id,
        )
    send_link(application=case, occasion=occasion, key=f"{lease.key}:candidate")
