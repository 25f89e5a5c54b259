"""Facts as people state them, in words, in the reader's language.

What rules ask and find is worded by `programs.rules.words`.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from applications.forms.fields import other_label
from applications.forms.questions import NAMED_CODES, OTHER, asked_codes
from applications.models import Candidate
from applications.models.declared import ClaimKind
from audit.masking import mask_email, mask_passport, mask_registration
from programs import clock
from programs.facts import Fact, FactType, item_group
from programs.manifest import Manifest
from programs.nationality import nationality_name
from programs.rules import words


def _language() -> str:
    return (get_language() or "ko")[:2]


# --- facts ------------------------------------------------------------------------------------
def said(fact: Fact, value: Any, manifest: Manifest, *, group: str = "") -> str:
    """A fact's value as a person would say it."""
    if value is None:
        return _never(group) if fact.nullable else ""
    if isinstance(value, bool):
        return yes_no(value)
    if fact.type is FactType.DATE:
        return day(value)
    if fact.type in (FactType.MONEY, FactType.NUMBER, FactType.SHARE):
        return str(value) if fact.unit == "calendar_year" else with_unit(value, fact.unit)
    if fact.type is FactType.COUNTRY:
        return nationality_name(str(value), _language())
    if fact.choices:
        return str(next((c.label for c in fact.choices if c.code == value), value))
    if (group, fact.name) in NAMED_CODES:
        known = {OTHER: other_label(group), **asked_codes(manifest, group, fact.name)}
        return known.get(value, str(value))
    return _listed(fact, group, str(value), manifest)


def yes_no(value: bool) -> str:
    return pgettext("answer", "예") if value else pgettext("answer", "아니요")


def _never(group: str) -> str:
    return {
        "careers": _("지금도 근무"),
        "job": _("기간을 정하지 않음"),
        "licences": _("유효기간 없음"),
        "statuses": _("지금까지"),
    }.get(group, pgettext("fact", "없음"))


def _listed(fact: Fact, group: str, value: str, manifest: Manifest) -> str:
    if fact.listed == "occupations":
        known = manifest.occupation(value) or manifest.refused_occupation(value)
        return f"{value} {known.names}" if known else value
    if (group, fact.name, value) == ("candidate", "region", OTHER):
        return _("그 밖의 지역")
    return str(manifest.requirements.name_of(f"{group}.{fact.name}", value) or value)


def day(value: str | date | None) -> str:
    """A day in the reader's form; what is no day stays as it is."""
    if isinstance(value, str):
        return words.day_words(value)
    return date_format(value, "DATE_FORMAT") if value else ""


def with_unit(value: Any, unit: str) -> str:
    """A number with its unit: 30,000,000원, 40시간, 100%. Years are those of a person's age."""
    if unit == "hundredths":
        return f"{value}%"
    if not isinstance(value, int):
        return str(value)
    units = {"years": words.AGE, "points": words.WHOLE_POINTS}
    return words.amount_words(value, units.get(unit, unit))


def pair(label: object, value: object, **more: Any) -> dict[str, Any]:
    """A key and its value with everything `components/pairs.html` and `summary.html` look at."""
    return {
        "label": label,
        "value": value,
        "lang": "",
        "href": "",
        "days": None,
        "note": "",
        "name": "",
    } | more


def pairs(kind: str, declared: Mapping[str, Any], manifest: Manifest) -> list[dict[str, Any]]:
    """One claim as pairs, in the vocabulary's order; only what was stated."""
    group = item_group(kind, manifest.vocabulary)
    return [
        pair(
            fact.label, said(fact, declared[fact.name], manifest, group=group.name), name=fact.name
        )
        for fact in group.stated
        if fact.name in declared and fact.name != "occupation_edition"
    ]


