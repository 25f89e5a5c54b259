"""What company and candidate are told, each in their own language.

A step of a case only leaves a row in the outbox; the words are put together and queued as mails
afterwards, outside the case's transaction. Each notice names the office's contact
(PETITION-DECREE §31) and carries a link, never a document.
"""

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from accounts.models import User
from applications.models import Application, SupplementRequest
from applications.services.candidates import send_link
from notifications import mail, outbox
from notifications.outbox import Lease

TOPIC = "applications.notice"
# Occasions of which the candidate hears too, by a link of their own.
FOR_CANDIDATE = frozenset({"receipt", "issued"})
OCCASIONS = frozenset({"receipt", "supplement", "waiting", "issued", "refused", "returned"})


def tell(case: Application, occasion: str, *, request: SupplementRequest | None = None) -> None:
    """Leave word, in the caller's transaction, that company and candidate are to be told."""
    if occasion not in OCCASIONS:
        raise ValueError(f"No notice is called {occasion!r}.")
    outbox.enqueue(
        topic=TOPIC,
        key=f"{case.public_id}:{case.revision}:{occasion}",
        payload={
            "application": str(case.public_id),
            "occasion": occasion,
            "request": str(request.public_id) if request else "",
        },
    )


def deliver(lease: Lease) -> None:
    """Queue the mails of one notice. Each carries the row's key: a repeat sends none twice."""
    case = Application.objects.select_related(
        "candidate", "company", "office", "programme", "version"
    ).get(public_id=UUID(lease.payload["application"]))
    occasion = lease.payload["occasion"]
    request = SupplementRequest.objects.filter(
        public_id=UUID(lease.payload["request"] or case.public_id.hex)
    ).first()
    members = User.objects.filter(
        company_memberships__company=case.company_id, is_active=True
    ).order_by("pk")
    for member in members:
        with translation.override(member.language):
            context = _context(case, member.language, request)
        mail.queue(
            to=member.email,
            language=member.language,
            template=f"applications/mail/company_{occasion}",
            context={**context, "name": member.name},
            key=f"{lease.key}:{member.pk}",
            user=member,
            about=case.public_id,
        )
    if occasion in FOR_CANDIDATE:
        send_link(application=case, occasion=occasion, key=f"{lease.key}:candidate")


def _context(
    case: Application, language: str, request: SupplementRequest | None
) -> dict[str, object]:
    office = case.office
    names = case.manifest.names
    english = language == "en"
    decision_reason = case.changes.order_by("-id").values_list("reason", flat=True).first()
    return {
        "programme": names.in_language(language),
        "receipt_no": case.receipt_no or "",
        "candidate": case.candidate.passport_name,
        "due_on": date_format(case.due_on, "DATE_FORMAT") if case.due_on else "",
        "stage": case.at.label_for("applicant"),
        "reason": decision_reason or "",
        "office": office.name_en if english else office.name_ko,
        "department": office.department_en if english else office.department_ko,
        "phone": office.phone,
        "address": settings.SITE_URL + reverse("case", kwargs={"public_id": case.public_id}),
        "answer_by": date_format(request.due_on, "DATE_FORMAT") if request else "",
        "items": [item.text for item in request.items.all()] if request else [],
    }
