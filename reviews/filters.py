"""What narrows a list of cases: programme, stage, deadline, and words to look for."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy

from applications.search import MOST_FOUND, hits, says_nothing
from applications.stages import CLOSED, RECEIVED_OPEN, WORKED, Stage
from programs import calendar

LONGEST = 100
DUE = (
    ("overdue", gettext_lazy("기한 지남")),
    ("today", gettext_lazy("오늘까지")),
    ("3", gettext_lazy("3일 안")),
    ("7", gettext_lazy("7일 안")),
)
OPEN = (
    ("yes", pgettext_lazy("filter", "진행 중")),
    ("no", pgettext_lazy("filter", "끝남")),
)
NAMES = ("programme", "stage", "due", "open", "q")
Programmes = tuple[tuple[str, dict[str, str]], ...]


@dataclass(frozen=True)
class Filters:
    """Codes as an address carries them; an empty one narrows nothing."""

    programme: str = ""
    stage: str = ""
    due: str = ""
    open: str = ""
    q: str = ""

    def codes(self) -> dict[str, str]:
        """All but the words: these may be written down in the record."""
        return {
            "programme": self.programme,
            "stage": self.stage,
            "due": self.due,
            "open": self.open,
        }

    def any(self) -> bool:
        return self != Filters()

    def query(self, **more: str) -> str:
        """The list's query string, without a place in the list."""
        values = {**more, **self.codes(), "q": self.q}
        return urlencode({name: value for name, value in values.items() if value})

    def where(self, due_on: str = "due_on") -> Q:
        """All but the words as a condition."""
        found = Q()
        if self.programme:
            found &= Q(programme__slug=self.programme)
        if self.stage:
            found &= Q(stage=self.stage)
        if self.due:
            # A case that waits for the applicant or for quota is not the office's to hurry.
            found &= Q(stage__in=WORKED) & self.due_where(due_on)
        if self.open:
            found &= Q(stage__in=RECEIVED_OPEN if self.open == "yes" else CLOSED)
        return found

    @property
    def sought(self) -> bool:
        """Whether there are words to look for."""
        return bool(self.q) and not says_nothing(self.q)

    def words(self, scope: Iterable[tuple[int, int]], *, most: int | None = MOST_FOUND) -> Q:
        """Cases of these programmes (`Desk.scope`) that have every word; at most so many of them,
        for a page."""
        return hits(self.q, [programme for _office, programme in scope], most=most)

    def due_where(self, due_on: str = "due_on") -> Q:
        today = calendar.today()
        if not self.due:
            return Q()
        if self.due == "overdue":
            return Q(**{f"{due_on}__lt": today})
        last = today if self.due == "today" else today + timedelta(days=int(self.due))
        return Q(**{f"{due_on}__gte": today, f"{due_on}__lte": last})


class FilterForm(forms.Form):
    """The filters above a list. What is no choice of it is left out, so that an old address still
    opens the list. `tab` goes along unseen."""

    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    programme = forms.ChoiceField(label=gettext_lazy("프로그램"), required=False)
    stage = forms.ChoiceField(label=gettext_lazy("단계"), required=False)
    open = forms.ChoiceField(label=pgettext_lazy("filter", "진행"), required=False)
    due = forms.ChoiceField(label=gettext_lazy("처리 기한"), required=False)
    q = forms.CharField(
        label=gettext_lazy("검색어"),
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(
            attrs={
                "placeholder": gettext_lazy("접수번호, 사업자등록번호, 회사, 외국인 이름"),
                "type": "search",
            }
        ),
    )

    def __init__(
        self,
        data: Any,
        *,
        programmes: Programmes,
        stages: list[Stage],
        tab: str = "",
        with_due: bool = True,
        with_open: bool = False,
    ) -> None:
        given = {name: data.get(name, "") for name in NAMES}
        super().__init__({**given, "tab": tab}, auto_id="filter_%s")
        everything = ("", pgettext_lazy("filter", "전체"))
        self.fields["programme"].choices = [
            everything,
            *((slug, programme_name(names, slug)) for slug, names in programmes),
        ]
        self.fields["stage"].choices = [everything, *((one.value, one.label) for one in stages)]
        self.fields["due"].choices = [everything, *DUE]
        if not tab:
            del self.fields["tab"]
        if len(programmes) < 2:
            del self.fields["programme"]
        if len(stages) < 2:
            del self.fields["stage"]
        self.fields["open"].choices = [everything, *OPEN]
        if not with_open:
            del self.fields["open"]
        if not with_due:
            del self.fields["due"]

    def filters(self) -> Filters:
        self.is_valid()
        found = replace(
            Filters(),
            **{
                name: self.cleaned_data[name].replace("\x00", "")
                for name in NAMES
                if self.cleaned_data.get(name)
            },
        )
        # Shown again is what narrows the list, not what was refused.
        self.data = {**self.data, **found.codes(), "q": found.q}
        return found


def programme_name(names: dict[str, str], otherwise: str) -> str:
    language = (get_language() or "ko")[:2]
    return names.get(language) or names.get("ko") or otherwise


OPEN_ORDER = [stage for stage in Stage if stage in RECEIVED_OPEN]
WORKED_ORDER = [stage for stage in Stage if stage in WORKED]
CLOSED_ORDER = [stage for stage in Stage if stage in CLOSED]
