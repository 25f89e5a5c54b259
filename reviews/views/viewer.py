"""What a page with the document viewer needs around it: the pictures, the rest of the pages, and
the line in the access log. Whether the person may see the document is asked before, by the page.
"""

from datetime import timedelta
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.models import User
from audit.models import AccessLog
from audit.services import log_access
from files import services as files
from files import watermark
from files.errors import FilesError
from files.models import StoredFile
from files.selectors import page_image, readable
from programs import calendar
from reviews.selectors.viewer import Viewer

VIEWED = "document.viewed"
# Turning, enlarging and saving load the page again: within this time it is the same opening.
SAME_OPENING = timedelta(minutes=15)


def log_opening(
    request: HttpRequest, *, case_id: UUID, document_id: UUID, reader: User | None = None
) -> None:
    """Write down that this person has a document before them, once for each opening: also when
    the page is loaded many times at once. `reader` is who came by a link, without an account."""
    who = reader or request.user
    detail = str(document_id)
    now = timezone.now()
    same = AccessLog.objects.filter(
        subject_type="application", subject_id=case_id, what=VIEWED, detail=detail
    )
    if same.filter(user=who, at__gt=now - SAME_OPENING).exists():
        return
    # All that come before the first of them is written fall into the same stretch of time.
    stretch = int(now.timestamp() * 1e6) // max(1, SAME_OPENING // timedelta(microseconds=1))
    log_access(
        actor=who,
        what=VIEWED,
        subject_type="application",
        subject_id=case_id,
        address=request.META.get("REMOTE_ADDR", ""),
        detail=detail,
        once=f"{VIEWED}:{who.pk}:{case_id}:{detail}:{stretch}",
    )


def reader_words(who: User) -> str:
    """Who is looking, and when, as it stands across the pages."""
    now = calendar.in_seoul(timezone.now())
    return f"{who} · {who.email} · {now:%Y-%m-%d %H:%M}"


def page_picture(
    request: HttpRequest,
    stored: StoredFile,
    number: int,
    *,
    case_id: UUID,
    document_id: UUID,
    reader: User | None = None,
) -> HttpResponse:
    """One page's picture with the reader's name across it, for this reader only and kept nowhere.
    Logged as an opening, if the page around it has not done so. Raises Http404."""
    image = page_image(stored, number) if readable(stored) else None
    if image is None:
        raise Http404
    try:
        body = files.read(image)
    except FilesError:
        raise Http404 from None
    log_opening(request, case_id=case_id, document_id=document_id, reader=reader)
    who: User = reader or request.user  # type: ignore[assignment]
    body = watermark.marked(body, reader_words(who))
    response = HttpResponse(body, content_type=image.content_type)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def more_pages(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The pages drawn since the reader's page was, and whether to ask again."""
    response = render(request, "components/document_sheets.html", {"viewer": viewer})
    response["Cache-Control"] = "private, no-store"
    return response
