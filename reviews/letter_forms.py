"""Forms about a delivered letter: why it ends, and how it should read."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy, pgettext_lazy

from letters.content import label
from letters.ending import CORRECTABLE, LONGEST_REASON
from letters.variables import CATALOGUE, Values

# Asked for only where the letter prints them.
IF_PRINTED = frozenset({"residence_region", "residence_address", "candidate_phone"})
SEXES = [
    ("M", pgettext_lazy("sex", "남")),
    ("F", pgettext_lazy("sex", "여")),
    ("X", pgettext_lazy("sex", "기타")),
]


class EndReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("사유"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "회사에 그대로 알립니다. 누구나 보는 진위확인 화면에는 나오지 않습니다."
        ),
    )


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("거두는 사유"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class CorrectionForm(EndReasonForm):
    """The letter's own words in fields; what is left as it is, is not corrected."""

    def __init__(self, *args: Any, printed: Values, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in CORRECTABLE:
            if name in IF_PRINTED and not printed.get(name):
                continue
            self.fields[name] = self._field(name, printed.get(name, ""))
        self.order_fields([name for name in self.fields if name != "reason"])

    @staticmethod
    def _field(name: str, value: object) -> forms.Field:
        variable = CATALOGUE[name]
        if variable.kind == "sex":
            empty = [] if value else [("", "–")]
            return forms.ChoiceField(
                label=capfirst(label(name)),
                choices=[*empty, *SEXES],
                initial=value,
                required=bool(value),
            )
        return forms.CharField(
            label=capfirst(label(name)),
            max_length=variable.limit,
            initial=value,
            required=variable.required,
        )

    def corrections(self) -> dict[str, str]:
        return {
            name: self.cleaned_data[name].replace("\x00", "")
            for name in CORRECTABLE
            if name in self.cleaned_data
        }
