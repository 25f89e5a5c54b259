"""The desk: what an office's leads and administrators look after. These pages change nothing."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import StaffRole
from portal import selectors
from reviews.components import Tab, Tile
from reviews.permissions import Desk, desk_of
from reviews.selectors import queue

ROLES = (StaffRole.LEAD, StaffRole.ADMINISTRATOR)


def posts_at(request: HttpRequest) -> Desk:
    """The posts in which the person looks after an office; a reviewer's do not count here."""
    desk = desk_of(request.user, *ROLES)
    return Desk(tuple(post for post in desk.posts if post[1] in ROLES))


def _tabs(desk: Desk, current: str) -> list[Tab]:
    labels = {
        "desk": _("현황"),
        "desk-programmes": pgettext("desk", "프로그램"),
        "desk-letters": pgettext("desk", "추천서"),
        "desk-people": _("직원"),
    }
    if desk.has(StaffRole.ADMINISTRATOR):
        labels["desk-own-office"] = pgettext("desk", "기관 정보")
    return [Tab(label, reverse(name), current=name == current) for name, label in labels.items()]


def shared(desk: Desk, current: str) -> dict[str, Any]:
    """What every page of the desk shows above its own: whose it is, and the tabs."""
    return {
        "tabs": _tabs(desk, current),
        "offices": selectors.office_names(selectors.offices(desk)),
    }


@require_safe
@never_cache
def desk(request: HttpRequest) -> HttpResponse:
    """Quota, backlog, what is overdue, and the record."""
    posts = posts_at(request)
    quotas = selectors.quotas(posts)
    context = shared(posts, "desk") | {
        "quotas": [{"quota": one, "tiles": _quota_tiles(one)} for one in quotas],
        "backlogs": selectors.backlogs(posts),
        "closed": [
            Tile(stage.label, count)
            for stage, count in selectors.closed_this_year(posts, request.user)
        ],
        "overdue": queue.page(queue.TabName.OVERDUE, posts, request.user),
        "record": selectors.record(),
    }
    return render(request, "portal/desk.html", context)


def _quota_tiles(one: selectors.QuotaView) -> list[Tile]:
    bar = one.total.bar
    people = pgettext("headcount", "명")
    return [
        Tile(pgettext("quota", "정원"), bar.size, people),
        Tile(pgettext("quota", "발급"), bar.issued, people),
        Tile(pgettext("quota", "배정"), bar.held, people),
        Tile(pgettext("quota", "대기"), bar.waiting, people, "warn" if bar.waiting else ""),
        Tile(pgettext("quota", "남음"), bar.free, people, bar.tone),
    ]


@require_safe
@never_cache
def desk_programmes(request: HttpRequest) -> HttpResponse:
    """The programmes' versions, and how many of their values nobody has published."""
    posts = posts_at(request)
    rows = [
        {"version": one, "assumed": len(one.manifest().assumed)}
        for one in selectors.versions(posts)
    ]
    return render(
        request, "portal/desk_programmes.html", shared(posts, "desk-programmes") | {"rows": rows}
    )


@require_safe
@never_cache
def desk_version(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One version: what it rests on, and every value that was assumed."""
    posts = posts_at(request)
    version = selectors.version_for(posts, public_id)
    if version is None:
        raise Http404
    context = shared(posts, "desk-programmes") | {
        "version": version,
        "manifest": version.manifest(),
        "assumed": selectors.assumed_values(version),
    }
    return render(request, "portal/desk_version.html", context)


@require_safe
@never_cache
def desk_letters(request: HttpRequest) -> HttpResponse:
    """The letters by number; a gap shows why it is one."""
    posts = posts_at(request)
    page = selectors.letters(
        posts,
        after=_uuid(request.GET.get("after", "")),
        before=_uuid(request.GET.get("before", "")),
    )
    return render(
        request, "portal/desk_letters.html", shared(posts, "desk-letters") | {"page": page}
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
