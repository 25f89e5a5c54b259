"""The papers of an evaluator's packet, shown page by page. The files themselves stay here: what was
downloaded could not be closed again with the packet."""

from collections.abc import Mapping
from dataclasses import replace

from django.urls import reverse

from applications.models import Application, Document
from files.models import StoredFile
from files.selectors import pages_of, readable
from reviews import blinding
from reviews.models import Invitation
from reviews.selectors.examination import document_names
from reviews.selectors.viewer import Other, Viewer, viewer

# Which paper is shown: a part of the address, so that the page works without JavaScript.
ASKED = "paper"


def chosen(documents: list[Document], asked: Mapping[str, str]) -> Document | None:
    """The paper the address names, else the first; None when there is none."""
    typed = asked.get(ASKED, "")
    named = (one for one in documents if str(one.public_id) == typed)
    return next(named, documents[0] if documents else None)


def titles(case: Application, documents: list[Document]) -> dict[int, str]:
    """What each paper is: a file's own name may say more than the evaluator needs."""
    names = document_names(case)
    return {
        one.pk: f"{name} {one.part}" if one.part > 1 else name
        for one in documents
        if (name := names.get(one.code, one.code))
    }


def packet_viewer(
    invitation: Invitation, document: Document, documents: list[Document], asked: Mapping[str, str]
) -> Viewer:
    """One paper for components/document_viewer.html, with the others to go to."""

    def address(name: str, **more: object) -> str:
        return reverse(
            f"reviews:packet_{name}",
            kwargs={"public_id": invitation.public_id, "document": document.public_id, **more},
        )

    named = titles(invitation.application, documents)
    shown = viewer(
        document.stored,
        title=named[document.pk],
        asked=asked,
        page_url=lambda number: address("page", number=number),
        pages_url=address("pages"),
        others=[
            Other(named[one.pk], f"?{ASKED}={one.public_id}#viewer", current=one.pk == document.pk)
            for one in documents
        ],
    )
    case = invitation.application
    if case.manifest.evaluation.blind:
        hide = blinding.of(case)
        sheets = [replace(sheet, text=hide(sheet.text)) for sheet in shown.sheets]
        return replace(shown, sheets=sheets)
    missing = shown.state == "failed" or any(not sheet.url for sheet in shown.sheets)
    return replace(shown, original=address("document")) if missing else shown


def needs_original(stored: StoredFile) -> bool:
    """Whether the file itself may be had, because not every page of it could be drawn."""
    if not readable(stored):
        return False
    pages = pages_of(stored)
    return pages.complete and not (pages.pages and all(page.drawn for page in pages.pages))
