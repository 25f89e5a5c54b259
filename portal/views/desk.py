"""The desk: what an office's leads and administrators look after. These pages change nothing."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import npgettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Office, StaffRole
from applications.stages import Stage
from portal.outlook import outlook
from portal.selectors import cases, designs, office, proposals, quota_tree, versions
from portal.selectors.behind import DECISIONS, Behind
from portal.selectors.quota import QuotaView, quotas
from programs import calendar
from programs.models import ClaimState
from reviews.components import Tab, Tile
from reviews.permissions import Desk, desk_of
from reviews.selectors import queue

ROLES = (StaffRole.LEAD, StaffRole.ADMINISTRATOR)


def posts_at(request: HttpRequest) -> Desk:
    """The posts in which the person looks after an office; a reviewer's do not count here."""
    desk = desk_of(request.user, *ROLES)
    return desk.only(*ROLES)


def _tabs(desk: Desk, current: str) -> list[Tab]:
    labels = {
        "desk": _("현황"),
        "desk-levels": pgettext("desk", "쿼터"),
        "desk-backlog": _("진행 현황"),
        "desk-results": _("처리 실적"),
        "desk-cases": pgettext("desk", "신청"),
        "desk-letters": pgettext("desk", "추천서"),
        "desk-programmes": pgettext("desk", "프로그램"),
        "desk-people": _("직원"),
        "holidays": _("공휴일"),
    }
    if desk.has(StaffRole.ADMINISTRATOR):
        labels["desk-designs"] = pgettext("desk", "추천서 서식")
        labels["desk-own-office"] = pgettext("desk", "기관 정보")
        labels["desk-keys"] = pgettext("desk", "서명 키")
    return [Tab(label, reverse(name), current=name == current) for name, label in labels.items()]


def shared(desk: Desk, current: str, offices: list[Office] | None = None) -> dict[str, Any]:
    """What every page of the desk shows above its own: whose it is, and the tabs. `offices` saves
    a query to who has them."""
    return {
        "tabs": _tabs(desk, current),
        "offices": office.office_names(office.offices(desk) if offices is None else offices),
    }


@require_safe
@never_cache
def desk(request: HttpRequest) -> HttpResponse:
    """Quota, backlog, what is overdue or soon will be, and the record."""
    posts = posts_at(request)
    figures = cases.figures(posts, request.user)
    found = quotas(posts, with_goals=False)
    context = shared(posts, "desk") | {
        "tiles": _tiles(figures),
        "quotas": [
            {
                "quota": one,
                "tiles": _quota_tiles(one),
                "outlook": outlook(one.total.bar, one.chart),
            }
            for one in found
        ],
        "backlogs": cases.backlogs(posts),
        "closed": [
            _settled(one.label, count, one.value, months=12) for one, count in figures.ended
        ],
        "near": queue.nearest(
            posts, request.user, until=calendar.today() + cases.NEAR, most=cases.NEAREST
        ),
        "near_days": cases.NEAR.days,
        "record": office.record(request.user, {one.programme.slug for one in found}),
    }
    return render(request, "portal/desk.html", context)


def _tiles(figures: cases.Figures) -> list[Tile]:
    listed = reverse("desk-cases")

    def tile(label: str, count: str, query: str, tone: str = "") -> Tile:
        shown = tone if count != "0" else ""
        return Tile(label, count, _cases(count), shown, f"{listed}?{query}")

    return [
        tile(_("진행 중"), figures.open, "open=yes"),
        tile(_("기한 지남"), figures.overdue, "due=overdue", "bad"),
        tile(_("신청인 보완 대기"), figures.supplement, f"stage={Stage.SUPPLEMENT}", "warn"),
        tile(_("쿼터 대기"), figures.waiting_quota, f"stage={Stage.WAITING_QUOTA}", "warn"),
        _settled(_("이번 달 결정"), figures.decided, DECISIONS, months=1),
    ]


def _settled(label: Any, count: str, outcome: str, *, months: int) -> Tile:
    """What was settled since the first day of the month or of the year, with its cases."""
    today = calendar.today()
    first = today.replace(day=1) if months == 1 else today.replace(month=1, day=1)
    behind = Behind(what="settled", outcome=outcome, first=str(first), last=str(today))
    return Tile(label, count, _cases(count), href=_behind(behind) if count != "0" else "")


def _behind(behind: Behind) -> str:
    return f"{reverse('desk-behind')}?{behind.query()}"


def _cases(count: str) -> str:
    """The unit of a count, which may be capped ("99+")."""
    return npgettext("cases", "건", "건", 1 if count == "1" else 2)


def _quota_tiles(one: QuotaView) -> list[Tile]:
    total, bar = one.total, one.total.bar
    level = reverse("desk-pool", args=[total.pool.public_id])

    def tile(label: str, number: int, tone: str = "", href: str = "") -> Tile:
        return Tile(label, number, npgettext("headcount", "명", "명", number), tone, href)

    def claims(number: int, state: str) -> str:
        behind = Behind(what="claim", claim=state, pool=str(total.pool.public_id))
        return _behind(behind) if number else ""

    # Units issued before the installation have no cases: the level's page tells the two apart.
    issued = level if total.opening else claims(bar.issued, ClaimState.ISSUED)
    waiting = claims(bar.waiting, ClaimState.WAITING)
    return [
        tile(pgettext("quota", "정원"), bar.size, href=level),
        tile(pgettext("quota", "발급"), bar.issued, href=issued),
        tile(pgettext("quota", "배정"), bar.held, href=claims(bar.held, ClaimState.HELD)),
        tile(pgettext("quota", "대기"), bar.waiting, "warn" if bar.waiting else "", waiting),
        tile(pgettext("quota", "남음"), bar.free, bar.tone),
    ]


@require_safe
@never_cache
def desk_programmes(request: HttpRequest) -> HttpResponse:
    """The programmes' versions, and how many of their values nobody has published."""
    posts = posts_at(request)
    rows = [
        {"version": one, "assumed": len(one.manifest().assumed)} for one in versions.versions(posts)
    ]
    context = shared(posts, "desk-programmes") | {
        "rows": rows,
        "designs": designs.waiting(posts),
        "trees": quota_tree.roots(posts),
        "quota_changes": quota_tree.waiting(posts),
        "proposals": proposals.waiting(posts),
        "ended": proposals.ended(posts),
    }
    return render(request, "portal/desk_programmes.html", context)


@require_safe
@never_cache
def desk_version(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One version: what it says, what that rests on, and every value that was assumed."""
    posts = posts_at(request)
    version = versions.version_for(posts, public_id)
    if version is None:
        raise Http404
    context = shared(posts, "desk-programmes") | {
        "version": version,
        "manifest": version.manifest(),
        "said": versions.in_words(version),
        "assumed": versions.assumed_values(version),
    }
    return render(request, "portal/desk_version.html", context)
