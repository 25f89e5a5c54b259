"""What company and candidate tell after the letter."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from applications.models import VisaOutcome
from applications.services.aftermath import LONGEST


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.DateInput(
            format="%Y-%m-%d",
            attrs={"inputmode": "numeric", "autocomplete": "off", "data-date": ""},
        ),
        input_formats=["%Y-%m-%d", "%Y%m%d", "%Y.%m.%d", "%Y. %m. %d."],
    )


class ResultForm(forms.Form):
    """Which days are needed depends on the result: the service says so."""

    outcome = forms.ChoiceField(
        label=pgettext_lazy("visa result", "결과"),
        choices=VisaOutcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("결과를 골라 주세요.")},
    )
    decided_on = _day(
        gettext_lazy("결과가 나온 날"), gettext_lazy("신청하지 않았다면 비워 두세요.")
    )
    entered_on = _day(
        gettext_lazy("입국한 날"),
        gettext_lazy(
            "아직 입국하지 않았다면 비워 두고 입국한 뒤에 다시 알려 주세요. 이미 한국에 있으면 "
            "체류자격이 바뀐 날을 적습니다."
        ),
    )
    words = forms.CharField(
        label=gettext_lazy("덧붙이는 말"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DoneForm(forms.Form):
    done_on = forms.DateField(
        label=gettext_lazy("마친 날"),
        widget=forms.DateInput(
            format="%Y-%m-%d",
            attrs={"inputmode": "numeric", "autocomplete": "off", "data-date": ""},
        ),
        input_formats=["%Y-%m-%d", "%Y%m%d", "%Y.%m.%d", "%Y. %m. %d."],
    )
