"""Telling whoever has a case what has become of its supplement request."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse

from accounts.access import staff_of
from accounts.models import StaffRole, User
from applications.models import Application, SupplementRequest
from applications.services.contact import contact
from notifications import mail
from notifications.outbox import Lease


def deliver(lease: Lease) -> None:
    """Outbox handler: a mail to the case's reviewer, or to the leads where nobody has it. Twice
    undelivered is a lead's to decide: they hear of that too. Nobody hears that a last day has
    passed once the request is over."""
    case = (
        Application.objects.select_related("version", "programme", "office")
        .filter(public_id=UUID(lease.payload["application"]))
        .first()
    )
    if case is None or case.closed_at is not None:
        return
    occasion = lease.payload["occasion"]
    if occasion == "overdue" and not _is_open(lease.payload["request"]):
        return
    page = "reviews:case" if occasion == "changed_unasked" else "reviews:supplement"
    for person in _readers(case, occasion):
        mail.queue(
            to=person.email,
            language=person.language,
            template="reviews/mail/supplement_word",
            context={
                "name": person.name,
                "occasion": occasion,
                "programme": case.manifest.names.in_language(person.language),
                "receipt_no": case.receipt_no or "",
                "address": settings.SITE_URL + reverse(page, kwargs={"public_id": case.public_id}),
                **contact(case, person.language),
            },
            key=f"{lease.key}:{person.pk}",
            user=person,
            about=case.public_id,
        )


def _is_open(request: str) -> bool:
    return SupplementRequest.objects.filter(public_id=UUID(request), closed_at=None).exists()


def _readers(case: Application, occasion: str) -> list[User]:
    held = case.assignments.filter(ended_at=None).select_related("assignee").first()
    readers = {held.assignee.pk: held.assignee} if held else {}
    if not readers or occasion == "undelivered":
        for lead in staff_of(case.office, StaffRole.LEAD, programme_slug=case.programme.slug):
            readers.setdefault(lead.pk, lead)
    return list(readers.values())
