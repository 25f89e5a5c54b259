"""One letter of an office's register: its state, its gap's reason, who has downloaded it."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.selectors import administered
from applications import bars
from applications.models import Application
from applications.views.cases import person
from applications.views.documents import attachment
from files.errors import FilesError
from letters import services as letters
from letters.errors import LetterError
from letters.models import Letter
from portal.selectors.keys import offices_keys, signed_list
from portal.selectors.letter import letter_for, one_letter
from portal.views.desk import posts_at, shared
from reviews.permissions import Desk


def _letter(request: HttpRequest, public_id: UUID) -> tuple[Desk, Letter]:
    """Raises Http404 for another office's, PermissionDenied for whoever a conflict keeps away."""
    posts = posts_at(request)
    found = letter_for(posts, public_id)
    if found is None:
        raise Http404
    of_case = Application.objects.filter(public_id=found.subject)
    if of_case.filter(bars.barred(request.user)).exists():
        raise PermissionDenied(_("이 신청과 이해관계가 있어 열 수 없습니다."))
    return posts, found


@require_safe
@never_cache
def desk_letter(request: HttpRequest, public_id: UUID) -> HttpResponse:
    posts, found = _letter(request, public_id)
    context = shared(posts, "desk-letters") | {"one": one_letter(found)}
    return render(request, "portal/desk_letter.html", context)


@require_safe
@never_cache
def desk_letter_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The signed PDF, as the company has it; that it was taken is on the letter's own log."""
    _posts, found = _letter(request, public_id)
    try:
        data = letters.read_file(
            found,
            actor=request.user,
            address=request.META.get("REMOTE_ADDR", ""),
            detail="register",
        )
    except (FilesError, LetterError) as refused:
        messages.error(request, str(refused))
        return redirect("desk-letter", public_id=public_id)
    return attachment(data, name=f"{found.number}.pdf", content_type="application/pdf")


@require_safe
@never_cache
def desk_keys(request: HttpRequest) -> HttpResponse:
    """Which keys sign the letters of the offices one administers, and until when; for others there
    is no such page. Keys are registered by whoever runs the installation, not here."""
    mine = administered(person(request))
    if not mine:
        raise Http404
    context = shared(posts_at(request), "desk-keys") | {
        "held": offices_keys(mine),
        "list": signed_list(),
        "warning_days": settings.LETTERS_KEY_WARNING_DAYS,
    }
    return render(request, "portal/desk_keys.html", context)
