"""Forms of assigning: bulk actions, conflicts of interest, what a reviewer can take."""

from collections.abc import Iterable
from typing import Any

from babel import Locale
from django import forms
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from accounts.business_number import normalise, validate_business_number
from accounts.models import User
from applications.needs import papers_language
from programs.facts.countries import COUNTRIES
from reviews.forms import pick, short_reason, words
from reviews.models import Conflict
from reviews.services.conflicts import LONGEST_NOTE

BY_RULE = "rule"


class BulkForm(forms.Form):
    """What is done with the chosen cases. Who is to have them is asked for `reassign` only."""

    reason = short_reason(gettext_lazy("사유"))
    field_order = ("to", "reason")

    def __init__(self, *args: Any, people: Iterable[User] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if people is not None:
            self.fields["to"] = pick(
                _("새 담당자"),
                [(person, str(person)) for person in people],
                required=False,
                empty=_("기준에 따라 (맡은 신청이 가장 적은 사람)"),
            )
            self.order_fields(self.field_order)

    def to(self) -> User | None:
        """The person chosen; None is by rule. Also of a form whose reason is missing."""
        return getattr(self, "cleaned_data", {}).get("to")


def kind_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=pgettext_lazy("conflict", "어떤 이해관계인가요"),
        choices=[one for one in Conflict.Kind.choices if one[0] != Conflict.Kind.TOOK_PART],
        widget=forms.RadioSelect,
    )


def note_field() -> forms.CharField:
    field = words(
        gettext_lazy("설명"),
        required=False,
        help_text=gettext_lazy("본인과 기관의 운영자만 볼 수 있게 암호화하여 보관합니다."),
    )
    field.max_length = LONGEST_NOTE
    return field


class CaseConflictForm(forms.Form):
    """A conflict declared on a case: with this case, or with its company."""

    kind = kind_field()
    scope = forms.ChoiceField(
        label=gettext_lazy("범위"),
        choices=[
            ("case", gettext_lazy("이 신청만")),
            ("company", gettext_lazy("이 회사의 모든 신청")),
        ],
        widget=forms.RadioSelect,
        initial="case",
    )
    note = note_field()


class CompanyConflictForm(forms.Form):
    """A conflict with a company, which is named by its business number."""

    business_no = forms.CharField(
        label=gettext_lazy("회사의 사업자등록번호"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    kind = kind_field()
    note = note_field()
    field_order = ("who", "business_no", "kind", "note")

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.one = people[0] if len(people) == 1 else None
        if self.one is None:
            self.fields["who"] = pick(_("누가"), [(one, str(one)) for one in people])
            self.fields["who"].initial = str(people[0].public_id)
        self.order_fields(self.field_order)

    def who(self) -> User:
        return self.one or self.cleaned_data["who"]

    def clean_business_no(self) -> str:
        number = normalise(self.cleaned_data["business_no"])
        validate_business_number(number)
        return number


def language_choices() -> list[tuple[str, str]]:
    """Every language that papers may be in, by its name in the reader's language."""
    names = Locale((get_language() or "ko")[:2]).languages
    codes = {papers_language(country) for country in COUNTRIES} - {""}
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda choice: choice[1])


class ProfileForm(forms.Form):
    """What a reviewer can take on."""

    languages = forms.MultipleChoiceField(
        label=gettext_lazy("한국어와 영어 말고 읽을 수 있는 언어"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "기관에 읽을 수 있는 사람이 있는 언어의 서류는 그 사람에게만 배정합니다."
        ),
    )
    occupations = forms.CharField(
        label=gettext_lazy("심사하는 직종 코드"),
        required=False,
        max_length=400,
        help_text=gettext_lazy(
            "쉼표로 나누어 적습니다. 앞자리만 적으면 그 갈래 전체입니다. 비워 두면 모든 직종입니다."
        ),
    )
    capacity = forms.IntegerField(
        label=gettext_lazy("한꺼번에 맡을 수 있는 신청 수"),
        required=False,
        min_value=0,
        max_value=1000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("비워 두면 기관의 수를 따릅니다. 0이면 자동으로 배정하지 않습니다."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The list is long: those that are ticked stand at its head.
        ticked = set(self["languages"].value() or ())
        self.fields["languages"].choices = sorted(  # type: ignore[attr-defined]
            language_choices(), key=lambda choice: choice[0] not in ticked
        )

    def clean_occupations(self) -> list[str]:
        typed = self.cleaned_data["occupations"].replace("\n", ",").split(",")
        codes = [code.strip().upper() for code in typed if code.strip()]
        if any(not (code.isascii() and code.isalnum() and len(code) <= 16) for code in codes):
            raise forms.ValidationError(_("직종 코드는 숫자와 영문자로 적어 주세요. 예: 2223, 31"))
        return list(dict.fromkeys(codes))


class RuleForm(forms.Form):
    """An office's numbers for assigning."""

    capacity = forms.IntegerField(
        label=gettext_lazy("한 사람이 한꺼번에 맡는 신청 수"), min_value=1, max_value=1000
    )
    lease_hours = forms.IntegerField(
        label=gettext_lazy("직접 맡은 신청을 처리 없이 가지고 있는 시간"),
        min_value=1,
        max_value=24 * 60,
    )
    not_again_hours = forms.IntegerField(
        label=gettext_lazy("내려놓은 신청을 같은 사람에게 다시 주지 않는 시간"),
        min_value=0,
        max_value=24 * 60,
    )
