"""The public revocation list: numbers that count no more, for whoever keeps a copy to check
letters without asking us. It names nobody and says no reason.

Read from the register each time it is asked for, so a revocation is on it at once.
"""

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from letters.models import NOTICES, Letter, LetterFile, LetterState, SignedList
from programs.calendar import now

SCHEMA = "chucheon-revocations/1"
ENDED = (LetterState.REVOKED, LetterState.SUPERSEDED)
PAGE = 50


@dataclass(frozen=True)
class Page:
    letters: list[Letter]
    older: str
    newer: bool


def ended() -> QuerySet[Letter]:
    """Every recommendation that was revoked or that another stands in for, the latest first."""
    successor = Letter.objects.filter(
        supersedes=OuterRef("pk"), state__in=[LetterState.VALID, *ENDED]
    )
    return (
        Letter.objects.filter(state__in=ENDED)
        .exclude(kind__in=NOTICES)
        .only("public_id", "number", "state", "ended_at", "specimen", "office_name_ko")
        .annotate(successor_number=Subquery(successor.values("number")[:1]))
        .order_by("-ended_at", "-pk")
    )


def page(*, number: str = "", after: UUID | None = None) -> Page:
    """One query. `after` is the public id of the last one seen."""
    rows = ended()
    if number:
        rows = rows.filter(number=number)
    if after is not None:
        key = Letter.objects.filter(public_id=after)
        at, pk = Subquery(key.values("ended_at")[:1]), Subquery(key.values("pk")[:1])
        rows = rows.filter(Q(ended_at__lt=at) | Q(ended_at=at, pk__lt=pk))
    found = list(rows[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    return Page(found, f"?after={found[-1].public_id}" if more else "", after is not None)


@never_cache
@login_not_required
@require_safe
def revoked(request: HttpRequest) -> HttpResponse:
    """The list as a page; a number typed in full is looked up in all of it."""
    number = request.GET.get("number", "").replace("\x00", "").strip()[:60]
    found = page(number=number, after=_uuid(request.GET.get("after", "")))
    context = {
        "page": found,
        "number": number,
        "signed": SignedList.objects.defer("document").first(),
    }
    return render(request, "letters/revoked.html", context)


@login_not_required
@require_safe
def revoked_json(request: HttpRequest) -> HttpResponse:
    """All of it at once. With an ETag: who asks every hour is sent it when it has changed."""
    found = rows()
    said = "\n".join(f"{row['number']} {row['status']} {row['successor']}" for row in found)
    answer = JsonResponse(
        {"schema": SCHEMA, "as_of": now().isoformat(timespec="seconds"), "letters": found},
        json_dumps_params={"ensure_ascii": False},
    )
    return _unless_same(request, answer, said)


@login_not_required
@require_safe
def revoked_signed(request: HttpRequest) -> HttpResponse:
    """The list as the letter worker signed it last, for checks without a connection. It may be
    some seconds behind the other two, which wait for no key."""
    newest = SignedList.objects.first()
    if newest is None:
        return JsonResponse({"detail": "No key has signed the list yet."}, status=404)
    answer = HttpResponse(newest.document, content_type="application/jose+json")
    return _unless_same(request, answer, newest.document)


def _unless_same(request: HttpRequest, answer: HttpResponse, said: str) -> HttpResponse:
    """With an ETag of what it says: who has it already is told so."""
    etag = f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'
    if etag in request.headers.get("If-None-Match", ""):
        answer = HttpResponseNotModified()
    answer["ETag"] = etag
    answer["Cache-Control"] = "no-cache"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


def rows() -> list[dict[str, Any]]:
    """What both lists say of each letter, the latest end first."""
    with_files = ended().prefetch_related(
        Prefetch("files", LetterFile.objects.only("letter_id", "sha256").order_by("revision"))
    )
    return [_row(letter) for letter in with_files]


def _row(letter: Letter) -> dict[str, Any]:
    return {
        "number": letter.number,
        "status": letter.state,
        "ended_at": letter.ended_at.isoformat(timespec="seconds") if letter.ended_at else None,
        "successor": letter.successor_number or "",  # type: ignore[attr-defined]
        "specimen": letter.specimen,
        "sha256": [file.sha256 for file in letter.files.all()],
    }


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
