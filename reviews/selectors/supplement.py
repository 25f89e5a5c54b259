"""What a supplement request could ask for, when it would be due, and the rounds so far."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from applications.deadlines import supplement_due
from applications.models import Application, Document, SupplementItem, SupplementRequest
from applications.models.declared import ClaimKind
from applications.services.supplement import Asked
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
    document_names,
)
from reviews.selectors.wanted import wanted_by_checklist


# --- what to ask for ---------------------------------------------------------------------------
def suggested(case: Application) -> list[dict[str, Any]]:
    """First values of the form's rows: what reading, checking and the checklist found wanting, in
    the reviewers' own words. For a case loaded `with_papers`; no query."""
    rows = [
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
    """What the applicant will be told, before it is sent."""

    items: list[tuple[str, Asked]]
    due: Due | None


def preview(case: Application, asked: list[Asked], days: int) -> Preview:
    names = document_names(case)
    return Preview([(names.get(item.document_code, ""), item) for item in asked], due(case, days))


# --- the rounds so far -------------------------------------------------------------------------
@dataclass(frozen=True)
class Item:
    """One thing that was asked, and what came of it."""

    item: SupplementItem
    document: str
    file: FileLine | None


@dataclass(frozen=True)
class Round:
    request: SupplementRequest
    items: list[Item]

    @property
    def open(self) -> bool:
        return self.request.closed_at is None

    @property
    def days(self) -> int | None:
        return days_left(self.request.due_on) if self.open else None

    @property
    def answered(self) -> int:
        return sum(row.item.answered_at is not None for row in self.items)


def rounds(case: Application) -> list[Round]:
    """Every round, latest first: two queries, for a case loaded `with_papers`."""
    names = document_names(case)
    files = {document.pk: document for document in case.documents.all()}
    requests = (
        case.supplements.select_related("requested_by").prefetch_related("items").order_by("-round")
    )
    return [
        Round(request, [_item(case, item, names, files) for item in request.items.all()])
        for request in requests
    ]


def _item(
    case: Application, item: SupplementItem, names: dict[str, str], files: dict[int, Document]
) -> Item:
    document = files.get(item.document_id) if item.document_id else None
    return Item(
        item=item,
        document=names.get(item.document_code, item.document_code),
        file=document_file(case, document) if document else None,
    )
