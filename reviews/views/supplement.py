"""Asking the applicant for what is missing."""

from typing import Any, ClassVar

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from applications import stages, workflow
from applications.errors import Invalid
from applications.models import SupplementExtension, SupplementItem
from applications.models.supplement import SECOND_DEMAND_DAYS
from applications.services import delivery, more_time, supplement
from applications.services.supplement_items import judge_item
from reviews.facts import with_claims
from reviews.selectors import reading
from reviews.selectors import supplement as seen
from reviews.services import not_answered
from reviews.supplement_forms import (
    ITEM_FIELDS,
    MOST_ITEMS,
    AnotherContactForm,
    JudgeForm,
    SecondDemandForm,
    SupplementDaysForm,
    SupplementItemSet,
    TimeAnswerForm,
    UndeliveredForm,
    WithdrawnForm,
)
from reviews.views.section import CasePage, attach

PREFIX = "items"


class SupplementPage(CasePage):
    """The rounds so far, and a form for the next one."""

    section = "supplement"
    template = "reviews/supplement.html"
    actions: ClassVar[dict[str, str]] = {
        "ask": "ask",
        "add_row": "add_row",
        "preview": "preview",
        "accept": "accept",
        "again": "again",
        "grant": "grant",
        "refuse_time": "refuse_time",
        "demand_again": "demand_again",
        "draft_return": "draft_return",
        "undelivered": "undelivered",
        "deliver_again": "deliver_again",
        "treat_as_withdrawn": "treat_as_withdrawn",
    }
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
        rounds = seen.rounds(self.case)
        days = self.forms.get("days") or SupplementDaysForm(
            initial={"days": self.case.manifest.deadlines.supplement_days}
        )
        told = self._rounds(rounds)
        return {
            "rounds": told,
            # Answers that wait to be judged come before the form for asking more.
            "answers_first": any(row["form"] for one in told for row in one["rows"]),
            "is_lead": workflow.may(self.case, workflow.LEAD, self.user),
            "may_ask": may_ask,
            "show_form": may_ask or "items" in self.forms,
            "items": self.forms.get("items")
            or SupplementItemSet(
                initial=(seen.suggested(self.case, rounds)[:MOST_ITEMS] if may_ask else []) or [{}],
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
        return {"case": self.case}

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
            | {"formats": data.getlist(f"{PREFIX}-{row}-formats")}
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

    # --- the rounds so far -----------------------------------------------------------------------
    def _rounds(self, rounds: list[seen.Round]) -> list[dict[str, Any]]:
        """Each round with the forms that belong to it; one that was sent keeps what was typed."""
        return [
            {
                "round": one,
                "rows": [self._row(one, row) for row in one.items],
                "time": self._time_form(one),
                "second": self.forms.get("second")
                or SecondDemandForm(auto_id="second-%s", initial={"days": SECOND_DEMAND_DAYS}),
                "undelivered": self.forms.get("undelivered")
                or UndeliveredForm(
                    auto_id="undelivered-%s",
                    initial={
                        "attempt": next(
                            (made.attempt for made in one.deliveries if not made.failed_at), 1
                        )
                    },
                ),
                "contact": self.forms.get("contact") or AnotherContactForm(auto_id="contact-%s"),
                "withdrawn": self.forms.get("withdrawn") or WithdrawnForm(auto_id="withdrawn-%s"),
                "return_reason": not_answered.return_reason(self.case, one.request)
                if one.second and one.overdue
                else "",
            }
            for one in rounds
        ]

    def _row(self, one: seen.Round, row: seen.Item) -> dict[str, Any]:
        """A sent answer of an open round, or of the last closed one, can still be judged."""
        judged: Any = self.forms.get("judge")
        mine = judged is not None and judged["item"].value() == str(row.item.public_id)
        open_to_it = row.state == "sent" and self.case.at in stages.EXAMINING | stages.SUPPLEMENT
        form = None
        if open_to_it:
            form = (
                judged
                if mine
                else JudgeForm(
                    initial={"item": row.item.public_id}, auto_id=f"{row.item.public_id}-%s"
                )
            )
        return {"item": row, "form": form}

    def _time_form(self, one: seen.Round) -> Any:
        asked = one.waiting_extension
        if asked is None:
            return None
        return self.forms.get("time") or TimeAnswerForm(
            auto_id="time-%s", initial={"extension": asked.public_id, "until": asked.until}
        )

    def _judge(self, verdict: str, said: str) -> HttpResponse | None:
        form = JudgeForm(self.request.POST, auto_id=f"{self.request.POST.get('item', '')}-%s")
        self.forms = {"judge": form}
        if not form.is_valid():
            return None
        item = self._own(SupplementItem, request__application=self.case, form=form, name="item")
        try:
            judge_item(
                application=self.case,
                actor=self.user,
                item=item,
                verdict=verdict,
                words=form.cleaned_data["words"] if verdict == "again" else "",
            )
        except Invalid as refused:
            attach(form, refused)
            return None
        return self.done(said)

    def accept(self) -> HttpResponse | None:
        return self._judge("accepted", _("답변을 확인했습니다."))

    def again(self) -> HttpResponse | None:
        open_now = self.case.at in stages.SUPPLEMENT
        return self._judge(
            "again",
            _("다시 요구했습니다.")
            if open_now
            else _("다시 요구할 항목으로 적어 두었습니다. 아래에서 보완 요구를 보내 주세요."),
        )

    def _own(self, model: Any, *, form: Any, name: str, **where: Any) -> Any:
        return get_object_or_404(model, public_id=form.cleaned_data[name], **where)

    def _answer_time(self, *, granted: bool) -> HttpResponse | None:
        form = TimeAnswerForm(self.request.POST, auto_id="time-%s")
        self.forms = {"time": form}
        if not granted:
            form.fields["until"].required = False
        if not form.is_valid():
            return None
        asked = self._own(
            SupplementExtension, request__application=self.case, form=form, name="extension"
        )
        try:
            more_time.answer_time(
                application=self.case,
                actor=self.user,
                extension=asked,
                granted=granted,
                until=form.cleaned_data["until"] if granted else None,
                words=form.cleaned_data["words"],
            )
        except Invalid as refused:
            attach(form, refused)
            return None
        said = _("보완 기간을 연장했습니다.") if granted else _("연장하지 않는다고 알렸습니다.")
        return self.done(said)

    def grant(self) -> HttpResponse | None:
        return self._answer_time(granted=True)

    def refuse_time(self) -> HttpResponse | None:
        return self._answer_time(granted=False)

    def _act(self, name: str, form: Any, act: Any, said: str) -> HttpResponse | None:
        self.forms = {name: form}
        if not form.is_valid():
            return None
        try:
            act(application=self.case, actor=self.user, **form.cleaned_data)
        except Invalid as refused:
            attach(form, refused)
            return None
        return self.done(said)

    def demand_again(self) -> HttpResponse | None:
        return self._act(
            "second",
            SecondDemandForm(self.request.POST, auto_id="second-%s"),
            supplement.demand_again,
            _("보완을 다시 요구했습니다."),
        )

    def undelivered(self) -> HttpResponse | None:
        return self._act(
            "undelivered",
            UndeliveredForm(self.request.POST, auto_id="undelivered-%s"),
            delivery.note_undelivered,
            _("송달되지 않았다고 적었습니다."),
        )

    def deliver_again(self) -> HttpResponse | None:
        return self._act(
            "contact",
            AnotherContactForm(self.request.POST, auto_id="contact-%s"),
            delivery.deliver_again,
            _("다른 연락처로 보냈습니다."),
        )

    def treat_as_withdrawn(self) -> HttpResponse | None:
        return self._act(
            "withdrawn",
            WithdrawnForm(self.request.POST, auto_id="withdrawn-%s"),
            delivery.treat_as_withdrawn,
            _("취하로 처리했습니다."),
        )

    def draft_return(self) -> HttpResponse | None:
        """End the second demand that was not answered and draft the return, with its reason."""
        not_answered.draft_return(application=self.case, actor=self.user)
        return self.done(
            _("반려를 기안했습니다. 결재자가 확인하면 신청인에게 통지됩니다."),
            reverse("reviews:decision", kwargs={"public_id": self.public_id}),
        )
