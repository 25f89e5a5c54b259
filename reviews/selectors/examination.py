"""What document review and validation look at: files, checklist, claims, the rules' answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from applications import facts as declared_facts
from applications.models import Application, Claim, Document
from applications.models.declared import ClaimKind
from files.models import ScanState, StoredFile
from programs import calendar
from programs import services as programs
from programs.models import Verdict
from reviews.checklist import PROVEN_BY, Point
from reviews.claims import Line, claim_title, lines
from reviews.components import FileLine
from reviews.facts import check_of, claims_with_checks, verified
from reviews.models import ChecklistMark, ClaimCheck
from reviews.read_already import brings

# The words of components/file_list.html for a scan's state.
SCAN_WORDS = {
    ScanState.CLEAN: "clean",
    ScanState.PENDING: "pending",
    ScanState.INFECTED: "infected",
}


# --- documents -------------------------------------------------------------------------------
def current_documents(case: Application) -> list[Document]:
    """The files that count, by code and part; no query when the case was loaded with its files."""
    found = case.documents.all()
    if not brings(case, "documents"):
        found = found.filter(replaced_at=None).select_related("stored")
    return sorted(
        (document for document in found if document.replaced_at is None),
        key=lambda document: (document.code, document.part, document.pk),
    )


def document_names(case: Application) -> dict[str, str]:
    return {document.code: str(document.names) for document in case.manifest.documents}


def document_file(case: Application, document: Document) -> FileLine:
    """One document's file, with the way to where it is read."""
    return file_line(
        document.stored,
        url=reverse(
            "reviews:read", kwargs={"public_id": case.public_id, "document": document.public_id}
        ),
        note=date_format(calendar.in_seoul(document.uploaded_at), "SHORT_DATETIME_FORMAT"),
    )


def file_line(stored: StoredFile, *, url: str, note: str = "") -> FileLine:
    """A file as the list shows it. An infected or unscanned one has no link."""
    state = SCAN_WORDS.get(ScanState(stored.scan_state), "")
    return FileLine(
        name=stored.name,
        url="" if state in ("pending", "infected") else url,
        size=stored.size,
        pages=stored.pages,
        note=note,
        state=state,
    )


def marks_of(case: Application) -> dict[str, ChecklistMark]:
    """The checklist's findings by point; no query when the case was loaded with its marks."""
    marks = case.marks.all()
    if not brings(case, "marks"):
        marks = marks.select_related("marked_by")
    return {mark.code: mark for mark in marks}


@dataclass(frozen=True)
class Progress:
    """How much of the checklist or of the claims has been looked at."""

    done: int
    total: int

    @property
    def complete(self) -> bool:
        return self.done == self.total

    @property
    def left(self) -> int:
        return self.total - self.done


def checklist_progress(points: Sequence[Point]) -> Progress:
    return Progress(sum(not point.open for point in points), len(points))


# --- claims ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class ClaimView:
    """One claim as the pages show it."""

    claim: Claim
    title: str
    lines: list[Line]
    check: ClaimCheck | None
    tone: str
    evidence: FileLine | None

    @property
    def verdict(self) -> str:
        return self.check.get_verdict_display() if self.check else _("미확인")


TONES = {
    ClaimCheck.Verdict.CONFIRMED: "success",
    ClaimCheck.Verdict.CORRECTED: "warning",
    ClaimCheck.Verdict.REJECTED: "danger",
}


def claim_views(case: Application, documents: list[Document]) -> list[ClaimView]:
    """Every claim with what was found about it, in a steady order."""
    by_pk = {document.pk: document for document in documents}
    return [claim_view(case, claim, by_pk) for claim in claims_with_checks(case)]


def claim_view(case: Application, claim: Claim, documents: dict[int, Document]) -> ClaimView:
    check = check_of(claim)
    evidence = documents.get(check.evidence_id) if check and check.evidence_id else None
    return ClaimView(
        claim=claim,
        title=claim_title(claim),
        lines=lines(claim, check.verified if check else None, case.manifest),
        check=check,
        tone=TONES[ClaimCheck.Verdict(check.verdict)] if check else "gray",
        evidence=None if evidence is None else document_file(case, evidence),
    )


def likely_evidence(claim: Claim, documents: list[Document]) -> str:
    """The public id of the paper that usually proves such a claim, to be offered first."""
    code = PROVEN_BY.get(ClaimKind(claim.kind))
    sent = [document for document in documents if document.code == code]
    if not sent:
        return ""
    return str(sent[min(claim.position, len(sent) - 1)].public_id)


def claims_progress(views: list[ClaimView]) -> Progress:
    return Progress(sum(view.check is not None for view in views), len(views))


# --- the rules -------------------------------------------------------------------------------
@dataclass(frozen=True)
class Judged:
    """The rules' answer on one set of facts, as of today; `problem` when they cannot be judged."""

    verdict: str = ""
    tree: dict[str, Any] | None = None
    problem: str = ""

    @property
    def words(self) -> str:
        return str(Verdict(self.verdict).label) if self.verdict else self.problem


def judged(case: Application, facts: declared_facts.Facts) -> Judged:
    try:
        outcome = programs.explain(version=case.version, facts=facts, on=calendar.today())
    except programs.ProgrammesRefused as refused:
        return Judged(problem=str(refused))
    return Judged(outcome.verdict, outcome.tree)


def judged_declared(case: Application) -> Judged:
    return judged(case, declared_facts.declared(case))


def judged_verified(case: Application) -> Judged:
    return judged(case, verified(case))
