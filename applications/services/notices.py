"""What company and candidate are told, each in their own language.

A step of a case only leaves a row in the outbox; the words are put together and queued as mails
afterwards, outside the case's transaction. Each notice names the office's contact
(PETITION-DECREE §31) and carries a link, never a document.

An approval has no notice of its own: until the letter is visible the decision can be taken back,
so "approved" and "issued" are said together.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from accounts.models import User
from applications import asking
from applications.disclosure import told
from applications.letter_standing import standing
from applications.models import (
    Application,
    Demand,
    StageChange,
    SupplementItem,
    SupplementRequest,
)
from applications.services.candidates import send_link
from applications.services.contact import company_name, contact
from applications.stages import Stage
from notifications import mail, outbox
from notifications.outbox import Lease
from programs import calendar, clock, quota
from programs.models import ClaimState

TOPIC = "applications.notice"
# Occasions of which the candidate hears too, by a link of their own.
FOR_CANDIDATE = frozenset({"receipt", "issued"})
# Said once per request and last day; only while the request is open.
REMINDERS = frozenset({"supplement_soon", "supplement_overdue"})
# About one round of a supplement, at any time of it.
OF_A_ROUND = frozenset({"supplement", "supplement_again", "supplement_extension"}) | REMINDERS
# What becomes of the unit that an approved case waits for; said once for each offer or place.
OF_A_UNIT = frozenset({"unit_offered", "unit_accepted", "unit_declined", "unit_passed_on"})
# These are only true while the claim on the unit is in this state.
WHILE = {"unit_offered": ClaimState.OFFERED, "unit_passed_on": ClaimState.WAITING}
OCCASIONS = (
    frozenset({"receipt", "waiting", "issued", "refused", "returned"})
    | frozenset({"extended", "extension_asked", "progress"})
    | OF_A_ROUND
    | OF_A_UNIT
)
# Their words are of the extension that was made or asked for last.
EXTENSIONS = frozenset({"extended", "extension_asked"})
# Told to whoever has the case; a higher room knows who that is and registers what it does.
TOPIC_STAFF = "applications.supplement_word"
STAFF_OCCASIONS = frozenset(
    {"partly_answered", "extension_asked", "overdue", "undelivered", "changed_unasked"}
)
# Where a case stands after the decision whose reason is told.
DECIDED = {"refused": Stage.REFUSED, "returned": Stage.RETURNED}


def tell(case: Application, occasion: str, *, request: SupplementRequest | None = None) -> str:
    """Leave word, in the caller's transaction, that company and candidate are to be told. Returns
    the key with which the mails' keys begin."""
    key = f"{case.public_id}:{case.revision}:{occasion}"
    _leave(case, occasion, key, request)
    return key


def tell_another(request: SupplementRequest, to: str, *, key: str) -> None:
    """Leave word that a request is to be told to another contact than the company's people."""
    _leave(request.application, "supplement", key, request, to=to)


def word_for_staff(
    case: Application, occasion: str, request: SupplementRequest, *, key: str = ""
) -> None:
    """Leave word for whoever has the case, once for each `key` (by default: for each revision)."""
    if occasion not in STAFF_OCCASIONS:
        raise ValueError(f"Staff are not told of {occasion!r}.")
    outbox.enqueue(
        topic=TOPIC_STAFF,
        key=f"{request.public_id}:{key or case.revision}:{occasion}",
        payload={
            "application": str(case.public_id),
            "occasion": occasion,
            "request": str(request.public_id),
        },
    )


def tell_once(case: Application, occasion: str, *, key: str) -> None:
    """As `tell`, for what may come about while nobody has the case locked: once for each `key`."""
    _leave(case, occasion, f"{key}:{occasion}", None)


def remind(request: SupplementRequest, occasion: str, *, key: str) -> None:
    """Leave word that the company is to be reminded of an open request, once for each `key`."""
    _leave(request.application, occasion, f"{request.public_id}:{key}:{occasion}", request)


