"""Whether facts are well-formed: known keys, right types, possible values.

Every problem is found at once and said to the person at the field. Whether the facts are
enough, or good enough, is for the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from programs.facts.countries import COUNTRIES
from programs.facts.days import FIRST_YEAR, LAST_YEAR, parse_day
from programs.facts.plausible import contradictions
from programs.facts.problem import Problem
from programs.facts.vocabulary import (
    VOCABULARY,
    WHOLE_NUMBERS,
    Fact,
    FactType,
    Group,
    Vocabulary,
)

__all__ = ["FIRST_YEAR", "LAST_YEAR", "Problem", "parse_day", "validate", "value_problem"]

MOST_MONEY = 100_000_000_000
MOST_ITEMS = 200
LONGEST_TEXT = 500
LONGEST_CODE = 64
_CODE = re.compile(r"[\w./()-]+(?: [\w./()-]+)*")
# NUL, other control characters and lone surrogates: no database or page can hold them.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# A period must not end before it begins.
_PERIODS = {
    "job": ("from", "to"),
    "careers": ("from", "to"),
    "statuses": ("from", "to"),
    "licences": ("awarded_on", "valid_until"),
}


def validate(
    facts: Any, *, vocabulary: Vocabulary = VOCABULARY, on: date | None = None
) -> list[Problem]:
    """Every problem in the facts, in their order; empty when they are well-formed.

    With `on`, what cannot have happened by that day is a problem too.
    """
    if not isinstance(facts, dict):
        return [Problem("", _("사실은 이름과 값의 묶음(JSON 객체)이어야 합니다."))]
    return list(_problems(facts, vocabulary, on))


def _problems(facts: dict, vocabulary: Vocabulary, on: date | None) -> Iterator[Problem]:
    for name, value in facts.items():
        group = vocabulary.group(name) if isinstance(name, str) else None
        if group is None:
            yield Problem(_shown(name), _("알 수 없는 항목입니다."))
        elif not group.many:
            yield from _object(value, group, group.name)
        elif not isinstance(value, list):
            yield Problem(group.name, _("목록이어야 합니다. 없으면 빈 목록으로 적어 주세요."))
        elif len(value) > MOST_ITEMS:
            yield Problem(group.name, _("항목은 %(most)d개까지입니다.") % {"most": MOST_ITEMS})
        else:
            for index, item in enumerate(value):
                yield from _object(item, group, f"{group.name}[{index}]")
    yield from contradictions(facts, vocabulary=vocabulary, on=on)


def _object(value: Any, group: Group, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(path, _("이름과 값의 묶음이어야 합니다."))
        return
    broken = False
    for name, inner in value.items():
        fact = group.fact(name) if isinstance(name, str) else None
        where = f"{path}.{_shown(name)}"
        if fact is None:
            yield Problem(where, _("알 수 없는 항목입니다."))
        elif fact.derived:
            yield Problem(where, _("다른 값에서 계산하는 항목이므로 직접 적을 수 없습니다."))
        elif sentence := value_problem(inner, fact):
            broken = True
            yield Problem(where, sentence)
    if not broken and group.name in _PERIODS:
        first, last = (value.get(name) for name in _PERIODS[group.name])
        if first is not None and last is not None and last < first:
            yield Problem(f"{path}.{_PERIODS[group.name][1]}", _("종료일이 시작일보다 빠릅니다."))


def value_problem(value: Any, fact: Fact) -> str:
    """What is wrong with a value for this fact, or an empty string."""
    if value is None:
        if fact.nullable:
            return ""
        return _("값이 비어 있습니다. 모르면 항목을 빼 주세요.")
    if fact.type is FactType.YES_NO:
        return "" if isinstance(value, bool) else _("예(true) 또는 아니요(false)여야 합니다.")
    if fact.type in WHOLE_NUMBERS:
        return _number_problem(value, fact)
    if not isinstance(value, str):
        return _("글자여야 합니다.")
    if _UNPRINTABLE.search(value):
        return _("쓸 수 없는 글자가 들어 있습니다.")
    return _text_problem(value, fact)


def _number_problem(value: Any, fact: Fact) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return _("정수여야 합니다.")
    lowest = 0 if fact.minimum is None else fact.minimum
    highest = MOST_MONEY if fact.maximum is None else fact.maximum
    if not lowest <= value <= highest:
        return _("%(lowest)d 이상 %(highest)d 이하여야 합니다.") % {
            "lowest": lowest,
            "highest": highest,
        }
    return ""


def _text_problem(value: str, fact: Fact) -> str:
    match fact.type:
        case FactType.DATE:
            return "" if parse_day(value) else _("YYYY-MM-DD 형식의 실제 날짜여야 합니다.")
        case FactType.COUNTRY:
            if value not in COUNTRIES:
                return _("ISO 3166의 세 글자 국가 코드여야 합니다. 예: KOR")
        case FactType.CHOICE | FactType.LEVEL:
            if value not in fact.codes:
                return _("다음 가운데 하나여야 합니다: %(codes)s") % {
                    "codes": ", ".join(fact.codes)
                }
        case FactType.CODE:
            if len(value) > LONGEST_CODE or not _CODE.fullmatch(value):
                return _("코드는 글자와 숫자로 %(most)d자까지입니다.") % {"most": LONGEST_CODE}
        case _:
            if len(value) > LONGEST_TEXT:
                return _("%(most)d자까지 쓸 수 있습니다.") % {"most": LONGEST_TEXT}
    return ""


def _shown(name: Any) -> str:
    """A stranger's key, fit to be shown in a message."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", str(name))[:60]
