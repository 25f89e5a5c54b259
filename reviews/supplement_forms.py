"""What a reviewer asks the applicant for: items and a last day."""

from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.asking import MOST_DAYS, fields_of
from applications.models import Application
from applications.models.supplement import SECOND_DEMAND_DAYS
from applications.sections import BY_NAME
from applications.services.supplement import Asked
from programs.manifest import FORMATS
from programs.supplement_reasons import reasons
from reviews.forms import day, words

MOST_ITEMS = 20
ITEM_FIELDS = ("document_code", "place", "reason", "text", "formats", "optional", "again_of")
# What the form sends although nothing was filled in.
NOT_SAID = ("formats", "again_of")


class SupplementItemForm(forms.Form):
    """One thing to ask for: a listed document, a part of the form, or something optional
    (PETITION-ACT §10)."""

    document_code = forms.ChoiceField(label=gettext_lazy("서류"), required=False)
    place = forms.ChoiceField(
        label=gettext_lazy("신청 내용"),
        required=False,
        help_text=gettext_lazy("서류가 아니라 적은 내용을 고쳐야 할 때 고릅니다."),
    )
    reason = forms.ChoiceField(label=gettext_lazy("사유"), required=False)
    text = words(
        gettext_lazy("요청 내용"),
        required=False,
        rows=2,
        help_text=gettext_lazy("사유를 고르면 그 문장 뒤에 이어 적습니다."),
    )
    formats = forms.MultipleChoiceField(
        label=gettext_lazy("받는 형식"),
        choices=[(one, one.upper()) for one in FORMATS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("고르지 않으면 이 프로그램이 받는 형식 모두입니다."),
    )
    optional = forms.BooleanField(label=gettext_lazy("선택 제출"), required=False)
    again_of = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, case: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: dict[str, Any] = {
            "document_code": [
                ("", _("서류가 아님")),
                *((document.code, str(document.names)) for document in case.manifest.documents),
            ],
            "place": [("", _("신청 내용이 아님")), *places(case)],
            "reason": [
                ("", _("직접 적기")),
                *((code, str(said)) for code, said in reasons(case.manifest).items()),
            ],
        }
        for name, choices in chosen.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.is_blank(cleaned):
            return cleaned
        if "text" not in self.errors and not (cleaned.get("text") or cleaned.get("reason")):
            self.add_error("text", _("무엇이 필요한지 적어 주세요."))
        if cleaned.get("document_code") and cleaned.get("place"):
            self.add_error("place", _("서류와 신청 내용 가운데 하나만 고를 수 있습니다."))
        if not (
            any(cleaned.get(name) for name in ("document_code", "place", "optional"))
            or {"document_code", "place"} & self.errors.keys()
        ):
            self.add_error(
                "document_code", _("공고된 서류를 지정하거나 선택 제출로 표시해야 합니다.")
            )
        return cleaned

    @staticmethod
    def is_blank(cleaned: dict[str, Any]) -> bool:
        return not any(cleaned.get(name) for name in ITEM_FIELDS if name not in NOT_SAID)

    def asked(self) -> Asked:
        row = self.cleaned_data
        section, _dot, field = row["place"].partition(".")
        return Asked(
            text=row["text"],
            document_code=row["document_code"],
            section=section,
            field=field,
            reason=row["reason"],
            formats=tuple(row["formats"]) if row["document_code"] else (),
            optional=row["optional"],
            again_of=row["again_of"],
        )


def places(case: Application) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every field of the form as `section.field`, grouped by section; a section as a whole
    first."""
    return [
        (
            str(BY_NAME[section].title),
            [
                (section, _("%(section)s 전체") % {"section": BY_NAME[section].title}),
                *((f"{section}.{name}", label) for name, label in labels.items()),
            ],
        )
        for section, labels in fields_of(case).items()
    ]


class SupplementItems(BaseFormSet):
    row_name = gettext_lazy("보완 항목")

    def clean(self) -> None:
        if not any(self.errors) and not self.asked():
            raise forms.ValidationError(_("보완할 항목을 하나 이상 적어 주세요."))

    def asked(self) -> list[Asked]:
        return [
            form.asked()
            for form in self.forms
            if not SupplementItemForm.is_blank(form.cleaned_data)
        ]


SupplementItemSet = formset_factory(
    SupplementItemForm,
    formset=SupplementItems,
    extra=0,
    max_num=MOST_ITEMS,
    absolute_max=MOST_ITEMS,
    validate_max=True,
)


def _days(most: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=gettext_lazy("보완 기간 (일)"),
        min_value=1,
        max_value=most,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("오늘은 세지 않으며, 마지막 날이 공휴일이면 다음 근무일까지입니다."),
    )


class SupplementDaysForm(forms.Form):
    days = _days(MOST_DAYS)


class SecondDemandForm(forms.Form):
    days = _days(SECOND_DEMAND_DAYS)


class JudgeForm(forms.Form):
    """What the reviewer makes of one answer."""

    item = forms.UUIDField(widget=forms.HiddenInput)
    words = words(gettext_lazy("다시 요구하는 까닭"), required=False, rows=2)


class TimeAnswerForm(forms.Form):
    """The answer to a request for more time."""

    extension = forms.UUIDField(widget=forms.HiddenInput)
    until = day(
        gettext_lazy("새 기한"),
        error_messages={
            "required": gettext_lazy("날짜를 적어 주세요."),
            "invalid": gettext_lazy("날짜를 2026-10-31처럼 적어 주세요."),
        },
        help_text=gettext_lazy("쉬는 날이면 다음 근무일까지입니다."),
    )
    words = words(gettext_lazy("신청인에게 보낼 말"), required=False, rows=2)


class UndeliveredForm(forms.Form):
    attempt = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2)
    words = words(gettext_lazy("어떻게 알게 되었습니까"), required=False, rows=2)


class AnotherContactForm(forms.Form):
    to = forms.EmailField(
        label=gettext_lazy("다른 연락처 (메일)"),
        error_messages={
            "required": gettext_lazy("메일 주소를 적어 주세요."),
            "invalid": gettext_lazy("메일 주소를 확인해 주세요."),
        },
    )


class WithdrawnForm(forms.Form):
    reason = words(gettext_lazy("취하로 처리하는 사유"), required=True, rows=2)
