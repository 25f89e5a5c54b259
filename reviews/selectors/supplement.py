"""What a supplement request could ask for, when it would be due, and the rounds so far."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Prefetch
from django.utils import translation

from applications import asking
from applications.asking import Names
from applications.deadlines import supplement_due
from applications.models import (
    Application,
    Demand,
    Document,
    SupplementDelivery,
    SupplementExtension,
    SupplementItem,
    SupplementRequest,
)
from applications.models.declared import ClaimKind
from applications.models.supplement import MOST_DELIVERIES
from applications.services import notices
from applications.services.supplement import Asked
from notifications import mail
from programs import calendar
from programs.clock import BadPeriod
from reviews.checklist import PROVEN_BY
from reviews.components import FileLine
from reviews.facts import check_of, claims_with_checks
from reviews.models import ClaimCheck
from reviews.selectors.case import days_left
from reviews.selectors.examination import (
    claim_title,
    document_file,
)
from reviews.selectors.wanted import wanted_by_checklist


# --- what to ask for ---------------------------------------------------------------------------
def suggested(case: Application, asked: "list[Round]") -> list[dict[str, Any]]:
    """First values of the form's rows: what reading, checking and the checklist found wanting, in
    the reviewers' own words; before them what is to be asked again. For a case loaded
    `with_papers` and its rounds: no query."""
    items = [row.item for one in reversed(asked) for row in one.items]
    taken_up = {item.again_of_id for item in items}
    rows: list[dict[str, Any]] = [
        {
            "document_code": item.document_code,
            "place": f"{item.section}.{item.field}" if item.field else item.section,
            "text": item.judged_words,
            "formats": item.formats,
            "optional": item.optional,
            "again_of": item.public_id,
        }
        for item in items
        if item.verdict == "again" and item.pk not in taken_up
    ]
    rows += [
        {"document_code": wanted.document_code, "text": wanted.note}
        for wanted in wanted_by_checklist(case)
    ]
    listed = {document.code for document in case.manifest.documents}
    for claim in claims_with_checks(case):
        check = check_of(claim)
        if check is None or check.verdict == ClaimCheck.Verdict.CONFIRMED:
            continue
        code = PROVEN_BY.get(ClaimKind(claim.kind), "")
        rows.append(
            {
                "document_code": code if code in listed else "",
                "text": f"{claim_title(claim)}: {check.note}",
            }
        )
    return rows


# --- when it is due ----------------------------------------------------------------------------
@dataclass(frozen=True)
class Due:
    """The last day of a request sent today, and the day it would be without holidays."""

    today: date
    days: int
    counted: date
    last: date

    @property
    def moved(self) -> bool:
        return self.last != self.counted


def due(case: Application, days: int | None) -> Due | None:
    """None for a number of days that leads nowhere, or past the holiday calendar."""
    today = calendar.today()
    number = days or case.manifest.deadlines.supplement_days
    try:
        last = supplement_due(case, days=number)
        return Due(today, number, today + timedelta(days=number), last)
    except (BadPeriod, calendar.OutsideTable, OverflowError):
        return None


@dataclass(frozen=True)
class Preview:
    """What the applicant will be told, before it is sent: the mail as it will be written, and the
    items as their page will show them."""

    subject: str
    mail: str
    items: list[tuple[str, SupplementItem]]
    due: Due | None


def preview(case: Application, asked: list[Asked], days: int) -> Preview:
    """In the language of the company's first person, to whom the mail would go."""
    items = [asking.item_of(case, item, position) for position, item in enumerate(asked)]
    last = due(case, days)
    request = SupplementRequest(
        application=case, due_on=last.last if last else calendar.today(), days=days
    )
    reader = notices.readers(case).first()
    language = reader.language if reader else "ko"
    with translation.override(language):
        context = notices.context_of(case, language, "supplement", request, items=items)
        written = mail.compose(
            template="applications/mail/company_supplement",
            context={**context, "name": reader.name if reader else ""},
            language=language,
        )
    return Preview(
        written.subject, written.text, [(asking.what(case, item), item) for item in items], last
    )


# --- the rounds so far -------------------------------------------------------------------------
@dataclass(frozen=True)
class Item:
    """One thing that was asked, and what came of it. What the applicant has prepared and not sent
    is not here: until then the item is open."""

    item: SupplementItem
    document: str
    file: FileLine | None

    @property
    def sent(self) -> bool:
        return self.item.sent_at is not None

    @property
    def state(self) -> str:
        """`open`, `sent`, `accepted` or `again`."""
        return self.item.state if self.sent else "open"


@dataclass(frozen=True)
class Round:
    request: SupplementRequest
    items: list[Item]
    extensions: list[SupplementExtension]
    deliveries: list[SupplementDelivery]

    @property
    def open(self) -> bool:
        return self.request.is_open

    @property
    def overdue(self) -> bool:
        return self.request.is_overdue

    @property
    def second(self) -> bool:
        return self.request.demand == Demand.AGAIN

    @property
    def days(self) -> int | None:
        return days_left(self.request.due_on) if self.open else None

    @property
    def answered(self) -> int:
        return sum(row.sent for row in self.items)

    @property
    def accepted(self) -> int:
        return sum(row.state == "accepted" for row in self.items)

    @property
    def waiting_extension(self) -> SupplementExtension | None:
        """The request for more time that nobody has answered."""
        if not self.open:
            return None
        return next((one for one in self.extensions if one.state == "asked"), None)

    @property
    def may_deliver_again(self) -> bool:
        return self.open and len(self.deliveries) == 1 and bool(self.deliveries[0].failed_at)

    @property
    def undelivered_twice(self) -> bool:
        failed = sum(one.failed_at is not None for one in self.deliveries)
        return self.open and failed == MOST_DELIVERIES


def rounds(case: Application) -> list[Round]:
    """Every round, latest first: four queries, for a case loaded `with_papers`."""
    names = Names(case)
    files = {document.pk: document for document in case.documents.all()}
    requests = (
        case.supplements.select_related("requested_by", "follows")
        .prefetch_related(
            Prefetch("items", SupplementItem.objects.select_related("judged_by")),
            "extensions",
            "deliveries",
        )
        .order_by("-round")
    )
    return [
        Round(
            request,
            [_item(case, item, names, files) for item in request.items.all()],
            list(request.extensions.all()),
            list(request.deliveries.all()),
        )
        for request in requests
    ]


def _item(
    case: Application, item: SupplementItem, names: Names, files: dict[int, Document]
) -> Item:
    document = files.get(item.document_id) if item.document_id else None
    return Item(
        item=item,
        document=names.of(item),
        file=document_file(case, document) if document else None,
    )
