"""Inquiries as the pages show them: how far each has come, and which replies are awaited."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from applications.models import Application, Claim
from notifications import mail
from notifications.models import Mail, OutboxRow
from programs import calendar
from reviews.components import FileLine
from reviews.models import ClaimCheck, EvidenceFile, Inquiry, Institution
from reviews.permissions import WORKING, Desk
from reviews.selectors.examination import file_line
from reviews.services import inquiries, inquiry_words

ROWS = 25
TONES = {
    Inquiry.State.DRAFTED: "gray",
    Inquiry.State.SENT: "information",
    Inquiry.State.ANSWERED: "success",
    Inquiry.State.CLOSED: "gray",
}


@dataclass(frozen=True)
class Asked:
    """One inquiry, with what it says of itself today."""

    inquiry: Inquiry
    url: str

    @property
    def overdue(self) -> bool:
        waits = self.inquiry.state == Inquiry.State.SENT and self.inquiry.due_on is not None
        return waits and self.inquiry.due_on < calendar.today()  # type: ignore[operator]

    @property
    def label(self) -> str:
        return _("회신 기한 지남") if self.overdue else self.inquiry.get_state_display()

    @property
    def tone(self) -> str:
        return "danger" if self.overdue else TONES[Inquiry.State(self.inquiry.state)]

    @property
    def days(self) -> int | None:
        due = self.inquiry.due_on
        if due is None or self.inquiry.state != Inquiry.State.SENT:
            return None
        return (due - calendar.today()).days

    @property
    def method(self) -> str:
        return str(ClaimCheck.Method(self.inquiry.method).label)

    @property
    def next_reminder(self) -> date | None:
        return inquiries.next_reminder(self.inquiry)


def url_of(case_id: UUID, inquiry: Inquiry) -> str:
    return reverse("reviews:inquiry", kwargs={"public_id": case_id, "inquiry": inquiry.public_id})


def of_case(case: Application) -> dict[int | None, list[Asked]]:
    """The case's inquiries by claim (None: of claims that are no more), oldest first."""
    found: dict[int | None, list[Asked]] = {}
    for inquiry in case.inquiries.select_related("institution").order_by("pk"):
        inquiry.application = case
        found.setdefault(inquiry.claim_id, []).append(
            Asked(inquiry, url_of(case.public_id, inquiry))
        )
    return found


def is_awaited(asked: list[Asked], name: str) -> bool:
    """Whether an inquiry to this institution is still under way: a second would be refused."""
    key = inquiries.key_of(name)
    return any(
        one.inquiry.state in Inquiry.OPEN and one.inquiry.institution.name_key == key
        for one in asked
    )


def evidence_of(case: Application) -> list[EvidenceFile]:
    """The files that the office put on record, oldest first."""
    return list(case.evidence.select_related("stored", "uploaded_by").order_by("pk"))


def evidence_line(case: Application, evidence: EvidenceFile) -> FileLine:
    return file_line(
        evidence.stored,
        url=reverse(
            "reviews:evidence",
            kwargs={"public_id": case.public_id, "evidence": evidence.public_id},
        ),
        note=_("회사에 공개") if evidence.shown_to_company else "",
    )


def known_for(case: Application, claim: Claim, method: str) -> Institution | None:
    """The address book's entry of whoever can tell about the claim."""
    name = inquiry_words.whom(claim)
    if not name:
        return None
    kind = inquiry_words.kind_of(claim, method)
    return inquiries.known_institution(case.office, kind, name)


def mail_methods(case: Application, claim: Claim) -> list[str]:
    """The ways of asking by mail that suit the claim, the usual one first."""
    ways = case.manifest.verification.ways(claim.kind).methods
    return [method for method in ways if method in inquiry_words.BY_MAIL]


# --- where a mail is --------------------------------------------------------------------------
@dataclass(frozen=True)
class Delivery:
    label: str
    tone: str
    at: Any = None


def delivery(inquiry: Inquiry) -> Delivery | None:
    """How far the mail itself has come; whether somebody read it no server says."""
    if inquiry.sent_at is None:
        return None
    key = inquiries.mail_key(inquiry.public_id, "sent")
    written = Mail.objects.filter(key=key).only("sent_at").first()
    if written is not None and written.sent_at is not None:
        return Delivery(_("메일 서버에 전달됨"), "success", written.sent_at)
    if OutboxRow.objects.filter(topic=mail.TOPIC, key=key, failed_at__isnull=False).exists():
        return Delivery(_("전달하지 못함: 주소를 확인해 주세요."), "danger")
    return Delivery(pgettext("mail", "발송 대기"), "information")


# --- what is awaited --------------------------------------------------------------------------
@dataclass(frozen=True)
class Awaited:
    rows: list[Asked]
    older: str
    newer: str


def awaited(
    desk: Desk, user: User, *, mine: bool, after: tuple[date, int] | None, back: bool = False
) -> Awaited:
    """Sent inquiries of open cases that nobody has answered, overdue first: one query.

    `after` is the key (last day, id) of the row before the page, with `back` of the one after it.
    """
    where = desk.where(
        *WORKING, office="application__office", programme="application__programme__slug"
    ) & Q(state=Inquiry.State.SENT, application__stage__in=inquiries.WAITING)
    if mine:
        where &= Q(application__queue_row__assignee=user)
    if after is not None:
        day, key = after
        step = "lt" if back else "gt"
        where &= Q(**{f"due_on__{step}": day}) | Q(**{"due_on": day, f"id__{step}": key})
    order = ("-due_on", "-id") if back else ("due_on", "id")
    found = list(
        Inquiry.objects.filter(where)
        .select_related("institution", "application__version", "application__candidate", "claim")
        .order_by(*order)[: ROWS + 1]
    )
    more, found = len(found) > ROWS, found[:ROWS]
    if back:
        found.reverse()
    rows = [Asked(one, url_of(one.application.public_id, one)) for one in found]
    has_newer = after is not None and (more or not back)
    has_older = more if not back else True
    base = {"mine": "1"} if mine else {}
    return Awaited(
        rows=rows,
        newer=_page(base, rows[0], back=True) if rows and has_newer else "",
        older=_page(base, rows[-1], back=False) if rows and has_older else "",
    )


def _page(base: dict[str, str], row: Asked, *, back: bool) -> str:
    key = f"{row.inquiry.due_on:%Y-%m-%d}.{row.inquiry.pk}"
    return "?" + urlencode({**base, "before" if back else "after": key})


def key_from(typed: str) -> tuple[date, int] | None:
    """The key of a row as an address carries it; None for anything else."""
    day, _dot, number = typed.partition(".")
    try:
        return (date.fromisoformat(day), int(number)) if len(number) < 18 else None
    except ValueError:
        return None