def _leave(
    case: Application,
    occasion: str,
    key: str,
    request: SupplementRequest | None,
    *,
    to: str = "",
) -> None:
    if occasion not in OCCASIONS:
        raise ValueError(f"No notice is called {occasion!r}.")
    outbox.enqueue(
        topic=TOPIC,
        key=key,
        payload={
            "application": str(case.public_id),
            "occasion": occasion,
            "request": str(request.public_id) if request else "",
            **({"delivery": key} if to else {}),
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
    if occasion == "issued" and standing(case) == "revoked":
        return  # revoked while the notice waited: that is told by its own
    if occasion in WHILE and _claim_state(case) != WHILE[occasion]:
        return  # the next word about the unit says what is true now
    if key := lease.payload.get("delivery"):
        _deliver_to_another(case, request, key)
        return
    for member in readers(case):
        with translation.override(member.language):
            context = context_of(case, member.language, occasion, request)
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


def readers(case: Application) -> QuerySet[User]:
    """The company's people, to each of whom it is told."""
    return User.objects.filter(
        company_memberships__company=case.company_id, is_active=True
    ).order_by("pk")


def _deliver_to_another(case: Application, request: SupplementRequest | None, key: str) -> None:
    attempt = request.deliveries.filter(key=key).first() if request else None
    if request is None or attempt is None or request.closed_at is not None:
        return
    language = attempt.made_by.language
    with translation.override(language):
        context = context_of(case, language, "supplement", request)
    mail.queue(
        to=attempt.to,
        language=language,
        template="applications/mail/company_supplement",
        context={**context, "name": ""},
        key=f"{key}:0",
        about=case.public_id,
    )


def context_of(
    case: Application,
    language: str,
    occasion: str,
    request: SupplementRequest | None,
    items: Sequence[SupplementItem] | None = None,
) -> dict[str, object]:
    """What a notice says, in the language that is active. `items` are those of a request that has
    not been stored yet: a preview says exactly what the mail will."""
    page = "applications:supplement" if request else "case"
    if occasion in EXTENSIONS:
        page = "case-dates"
    decided = None
    if occasion in DECIDED:
        decided = case.changes.filter(to_stage=DECIDED[occasion]).order_by("id").last()
    if request is not None and items is None:
        items = list(request.items.all() if request.pk else ())
        if occasion in REMINDERS | {"supplement_again"}:
            items = [item for item in items if item.sent_at is None]
    return {
        "programme": case.manifest.names.in_language(language),
        "receipt_no": case.receipt_no or "",
        "candidate": case.candidate.passport_name,
        "company": company_name(case.company, language),
        "due_on": _day(case.legal_due_on or case.due_on),
        "stage": told(case).stage.label_for("applicant"),
        "extension": _extension(case, occasion),
        "reason": decided.reason if decided else "",
        "objection_by": _objection_by(decided) if decided and occasion == "refused" else "",
        **contact(case, language),
        "address": settings.SITE_URL + reverse(page, kwargs={"public_id": case.public_id}),
        "answer_by": date_format(request.due_on, "DATE_FORMAT") if request else "",
        "items": _ask_words(case, items or ()),
        "again": request is not None and request.demand == Demand.AGAIN,
        "unit": _unit(case, occasion),
        "more_time": _more_time(request) if request and request.pk else None,
    }


def _claim_state(case: Application) -> str:
    claim = quota.live_claim(case.public_id)
    return claim.state if claim else ""


def _unit(case: Application, occasion: str) -> dict[str, object]:
    """The place in the list, and until when an offered unit is to be accepted."""
    claim = quota.live_claim(case.public_id) if occasion in OF_A_UNIT | {"waiting"} else None
    if claim is None:
        return {}
    return {"place": claim.place, "accept_by": _day(quota.accept_by(claim))}


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


def _ask_words(case: Application, items: Sequence[SupplementItem]) -> list[dict[str, object]]:
    """What is asked for, why and in which form."""
    names = asking.Names(case)
    return [
        {
            "what": names.of(item),
            "said": item.said,
            "formats": item.format_words if item.document_code else "",
            "optional": item.optional,
        }
        for item in items
    ]


def _more_time(request: SupplementRequest) -> dict[str, object] | None:
    """The last request for more time that was answered."""
    answered = request.extensions.filter(state__in=("granted", "refused")).order_by("number").last()
    if answered is None:
        return None
    return {"granted": answered.state == "granted", "words": answered.words}


def _objection_by(decided: StageChange) -> str:
    """The last day of the objection period; nothing where the calendar does not reach so far."""
    try:
        day = clock.objection_until(calendar.in_seoul(decided.at).date())
    except calendar.OutsideTable:
        return ""
    return date_format(day, "DATE_FORMAT")
