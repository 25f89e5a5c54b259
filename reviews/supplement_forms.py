"""What a reviewer asks the applicant for: items and a last day."""

from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.services.supplement import Asked
from programs.manifest import Manifest
from reviews.forms import words

MOST_ITEMS = 20
ITEM_FIELDS = ("document_code", "reason", "text", "optional")
# What is asked again and again, ready to be sent as it is.
REASONS = {
    "unreadable": gettext_lazy("흐리거나 잘려서 읽을 수 없습니다. 다시 스캔해 올려 주세요."),
    "pages": gettext_lazy("빠진 쪽이 있습니다. 모든 쪽을 올려 주세요."),
    "unsigned": gettext_lazy("서명이나 날인이 없습니다. 서명하거나 날인한 서류를 올려 주세요."),
    "expired": gettext_lazy("유효한 기간이 지났습니다. 새로 발급받아 올려 주세요."),
    "translation": gettext_lazy("번역과 번역 확인이 없습니다. 번역본을 함께 올려 주세요."),
    "differs": gettext_lazy("신청 내용과 다릅니다. 어느 쪽이 맞는지 확인해 고쳐 주세요."),
    "wrong_file": gettext_lazy("다른 서류가 올라와 있습니다. 요청한 서류를 올려 주세요."),
}


class SupplementItemForm(forms.Form):
    """One thing to ask for: a listed document, or something optional (PETITION-ACT §10)."""

    document_code = forms.ChoiceField(label=gettext_lazy("서류"), required=False)
    reason = forms.ChoiceField(
        label=gettext_lazy("자주 쓰는 사유"),
        choices=[("", gettext_lazy("직접 적기")), *REASONS.items()],
        required=False,
    )
    text = words(
        gettext_lazy("요청 내용"),
        required=False,
        rows=2,
        help_text=gettext_lazy("사유를 고르면 그 문장 뒤에 이어 적습니다."),
    )
    optional = forms.BooleanField(label=gettext_lazy("선택 제출"), required=False)

    def __init__(self, *args: Any, manifest: Manifest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document_code"].choices = [  # type: ignore[attr-defined]
            ("", _("공고된 서류가 아님")),
            *((document.code, str(document.names)) for document in manifest.documents),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.is_blank(cleaned):
            return cleaned
        said = [str(REASONS.get(cleaned.get("reason", ""), "")), cleaned.get("text") or ""]
        cleaned["said"] = " ".join(part.strip() for part in said if part.strip())
        if "text" not in self.errors and not cleaned["said"]:
            self.add_error("text", _("무엇이 필요한지 적어 주세요."))
        if not (
            cleaned.get("document_code")
            or cleaned.get("optional")
            or "document_code" in self.errors
        ):
            self.add_error(
                "document_code", _("공고된 서류를 지정하거나 선택 제출로 표시해야 합니다.")
            )
        return cleaned

    @staticmethod
    def is_blank(cleaned: dict[str, Any]) -> bool:
        return not any(cleaned.get(name) for name in ITEM_FIELDS)


class SupplementItems(BaseFormSet):
    row_name = gettext_lazy("보완 항목")

    def clean(self) -> None:
        if not any(self.errors) and not self.asked():
            raise forms.ValidationError(_("보완할 항목을 하나 이상 적어 주세요."))

    def asked(self) -> list[Asked]:
        return [
            Asked(
                text=row["said"],
                document_code=row["document_code"],
                optional=row["optional"],
            )
            for form in self.forms
            if not SupplementItemForm.is_blank(row := form.cleaned_data)
        ]


SupplementItemSet = formset_factory(
    SupplementItemForm,
    formset=SupplementItems,
    extra=0,
    max_num=MOST_ITEMS,
    absolute_max=MOST_ITEMS,
    validate_max=True,
)


class SupplementDaysForm(forms.Form):
    days = forms.IntegerField(
        label=gettext_lazy("보완 기간 (일)"),
        min_value=1,
        max_value=60,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("오늘은 세지 않으며, 마지막 날이 공휴일이면 다음 근무일까지입니다."),
    )
