"""One's own cases, and beginning another."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import companies_of
from accounts.models import User
from applications import carrying
from applications.errors import CaseError
from applications.forms.filters import CaseFilter
from applications.letter_standing import shown_stage, with_standing
from applications.selectors import next_action, own_cases, page_of
from applications.services import drafting
from applications.views.cases import person
from programs import calendar
from programs.selectors import open_programmes


@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """The cases of the person's companies, newest first, with the next thing to do in each."""
    user = person(request)
    wanted = CaseFilter(request.GET)
    page = page_of(
        wanted.narrow(own_cases(user)),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    today = calendar.today()
    rows = [
        {
            "case": case,
            "stage": (shown := shown_stage(case))[0],
            "tone": shown[1],
            "due_on": _due(case),
            "days": (due - today).days if (due := _due(case)) else None,
            "action": next_action(case),
        }
        for case in with_standing(page.rows)
    ]
    context = {
        "rows": rows,
        "newer_url": _page_url(wanted, "before", page.newer),
        "older_url": _page_url(wanted, "after", page.older),
        "filter": wanted,
        "query": wanted.query,
        "several_companies": len({case.company_id for case in page.rows}) > 1,
    }
    return render(request, "applications/list.html", context)


def _page_url(wanted: CaseFilter, key: str, value: str) -> str:
    return f"?{urlencode(wanted.chosen | {key: value})}" if value else ""


def _due(case: Any) -> Any:
    """The day that counts for the company: its own while it is asked, the office's otherwise."""
    if case.answer_by:
        return case.answer_by
    return case.due_on if case.closed_at is None else None


class NewForm(forms.Form):
    programme = forms.ChoiceField(
        label=gettext_lazy("추천 프로그램"), widget=forms.RadioSelect, choices=()
    )
    company = forms.ChoiceField(label=gettext_lazy("신청하는 회사"), choices=())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programmes = {
            one.slug: one for one in open_programmes(calendar.today()) if one.takes_cases
        }
        self.companies = {str(one.public_id): one for one in companies_of(user)}
        self.fields["programme"].choices = [
            (slug, one.name) for slug, one in self.programmes.items()
        ]
        self.fields["company"].choices = [
            (key, f"{one} ({one.business_no_dashed})") for key, one in self.companies.items()
        ]
        if len(self.companies) == 1:
            self.fields["company"].initial = next(iter(self.companies))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose the programme and the company; facts from a pre-check are taken along."""
    user = person(request)
    carried = carrying.carried(request.session)
    asked_for = request.GET.get("programme", "") or (carried.slug if carried else "")
    form = NewForm(request.POST or None, user=user, initial={"programme": asked_for})
    if not form.companies:  # to "your company" first, and back here
        query = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('accounts:companies')}?{query}")
    if form.is_valid():
        programme = form.programmes[form.cleaned_data["programme"]]
        matching = carried if carried and carried.slug == programme.slug else None
        try:
            case = drafting.begin(
                programme=programme,
                company=form.companies[form.cleaned_data["company"]],
                actor=user,
                carried_over=matching.facts if matching else None,
            )
        except CaseError as error:
            form.add_error(None, error.sentence)
        else:
            if matching:
                carrying.forget(request.session)
                messages.success(
                    request, _("자격 확인에서 입력한 내용을 옮겨 적었습니다. 맞는지 확인해 주세요.")
                )
            return redirect(reverse("applications:edit", args=[case.public_id, "candidate"]))
    context = {
        "form": form,
        "programmes": list(form.programmes.values()),
        "carried": form.programmes.get(carried.slug) if carried else None,
    }
    return render(request, "applications/new.html", context)