def facts_in_words(group: str, value: Any, names: Iterable[str], manifest: Manifest) -> list[str]:
    """What was stated of these facts of a group, a line for each thing; empty: nothing was."""
    if value is None:
        return []
    if value == []:
        return [pgettext("fact", "없음")]
    stated, wanted = manifest.vocabulary.by_name[group].stated, set(names)
    items = value if isinstance(value, list) else [value]
    lines = [
        ", ".join(
            f"{fact.label}: {said(fact, item[fact.name], manifest, group=group)}"
            for fact in stated
            if fact.name in wanted and fact.name in item
        )
        for item in items
    ]
    return [line for line in lines if line]


def candidate_pairs(candidate: Candidate, *, by_link: bool = False) -> list[dict[str, Any]]:
    """The candidate's data as pairs, identifiers masked; only what was stated. `by_link`: for a
    page that opens without a password, without the address and with the mail address masked."""
    in_korea = candidate.in_korea
    email = mask_email(candidate.email) if by_link and candidate.email else candidate.email
    rows = [
        ("surname", _("성 (여권 영문)"), candidate.surname, "en"),
        ("given_names", _("이름 (여권 영문)"), candidate.given_names, "en"),
        ("name_ko", _("한글 이름"), candidate.name_ko, ""),
        (
            "nationality",
            _("국적"),
            nationality_name(candidate.nationality, _language()) if candidate.nationality else "",
            "",
        ),
        ("birth_date", _("생년월일"), day(candidate.birth_date), ""),
        ("sex", _("성별"), candidate.get_sex_display() if candidate.sex else "", ""),
        ("passport_no", _("여권번호"), mask_passport(candidate.passport_no or ""), ""),
        ("in_korea", _("현재 국내 체류"), "" if in_korea is None else yes_no(in_korea), ""),
        ("status_of_stay", _("현재 체류자격"), candidate.status_of_stay, ""),
        (
            "registration_no",
            _("외국인등록번호"),
            mask_registration(candidate.registration_no or ""),
            "",
        ),
        (
            "region",
            _("거주 광역지역"),
            candidate.get_region_display() if candidate.region else "",
            "",
        ),
        ("address", _("국내 주소"), "" if by_link else candidate.address, ""),
        ("email", _("이메일"), email, ""),
        ("language", _("안내 언어"), candidate.get_language_display(), ""),
    ]
    return [pair(label, value, lang=lang, name=name) for name, label, value, lang in rows if value]


def claim_title(kind: str, declared: Mapping[str, Any], number: int) -> str:
    """A claim in a word or two, for a list: where from, or just which one."""
    names = {
        ClaimKind.DEGREE: ("institution", "field"),
        ClaimKind.CAREER: ("employer", "title"),
        ClaimKind.LICENCE: ("name", "code"),
        ClaimKind.TRAINING: ("name",),
        ClaimKind.STATUS: ("code",),
        ClaimKind.INCOME: ("year",),
        ClaimKind.ACHIEVEMENT: ("title",),
        ClaimKind.RECOMMENDATION: ("name",),
        ClaimKind.HEADCOUNT: ("on",),
        ClaimKind.FOREIGNER: ("status",),
    }.get(ClaimKind(kind), ())
    said_names = [str(declared[name]) for name in names if declared.get(name)]
    return " · ".join(said_names) or f"{ClaimKind(kind).label} {number}"


# --- the rules' answer ------------------------------------------------------------------------
def unknowns(paths: Iterable[str], manifest: Manifest) -> list[str]:
    """What is still needed for an answer, in words, each once."""
    named = (words.fact_words(path, vocabulary=manifest.vocabulary) for path in paths)
    return list(dict.fromkeys(named))


def period_words(period: str) -> str:
    """The "10d" of a file is "10일", its "24h" "24시간"."""
    if period == clock.IMMEDIATELY:
        return _("즉시 (근무시간 3시간)")
    number = int(period[:-1])
    said = {
        "h": ngettext("%(number)d시간", "%(number)d시간", number),
        "d": ngettext("%(number)d일", "%(number)d일", number),
        "w": ngettext("%(number)d주", "%(number)d주", number),
        "m": ngettext("%(number)d개월", "%(number)d개월", number),
        "y": ngettext("%(number)d년", "%(number)d년", number),
    }[period[-1]]
    return said % {"number": number}
