"""A case's papers one by one: what each is, whether it has been read, what it is evidence for."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import npgettext

from applications import facts as declared_facts
from applications.models import Application, Document
from programs import calendar
from reviews.checklist import reading_of
from reviews.components import FileLine
from reviews.facts import check_of, claims_with_checks
from reviews.models import ChecklistMark, DocumentCheck
from reviews.selectors.examination import (
    ClaimView,
    Progress,
    claim_view,
    document_names,
    file_line,
    likely_evidence,
)
from reviews.selectors.viewer import Other, Viewer, viewer

TONES = {
    DocumentCheck.Finding.FINE: "success",
    DocumentCheck.Finding.WANTING: "warning",
    DocumentCheck.Finding.NOT_APPLICABLE: "gray",
}


@dataclass(frozen=True)
class Paper:
    """One file of a case, by what it stands for."""

    document: Document
    title: str
    reading: DocumentCheck | None
    url: str

    @property
    def mark(self) -> str:
        return self.reading.get_finding_display() if self.reading else ""

    @property
    def tone(self) -> str:
        return TONES[DocumentCheck.Finding(self.reading.finding)] if self.reading else "gray"


@dataclass(frozen=True)
class Listed:
    """One document of the programme with the files sent for it, or without any."""

    name: str
    required: bool
    note: str
    assumed: bool
    papers: tuple[Paper, ...]


def with_papers(case: Application, *, marks: bool = True) -> None:
    """Load a case's files, old ones too, and its checklist marks: two queries for all that a page
    and its frame ask about them, or one without the marks."""
    documents = Document.objects.select_related(
        "stored__rendering", "uploaded_by", "reading__checked_by"
    ).order_by("code", "part", "pk")
    prefetch_related_objects([case], Prefetch("documents", documents))
    if marks:
        marked = ChecklistMark.objects.select_related("marked_by")
        prefetch_related_objects([case], Prefetch("marks", marked))


def papers(case: Application) -> list[Paper]:
    """The current files in the programme's order; for a case that was loaded `with_papers`."""
    names = document_names(case)
    place = {code: number for number, code in enumerate(names)}
    current = [document for document in case.documents.all() if document.replaced_at is None]
    several = {code for code in names if sum(document.code == code for document in current) > 1}
    ordered = sorted(
        current, key=lambda one: (place.get(one.code, len(place)), one.code, one.part, one.pk)
    )
    return [_paper(case, document, names, several) for document in ordered]


def _paper(
    case: Application, document: Document, names: Mapping[str, str], several: set[str]
) -> Paper:
    name = names.get(document.code, document.code)
    return Paper(
        document=document,
        title=f"{name} {document.part}" if document.code in several else name,
        reading=reading_of(document),
        url=read_url(case, document),
    )


def listed(case: Application, found: list[Paper]) -> list[Listed]:
    """What the programme asks for, in its order: what is needed and missing too. Files for what it
    does not ask for come last."""
    manifest = case.manifest
    stated = declared_facts.declared(case)
    by_code: dict[str, list[Paper]] = {}
    for paper in found:
        by_code.setdefault(paper.document.code, []).append(paper)
    lines = []
    for defined in manifest.documents:
        needed = defined.required_for(
            stated, on=calendar.today(), requirements=manifest.requirements
        )
        sent = by_code.pop(defined.code, [])
        if sent or needed:
            lines.append(
                Listed(
                    name=str(defined.names),
                    required=bool(needed),
                    note=_age_note(defined.validity_months),
                    assumed=defined.assumed,
                    papers=tuple(sent),
                )
            )
    lines.extend(Listed(code, False, "", False, tuple(sent)) for code, sent in by_code.items())
    return lines


def _age_note(months: int | None) -> str:
    if months is None:
        return ""
    return npgettext(
        "document age",
        "발급일부터 %(months)d개월이 지나지 않은 것이어야 합니다.",
        "발급일부터 %(months)d개월이 지나지 않은 것이어야 합니다.",
        months,
    ) % {"months": months}


def replaced(case: Application) -> list[FileLine]:
    """Files that a newer one has replaced, newest first: they stay on record."""
    names = document_names(case)
    gone = [one for one in case.documents.all() if one.replaced_at is not None]
    gone.sort(key=lambda one: (one.replaced_at, one.pk), reverse=True)
    return [
        file_line(one.stored, url=read_url(case, one), note=names.get(one.code, one.code))
        for one in gone
    ]


def paper_of(case: Application, document: Document) -> Paper:
    """Any file of the case, one that was replaced too."""
    found = next((one for one in papers(case) if one.document.pk == document.pk), None)
    return found or _paper(case, document, document_names(case), set())


def read_url(case: Application, document: Document) -> str:
    return reverse(
        "reviews:read", kwargs={"public_id": case.public_id, "document": document.public_id}
    )


def progress(found: list[Paper]) -> Progress:
    return Progress(sum(paper.reading is not None for paper in found), len(found))


def next_unread(found: list[Paper], after: Document | None) -> Paper | None:
    """The next file nobody has read, going round from the present one."""
    places = [paper.document.pk for paper in found]
    here = after.pk if after else None
    start = places.index(here) + 1 if here in places else 0
    rest = [*found[start:], *found[:start]]
    return next((one for one in rest if one.reading is None and one.document.pk != here), None)


def beside(found: list[Paper], here: Document, step: int) -> Paper | None:
    """The file before or after this one, in the programme's order; None at either end."""
    places = [paper.document.pk for paper in found]
    if here.pk not in places:
        return None
    place = places.index(here.pk) + step
    return found[place] if 0 <= place < len(found) else None


def claims_of(case: Application, document: Document) -> list[ClaimView]:
    """The claims that this file is, or usually is, evidence for."""
    current = [one for one in case.documents.all() if one.replaced_at is None]
    by_pk = {one.pk: one for one in current}
    found = []
    for claim in claims_with_checks(case):
        check = check_of(claim)
        evidence = check.evidence_id if check else None
        likely = likely_evidence(claim, current) == str(document.public_id)
        if evidence == document.pk or (likely and evidence is None):
            found.append(claim_view(case, claim, by_pk))
    return found


def document_viewer(
    case: Application,
    document: Document,
    asked: Mapping[str, str],
    *,
    title: str,
    others: list[Other] | None = None,
) -> Viewer:
    """One file of the case for components/document_viewer.html."""

    def address(name: str, **more: object) -> str:
        return reverse(
            f"reviews:{name}",
            kwargs={"public_id": case.public_id, "document": document.public_id, **more},
        )

    return viewer(
        document.stored,
        title=title,
        asked=asked,
        page_url=lambda number: address("document_page", number=number),
        pages_url=address("document_pages"),
        original=address("document"),
        others=others or [],
    )


def others(found: list[Paper], current: Document) -> list[Other]:
    """The switcher's lines: every current file, numbered."""
    return [
        Other(
            label=f"{number}. {paper.title}",
            url=paper.url,
            current=paper.document.pk == current.pk,
            mark=paper.mark or _("미확인"),
            tone=paper.tone,
        )
        for number, paper in enumerate(found, 1)
    ]
