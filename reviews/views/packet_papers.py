"""The papers of an open packet, page by page. Each request asks again whether it is open."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from applications.models import Document
from files.errors import FilesError
from reviews.models import Invitation
from reviews.selectors import evaluation as seen
from reviews.selectors import packet as papers
from reviews.views.documents import attachment
from reviews.views.packet import invitation_of
from reviews.views.viewer import log_opening, more_pages, page_picture


def _opened(
    request: HttpRequest, public_id: UUID, document: UUID
) -> tuple[Invitation, Document, list[Document]]:
    """A paper of this evaluator's open packet, signed in or by a live link. Raises Http404."""
    invitation = invitation_of(request, public_id)
    if invitation.state != Invitation.State.ACCEPTED or not seen.is_live(invitation):
        raise Http404
    documents = seen.packet_documents(invitation.application)
    found = next((one for one in documents if one.public_id == document), None)
    if found is None:
        raise Http404
    return invitation, found, documents


@login_not_required
@require_GET
def packet_page(request: HttpRequest, public_id: UUID, document: UUID, number: int) -> HttpResponse:
    """The picture of one page."""
    invitation, found, _documents = _opened(request, public_id, document)
    case_id = invitation.application.public_id
    return page_picture(
        request,
        found.stored,
        number,
        case_id=case_id,
        document_id=found.public_id,
        reader=invitation.evaluator.user,
    )


@login_not_required
@require_GET
def packet_pages(request: HttpRequest, public_id: UUID, document: UUID) -> HttpResponse:
    """The pages drawn since the evaluator's page was."""
    invitation, found, documents = _opened(request, public_id, document)
    return more_pages(request, papers.packet_viewer(invitation, found, documents, request.GET))


@login_not_required
@require_GET
def packet_document(request: HttpRequest, public_id: UUID, document: UUID) -> HttpResponse:
    """A file that cannot be shown as pictures, as an attachment without its uploaded name; logged.
    Any other file stays here, and so does every file where names are hidden: what it says of itself
    inside could not be taken out."""
    invitation, found, _documents = _opened(request, public_id, document)
    blind = invitation.application.manifest.evaluation.blind
    if blind or not papers.needs_original(found.stored):
        raise Http404
    case_id = invitation.application.public_id
    reader = invitation.evaluator.user
    log_opening(request, case_id=case_id, document_id=found.public_id, reader=reader)
    ending = found.stored.name.rpartition(".")[2]
    try:
        return attachment(found, f"{found.code}-{found.part}.{ending}")
    except FilesError as refused:
        messages.error(request, str(refused))
        return redirect("reviews:packet", public_id=public_id)
