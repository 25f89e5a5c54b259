"""The dates of a case: how they came about, and lengthening its processing period."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.errors import Invalid
from applications.forms.fields import WholeNumberField
from applications.models import PeriodExtension
from applications.reckoning import extension_words, reckoning
from applications.services import extension
from programs import calendar
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


class DatesPage(CasePage):
    section = "dates"
    shows_claims = False
    template = "reviews/dates.html"
    actions = {"extend": "extend"}

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
        }
