"""Forms of an office's panels of evaluators."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.models import Programme
from reviews.forms import pick
from reviews.services.panels import LONGEST_INSTITUTION, LONGEST_NAME


class PanelForm(forms.Form):
    """A panel's name and field; its programme only while it is made."""

    name = forms.CharField(label=gettext_lazy("위원회 이름"), max_length=LONGEST_NAME)
    occupations = forms.CharField(
        label=gettext_lazy("직종"),
        required=False,
        max_length=400,
        help_text=gettext_lazy(
            "직종코드의 앞자리를 쉼표로 나누어 적어 주세요. 예: 22, 2351. "
            "비워 두면 모든 직종입니다."
        ),
    )
    field_order = ("programme", "name", "occupations")

    def __init__(
        self, *args: Any, programmes: Sequence[Programme] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if programmes is not None:
            self.fields["programme"] = pick(_("프로그램"), [(one, one.name) for one in programmes])
            self.order_fields(self.field_order)

    def clean_occupations(self) -> list[str]:
        return [code for code in re.split(r"[\s,;]+", self.cleaned_data["occupations"]) if code]


class MemberForm(forms.Form):
    """Who joins a panel."""

    email = forms.EmailField(label=gettext_lazy("이메일"), max_length=254)
    name = forms.CharField(
        label=gettext_lazy("이름"),
        required=False,
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("이미 가입한 사람이면 비워 두셔도 됩니다."),
    )
    institution = forms.CharField(
        label=gettext_lazy("소속 기관"),
        max_length=LONGEST_INSTITUTION,
        help_text=gettext_lazy(
            "신청에 나오는 회사나 학교와 같으면 그 신청에서 자동으로 제외합니다. "
            "다른 이름이 있으면 빗금(/)으로 나누어 함께 적어 주세요."
        ),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("메일 언어"), choices=[("ko", "한국어"), ("en", "English")]
    )


class DomainForm(forms.Form):
    """Whether a mail domain is open to everybody."""

    domain = forms.CharField(
        label=gettext_lazy("메일 도메인"),
        max_length=253,
        help_text=gettext_lazy("예: example.com"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    public = forms.TypedChoiceField(
        label=gettext_lazy("누가 쓰나요"),
        choices=[
            ("yes", gettext_lazy("누구나 쓰는 메일: 같아도 제외하지 않습니다")),
            ("no", gettext_lazy("한 기관의 메일: 회사와 같으면 제외합니다")),
        ],
        coerce=lambda typed: typed == "yes",
        widget=forms.RadioSelect,
    )
