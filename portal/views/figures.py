"""The figures' pages: quota by level, what is open, what was settled, and the cases behind each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import StaffRole
from applications import sheets
from applications.models import Settled
from applications.sheets import Sheet
from applications.views.cases import person
from portal import figure_sheets, outlook
from portal.selectors import backlog, office, results
from portal.selectors.behind import DECISIONS, UNKNOWN, Behind, age_words
from portal.selectors.quota import PoolView, QuotaView, quotas
from portal.selectors.quota import pool_for as find_pool
from portal.views.desk import shared
from portal.views.desk_lists import own_posts
from programs import calendar, goals
from programs.calendar import OutsideTable
from programs.models import QuotaGoal
from reviews.exports import cases_sheet
from reviews.filters import DUE, Filters, Programmes, programme_name
from reviews.permissions import Desk
from reviews.selectors import received

# What is shown where nobody asks for other days, and how many days may be asked for at once.
USUAL, LONGEST = timedelta(days=90), timedelta(days=366)


class ProgrammeForm(forms.Form):
    """One programme of one's own, or all. What is no choice narrows nothing."""

    programme = forms.ChoiceField(label=gettext_lazy("프로그램"), required=False)

    def __init__(self, data: Any, *, programmes: Programmes) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.fields["programme"].choices = [
            ("", pgettext_lazy("filter", "전체")),
            *((slug, programme_name(names, slug)) for slug, names in programmes),
        ]
        if len(programmes) < 2:
            del self.fields["programme"]

    @property
    def slug(self) -> str:
        self.is_valid()
        return self.cleaned_data.get("programme", "")


