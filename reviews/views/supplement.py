"""Asking the applicant for what is missing."""

from typing import Any, ClassVar

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from applications import stages
from applications.errors import Invalid
from applications.services import supplement
from reviews.facts import with_claims
from reviews.selectors import reading
from reviews.selectors import supplement as seen
from reviews.supplement_forms import (
    ITEM_FIELDS,
    MOST_ITEMS,
    SupplementDaysForm,
    SupplementItemSet,
)
from reviews.views.section import CasePage, attach

PREFIX = "items"


class SupplementPage(CasePage):
    """The rounds so far, and a form for the next one."""

    section = "supplement"
    template = "reviews/supplement.html"
    actions: ClassVar[dict[str, str]] = {"ask": "ask", "add_row": "add_row", "preview": "preview"}
    # Only what could be asked for is drawn from claims and marks.
    shows_claims = False
    shown: seen.Preview | None = None

    def load(self) -> None:
        may_ask = self.case.at in stages.EXAMINING
        if may_ask:
            prefetch_related_objects([self.case], with_claims())
        reading.with_papers(self.case, marks=may_ask)

    def content(self) -> dict[str, Any]:
        may_ask = self.case.at in stages.EXAMINING
        days = self.forms.get("days") or SupplementDaysForm(
            initial={"days": self.case.manifest.deadlines.supplement_days}
        )
        return {
            "rounds": seen.rounds(self.case),
            "may_ask": may_ask,
            "show_form": may_ask or "items" in self.forms,
            "items": self.forms.get("items")
            or SupplementItemSet(
                initial=(seen.suggested(self.case)[:MOST_ITEMS] if may_ask else []) or [{}],
                prefix=PREFIX,
                form_kwargs=self._form_kwargs(),
            ),
            "days": days,
            "due": seen.due(self.case, self._days(days)),
            "days_assumed": self.case.manifest.deadlines.supplement_assumed,
            "most": MOST_ITEMS,
            "preview": self.shown,
        }

    @staticmethod
    def _days(form: Any) -> int | None:
        """The days as typed, where they are a number the form takes."""
        if form.is_bound:
            return form.cleaned_data.get("days") if form.is_valid() else None
        typed = str(form.initial.get("days", ""))
        good = typed.isascii() and typed.isdecimal() and len(typed) < 3
        return int(typed) if good and int(typed) in range(1, 61) else None

    def _form_kwargs(self) -> dict[str, Any]:
        return {"manifest": self.case.manifest}

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
        kept = [
            {name: data.get(f"{PREFIX}-{row}-{name}", "") for name in ITEM_FIELDS}
            for row in range(min(rows, MOST_ITEMS))
        ]
        self.forms = {
            "items": SupplementItemSet(
                initial=[*kept, {}][:MOST_ITEMS], prefix=PREFIX, form_kwargs=self._form_kwargs()
            ),
            "days": SupplementDaysForm(initial={"days": data.get("days", "")}),
        }

    def preview(self) -> None:
        """What the applicant would be told; nothing is asked yet."""
        items, days = self._bound()
        if all([items.is_valid(), days.is_valid()]):
            self.shown = seen.preview(self.case, items.asked(), days.cleaned_data["days"])

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
