"""What narrows the list of one's own cases."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from applications import stages
from applications.forms.candidate import OneLineField
from applications.models import Application
from applications.stages import Stage
from programs.models import Programme

GROUPS: dict[str, tuple[Any, frozenset[Stage]]] = {
    "todo": (gettext_lazy("작성·보완할 것"), stages.DRAFT | stages.SUPPLEMENT),
    "open": (gettext_lazy("심사 중"), stages.RECEIVED_OPEN - stages.SUPPLEMENT),
    "closed": (gettext_lazy("끝난 것"), stages.CLOSED),
}
MOST_WORDS = 5
SEARCHED = (
    "receipt_no",
    "candidate__surname",
    "candidate__given_names",
    "candidate__name_ko",
)


class CaseFilter(forms.Form):
    """A field with something strange in it narrows nothing."""

    q = OneLineField(
        label=gettext_lazy("접수번호나 이름"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    group = forms.ChoiceField(
        label=gettext_lazy("진행 단계"),
        choices=[
            ("", gettext_lazy("모든 단계")),
            *[(key, label) for key, (label, _of) in GROUPS.items()],
        ],
        required=False,
    )
    programme = forms.ChoiceField(label=gettext_lazy("프로그램"), required=False)

    def __init__(self, sent: QueryDict) -> None:
        super().__init__(sent, auto_id="filter_%s")
        self.fields["programme"].choices = [
            ("", gettext_lazy("모든 프로그램")),
            *[(one.slug, one.name) for one in Programme.objects.order_by("pk")],
        ]
        self.is_valid()

    @property
    def chosen(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def query(self) -> str:
        """The list's query string without its page keys."""
        return urlencode(self.chosen)

    def narrow(self, cases: QuerySet[Application]) -> QuerySet[Application]:
        chosen = self.chosen
        if group := chosen.get("group"):
            cases = cases.filter(stage__in=sorted(GROUPS[group][1]))
        if slug := chosen.get("programme"):
            cases = cases.filter(programme__slug=slug)
        for word in chosen.get("q", "").split()[:MOST_WORDS]:
            found = Q()
            for field in SEARCHED:
                found |= Q(**{f"{field}__icontains": word})
            cases = cases.filter(found)
        return cases
