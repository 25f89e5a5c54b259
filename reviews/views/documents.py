"""Document review: the files, each opening logged, and the checklist."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from applications import stages
from applications.models import Document
from audit.services import log_access
from files import services as files
from files.errors import FilesError
from reviews import checklist
from reviews.forms import ChecklistForm
from reviews.permissions import WORKING, Desk, case_for, require
from reviews.selectors import examination as seen
from reviews.selectors import points as rows
from reviews.selectors import reading, returning
from reviews.selectors.career import career_of
from reviews.selectors.elsewhere import elsewhere as same_elsewhere
from reviews.services import examination
from reviews.views.section import CasePage


class DocumentsPage(CasePage):
    """What was sent, beside the checklist."""

    section = "case"
    template = "reviews/documents.html"
    actions: ClassVar[dict[str, str]] = {"mark": "mark"}

    def load(self) -> None:
        reading.with_papers(self.case)

    def content(self) -> dict[str, Any]:
        points = checklist.points_of(self.case)
        papers = reading.papers(self.case)
        form = self.forms.get("mark") or self._form(None)
        links = {paper.document.pk: paper.url for paper in papers}
        return {
            "listed": reading.listed(self.case, papers),
            "replaced": reading.replaced(self.case),
            "read": reading.progress(papers),
            "changes": returning.changes(self.case),
            "next": reading.next_unread(papers, None) or (papers[0] if papers else None),
            "may_read": self.desk.can(self.case.office_id, self.case.programme.slug, *WORKING),
            "form": form,
            "groups": rows.grouped(points, form, links),
            "progress": seen.checklist_progress(points),
            "career": career_of(self.case),
            "elsewhere": same_elsewhere(
                self.case, self.desk, [paper.document for paper in papers], passport=True
            ),
            "examining": self.case.at in stages.EXAMINING,
        }

    def _form(self, data: Any) -> ChecklistForm:
        return ChecklistForm(data, points=checklist.points_of(self.case))

    def mark(self) -> HttpResponse | None:
        form = self.forms["mark"] = self._form(self.request.POST)
        if not form.is_valid():
            return None
        findings = form.findings()
        if not findings:
            messages.info(self.request, _("바뀐 점검 결과가 없습니다."))
            return redirect(self.request.path)
        examination.mark_all(
            application=self.case,
            actor=self.user,
            findings=findings,
            expected_revision=self.revision,
        )
        return self.done(
            ngettext(
                "점검 결과 %(count)d건을 저장했습니다.",
                "점검 결과 %(count)d건을 저장했습니다.",
                len(findings),
            )
            % {"count": len(findings)}
        )


@require_GET
def document(request: HttpRequest, public_id: UUID, document: UUID) -> HttpResponse:
    """One file of a case, as an attachment. Who opened what is logged first."""
    desk = Desk.of(request.user)
    case = case_for(request.user, public_id, desk=desk)
    require(request.user, case, *WORKING, desk=desk)
    found = case.documents.select_related("stored").filter(public_id=document).first()
    if found is None:
        raise Http404
    log_access(
        actor=request.user,
        what="document.viewed",
        subject_type="application",
        subject_id=case.public_id,
        address=request.META.get("REMOTE_ADDR", ""),
        detail=str(found.public_id),
    )
    try:
        return attachment(found)
    except FilesError as refused:
        messages.error(request, str(refused))
        return redirect("reviews:case", public_id=case.public_id)


def attachment(found: Document, name: str = "") -> HttpResponse:
    """The plain bytes, to be saved and not shown: what was uploaded never runs here.

    Raises FilesError for a damaged file, or one that may not be opened (T22).
    """
    response = HttpResponse(files.read(found.stored), content_type=found.stored.content_type)
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=name or found.stored.name
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
