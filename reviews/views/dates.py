"""The dates of a case: how they came about, and lengthening its processing period."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import StaffRole
from applications.errors import Invalid, NotNow
from applications.forms.fields import WholeNumberField
from applications.models import ClockReason, ClockSegment, PeriodExtension
from applications.reckoning import extension_words, reckoning
from applications.services import exclusions, extension
from applications.stages import RECEIVED_OPEN
from programs import calendar
from reviews.forms import day, words
from reviews.permissions import require
from reviews.views.section import CasePage, attach


class ExtendForm(forms.Form):
    """How much longer, and why: the reason is told to the applicant as it is written."""

    amount = WholeNumberField(label=gettext_lazy("연장할 기간"), min_value=1, max_value=9999)
    reason = forms.CharField(
        label=gettext_lazy("연장 사유"),
        max_length=extension.MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("신청인에게 그대로 알립니다."),
    )

    def __init__(self, *args: Any, words: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].help_text = words


class LeaveOutForm(forms.Form):
    """Days that do not count, both included."""

    reason = forms.ChoiceField(label=gettext_lazy("사유의 종류"))
    from_on = day(gettext_lazy("첫날"))
    until_on = day(gettext_lazy("마지막 날"))
    words = words(gettext_lazy("사유"))

    def __init__(self, *args: Any, reasons: list[ClockReason], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [  # type: ignore[attr-defined]
            (one.value, one.label) for one in reasons
        ]


class AgainForm(forms.Form):
    words = words(gettext_lazy("다시 세는 사유"), rows=2)


class DatesPage(CasePage):
    section = "dates"
    shows_claims = False
    template = "reviews/dates.html"
    actions = {
        "extend": "extend",
        "look_out": "look_out",
        "leave_out": "leave_out",
        "count_again": "count_again",
    }

    def extend(self) -> HttpResponse | None:
        form = self.forms["extend"] = self._form(self.request.POST)
        if not form.is_valid():
            return None
        try:
            made = extension.extend(
                application=self.case,
                actor=self.user,
                expected_revision=self.revision,
                **form.cleaned_data,
            )
        except Invalid as refused:
            attach(form, refused)
            return None
        if made.state == PeriodExtension.State.ASKED:
            return self.done(_("신청인에게 연장 동의를 요청했습니다."))
        return self.done(_("처리기간을 연장하고 신청인에게 사유와 새 기한을 알렸습니다."))

    # --- days that do not count ----------------------------------------------------------------
    def _out_form(self, data: Any = None) -> LeaveOutForm:
        return LeaveOutForm(data, reasons=exclusions.reasons(self.case))

    def look_out(self) -> HttpResponse | None:
        """What leaving the days out would do; nothing is stored."""
        form = self.forms["leave_out"] = self._out_form(self.request.POST)
        require(self.user, self.case, StaffRole.LEAD, desk=self.desk)
        if not form.is_valid():
            return None
        try:
            found = exclusions.would_be(self.case, **form.cleaned_data)
        except Invalid as refused:
            attach(form, refused)
            return None
        look = {
            **form.cleaned_data,
            "reason": ClockReason(form.cleaned_data["reason"]).label,
            "found": found,
            "same": (found.target, found.legal) == (self.case.due_on, self.case.legal_due_on),
            "hidden": [(name, form[name].value()) for name in form.fields],
        }
        context = {**self.context(), "look": look, "alert": None}
        return render(self.request, "reviews/dates_look.html", context)

    def leave_out(self) -> HttpResponse | None:
        form = self.forms["leave_out"] = self._out_form(self.request.POST)
        if not form.is_valid():
            return None
        try:
            exclusions.leave_out(
                application=self.case,
                actor=self.user,
                expected_revision=self.revision,
                **form.cleaned_data,
            )
        except Invalid as refused:
            attach(form, refused)
            return None
        return self.done(_("처리기간에 넣지 않을 날을 적고 기한을 다시 계산했습니다."))

    def count_again(self) -> HttpResponse | None:
        number = self.request.POST.get("segment", "")
        held = next((one for one in self._by_hand() if str(one.pk) == number), None)
        if held is None:
            raise NotNow(_("그사이 바뀐 항목입니다. 다시 골라 주세요."))
        prefix = f"again{held.pk}"
        form = self.forms[prefix] = AgainForm(self.request.POST, prefix=prefix)
        if not form.is_valid():
            return None
        exclusions.count_again(
            application=self.case,
            actor=self.user,
            segment=held,
            words=form.cleaned_data["words"],
            expected_revision=self.revision,
        )
        return self.done(_("적어 둔 날을 다시 세고 기한을 다시 계산했습니다."))

    def _by_hand(self) -> list[ClockSegment]:
        found = [one for one in self.case.clock_segments.all() if one.words]
        return sorted(found, key=lambda one: one.from_on)

    def _form(self, data: Any = None) -> ExtendForm:
        longest = extension_words(self.case, extension.most(self.case))
        return ExtendForm(
            data,
            words=_("원래 처리기간인 %(most)s 안에서 정합니다. 숫자만 적어 주세요.")
            % {"most": longest},
        )

    def content(self) -> dict[str, Any]:
        found = reckoning(self.case, for_office=True)
        extensions = list(self.case.extensions.all())
        legal = self.case.legal_due_on
        asked = any(one.state == PeriodExtension.State.ASKED for one in extensions)
        return {
            "reckoning": found,
            "extensions": [
                {"one": one, "words": extension_words(self.case, one.amount)} for one in extensions
            ],
            "may_extend": self.case.at in extension.EXTENDABLE
            and not asked
            and legal is not None
            and calendar.today() <= legal,
            "asked": asked,
            "next_extension": extension.next_number(self.case),
            "extend": self.forms.get("extend") or self._form(),
            "may_leave_out": self.case.at in RECEIVED_OPEN,
            "reasons": exclusions.reasons(self.case),
            "article": exclusions.ARTICLE,
            "leave_out": self.forms.get("leave_out") or self._out_form(),
            "by_hand": [
                {
                    "one": one,
                    "form": self.forms.get(f"again{one.pk}") or AgainForm(prefix=f"again{one.pk}"),
                }
                for one in self._by_hand()
            ],
        }