class PeriodForm(ProgrammeForm):
    """From and to, both counted; without them the last ninety days."""

    first = forms.DateField(
        label=pgettext_lazy("period", "부터"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    last = forms.DateField(
        label=pgettext_lazy("period", "까지"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, data: Mapping[str, Any], *, programmes: Programmes) -> None:
        today = calendar.today()
        given = {name: data.get(name, "") for name in ("programme", "first", "last")}
        if not given["first"] and not given["last"]:
            given |= {"first": (today - USUAL).isoformat(), "last": today.isoformat()}
        super().__init__(given, programmes=programmes)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        today = calendar.today()
        last = found.get("last") or today
        first = found.get("first") or last - USUAL
        if first > last:
            self.add_error("first", _("시작일은 종료일보다 늦을 수 없습니다."))
        elif last - first > LONGEST:
            self.add_error("first", _("한 번에 볼 수 있는 기간은 1년입니다."))
        return found | {"first": first, "last": last}

    def period(self) -> tuple[date, date]:
        """The days asked for; the usual ones where they cannot be."""
        today = calendar.today()
        if self.is_valid():
            return self.cleaned_data["first"], self.cleaned_data["last"]
        return today - USUAL, today


@dataclass(frozen=True)
class Asked:
    """Whose figures, narrowed to what. `codes` go along to the files of a page's tables."""

    posts: Desk
    programmes: Programmes
    form: Any
    slug: str

    @property
    def names(self) -> dict[str, dict[str, str]]:
        return dict(self.programmes)


def _asked(request: HttpRequest, form: type[ProgrammeForm] = ProgrammeForm) -> Asked:
    posts, programmes = own_posts(request)
    filled = form(request.GET, programmes=programmes)
    return Asked(posts, programmes, filled, filled.slug)


def _to(what: str, **codes: Any) -> str:
    """The address of the cases behind a figure."""
    kept = {name: str(value) for name, value in codes.items() if value not in ("", None)}
    return f"{reverse('desk-behind')}?{urlencode({'what': what, **kept})}"


@dataclass(frozen=True)
class Cell:
    """A figure; an address only where there are cases behind it."""

    number: int
    url: str = ""
    label: Any = ""


def _cell(number: int, label: Any, what: str, **codes: Any) -> Cell:
    return Cell(number, _to(what, **codes) if number else "", label)


# --- quota -----------------------------------------------------------------------------------
class QuotaForm(ProgrammeForm):
    """A programme and one of the periods it had a quota for."""

    period = forms.CharField(required=False, max_length=40)

    @property
    def wanted(self) -> str:
        self.is_valid()
        return self.cleaned_data.get("period", "").replace("\x00", "")


@dataclass(frozen=True)
class LevelRow:
    """A level with what leads to its cases."""

    level: PoolView
    issued: Cell
    held: Cell
    waiting: Cell

    @classmethod
    def of(cls, level: PoolView) -> "LevelRow":
        pool, bar = level.pool.public_id, level.bar

        def cell(number: int, label: Any, claim: str) -> Cell:
            return _cell(number, label, "claim", pool=pool, claim=claim)

        return cls(
            level,
            cell(level.issued_cases, _("신청으로 발급"), "issued"),
            cell(bar.held, _("배정"), "held"),
            cell(bar.waiting, _("대기"), "waiting"),
        )


@require_safe
@never_cache
def desk_levels(request: HttpRequest) -> HttpResponse:
    """Every level of every quota, and what is expected of it."""
    asked = _asked(request, QuotaForm)
    views = quotas(asked.posts, slug=asked.slug, period=asked.form.wanted)
    known = list(dict.fromkeys(code for one in views for code in one.periods))
    asked.form.fields["period"] = forms.ChoiceField(
        label=_("기간"),
        required=False,
        choices=[("", pgettext_lazy("quota period", "지금")), *((one, one) for one in known)],
    )
    context = shared(asked.posts, "desk-levels") | {
        "form": asked.form,
        "quotas": [_quota_shown(one) for one in views],
        "query": urlencode(
            {k: v for k, v in (("programme", asked.slug), ("period", asked.form.wanted)) if v}
        ),
        "any_goals": any(level.goals for one in views for level in one.levels),
    }
    return render(request, "portal/desk_levels.html", context)


def _quota_shown(one: QuotaView) -> dict[str, Any]:
    return {
        "quota": one,
        "rows": [LevelRow.of(level) for level in one.levels],
        "outlook": outlook.outlook(one.total.bar, one.chart),
        "goals": [{"level": level, **_goal(goal)} for level in one.levels for goal in level.goals],
    }


def _goal(one: Any) -> dict[str, Any]:
    words, tone = outlook.of_goal(one)
    return {"one": one, "words": words, "tone": tone, "why": outlook.why_of_goal(one)}


class GoalForm(forms.Form):
    number = forms.IntegerField(label=gettext_lazy("목표 인원"), min_value=1)
    due_on = forms.DateField(
        label=gettext_lazy("목표일"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk_pool(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One level: its burn-down, what is expected, and the goals an administrator sets for it."""
    posts, _programmes = own_posts(request)
    pool = find_pool(posts, public_id)
    if pool is None:
        raise Http404
    programme = pool.programme
    may_set = posts.can(programme.office_id, programme.slug, StaffRole.ADMINISTRATOR)
    form, status = GoalForm(), 200
    if request.method == "POST":
        if not may_set:
            raise Http404
        if request.POST.get("do") == "end":
            _end_goal(request, pool.pk)
            return redirect(request.path)
        form = GoalForm(request.POST)
        if form.is_valid() and _set_goal(request, pool, form):
            return redirect(request.path)
        status = 400
    [view] = quotas(posts, slug=programme.slug, period=pool.period_code)
    level = next(one for one in view.levels if one.pool.pk == pool.pk)
    context = shared(posts, "desk-levels") | {
        "quota": view,
        "level": level,
        "row": LevelRow.of(level),
        "outlook": outlook.outlook(level.bar, level.chart),
        "method": outlook.method(level.chart) if level.chart and level.chart.foretold else "",
        "goals": [_goal(one) for one in level.goals],
        "may_set": may_set,
        "form": form,
    }
    return render(request, "portal/desk_pool.html", context, status=status)


def _set_goal(request: HttpRequest, pool: Any, form: GoalForm) -> bool:
    said = form.cleaned_data
    try:
        goals.set_goal(
            pool=pool, number=said["number"], due_on=said["due_on"], actor=person(request)
        )
    except goals.GoalError as refused:
        form.add_error(refused.field or None, str(refused))
        return False
    messages.success(request, _("목표를 정했습니다."))
    return True


def _end_goal(request: HttpRequest, pool: int) -> None:
    try:
        goal = QuotaGoal.objects.filter(
            pool=pool, public_id=UUID(request.POST.get("goal", ""))
        ).first()
    except ValueError:
        goal = None
    if goal is None:
        raise Http404
    goals.end_goal(goal=goal, actor=person(request))
    messages.success(request, _("목표를 거두었습니다."))


# --- open ------------------------------------------------------------------------------------
@require_safe
@never_cache
def desk_backlog(request: HttpRequest) -> HttpResponse:
    """What is open: by stage and age, by deadline, and by who has it."""
    asked = _asked(request)
    offices = office.offices(asked.posts)
    context = shared(asked.posts, "desk-backlog", offices) | {
        "form": asked.form,
        "query": urlencode({"programme": asked.slug}) if asked.slug else "",
        "ages": [age_words(*bounds) for bounds in backlog.AGES],
        "dues": [label for _code, label in DUE],
        "load": [_load(one, asked.slug) for one in backlog.load(asked.posts, offices, asked.slug)],
        "many_offices": len(offices) > 1,
    }
    try:
        found = backlog.backlog(asked.posts, asked.slug)
    except OutsideTable as outside:
        context |= {"outside": str(outside), "programmes": []}
    else:
        context["programmes"] = [_waiting(one) for one in found]
    return render(request, "portal/desk_waiting.html", context)


def _waiting(one: backlog.Waiting) -> dict[str, Any]:
    def row(ages: list[int], total: int, **codes: Any) -> list[Cell]:
        cells = [
            _cell(number, age_words(*bounds), "open", programme=one.slug, age=code, **codes)
            for number, bounds, code in zip(ages, backlog.AGES, backlog.AGE_CODES, strict=True)
        ]
        return [*cells, _cell(total, _("모두"), "open", programme=one.slug, **codes)]

    return {
        "name": one.name,
        "slug": one.slug,
        "stages": [
            {"stage": stage.stage, "cells": row(stage.ages, stage.total, stage=stage.stage.value)}
            for stage in one.stages
        ],
        "all": row(one.ages, one.total),
        "dues": [
            _cell(number, label, "open", programme=one.slug, due=code)
            for number, (code, label) in zip(one.dues, DUE, strict=True)
        ],
    }


def _load(one: backlog.Load, slug: str) -> dict[str, Any]:
    return {
        "one": one,
        "bar": min(one.percent, 100),
        "cases": _cell(one.cases, _("담당 신청"), "open", programme=slug, assignee=one.public_id),
        "overdue": _cell(
            one.overdue,
            _("기한 지남"),
            "open",
            programme=slug,
            assignee=one.public_id,
            due="overdue",
        ),
    }


# --- settled ---------------------------------------------------------------------------------
@require_safe
@never_cache
def desk_results(request: HttpRequest) -> HttpResponse:
    """What came and what was settled in a period: how much, how fast, how often approved."""
    asked = _asked(request, PeriodForm)
    first, last = asked.form.period()
    found = results.results(asked.posts, first, last, asked.slug)
    fewest = {}
    occupations = results.occupations(asked.posts, first, last, asked.slug)
    context = shared(asked.posts, "desk-results") | {
        "form": asked.form,
        "first": first,
        "last": last,
        "quick": _quick(asked.slug),
        "query": _period_query(asked.slug, first, last),
        "settled": Settled.choices,
        "months": [_month(one, asked.slug) for one in found.months],
        "total": _month(found.total, asked.slug),
        "unknown": found.unknown,
        "occupations": [_occupation(one, first, last) for one in occupations],
        "fewest": fewest,
        "hidden": any(one.percent is None for one in occupations),
    }
    return render(request, "portal/desk_results.html", context)


def _period_query(slug: str, first: date, last: date) -> str:
    codes = {"programme": slug, "first": first.isoformat(), "last": last.isoformat()}
    return urlencode({name: value for name, value in codes.items() if value})


def _quick(slug: str) -> list[dict[str, str]]:
    today = calendar.today()
    choices = (
        (_("30일"), today - timedelta(days=30)),
        (_("90일"), today - USUAL),
        (_("올해"), today.replace(month=1, day=1)),
        (_("1년"), today - timedelta(days=365)),
    )
    return [
        {"label": label, "url": f"?{_period_query(slug, first, today)}"} for label, first in choices
    ]


def _month(one: results.Month, slug: str) -> dict[str, Any]:
    days = {"programme": slug, "first": one.first, "last": one.last}
    return {
        "one": one,
        "received": _cell(one.received, _("접수"), "received", **days),
        "decided": _cell(one.decided, _("결정"), "settled", outcome=DECISIONS, **days),
        "settled": [
            _cell(one.settled.get(code, 0), label, "settled", outcome=code, **days)
            for code, label in Settled.choices
        ],
    }


def _occupation(one: results.Occupation, first: date, last: date) -> dict[str, Any]:
    codes = {
        "programme": one.slug,
        "first": first,
        "last": last,
        "occupation": one.code or UNKNOWN,
    }
    numbers = ((Settled.APPROVED, one.approved), (Settled.REFUSED, one.refused))
    return {
        "one": one,
        "decided": _cell(one.decided, _("결정"), "settled", outcome=DECISIONS, **codes),
        "numbers": [
            _cell(number, code.label, "settled", outcome=code.value, **codes)
            for code, number in (*numbers, (Settled.RETURNED, one.returned))
        ],
    }


# --- behind ----------------------------------------------------------------------------------
def _behind(request: HttpRequest) -> tuple[Asked, Behind, Any]:
    asked = _asked(request)
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
    asked = _asked(request, QuotaForm)
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
    asked = _asked(request)
    return made(backlog.backlog(asked.posts, asked.slug), {"programme": asked.slug})


def _load_file(request: HttpRequest) -> Sheet:
    asked = _asked(request)
    offices = office.offices(asked.posts)
    found = backlog.load(asked.posts, offices, asked.slug)
    return figure_sheets.load(found, offices, {"programme": asked.slug})


def _results_file(request: HttpRequest, read: Any, made: Callable[..., Sheet]) -> Sheet:
    asked = _asked(request, PeriodForm)
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
