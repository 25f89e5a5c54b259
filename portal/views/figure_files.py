"""The cases behind a figure, and the tables of the figures' pages as files."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from applications import sheets
from applications.sheets import Sheet
from applications.views.cases import person
from portal import figure_sheets
from portal.selectors import backlog, office, results
from portal.selectors.behind import Behind
from portal.selectors.quota import pool_for as find_pool
from portal.selectors.quota import quotas
from portal.views.desk import shared
from portal.views.desk_lists import own_posts
from portal.views.figures import Asked, PeriodForm, asked_of
from portal.views.levels import QuotaForm
from programs.calendar import OutsideTable
from reviews.exports import cases_sheet
from reviews.filters import Filters
from reviews.selectors import received
from reviews.selectors.queue import Listed


# --- behind ----------------------------------------------------------------------------------
def _behind(request: HttpRequest) -> tuple[Asked, Behind, Listed]:
    asked = asked_of(request)
    behind = Behind.read(request.GET)
    if behind.programme and behind.programme not in asked.names:
        raise Http404
    try:
        return asked, behind, behind.listed(asked.posts)
    except LookupError as missing:
        raise Http404 from missing


@require_safe
@never_cache
def desk_behind(request: HttpRequest) -> HttpResponse:
    """The cases behind a figure: as many as it said."""
    asked, behind, listed = _behind(request)
    page = received.page(
        listed,
        query=behind.query(),
        after=_uuid(request.GET.get("after", "")),
        before=_uuid(request.GET.get("before", "")),
    )
    tab = {"claim": "desk-levels", "open": "desk-backlog"}.get(behind.what, "desk-results")
    context = shared(asked.posts, tab) | {
        "page": page,
        "count": received.number(listed),
        "items": behind.words(asked.posts, asked.names),
        "query": behind.query(),
    }
    return render(request, "portal/desk_behind.html", context)


@require_safe
@never_cache
def behind_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    _asked_for, behind, listed = _behind(request)
    sheet = cases_sheet(
        "figures.cases", _("수치에 든 신청"), received.everything(listed), Filters()
    )
    sheet = replace(sheet, filters=behind.codes())
    return sheets.handed_out(sheet, kind=kind, actor=person(request))


# --- files -----------------------------------------------------------------------------------
def _quota_file(request: HttpRequest, made: Callable[..., Sheet]) -> Sheet:
    asked = asked_of(request, QuotaForm)
    period = asked.form.wanted
    views = quotas(asked.posts, slug=asked.slug, period=period)
    return made(views, {"programme": asked.slug, "period": period})


def _burndown_file(request: HttpRequest) -> Sheet:
    posts, _programmes = own_posts(request)
    wanted = _uuid(request.GET.get("pool", ""))
    pool = find_pool(posts, wanted) if wanted else None
    if pool is None:
        raise Http404
    [view] = quotas(posts, slug=pool.programme.slug, period=pool.period_code)
    level = next(one for one in view.levels if one.pool.pk == pool.pk)
    return figure_sheets.burndown(level, {"pool": str(pool.public_id)})


def _waiting_file(request: HttpRequest, made: Callable[..., Sheet]) -> Sheet:
    asked = asked_of(request)
    return made(backlog.backlog(asked.posts, asked.slug), {"programme": asked.slug})


def _load_file(request: HttpRequest) -> Sheet:
    asked = asked_of(request)
    offices = office.offices(asked.posts)
    found = backlog.load(asked.posts, offices, asked.slug)
    return figure_sheets.load(found, offices, {"programme": asked.slug})


def _results_file(request: HttpRequest, read: Any, made: Callable[..., Sheet]) -> Sheet:
    asked = asked_of(request, PeriodForm)
    first, last = asked.form.period()
    codes = {"programme": asked.slug, "first": str(first), "last": str(last)}
    return made(read(asked.posts, first, last, asked.slug), codes)


FILES: dict[str, Callable[[HttpRequest], Sheet]] = {
    "quota": lambda request: _quota_file(request, figure_sheets.quota),
    "goals": lambda request: _quota_file(request, figure_sheets.goals),
    "burndown": _burndown_file,
    "backlog": lambda request: _waiting_file(request, figure_sheets.stages),
    "deadlines": lambda request: _waiting_file(request, figure_sheets.deadlines),
    "load": _load_file,
    "results": lambda request: _results_file(request, results.results, figure_sheets.months),
    "occupations": lambda request: _results_file(
        request, results.occupations, figure_sheets.by_occupation
    ),
}


@require_safe
@never_cache
def figures_file(request: HttpRequest, table: str, kind: str) -> HttpResponseBase:
    """A table of these pages as a file, with the filters that are on."""
    own_posts(request)
    if table not in FILES:
        raise Http404
    try:
        sheet = FILES[table](request)
    except OutsideTable as outside:
        raise Http404(str(outside)) from outside
    return sheets.handed_out(sheet, kind=kind, actor=person(request))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
