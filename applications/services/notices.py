"""What company and candidate are told, each in their own language.

A step of a case only leaves a row in the outbox; the words are put together and queued as mails
afterwards, outside the case's transaction. Each notice names the office's contact
(PETITION-DECREE §31) and carries a link, never a document.

An approval has no notice of its own: until the letter is visible the decision can be taken back,
so "approved" and "issued" are said together.
"""

from datetime import date
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from accounts.models import User
from applications.models import Application, StageChange, SupplementRequest
from applications.services.candidates import send_link
from applications.services.contact import company_name, contact
from applications.stages import Stage
from notifications import mail, outbox
from notifications.outbox import Lease
from programs import calendar, clock

TOPIC = "applications.notice"
# Occasions of which the candidate hears too, by a link of their own.
FOR_CANDIDATE = frozenset({"receipt", "issued"})
# Said once per request and last day; only while the request is open.
REMINDERS = frozenset({"supplement_soon", "supplement_overdue"})
OCCASIONS = (
    frozenset({"receipt", "supplement", "waiting", "issued", "refused", "returned"})
    | frozenset({"extended", "extension_asked", "progress"})
    | REMINDERS
)
# Their words are of the extension that was made or asked for last.
EXTENSIONS = frozenset({"extended", "extension_asked"})
# Where a case stands after the decision whose reason is told.
DECIDED = {"refused": Stage.REFUSED, "returned": Stage.RETURNED}


def tell(case: Application, occasion: str, *, request: SupplementRequest | None = None) -> None:
    """Leave word, in the caller's transaction, that company and candidate are to be told."""
    _leave(case, occasion, f"{case.public_id}:{case.revision}:{occasion}", request)


def remind(request: SupplementRequest, occasion: str, *, key: str) -> None:
    """Leave word that the company is to be reminded of an open request, once for each `key`."""
    _leave(request.application, occasion, f"{request.public_id}:{key}:{occasion}", request)


def _leave(case: Application, occasion: str, key: str, request: SupplementRequest | None) -> None:
    if occasion not in OCCASIONS:
        raise ValueError(f"No notice is called {occasion!r}.")
    outbox.enqueue(
        topic=TOPIC,
        key=key,
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
    if occasion in REMINDERS and (request is None or request.closed_at is not None):
        return  # answered while the reminder waited
    if occasion == "progress" and not case.at.is_open:
        return  # decided while the notice waited: that is told by its own
    members = User.objects.filter(
        company_memberships__company=case.company_id, is_active=True
    ).order_by("pk")
    for member in members:
        with translation.override(member.language):
            context = _context(case, member.language, occasion, request)
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
    case: Application, language: str, occasion: str, request: SupplementRequest | None
) -> dict[str, object]:
    page = "applications:supplement" if request else "case"
    if occasion in EXTENSIONS:
        page = "case-dates"
    decided = None
    if occasion in DECIDED:
        decided = case.changes.filter(to_stage=DECIDED[occasion]).order_by("id").last()
    return {
        "programme": case.manifest.names.in_language(language),
        "receipt_no": case.receipt_no or "",
        "candidate": case.candidate.passport_name,
        "company": company_name(case.company, language),
        "due_on": _day(case.legal_due_on or case.due_on),
        "stage": case.at.label_for("applicant"),
        "extension": _extension(case, occasion),
        "reason": decided.reason if decided else "",
        "objection_by": _objection_by(decided) if decided and occasion == "refused" else "",
        **contact(case, language),
        "address": settings.SITE_URL + reverse(page, kwargs={"public_id": case.public_id}),
        "answer_by": date_format(request.due_on, "DATE_FORMAT") if request else "",
        "items": [item.text for item in request.items.all()] if request else [],
    }


def _day(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""


def _extension(case: Application, occasion: str) -> dict[str, str]:
    """What an extension says: why, and from which day to which (PETITION-DECREE §21)."""
    if occasion not in EXTENSIONS:
        return {}
    made = case.extensions.order_by("pk").last()
    if made is None:
        return {}
    return {
        "reason": made.reason,
        "before": _day(made.legal_before),
        "after": _day(made.legal_after),
    }


def _objection_by(decided: StageChange) -> str:
    """The last day of the objection period; nothing where the calendar does not reach so far."""
    try:
        day = clock.objection_until(calendar.in_seoul(decided.at).date())
    except calendar.OutsideTable:
        return ""
    return date_format(day, "DATE_FORMAT")
