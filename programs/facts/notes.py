"""What a person should know about how their facts are read. Nothing here is wrong.

Some occupation codes mean one thing in the present edition and another in a former one; a code
may be unknown to the programme; days of two jobs at once count once; a year that an average asks
for and nobody stated counts nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from programs.facts.days import parse_day
from programs.facts.problem import Problem

if TYPE_CHECKING:
    from programs.rules.nodes import Requirements

_FULL_TIME = 100


def notes(facts: dict[str, Any], requirements: Requirements) -> list[Problem]:
    """Sentences at the fields of well-formed facts, in the language of the moment."""
    job = facts.get("job", {})
    return [
        *_about_occupation(job, requirements),
        *_about_field(job, requirements),
        *_about_careers(facts),
        *_about_averages(facts, requirements),
    ]


def _about_occupation(job: dict[str, Any], requirements: Requirements) -> Iterator[Problem]:
    code, edition = job.get("occupation"), job.get("occupation_edition")
    if code is None:
        return
    known = requirements.occupation_meant(code, edition) or requirements.refusal_of(code, edition)
    if requirements.occupations and known is None:
        yield Problem(
            "job.occupation",
            _("이 프로그램의 직종 목록에 없는 코드입니다. 코드와 판을 확인해 주세요."),
        )
    own = next((one for one in requirements.occupations if one.code == code), None)
    refused = requirements.refusal_of(code)
    here = own or refused
    former = [
        (alias.edition, one)
        for one in requirements.occupations
        for alias in one.aliases
        if alias.code == code and one is not own
    ]
    for alias_edition, one in former:
        said = {
            "code": code,
            "former": one.names,
            "now": one.code,
            "here": here.names if here else "",
        }
        if edition == alias_edition:
            sentence = _(
                "이전 분류의 코드 %(code)s입니다. "
                "지금의 코드 %(now)s (%(former)s) 직종으로 판단합니다."
            )
        elif here is not None and edition in (None, here.edition):
            sentence = _(
                "코드 %(code)s의 뜻은 여기서 “%(here)s”입니다. 이전 분류에서는 "
                "“%(former)s”였습니다. 그 직종이면 지금의 코드를 골라 주세요: %(now)s."
            )
        elif here is None and edition is None:
            sentence = _(
                "이전 분류의 코드 %(code)s입니다. "
                "지금의 코드 %(now)s (%(former)s) 직종으로 판단합니다. "
                "판마다 뜻이 다를 수 있으니 확인해 주세요."
            )
        else:
            continue
        yield Problem("job.occupation", sentence % said)


def _about_field(job: dict[str, Any], requirements: Requirements) -> Iterator[Problem]:
    fields = requirements.named.get("job.technology_field")
    if fields and job.get("technology_field", next(iter(fields))) not in fields:
        yield Problem("job.technology_field", _("이 프로그램의 기술 분야 목록에 없는 코드입니다."))


def _about_careers(facts: dict[str, Any]) -> Iterator[Problem]:
    """Jobs at once that are together more than full time."""
    periods = []
    for index, item in enumerate(facts.get("careers") or ()):
        first, last = parse_day(item.get("from", "")), _end(item)
        if first is not None and last is not None:
            periods.append((index, first, last, item.get("share", 0)))
    told: set[int] = set()
    for one, other in combinations(periods, 2):
        (index, first, last, share), (later, begins, ends, more) = one, other
        if max(first, begins) <= min(last, ends) and share + more > _FULL_TIME:
            if later in told:
                continue
            told.add(later)
            yield Problem(
                f"careers[{later}].from",
                _("경력 %(first)d번과 %(second)d번의 기간이 겹칩니다. 겹친 날은 한 번만 셉니다.")
                % {"first": index + 1, "second": later + 1},
            )


def _about_averages(facts: dict[str, Any], requirements: Requirements) -> Iterator[Problem]:
    """Fewer items than a rule's average divides by."""
    from programs.rules.measures import Gathered

    asked: dict[str, Gathered] = {}
    for part in _parts((requirements.root, requirements.points)):
        if isinstance(part, Gathered) and part.how == "average" and part.newest and part.by:
            asked.setdefault(part.where.group, part)
    for group, average in asked.items():
        items = facts.get(group) or ()
        name = average.by.name if average.by else ""
        stated = {item.get(name, -index) for index, item in enumerate(items)}
        if 0 < len(stated) < (average.newest or 0):
            yield Problem(
                f"{group}[0].{average.fact.name}",
                _(
                    "평균은 최근 %(asked)d건으로 셉니다. %(stated)d건만 적었으므로 나머지는 0으로 "
                    "계산합니다."
                )
                % {"asked": average.newest, "stated": len(stated)},
            )


def _parts(value: Any) -> Iterator[Any]:
    """Every rule and measure in a tree of them."""
    if isinstance(value, tuple):
        for one in value:
            yield from _parts(one)
    elif is_dataclass(value):
        yield value
        for each in fields(value):
            yield from _parts(getattr(value, each.name))


def _end(item: dict[str, Any]) -> date | None:
    if "to" not in item:
        return None
    return date.max if item["to"] is None else parse_day(item["to"])
