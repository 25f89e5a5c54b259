"""What reading the papers found wanting: each a proposed item of a supplement request."""

from dataclasses import dataclass

from applications.models import Application
from reviews.models import ChecklistMark
from reviews.selectors.examination import document_names, marks_of
from reviews.services.examination import reading_of, wanting_documents


@dataclass(frozen=True)
class Wanted:
    """One thing the reviewer marked for the supplement, in their own words.

    `code` is the checklist point's; `document_code` a listed document's, or empty when the point
    is about none. `title` is what the point is called.
    """

    code: str
    title: str
    note: str
    document_code: str = ""


def wanted_by_checklist(case: Application) -> list[Wanted]:
    """Every point marked for the supplement, files first, in the programme's order. For a case
    loaded `with_papers`: no query."""
    names = document_names(case)
    found = [
        Wanted(f"document.{one.code}", names.get(one.code, one.code), reading.note, one.code)
        for one in wanting_documents(case)
        if (reading := reading_of(one)) is not None
    ]
    marks = marks_of(case)
    found += [
        Wanted(point.code, str(point.names), mark.note)
        for point in case.manifest.checklist
        if (mark := marks.get(point.code)) and mark.finding == ChecklistMark.Finding.MISSING
    ]
    return found
