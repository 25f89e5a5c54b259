"""The desk's lists: every case the offices have received, every letter they have numbered."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from applications import sheets
from letters.models import Letter, LetterState
from portal.selectors import letters
from portal.selectors.letters import LetterFilters
from portal.views.desk import ROLES, shared
from programs import calendar
from reviews.exports import cases_sheet
from reviews.filters import (
    CLOSED_ORDER,
    OPEN_ORDER,
    FilterForm,
    Filters,
    Programmes,
    programme_name,
)
from reviews.permissions import Desk
from reviews.selectors import received


def own_posts(request: HttpRequest) -> tuple[Desk, Programmes]:
    """The posts in which the person looks after an office, and the programmes there: one query.
    Raises PermissionDenied."""
    desk, programmes = Desk.with_programmes(request.user)
    posts = desk.only(*ROLES)
    if not posts.posts:
        raise PermissionDenied(_("이 화면을 볼 권한이 없습니다."))
    return posts, tuple(
        (slug, names) for office, slug, names in programmes if posts.can(office, slug, *ROLES)
    )


# --- cases -----------------------------------------------------------------------------------
def _cases(request: HttpRequest) -> tuple[Desk, FilterForm, Filters]:
    posts, programmes = own_posts(request)
    form = FilterForm(
        request.GET,
        programmes=programmes,
        stages=[*OPEN_ORDER, *CLOSED_ORDER],
        with_open=True,
    )
    return posts, form, form.filters()


@require_safe
@never_cache
def desk_cases(request: HttpRequest) -> HttpResponse:
    """Every received case, open or over, the latest first."""
    posts, form, filters = _cases(request)
    page = received.page(
        received.received(posts, filters),
        query=filters.query(),
        after=_uuid(request.GET.get("after", "")),
        before=_uuid(request.GET.get("before", "")),
    )
    context = shared(posts, "desk-cases") | {
        "page": page,
        "form": form,
        "filtered": filters.any(),
        "query": filters.query(),
    }
    return render(request, "portal/desk_cases.html", context)


@require_safe
@never_cache
def cases_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    posts, _form, filters = _cases(request)
    found = received.everything(received.received(posts, filters, most=None))
    sheet = cases_sheet("desk.cases", _("기관의 신청"), found, filters)
    return sheets.handed_out(sheet, kind=kind, actor=request.user)


# --- letters ---------------------------------------------------------------------------------
class LetterForm(forms.Form):
    """The filters above the register. What is no choice is left out."""

    programme = forms.ChoiceField(label=gettext_lazy("프로그램"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("상태"), required=False)
    specimen = forms.ChoiceField(label=gettext_lazy("견본"), required=False)
    q = forms.CharField(
        label=gettext_lazy("발급번호나 접수번호"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search"}),
    )

    def __init__(self, data: Any, *, programmes: Programmes) -> None:
        names = ("programme", "state", "specimen", "q")
        super().__init__({name: data.get(name, "") for name in names}, auto_id="filter_%s")
        everything = ("", pgettext_lazy("filter", "전체"))
        self.fields["programme"].choices = [
            everything,
            *((slug, programme_name(names, slug)) for slug, names in programmes),
        ]
        self.fields["state"].choices = [
            everything,
            *LetterState.choices,
            (letters.EXPIRED, gettext_lazy("유효기간 지남")),
        ]
        self.fields["specimen"].choices = [
            everything,
            ("no", pgettext_lazy("letter filter", "정식 추천서")),
            ("yes", gettext_lazy("견본")),
        ]
        if len(programmes) < 2:
            del self.fields["programme"]

    def filters(self) -> LetterFilters:
        self.is_valid()
        given = {
            name: value.replace("\x00", "") for name, value in self.cleaned_data.items() if value
        }
        return replace(LetterFilters(), **given)


def _letters(request: HttpRequest) -> tuple[Desk, LetterForm, LetterFilters]:
    posts, programmes = own_posts(request)
    form = LetterForm(request.GET, programmes=programmes)
    return posts, form, form.filters()


@require_safe
@never_cache
def desk_letters(request: HttpRequest) -> HttpResponse:
    """The letters by number; a gap shows why it is one."""
    posts, form, filters = _letters(request)
    page = letters.page(
        posts,
        filters,
        after=_uuid(request.GET.get("after", "")),
        before=_uuid(request.GET.get("before", "")),
    )
    context = shared(posts, "desk-letters") | {
        "page": page,
        "form": form,
        "filtered": filters.any(),
        "query": filters.query(),
        "codes": filters.codes() | {"q": filters.q},
    }
    return render(request, "portal/desk_letters.html", context)


@require_safe
@never_cache
def letters_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    posts, _form, filters = _letters(request)
    count, rows = letters.everything(posts, filters)
    sheet = sheets.Sheet(
        name="desk.letters",
        title=_("추천서 대장"),
        columns=_letter_columns(),
        rows=rows,
        count=count,
        filters=filters.codes(),
        search=filters.q,
    )
    return sheets.handed_out(sheet, kind=kind, actor=request.user)


def _letter_columns() -> list[sheets.Column]:
    return [
        sheets.Column(_("발급번호"), lambda letter: letter.number, 24),
        sheets.Column(_("프로그램"), _letter_programme, 28),
        sheets.Column(_("종류"), lambda letter: letter.get_kind_display(), 14),
        sheets.Column(_("상태"), _letter_state, 16),
        sheets.Column(_("견본"), lambda letter: _("견본") if letter.specimen else "", 10),
        sheets.Column(_("성명 (일부 가림)"), lambda letter: letter.masked_name, 24),
        sheets.Column(_("발급일"), lambda letter: letter.issue_date, 14),
        sheets.Column(_("유효기간 끝"), lambda letter: letter.valid_until, 14),
        sheets.Column(_("교부일시"), lambda letter: letter.delivered_at, 18),
        sheets.Column(_("효력이 끝난 때"), _letter_end, 18),
        sheets.Column(_("사유"), lambda letter: letter.end_reason, 40),
    ]


def _letter_state(letter: Letter) -> str:
    if letter.status_on(calendar.today()) == letters.EXPIRED:
        return _("유효기간 지남")
    return str(letter.get_state_display())


def _letter_end(letter: Letter) -> datetime | None:
    """When it was ended, or its number given up."""
    return letter.ended_at or letter.voided_at


def _letter_programme(letter: Letter) -> str:
    names = {"ko": letter.programme_name_ko, "en": letter.programme_name_en}
    return programme_name(names, letter.programme_slug)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
