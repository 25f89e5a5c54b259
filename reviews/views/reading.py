"""The split page: one file of a case, and beside it all that it is read for."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from applications import stages
from applications.errors import Invalid
from applications.models import Application, Document
from reviews import checklist
from reviews.forms import ChecklistForm
from reviews.permissions import WORKING, Desk, case_for, require
from reviews.reading_forms import ReadingForm
from reviews.selectors import examination as found
from reviews.selectors import points as rows
from reviews.selectors import reading as seen
from reviews.selectors.case import section_url
from reviews.selectors.compared import PASSPORT
from reviews.selectors.compared import compared as compared_with
from reviews.selectors.elsewhere import elsewhere as same_elsewhere
from reviews.services import examination
from reviews.views.section import CasePage, attach
from reviews.views.viewer import log_opening, more_pages, page_picture


class ReadingPage(CasePage):
    """A file on the left; on the right its finding, the claims it proves, and the checklist."""

    template = "reviews/read.html"
    actions: ClassVar[dict[str, str]] = {"save": "save", "next": "save"}

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.document_id: UUID = kwargs["document"]

    def load(self) -> None:
        require(self.user, self.case, *WORKING, desk=self.desk)
        seen.with_papers(self.case)
        self.document = document_of(self.case, self.document_id)
        self.papers = seen.papers(self.case)
        self.paper = seen.paper_of(self.case, self.document)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        log_opening(request, case_id=self.case.public_id, document_id=self.document.public_id)
        return super().get(request, *args, **kwargs)

    def context(self) -> dict[str, Any]:
        case = self.case
        listed = checklist.points_of(case)
        form = self.forms.get("reading") or self._reading_form()
        points = self.forms.get("points") or self._points_form()
        links = {paper.document.pk: paper.url for paper in self.papers}
        replaced = self.document.replaced_at is not None
        claims = self._claims()
        compared = compared_with(case, self.document, [view.claim for view in claims])
        return {
            "case": case,
            "version": case.revision,
            "paper": self.paper,
            "replaced": replaced,
            "progress": seen.progress(self.papers),
            "next": seen.next_unread(self.papers, self.document),
            "previous": seen.beside(self.papers, self.document, -1),
            "following": seen.beside(self.papers, self.document, 1),
            "viewer": seen.document_viewer(
                case,
                self.document,
                self.request.GET,
                title=self.paper.title,
                others=seen.others(self.papers, self.document),
            ),
            "form": form,
            "points_form": points,
            "claims": [
                {
                    "view": view,
                    "field": None if view.check else form[f"confirm_{view.claim.public_id.hex}"],
                    "lines": [
                        (line, compared.claims.get(view.claim.pk, {}).get(line.name))
                        for line in view.lines
                    ],
                }
                for view in claims
            ],
            "compared": compared,
            "elsewhere": same_elsewhere(
                case,
                self.desk,
                [self.document],
                passport=self.document.code == PASSPORT,
            ),
            "groups": rows.grouped(listed, points, links, here=self.document),
            "checked": found.checklist_progress(listed),
            "may_examine": case.at in stages.EXAMINING and not replaced,
        }

    def _claims(self) -> list[found.ClaimView]:
        return seen.claims_of(self.case, self.document)

    def _reading_form(self, data: Any = None) -> ReadingForm:
        # A claim that was checked meanwhile keeps its field while a form is being read.
        claims = [view.claim for view in self._claims() if view.check is None or data is not None]
        return ReadingForm(data, reading=self.paper.reading, claims=claims)

    def _points_form(self, data: Any = None) -> ChecklistForm:
        return ChecklistForm(data, points=checklist.points_of(self.case), auto_id="p_%s")

    def save(self) -> HttpResponse | None:
        form = self.forms["reading"] = self._reading_form(self.request.POST)
        points = self.forms["points"] = self._points_form(self.request.POST)
        if not all([form.is_valid(), points.is_valid()]):
            return None
        finding, note = form.finding()
        findings, confirmed = points.findings(), form.confirmed()
        if finding or findings or confirmed:
            try:
                examination.examine_document(
                    application=self.case,
                    actor=self.user,
                    document=self.document,
                    finding=finding,
                    note=note,
                    points=findings,
                    confirmed=confirmed,
                    expected_revision=self.revision,
                )
            except Invalid as refused:
                attach(form, refused)
                return None
            messages.success(
                self.request, _("저장했습니다: %(title)s") % {"title": self.paper.title}
            )
        return self._onwards()

    def _onwards(self) -> HttpResponse:
        if self.request.POST.get("do") != "next":
            return redirect(self.request.path)
        self.reload()
        following = seen.next_unread(self.papers, self.document)
        return redirect(following.url if following else section_url(self.case, "case"))


def document_of(case: Application, public_id: UUID) -> Document:
    """One of the case's files, replaced ones too. Raises Http404."""
    for document in case.documents.all():
        if document.public_id == public_id:
            return document
    raise Http404


def _opened(request: HttpRequest, public_id: UUID, document: UUID) -> tuple[Application, Document]:
    """A file of a case this person works on. Raises Http404, PermissionDenied."""
    desk = Desk.of(request.user)
    case = case_for(request.user, public_id, desk=desk)
    require(request.user, case, *WORKING, desk=desk)
    held = case.documents.select_related("stored__rendering").filter(public_id=document).first()
    if held is None:
        raise Http404
    return case, held


@require_GET
def document_page(
    request: HttpRequest, public_id: UUID, document: UUID, number: int
) -> HttpResponse:
    """The picture of one page."""
    case, held = _opened(request, public_id, document)
    return page_picture(
        request, held.stored, number, case_id=case.public_id, document_id=held.public_id
    )


@require_GET
def document_pages(request: HttpRequest, public_id: UUID, document: UUID) -> HttpResponse:
    """The pages drawn since the reader's page was."""
    case, held = _opened(request, public_id, document)
    title = found.document_names(case).get(held.code, held.code)
    return more_pages(request, seen.document_viewer(case, held, request.GET, title=title))
