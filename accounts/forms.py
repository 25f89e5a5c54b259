"""What people are asked about themselves and their company."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.business_number import normalise, validate_business_number
from accounts.models import Company, CompanyRole, StaffMembership, User

PHONE_ATTRS = {"autocomplete": "tel", "inputmode": "tel"}


class SignupNameForm(forms.Form):
    """What sign-up asks beyond address and password."""

    name = forms.CharField(
        label=_("이름"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )

    def signup(self, request: Any, user: User) -> None:
        """allauth requires this name; the adapter has already stored what was typed."""


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("name", "phone", "language")
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "phone": forms.TextInput(attrs=PHONE_ATTRS),
        }
        help_texts = {"language": _("화면과 메일에 쓰는 언어입니다.")}


class ContactForm(forms.ModelForm):
    """Where one is reached at an office: stands in every notice of one's cases."""

    class Meta:
        model = StaffMembership
        fields = ("department_ko", "department_en", "phone")
        widgets = {"phone": forms.TextInput(attrs=PHONE_ATTRS)}
        help_texts = {
            "department_ko": _("비워 두면 기관의 부서가 안내됩니다."),
            "phone": _("비워 두면 기관의 전화번호가 안내됩니다."),
        }


class NumberField(forms.CharField):
    """A business number, typed with or without dashes; cleaned to ten digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("사업자등록번호"),
            max_length=20,
            help_text=_("숫자 10자리 (예: 123-45-67890)"),
            validators=[validate_business_number],
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            **kwargs,
        )

    def to_python(self, value: Any) -> str:
        return normalise(super().to_python(value))


class CompanyForm(forms.ModelForm):
    """What a company says about itself; its number is not asked again."""

    class Meta:
        model = Company
        fields = ("name_ko", "name_en", "representative", "address", "phone")
        widgets = {
            "name_ko": forms.TextInput(attrs={"autocomplete": "organization"}),
            "address": forms.TextInput(attrs={"autocomplete": "street-address"}),
            "phone": forms.TextInput(attrs=PHONE_ATTRS),
        }
        help_texts = {"name_en": _("추천서 영문본에 들어갑니다.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("representative", "address", "phone"):
            self.fields[name].required = True


class RegisterForm(CompanyForm):
    business_no = NumberField()
    field_order = ("business_no",)

    class Meta(CompanyForm.Meta):
        pass


class JoinForm(forms.Form):
    business_no = NumberField()


class InviteForm(forms.Form):
    """To the company: a colleague's address and role."""

    email = forms.EmailField(
        label=_("이메일"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(
        label=_("역할"),
        choices=CompanyRole.choices,
        initial=CompanyRole.MEMBER,
        help_text=_("관리자는 회사 정보와 구성원도 관리합니다. 신청은 누구나 할 수 있습니다."),
    )
