"""One form field per fact of the vocabulary, and the way from what was typed to a fact."""

import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import get_language, gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from applications.forms.questions import NAMED_CODES, OTHER, asked_codes
from programs.facts import Fact, FactType
from programs.facts.validation import LONGEST_CODE, LONGEST_TEXT
from programs.manifest import Manifest
from programs.nationality import nationality_choices

UNITS = {
    "won": gettext_lazy("원"),
    "days": pgettext_lazy("unit", "일"),
    "months": pgettext_lazy("unit", "개월"),
    "hours": gettext_lazy("시간"),
    "people": gettext_lazy("명"),
    "points": gettext_lazy("점"),
    "hundredths": "%",
}
# An end that may be missing for good: what its checkbox says, by group.
NEVER = {
    "careers": gettext_lazy("지금도 근무하고 있습니다"),
    "job": gettext_lazy("기간을 정하지 않은 계약입니다"),
    "licences": gettext_lazy("유효기간이 없습니다"),
    "statuses": gettext_lazy("지금도 같은 체류자격입니다"),
}
NEVER_SUFFIX = "_never"
NO_DAY = gettext_lazy("실제 날짜를 연-월-일로 적어 주세요. 예: 1994-05-17")
DATE_FORMATS = ["%Y-%m-%d", "%Y. %m. %d.", "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d"]
# A code and the edition it belongs to, in one option of a list.
SEPARATOR = "@"


class DayField(forms.DateField):
    """A day typed as YYYY-MM-DD: a browser's date control would speak the browser's language."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d"))
        kwargs.setdefault("input_formats", DATE_FORMATS)
        super().__init__(**kwargs)
        self.error_messages["invalid"] = NO_DAY

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        if day is not None and not 1900 <= day.year <= 2100:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class WholeNumberField(forms.IntegerField):
    """A whole number; thousands may be separated, and the unit may be typed along."""

    def __init__(self, *, thousands: bool = True, **kwargs: Any) -> None:
        self.thousands = thousands
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        )
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """A stored number is shown with its thousands apart; what was typed stays as typed."""
        if isinstance(value, int) and not isinstance(value, bool) and self.thousands:
            return intcomma(value, use_l10n=False)
        return value

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str):
            value = "".join(unicodedata.normalize("NFKC", value).split())
            value = value.replace(",", "").removesuffix("원")
        return super().to_python(value)


class YesNoField(forms.TypedChoiceField):
    """Yes, no, or nothing said yet (None)."""

    def __init__(self, *, with_unknown: bool = False, **kwargs: Any) -> None:
        choices = [
            ("true", pgettext_lazy("answer", "예")),
            ("false", pgettext_lazy("answer", "아니요")),
        ]
        if with_unknown:
            choices.append(("", pgettext_lazy("answer", "모름")))
        super().__init__(
            choices=choices,
            coerce=lambda said: said in (True, "true"),
            empty_value=None,
            widget=forms.RadioSelect,
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        """Stored booleans choose their option."""
        if isinstance(value, bool):
            return "true" if value else "false"
        return super().prepare_value("" if value is None else value)


def label_of(fact: Fact) -> str:
    """The fact's name with its unit."""
    unit = UNITS.get(fact.unit)
    return f"{fact.label} ({unit})" if unit else str(fact.label)


def field_for(
    fact: Fact, *, group: str, manifest: Manifest, with_unknown: bool = False
) -> forms.Field:
    """The field in which a person states this fact. Nothing is required: absent means unknown."""
    common: dict[str, Any] = {
        "label": label_of(fact),
        "help_text": str(fact.help) if not fact.nullable else "",
        "required": False,
    }
    if fact.type is FactType.YES_NO:
        return YesNoField(with_unknown=with_unknown, **common)
    if choices := _choices(fact, group, manifest):
        return forms.ChoiceField(choices=[("", _("선택해 주세요")), *choices], **common)
    match fact.type:
        case FactType.DATE:
            return DayField(**common)
        case FactType.NUMBER | FactType.MONEY | FactType.SHARE:
            return WholeNumberField(thousands=fact.unit != "calendar_year", **common)
        case FactType.CODE:
            return forms.CharField(max_length=LONGEST_CODE, **common)
        case _:
            return forms.CharField(max_length=LONGEST_TEXT, **common)


def never_field(group: str) -> forms.BooleanField:
    """The checkbox beside a day that may never come."""
    return forms.BooleanField(label=NEVER.get(group, _("해당 없음")), required=False)


def _choices(fact: Fact, group: str, manifest: Manifest) -> list[Any]:
    language = (get_language() or "ko")[:2]
    if fact.type is FactType.COUNTRY:
        return list(nationality_choices(language))
    if fact.choices:
        return [(choice.code, str(choice.label)) for choice in fact.choices]
    if fact.listed == "occupations":
        return _occupations(manifest)
    if (group, fact.name) in NAMED_CODES:
        known = asked_codes(manifest, group, fact.name)
        return [*known.items(), (OTHER, other_label(group))] if known else []
    listed = manifest.requirements.named.get(f"{group}.{fact.name}", {})
    options = [(code, str(names)) for code, names in listed.items()]
    if options and (group, fact.name) == ("candidate", "region"):
        # Where the workplace has to be, the person may not live yet.
        options.append((OTHER, _("그 밖의 지역")))
    return options


def other_label(group: str) -> str:
    return {
        "trainings": _("그 밖의 교육"),
        "licences": _("그 밖의 자격·면허"),
        "recommendations": _("그 밖의 기관"),
        "degrees": _("그 밖의 순위표"),
    }.get(group, pgettext("choice", "그 밖"))


def _occupations(manifest: Manifest) -> list[Any]:
    def options(those: Iterable[Any]) -> list[tuple[str, str]]:
        return [(f"{one.code}{SEPARATOR}{one.edition}", f"{one.code} {one.names}") for one in those]

    wanted = options(manifest.occupations)
    refused = options(manifest.refused_occupations)
    if not refused:
        return wanted
    return [(_("추천 대상 직종"), wanted), (_("추천하지 않는 직종"), refused)]


def occupation_option(code: str, edition: str | None, manifest: Manifest) -> str:
    """The option that stands for a stated occupation; the bare code when none does."""
    known = manifest.occupation(code, edition) or manifest.refused_occupation(code, edition)
    return f"{known.code}{SEPARATOR}{known.edition}" if known else code
