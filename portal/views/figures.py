"""The figures' pages: what is open and what was settled, each number with a way to its cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from applications.models import Settled
from portal.selectors import backlog, office, results
from portal.selectors.behind import DECISIONS, UNKNOWN, age_words
from portal.views.desk import shared
from portal.views.desk_lists import own_posts
from programs import calendar
from programs.calendar import OutsideTable
from reviews.filters import DUE, Programmes, programme_name
from reviews.permissions import Desk

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


def asked_of(request: HttpRequest, form: type[ProgrammeForm] = ProgrammeForm) -> Asked:
    posts, programmes = own_posts(request)
    filled = form(request.GET, programmes=programmes)
    return Asked(posts, programmes, filled, filled.slug)


def address_of(what: str, **codes: Any) -> str:
    """The address of the cases behind a figure."""
    kept = {name: str(value) for name, value in codes.items() if value not in ("", None)}
    return f"{reverse('desk-behind')}?{urlencode({'what': what, **kept})}"


@dataclass(frozen=True)
class Cell:
    """A figure; an address only where there are cases behind it."""

    number: int
    url: str = ""
    label: Any = ""


def cell_of(number: int, label: Any, what: str, **codes: Any) -> Cell:
    return Cell(number, address_of(what, **codes) if number else "", label)


# --- open ------------------------------------------------------------------------------------
@require_safe
@never_cache
def desk_backlog(request: HttpRequest) -> HttpResponse:
    """What is open: by stage and age, by deadline, and by who has it."""
    asked = asked_of(request)
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
            cell_of(number, age_words(*bounds), "open", programme=one.slug, age=code, **codes)
            for number, bounds, code in zip(ages, backlog.AGES, backlog.AGE_CODES, strict=True)
        ]
        return [*cells, cell_of(total, _("모두"), "open", programme=one.slug, **codes)]

    return {
        "name": one.name,
        "slug": one.slug,
        "stages": [
            {"stage": stage.stage, "cells": row(stage.ages, stage.total, stage=stage.stage.value)}
            for stage in one.stages
        ],
        "all": row(one.ages, one.total),
        "dues": [
            cell_of(number, label, "open", programme=one.slug, due=code)
            for number, (code, label) in zip(one.dues, DUE, strict=True)
        ],
    }


def _load(one: backlog.Load, slug: str) -> dict[str, Any]:
    return {
        "one": one,
        "bar": min(one.percent, 100),
        "cases": cell_of(one.cases, _("담당 신청"), "open", programme=slug, assignee=one.public_id),
        "overdue": cell_of(
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
    asked = asked_of(request, PeriodForm)
    first, last = asked.form.period()
    found = results.results(asked.posts, first, last, asked.slug)
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
        "received": cell_of(one.received, _("접수"), "received", **days),
        "decided": cell_of(one.decided, _("결정"), "settled", outcome=DECISIONS, **days),
        "settled": [
            cell_of(one.settled.get(code, 0), label, "settled", outcome=code, **days)
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
        "decided": cell_of(one.decided, _("결정"), "settled", outcome=DECISIONS, **codes),
        "numbers": [
            cell_of(number, code.label, "settled", outcome=code.value, **codes)
            for code, number in (*numbers, (Settled.RETURNED, one.returned))
        ],
    }
