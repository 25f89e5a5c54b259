"""The candidate's own data, as their passport prints it."""

import re
import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from applications.completeness import REQUIRED_OF_CANDIDATE
from applications.forms.fields import DayField, YesNoField
from applications.models import Candidate
from applications.models.declared import Region
from applications.services.buffer import normalise_identifier
from audit.masking import mask_passport, mask_registration
from programs import calendar
from programs.nationality import nationality_choices

PASSPORT = re.compile(r"[A-Z0-9]{5,20}")
REGISTRATION = re.compile(r"[0-9]{6}-?[0-9]{7}")
# The seventh digit of a registration number tells the century and the sex (domain: 6.1).
CENTURY_AND_SEX = {"5": (19, "M"), "6": (19, "F"), "7": (20, "M"), "8": (20, "F")}
STATUS = re.compile(r"[A-Z]-[0-9]{1,2}(?:-[0-9A-Z]{1,3})?")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_NAME_MARKS = frozenset(" '-.,’")


class OneLineField(forms.CharField):
    """A line of text that any database and page can hold."""

    default_error_messages = {"unprintable": gettext_lazy("쓸 수 없는 글자가 들어 있습니다.")}

    def to_python(self, value: Any) -> str:
        text = unicodedata.normalize("NFC", super().to_python(value))
        if _UNPRINTABLE.search(text):
            raise forms.ValidationError(self.error_messages["unprintable"], code="unprintable")
        return text


class PassportNameField(OneLineField):
    """Latin letters, turned to capitals, spaces evened out."""

    default_error_messages = {
        "latin": gettext_lazy("여권에 적힌 영문 이름을 로마자로 적어 주세요. 예: NGUYEN THI MINH")
    }

    def to_python(self, value: Any) -> str:
        name = " ".join(super().to_python(value).upper().split())
        if not all(char in _NAME_MARKS or _is_latin(char) for char in name):
            raise forms.ValidationError(self.error_messages["latin"], code="latin")
        return name


def _is_latin(char: str) -> bool:
    return char.isalpha() and unicodedata.name(char, "").startswith("LATIN")


