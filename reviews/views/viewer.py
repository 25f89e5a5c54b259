"""What a page with the document viewer needs around it: the pictures, the rest of the pages, and
the line in the access log. Whether the person may see the document is asked before, by the page.
"""

from datetime import timedelta
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from audit.models import AccessLog
from audit.services import log_access
from files import services as files
from files.errors import FilesError
from files.models import StoredFile
from files.selectors import page_image, readable
from reviews.selectors.viewer import Viewer

VIEWED = "document.viewed"
# Turning, enlarging and saving load the page again: within this time it is the same opening.
SAME_OPENING = timedelta(minutes=15)


def log_opening(request: HttpRequest, *, case_id: UUID, document_id: UUID) -> None:
    """Write down that this person has a document before them, once for each opening."""
    detail = str(document_id)
    same = AccessLog.objects.filter(
        subject_type="application", subject_id=case_id, what=VIEWED, detail=detail
    )
    if same.filter(user=request.user, at__gt=timezone.now() - SAME_OPENING).exists():
        return
    log_access(
        actor=request.user,
        what=VIEWED,
        subject_type="application",
        subject_id=case_id,
        address=request.META.get("REMOTE_ADDR", ""),
        detail=detail,
    )


def page_picture(stored: StoredFile, number: int) -> HttpResponse:
    """One page's picture, for this reader only and kept nowhere. Raises Http404."""
    image = page_image(stored, number) if readable(stored) else None
    if image is None:
        raise Http404
    try:
        body = files.read(image)
    except FilesError:
        raise Http404 from None
    response = HttpResponse(body, content_type=image.content_type)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def more_pages(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The pages drawn since the reader's page was, and whether to ask again."""
    response = render(request, "components/document_sheets.html", {"viewer": viewer})
    response["Cache-Control"] = "private, no-store"
    return response
