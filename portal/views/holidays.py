"""The holiday table: staff look at it; whoever runs the installation changes it, looking first at
what would move."""

import re
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications.forms.fields import DayField
from applications.services import recalculation
from applications.views.cases import person
from portal.selectors import holidays as seen
from programs import calendar
from programs.calendar import Calendar, CalendarError
from programs.models import HolidayKind
from reviews.permissions import Desk

LINE = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})\s+(?P<ko>[^/]+?)\s*/\s*(?P<en>.+)")
SOURCE = gettext_lazy("근거")
SOURCE_HELP = gettext_lazy("어디에서 정해졌는지 적어 주세요. 예: 관보 제20000호, 국무회의 의결")


class AddForm(forms.Form):
    """One day more on which offices are closed."""

    day = DayField(label=gettext_lazy("날짜"), help_text=gettext_lazy("예: 2026-10-16"))
    name_ko = forms.CharField(label=gettext_lazy("이름 (국문)"), max_length=100)
    name_en = forms.CharField(label=gettext_lazy("이름 (영문)"), max_length=100)
    kind = forms.ChoiceField(
        label=pgettext_lazy("holiday", "종류"),
        choices=HolidayKind.choices,
        initial=HolidayKind.TEMPORARY,
    )
    source = forms.CharField(label=SOURCE, max_length=300, help_text=SOURCE_HELP)

    def __init__(self, *args: Any, table: Calendar, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table

    def clean_day(self) -> date:
        day = self.cleaned_data["day"]
        try:
            self.table.require(day)
        except calendar.OutsideTable as outside:
            raise forms.ValidationError(str(outside)) from outside
        if day in self.table.holidays:
            raise forms.ValidationError(_("이 날짜는 이미 공휴일로 등록되어 있습니다."))
        return day

    def after(self) -> Calendar:
        return self.table.plus({self.cleaned_data["day"]: self.cleaned_data["name_ko"]})

    def apply(self, **by: Any) -> None:
        calendar.add_holiday(**self.cleaned_data, **by)


class RemoveForm(forms.Form):
    """A day on which offices are open after all."""

    day = DayField(widget=forms.HiddenInput)
    source = forms.CharField(label=SOURCE, max_length=300, help_text=SOURCE_HELP)

    def __init__(self, *args: Any, table: Calendar, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table

    def clean_day(self) -> date:
        day = self.cleaned_data["day"]
        if day not in self.table.holidays:
            raise forms.ValidationError(_("이 날짜는 공휴일로 등록되어 있지 않습니다."))
        return day

    def after(self) -> Calendar:
        return self.table.minus(self.cleaned_data["day"])

    def apply(self, **by: Any) -> None:
        calendar.remove_holiday(**self.cleaned_data, **by)


class YearForm(forms.Form):
    """A whole year, every holiday of it: nothing is guessed."""

    year = forms.IntegerField(
        label=gettext_lazy("연도"), min_value=2000, max_value=2100, widget=forms.TextInput
    )
    days = forms.CharField(
        label=gettext_lazy("그해의 모든 공휴일"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy(
            "한 줄에 하나씩: 날짜, 국문 이름, 빗금, 영문 이름. 예: 2028-01-01 신정 / New Year's Day"
        ),
    )
    source = forms.CharField(label=SOURCE, max_length=300, help_text=SOURCE_HELP)

    def __init__(self, *args: Any, table: Calendar, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table

    def clean_year(self) -> int:
        year = self.cleaned_data["year"]
        if year in self.table.years:
            raise forms.ValidationError(_("이미 공휴일표에 있는 연도입니다."))
        return year

    def clean_days(self) -> dict[date, tuple[str, str]]:
        found: dict[date, tuple[str, str]] = {}
        for number, line in enumerate(self.cleaned_data["days"].splitlines(), 1):
            if not line.strip():
                continue
            match = LINE.fullmatch(line.strip())
            day = _day(match["day"]) if match else None
            if match is None or day is None:
                raise forms.ValidationError(
                    _("%(number)s번째 줄을 읽을 수 없습니다: %(line)s")
                    % {"number": number, "line": line.strip()[:80]}
                )
            if day in found:
                raise forms.ValidationError(
                    _("같은 날짜가 두 번 있습니다: %(day)s") % {"day": day.isoformat()}
                )
            found[day] = (match["ko"][:100], match["en"][:100])
        return found

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        year, days = said.get("year"), said.get("days")
        if year and days and (strange := sorted(day for day in days if day.year != year)):
            self.add_error(
                "days", _("다른 해의 날짜가 있습니다: %(day)s") % {"day": strange[0].isoformat()}
            )
        return said

    def apply(self, **by: Any) -> None:
        calendar.add_year(**self.cleaned_data, **by)


FORMS: dict[str, Any] = {"add": AddForm, "remove": RemoveForm, "year": YearForm}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def holidays(request: HttpRequest) -> HttpResponse:
    """A year of the table and its history. A change is posted twice: to look, and to do it."""
    actor = person(request)
    may_change = calendar.may_change(actor)
    desk = Desk.of(actor)
    if not may_change and not desk.posts:
        raise PermissionDenied(_("이 화면을 볼 권한이 없습니다."))
    table = calendar.current()
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied(str(calendar.NotAnOperator()))
        return _change(request, table)
    return _page(request, table)


def _change(request: HttpRequest, table: Calendar) -> HttpResponse:
    what = request.POST.get("what", "")
    if what not in FORMS:
        return _page(request, table, status=400)
    form = FORMS[what](request.POST, table=table)
    if not form.is_valid():
        return _page(request, table, bound={what: form}, status=400)
    if request.POST.get("do") != "apply":
        return _look(request, table, what, form)
    typed = request.POST.get("revision", "")
    seen_revision = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 9 else -1
    try:
        form.apply(actor=person(request), expected_revision=seen_revision)
    except CalendarError as refused:
        messages.error(request, str(refused))
        return redirect("holidays")
    messages.success(
        request, _("공휴일표를 바꾸었습니다. 진행 중인 신청의 기한을 차례로 다시 계산합니다.")
    )
    year = form.cleaned_data.get("year") or form.cleaned_data["day"].year
    return redirect(f"{reverse('holidays')}?year={year}")


def _look(request: HttpRequest, table: Calendar, what: str, form: forms.Form) -> HttpResponse:
    """What the change would do, before it is done."""
    moves = None
    if isinstance(form, AddForm | RemoveForm):
        moves = recalculation.preview(after=form.after(), day=form.cleaned_data["day"])
    context = {
        "what": what,
        "form": form,
        "said": form.cleaned_data,
        "name": table.holidays.get(form.cleaned_data.get("day", date.min), ""),
        "kind": dict(HolidayKind.choices).get(form.cleaned_data.get("kind", "")),
        "moves": moves,
        "sentence": _sentence(moves) if moves else "",
        "revision": table.revision or 0,
    }
    return render(request, "portal/holidays_look.html", context)


def _sentence(found: recalculation.Preview) -> str:
    if not found.moves:
        return _("기한이 바뀌는 신청이 없습니다.")
    said = ngettext(
        "진행 중인 신청 %(count)d건의 기한이 바뀝니다.",
        "진행 중인 신청 %(count)d건의 기한이 바뀝니다.",
        found.cases,
    ) % {"count": found.cases}
    if found.more:
        said += " " + _("%(count)d건까지만 살펴보았고 더 있을 수 있습니다.") % {
            "count": found.looked_at
        }
    return said


def _page(
    request: HttpRequest,
    table: Calendar,
    *,
    bound: dict[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    bound = bound or {}
    may_change = calendar.may_change(person(request))
    context = {
        "year": seen.year(table, request.GET.get("year", "")),
        "years": seen.years(table),
        "revisions": seen.revisions(),
        "may_change": may_change,
        "waiting": recalculation.waiting() if may_change else 0,
        "add": bound.get("add") or AddForm(table=table),
        "new_year": bound.get("year") or YearForm(table=table),
        "remove": bound.get("remove"),
    }
    return render(request, "portal/holidays.html", context, status=status)
