"""Many letters as one print file and one archive: asked for, waited for, taken."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from applications import bars
from applications.models import Application
from applications.views.documents import attachment
from files.errors import FilesError
from letters import bundles
from letters.errors import LetterError, WrongState
from letters.models import Bundle, Letter, LetterKind, LetterState
from notifications.models import OutboxRow
from portal.selectors import letters as register
from portal.views.desk import posts_at, shared
from portal.views.desk_lists import LetterForm, own_posts
from reviews.permissions import Desk

LIVING = (LetterState.RESERVED, LetterState.VALID)
MOST_SHOWN = 20


@never_cache
@require_safe
def desk_bundles(request: HttpRequest) -> HttpResponse:
    """What this person has asked for lately."""
    posts = posts_at(request)
    held = Bundle.objects.filter(asked_by=request.user, office__in=posts.offices())
    context = shared(posts, "desk-letters") | {
        "bundles": held.select_related("office")[:MOST_SHOWN],
        "hours": settings.LETTERS_BUNDLE_HOURS,
    }
    return render(request, "portal/desk_bundles.html", context)


@require_POST
def desk_bundle_new(request: HttpRequest) -> HttpResponse:
    """Of the letters that were chosen (`letter`), or of the register as it is narrowed."""
    posts, programmes = own_posts(request)
    chosen = _ids(request.POST.getlist("letter"))
    if chosen:
        rows = Letter.objects.filter(
            posts.where(programme="programme_slug"), public_id__in=chosen, state__in=LIVING
        )
    else:
        form = LetterForm(request.POST, programmes=programmes)
        rows = register.register(posts, form.filters()).filter(
            state__in=LIVING, kind=LetterKind.RECOMMENDATION
        )
    barred = Application.objects.filter(bars.barred(request.user))
    found = list(
        rows.exclude(subject__in=barred.values("public_id"))
        .select_related("office")
        .defer("inputs")
        .order_by("office", "issue_date", "number")[: bundles.MOST + 1]
    )
    try:
        if not found:
            raise WrongState(_("묶을 추천서가 없습니다."))
        made = bundles.ask(letters=found, office=found[0].office, actor=request.user)
    except LetterError as refused:
        messages.error(request, str(refused))
        return redirect("desk-letters")
    return redirect("desk-bundle", public_id=made.public_id)


@never_cache
@require_safe
def desk_bundle(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How far it is, and the files when they are there."""
    posts, bundle = _bundle(request, public_id)
    making = None
    if bundle.state == "waiting":
        making = OutboxRow.objects.filter(topic=bundles.TOPIC, key=str(bundle.public_id)).first()
    wanted = [UUID(one) for one in bundle.letters]
    reserved = Letter.objects.filter(public_id__in=wanted, state=LetterState.RESERVED)
    context = shared(posts, "desk-letters") | {
        "bundle": bundle,
        "making": making,
        "still": reserved.count() if bundle.state == "waiting" else 0,
        "left_out": Letter.objects.filter(public_id__in=[UUID(one) for one in bundle.left_out])
        .only("number", "public_id", "state", "end_reason")
        .order_by("number"),
        "hours": settings.LETTERS_BUNDLE_HOURS,
    }
    return render(request, "portal/desk_bundle.html", context)


@never_cache
@require_safe
def desk_bundle_file(request: HttpRequest, public_id: UUID, what: str) -> HttpResponse:
    _posts, bundle = _bundle(request, public_id)
    try:
        data = bundles.take(
            bundle=bundle,
            what=what,
            actor=request.user,
            address=request.META.get("REMOTE_ADDR", ""),
        )
    except (FilesError, LetterError) as refused:
        messages.error(request, str(refused))
        return redirect("desk-bundle", public_id=public_id)
    day = bundle.asked_at.strftime("%Y%m%d-%H%M")
    kinds = {"print": ("pdf", "application/pdf"), "archive": ("zip", "application/zip")}
    ending, content_type = kinds[what]
    return attachment(data, name=f"letters-{day}.{ending}", content_type=content_type)


def _bundle(request: HttpRequest, public_id: UUID) -> tuple[Desk, Bundle]:
    """One's own, of an office where one still has a post. Raises Http404."""
    posts = posts_at(request)
    found = (
        Bundle.objects.filter(
            public_id=public_id, asked_by=request.user, office__in=posts.offices()
        )
        .select_related("print_file", "archive", "office")
        .first()
    )
    if found is None:
        raise Http404
    return posts, found


def _ids(typed: list[str]) -> list[UUID]:
    found = []
    for one in typed:
        try:
            found.append(UUID(one))
        except ValueError:
            continue
    return found