class CandidateForm(forms.Form):
    """Everything may be left for later; what is typed has to be possible.

    Stored identifiers are shown masked beside an empty field: typing replaces them, leaving the
    field empty keeps them.
    """

    surname = PassportNameField(
        label=gettext_lazy("성 (여권 영문)"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("여권에 성과 이름의 구분이 없으면 이 칸에 모두 적습니다."),
    )
    given_names = PassportNameField(
        label=gettext_lazy("이름 (여권 영문)"), max_length=80, required=False
    )
    name_ko = OneLineField(label=gettext_lazy("한글 이름"), max_length=60, required=False)
    nationality = forms.ChoiceField(label=gettext_lazy("국적"), required=False)
    birth_date = DayField(label=gettext_lazy("생년월일"), required=False)
    sex = forms.ChoiceField(
        label=gettext_lazy("성별"),
        choices=Candidate._meta.get_field("sex").choices,
        widget=forms.RadioSelect,
        required=False,
        help_text=gettext_lazy("여권에 적힌 대로 골라 주세요."),
    )
    passport_no = OneLineField(
        label=gettext_lazy("여권번호"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    in_korea = YesNoField(label=gettext_lazy("현재 국내 체류"), required=False)
    registration_no = OneLineField(
        label=gettext_lazy("외국인등록번호"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    forget_registration_no = forms.BooleanField(
        label=gettext_lazy("저장된 외국인등록번호를 지웁니다"), required=False
    )
    status_of_stay = OneLineField(
        label=gettext_lazy("현재 체류자격"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("국내에 체류 중일 때만 적습니다. 예: D-10, E-7-1"),
    )
    region = forms.ChoiceField(
        label=gettext_lazy("거주 광역지역"),
        choices=[("", gettext_lazy("선택하세요")), *Region.choices],
        required=False,
        help_text=gettext_lazy("국내에 체류 중일 때만 고릅니다."),
    )
    address = OneLineField(
        label=gettext_lazy("국내 주소"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("국내에 체류 중일 때만 적습니다."),
    )
    email = forms.EmailField(
        label=gettext_lazy("이메일"),
        max_length=254,
        required=False,
        help_text=gettext_lazy("외국인 본인이 진행 상황과 추천서를 볼 수 있는 주소를 보냅니다."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("본인에게 보낼 안내의 언어"),
        choices=Candidate._meta.get_field("language").choices,
        required=False,
    )

    GROUPS = (
        (
            gettext_lazy("인적사항"),
            (
                "surname",
                "given_names",
                "name_ko",
                "nationality",
                "birth_date",
                "sex",
                "passport_no",
            ),
        ),
        (
            gettext_lazy("국내 체류"),
            (
                "in_korea",
                "status_of_stay",
                "registration_no",
                "forget_registration_no",
                "region",
                "address",
            ),
        ),
        (gettext_lazy("본인 연락처"), ("email", "language")),
    )

    def __init__(self, *args: Any, candidate: Candidate, **kwargs: Any) -> None:
        self.candidate = candidate
        kwargs.setdefault("initial", self._stored(candidate))
        super().__init__(*args, **kwargs)
        language = (get_language() or "ko")[:2]
        self.fields["nationality"].choices = [
            ("", _("선택해 주세요")),
            *nationality_choices(language),
        ]
        for name, _label in REQUIRED_OF_CANDIDATE:
            self.fields[name].needed = True  # type: ignore[attr-defined]
        self._show_masked()

    @staticmethod
    def _stored(candidate: Candidate) -> dict[str, Any]:
        plain = (
            "surname",
            "given_names",
            "name_ko",
            "nationality",
            "birth_date",
            "sex",
            "in_korea",
            "status_of_stay",
            "region",
            "address",
            "email",
            "language",
        )
        return {name: getattr(candidate, name) for name in plain}

    def _show_masked(self) -> None:
        keep = _("저장된 번호: %(masked)s. 바꿀 때만 다시 적고, 그대로 두려면 비워 두세요.")
        if number := self.candidate.passport_no:
            self.fields["passport_no"].help_text = keep % {"masked": mask_passport(number)}
            # It is there already: an empty field keeps it.
            self.fields["passport_no"].needed = False  # type: ignore[attr-defined]
        if number := self.candidate.registration_no:
            self.fields["registration_no"].help_text = keep % {"masked": mask_registration(number)}
        else:
            del self.fields["forget_registration_no"]
            self.fields["registration_no"].help_text = _(
                "국내에 체류 중이면 필요합니다. 예: 940517-5123456"
            )

    def groups(self) -> list[dict[str, Any]]:
        """The fields under their headings."""
        return [
            {"title": title, "fields": [self[name] for name in names if name in self.fields]}
            for title, names in self.GROUPS
        ]

    def clean_passport_no(self) -> str:
        typed = self.cleaned_data["passport_no"]
        if not typed:
            return str(self.candidate.passport_no or "")
        number = normalise_identifier(unicodedata.normalize("NFKC", typed))
        if not PASSPORT.fullmatch(number):
            raise forms.ValidationError(_("여권번호는 영문자와 숫자 5~20자리입니다."))
        return number

    def clean_registration_no(self) -> str:
        typed = unicodedata.normalize("NFKC", self.cleaned_data["registration_no"])
        typed = "".join(typed.split())
        if not typed:
            return str(self.candidate.registration_no or "")
        if not REGISTRATION.fullmatch(typed) or not typed.isascii():
            raise forms.ValidationError(
                _("외국인등록번호는 숫자 6자리, 줄표, 숫자 7자리입니다. 예: 940517-5123456")
            )
        digits = typed.replace("-", "")
        if digits[6] not in CENTURY_AND_SEX:
            raise forms.ValidationError(
                _("외국인등록번호의 일곱째 숫자는 5, 6, 7, 8 가운데 하나입니다.")
            )
        return f"{digits[:6]}-{digits[6:]}"

    def clean_status_of_stay(self) -> str:
        status = self.cleaned_data["status_of_stay"].upper().replace(" ", "")
        if status and not STATUS.fullmatch(status):
            raise forms.ValidationError(_("체류자격은 D-10, E-7-1과 같이 적어 주세요."))
        return status

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("forget_registration_no") and not self.data.get("registration_no"):
            cleaned["registration_no"] = ""
        born = cleaned.get("birth_date")
        if born and born > calendar.today():
            self.add_error("birth_date", _("생년월일이 오늘보다 늦습니다."))
        elif number := cleaned.get("registration_no"):
            self._compare(number, born, cleaned.get("sex", ""))
        return cleaned

    def _compare(self, number: str, born: date | None, sex: str) -> None:
        """The number's first seven digits have to agree with birth date and sex; its check digit
        says nothing, because numbers given since 2020 end at random."""
        digits = normalise_identifier(number)
        century, of_sex = CENTURY_AND_SEX[digits[6]]
        if born and f"{century}{digits[:6]}" != born.strftime("%Y%m%d"):
            self.add_error("registration_no", _("외국인등록번호의 앞자리가 생년월일과 다릅니다."))
        if sex in ("M", "F") and sex != of_sex:
            self.add_error("registration_no", _("외국인등록번호의 일곱째 숫자가 성별과 다릅니다."))

    def values(self) -> dict[str, Any]:
        """What is valid in the form, as `drafting.save_candidate` takes it."""
        values = {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "forget_registration_no"
        }
        values["language"] = values.get("language") or self.candidate.language
        return values
