"""The quota's pages of figures: every level, what is expected of it, and its goals."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import StaffRole
from applications.views.cases import person
from portal import outlook
from portal.selectors.quota import PoolView, QuotaView, Standing, quotas
from portal.selectors.quota import pool_for as find_pool
from portal.views.desk import shared
from portal.views.desk_lists import own_posts
from portal.views.figures import Cell, ProgrammeForm, asked_of, cell_of
from programs import goals
from programs.models import Pool, QuotaGoal


class QuotaForm(ProgrammeForm):
    """A programme and one of the periods it had a quota for."""

    period = forms.CharField(
        label=gettext_lazy("기간"), required=False, max_length=40, widget=forms.Select
    )

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
    ends: str

    @classmethod
    def of(cls, level: PoolView) -> "LevelRow":
        pool, bar = level.pool.public_id, level.bar

        def cell(number: int, label: Any, claim: str) -> Cell:
            return cell_of(number, label, "claim", pool=pool, claim=claim)

        return cls(
            level,
            cell(level.issued_cases, _("신청으로 발급"), "issued"),
            cell(bar.held, _("배정"), "held"),
            cell(bar.waiting, _("대기"), "waiting"),
            outlook.ends(level),
        )


@require_safe
@never_cache
def desk_levels(request: HttpRequest) -> HttpResponse:
    """Every level of every quota, and what is expected of it."""
    asked = asked_of(request, QuotaForm)
    views = quotas(asked.posts, slug=asked.slug, period=asked.form.wanted)
    known = list(dict.fromkeys(code for one in views for code in one.periods))
    asked.form.fields["period"].widget.choices = [
        ("", pgettext("quota period", "지금")),
        *((one, one) for one in known),
    ]
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


def _goal(one: Standing) -> dict[str, Any]:
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
        "outlook": outlook.outlook(level.bar, level.chart, level.full_above),
        "method": outlook.method(level.chart) if level.chart and level.chart.foretold else "",
        "goals": [_goal(one) for one in level.goals],
        "may_set": may_set,
        "form": form,
    }
    return render(request, "portal/desk_pool.html", context, status=status)


def _set_goal(request: HttpRequest, pool: Pool, form: GoalForm) -> bool:
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
