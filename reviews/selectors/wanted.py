"""What reading the papers found wanting: each a proposed item of a supplement request."""

from dataclasses import dataclass

from applications.models import Application
from reviews.checklist import points_of
from reviews.models import ChecklistMark


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
    """Every point marked for the supplement, documents first, in the programme's order. For a case
    loaded `with_papers` and its claims: no query."""
    listed = {document.code for document in case.manifest.documents}
    return [
        Wanted(
            code=point.code,
            title=point.names,
            note=point.note,
            document_code=next((code for code in point.evidence if code in listed), ""),
        )
        for point in points_of(case)
        if point.finding == ChecklistMark.Finding.MISSING
    ]
