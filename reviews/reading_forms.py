"""What a reviewer says about one file."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Claim
from reviews.forms import words
from reviews.models import DocumentCheck


class ReadingForm(forms.Form):
    """Whether a file will do, what is wanting, and which claims it confirms."""

    document_finding = forms.ChoiceField(
        label=gettext_lazy("이 서류"),
        choices=DocumentCheck.Finding.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    document_note = words(gettext_lazy("메모 (보완이 필요하면 꼭 적기)"), required=False, rows=2)

    def __init__(
        self,
        *args: Any,
        reading: DocumentCheck | None,
        claims: Sequence[Claim],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.claims = {f"confirm_{claim.public_id.hex}": claim for claim in claims}
        if reading is not None:
            self.fields["document_finding"].initial = reading.finding
            self.fields["document_note"].initial = reading.note
        for name in self.claims:
            self.fields[name] = forms.BooleanField(
                label=_("이 서류로 신고 내용과 같음을 확인했습니다."), required=False
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        finding = cleaned.get("document_finding")
        note = (cleaned.get("document_note") or "").strip()
        if "document_note" in self.errors:
            return cleaned
        if finding == DocumentCheck.Finding.WANTING and not note:
            self.add_error("document_note", _("무엇을 보완해야 하는지 적어 주세요."))
        if note and not finding and "document_finding" not in self.errors:
            self.add_error("document_finding", _("서류 확인 결과를 골라 주세요."))
        return cleaned

    def confirmed(self) -> list[Claim]:
        return [claim for name, claim in self.claims.items() if self.cleaned_data.get(name)]

    def finding(self) -> tuple[str, str]:
        """Finding and note when they are new, else two empty strings."""
        if not {"document_finding", "document_note"} & set(self.changed_data):
            return "", ""
        return self.cleaned_data["document_finding"], self.cleaned_data["document_note"].strip()
