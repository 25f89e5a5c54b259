"""Asking the applicant for what is missing."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from applications import stages
from applications.errors import Invalid
from applications.models import Application, SupplementItem, SupplementRequest
from applications.services import supplement
from reviews.components import FileLine
from reviews.forms import MOST_ITEMS, SupplementDaysForm, SupplementItemSet
from reviews.models import ChecklistMark
from reviews.selectors import examination as seen
from reviews.selectors.case import days_left
from reviews.views.section import CasePage, attach

PREFIX = "items"


@dataclass(frozen=True)
class Item:
    """One thing that was asked, and what came of it."""

    item: SupplementItem
    document: str
    file: FileLine | None


@dataclass(frozen=True)
class Round:
    request: SupplementRequest
    items: list[Item]

    @property
    def open(self) -> bool:
        return self.request.closed_at is None

    @property
    def days(self) -> int | None:
        return days_left(self.request.due_on) if self.open else None

    @property
    def answered(self) -> int:
        return sum(row.item.answered_at is not None for row in self.items)


def _round(case: Application, request: SupplementRequest, names: dict[str, str]) -> Round:
    return Round(
        request,
        [
            Item(
                item=item,
                document=names.get(item.document_code, item.document_code),
                file=seen.document_file(case, item.document) if item.document else None,
            )
            for item in request.items.all()
        ],
    )


class SupplementPage(CasePage):
    """The rounds so far, and a form for the next one."""

    section = "supplement"
    template = "reviews/supplement.html"
    actions: ClassVar[dict[str, str]] = {"ask": "ask", "add_row": "add_row"}

    def content(self) -> dict[str, Any]:
        rounds = list(
            self.case.supplements.select_related("requested_by")
            .prefetch_related("items__document__stored")
            .order_by("-round")
        )
        names = seen.document_names(self.case)
        may_ask = self.case.at in stages.EXAMINING
        return {
            "rounds": [_round(self.case, one, names) for one in rounds],
            "may_ask": may_ask,
            "show_form": may_ask or "items" in self.forms,
            "items": self.forms.get("items")
            or SupplementItemSet(
                initial=self._suggested(names), prefix=PREFIX, form_kwargs=self._form_kwargs()
            ),
            "days": self.forms.get("days")
            or SupplementDaysForm(initial={"days": self.case.manifest.deadlines.supplement_days}),
            "days_assumed": self.case.manifest.deadlines.supplement_assumed,
            "most": MOST_ITEMS,
        }

    def _form_kwargs(self) -> dict[str, Any]:
        return {"manifest": self.case.manifest}

    def _suggested(self, names: dict[str, str]) -> list[dict[str, Any]]:
        """One row per checklist point found missing, with what was noted there; else one empty."""
        return [
            {"text": mark.note}
            for mark in seen.marks_of(self.case).values()
            if mark.finding == ChecklistMark.Finding.MISSING
        ] or [{}]

    def _bound(self) -> tuple[Any, SupplementDaysForm]:
        items = SupplementItemSet(self.request.POST, prefix=PREFIX, form_kwargs=self._form_kwargs())
        days = SupplementDaysForm(self.request.POST)
        self.forms = {"items": items, "days": days}
        return items, days

    def add_row(self) -> None:
        """The form again with one more row; nothing is asked yet."""
        data = self.request.POST.copy()
        total = data.get(f"{PREFIX}-TOTAL_FORMS", "")
        rows = int(total) if total.isascii() and total.isdecimal() and len(total) < 4 else 0
        names = ("document_code", "text", "optional")
        kept = [
            {name: data.get(f"{PREFIX}-{row}-{name}", "") for name in names}
            for row in range(min(rows, MOST_ITEMS))
        ]
        self.forms = {
            "items": SupplementItemSet(
                initial=[*kept, {}][:MOST_ITEMS], prefix=PREFIX, form_kwargs=self._form_kwargs()
            ),
            "days": SupplementDaysForm(initial={"days": data.get("days", "")}),
        }

    def ask(self) -> HttpResponse | None:
        items, days = self._bound()
        # Both are looked at, so that all that is wrong is told at once.
        if not all([items.is_valid(), days.is_valid()]):
            return None
        try:
            request = supplement.request_supplement(
                application=self.case,
                actor=self.user,
                items=items.asked(),
                days=days.cleaned_data["days"],
                expected_revision=self.revision,
            )
        except Invalid as refused:
            attach(days, refused)
            return None
        return self.done(
            _("보완을 요구했습니다. 보완기한: %(due)s")
            % {"due": date_format(request.due_on, "DATE_FORMAT")}
        )
