"""An explained tree in words: what a rule asks and what was found, in the reader's language.

Works on the stored JSON, so a decision of a year ago reads as it did then. Text and source of
each rule are in the node itself; this adds the values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from programs.facts.vocabulary import (
    ENDLESS_MONTHS,
    VOCABULARY,
    Fact,
    FactType,
    Group,
    Vocabulary,
)
from programs.nationality import nationality_name
from programs.rules.conditions import PERIODS
from programs.rules.measure_words import (
    AGE,
    WHOLE_POINTS,
    amount_words,
    day_words,
    entry_words,
    in_language,
    measure_words,
    no_end,
    number_required,
    period_words,
    phrase,
)
from programs.rules.points import TAKE_OFF
from programs.rules.truth import MET

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One rule of a tree for a page: how deep it is, its words, and whether it matters.

    `applies` is False for everything under a `when` whose condition is not met.
    """

    depth: int
    verdict: str
    kind: str
    code: str
    text: str
    observed: str
    required: str
    sources: tuple[str, ...]
    assumed: bool
    applies: bool
    reason: str = ""
    missing: tuple[str, ...] = ()


def rows(tree: Tree, *, vocabulary: Vocabulary = VOCABULARY) -> list[Row]:
    """The tree as a list, parents before children."""
    return list(_rows(tree, 0, applies=True, vocabulary=vocabulary))


def _rows(node: Tree, depth: int, *, applies: bool, vocabulary: Vocabulary) -> Iterator[Row]:
    yield Row(
        depth=depth,
        verdict=node["verdict"],
        kind=node["kind"],
        code=node["code"],
        text=in_language(node["text"]),
        observed=observed_words(node, vocabulary=vocabulary),
        required=required_words(node, vocabulary=vocabulary),
        sources=tuple(source_words(source) for source in node["source"]),
        assumed=node["assumed"],
        applies=applies,
        reason=in_language(node["reason"]["text"]) if "reason" in node else "",
        missing=tuple(fact_words(path, vocabulary=vocabulary) for path in node["missing"]),
    )
    for index, child in enumerate(node["children"]):
        still = applies and not (index == 1 and node.get("applies") == "no")
        yield from _rows(child, depth + 1, applies=still, vocabulary=vocabulary)


@dataclass(frozen=True, slots=True)
class PointRow:
    """One line of the points table: a part, a band, or the total (depth 0).

    `how` is "best_of", "sum_of" or "take_off" for a part; `verdict` is that of a band's rule.
    Points that are taken off are below zero.
    """

    depth: int
    text: str
    points: str
    worth: str
    how: str
    verdict: str
    observed: str
    required: str
    sources: tuple[str, ...]
    assumed: bool


def point_rows(tree: Tree, *, vocabulary: Vocabulary = VOCABULARY) -> list[PointRow]:
    """The points table of an explained tree as a list; empty where there is none."""
    table = tree.get("points")
    if table is None:
        return []
    found = [_point_row(table, 0, _("점수 합계"), vocabulary)]
    for part in table["parts"]:
        found += _point_rows(part, 1, vocabulary)
    return found


def _point_rows(
    entry: Tree, depth: int, vocabulary: Vocabulary, *, taken_off: bool = False
) -> Iterator[PointRow]:
    taken_off = taken_off or entry.get("how") == TAKE_OFF
    text = in_language(entry["text"])
    yield _point_row(entry, depth, text, vocabulary, taken_off=taken_off)
    for inner in entry.get("entries", ()):
        yield from _point_rows(inner, depth + 1, vocabulary, taken_off=taken_off)


def _point_row(
    entry: Tree, depth: int, text: str, vocabulary: Vocabulary, *, taken_off: bool = False
) -> PointRow:
    observed = required = worth = ""
    if entry["kind"] == "for_each":
        observed = measure_words(entry["observed"])
    elif "verdict" in entry:
        observed = observed_words(entry, vocabulary=vocabulary)
        required = required_words(entry, vocabulary=vocabulary)
    if "points" in entry:
        worth = amount_words(-entry["points"] if taken_off else entry["points"], "points")
    return PointRow(
        depth=depth,
        text=text,
        points=entry_words(entry, taken_off=taken_off),
        worth=worth,
        how=entry.get("how", ""),
        verdict=entry.get("verdict", ""),
        observed=observed,
        required=required,
        sources=tuple(source_words(source) for source in entry["source"]),
        assumed=entry["assumed"],
    )


def source_words(source: dict[str, Any]) -> str:
    title = in_language(source["title"])
    return f"{title}, {source['where']}" if source["where"] else title


def fact_words(path: str, *, vocabulary: Vocabulary = VOCABULARY) -> str:
    """The name of a fact that is missing: "careers[0].related" as "경력 1: 직무 관련 경력"."""
    if path.startswith("figure:"):
        return _("아직 발표되지 않은 기준값")
    group_name, dot, name = path.partition(".")
    group_name, bracket, index = group_name.partition("[")
    group = vocabulary.group(group_name)
    if group is None:
        return path
    fact = group.fact(name) if dot else None
    if fact is None:
        return str(group.label)
    if not bracket:
        return str(fact.label)
    return f"{group.label} {int(index.rstrip(']')) + 1}: {fact.label}"


def observed_words(node: Tree, *, vocabulary: Vocabulary = VOCABULARY) -> str:
    """What was found, or an empty string for a rule made of rules."""
    seen = node["observed"]
    match node["kind"]:
        case "fact":
            fact = vocabulary.fact(node["fact"])
            if seen is None and node["missing"]:
                return pgettext("fact", "알 수 없음")
            if "name" in node:
                return _named(in_language(node["name"]), seen, fact)
            if seen is None:
                return no_end() if fact is not None and fact.nullable else ""
            return value_words(seen, fact)
        case "has":
            if seen is None:
                return pgettext("fact", "알 수 없음")
            if len(seen) == 1 and node["verdict"] != MET:
                said = _item_words(seen[0], vocabulary.group(node["group"]))
                if said:
                    return said
            met = sum(item["verdict"] == "met" for item in seen)
            return _("%(all)d건 가운데 %(met)d건 해당") % {"all": len(seen), "met": met}
        case "experience":
            return _experience(seen)
        case "headcount":
            return _headcount(node)
        case "number":
            floors = set(node["required"]) <= {"at_least", "more_than"}
            return measure_words(seen, settled=floors and node["verdict"] == MET)
        case "some_of":
            return _("%(all)d가지 가운데 %(met)d가지 충족") % {
                "all": node["required"]["of"],
                "met": seen["met"],
            }
    return ""


def required_words(node: Tree, *, vocabulary: Vocabulary = VOCABULARY) -> str:
    """What is asked, or an empty string for a rule made of rules."""
    asked = node["required"]
    match node["kind"]:
        case "fact":
            return _conditions(asked, vocabulary.fact(node["fact"]), node.get("called", {}))
        case "has":
            count = asked["count"]
            return ngettext("%(count)d건 이상", "%(count)d건 이상", count) % {"count": count}
        case "experience" if "years" in asked:
            years, days = (amount_words(asked[unit], unit) for unit in ("years", "days"))
            return phrase("at_least", f"{years} ({days})")
        case "experience":
            return phrase("at_least", amount_words(asked["days"], "days"))
        case "number":
            return number_required(node, vocabulary=vocabulary)
        case "some_of":
            count = asked["count"]
            return ngettext("%(count)d가지 이상", "%(count)d가지 이상", count) % {"count": count}
        case "headcount" if asked["at_most"] is None:
            return ""
        case "headcount":
            return _("%(people)d명 이하") % {"people": asked["at_most"]}
    return ""


def value_words(value: Any, fact: Fact | None) -> str:
    """A fact's value as people write it."""
    if isinstance(value, bool):
        return pgettext("answer", "예") if value else pgettext("answer", "아니요")
    if value is None:
        return pgettext("period", "계속")
    if fact is None:
        return str(value)
    if fact.name == "months" and value == ENDLESS_MONTHS:
        return no_end()
    if fact.choices:
        return next((str(c.label) for c in fact.choices if c.code == value), str(value))
    if fact.type is FactType.COUNTRY:
        return nationality_name(value, (get_language() or "ko")[:2])
    if fact.type is FactType.DATE:
        return day_words(value)
    if not isinstance(value, int):
        return str(value)
    if fact.type is FactType.MONEY:
        return amount_words(value, "won")
    if fact.unit == "points":
        return amount_words(value, WHOLE_POINTS)
    return amount_words(value, AGE if fact.derived and fact.name == "age" else fact.unit)


def _named(name: str, code: str, fact: Fact | None) -> str:
    """An occupation goes by its code as well; other codes are the programme's own affair."""
    return f"{name} ({code})" if fact is not None and fact.listed == "occupations" else name


def _item_words(item: dict[str, Any], group: Group | None) -> str:
    """The values of a list's item that were asked about: "석사, 직무 관련 전공: 아니요"."""
    said = []
    for name, value in item.items():
        fact = None if group is None else group.fact(name)
        if fact is None:
            continue
        if value is None and name != "to":
            said.append(f"{fact.label}: {no_end()}")
        elif isinstance(value, bool) or (isinstance(value, int) and fact.unit in ("", "points")):
            said.append(f"{fact.label}: {value_words(value, fact)}")
        else:
            said.append(value_words(value, fact))
    return ", ".join(said)


def _conditions(asked: dict[str, Any], fact: Fact | None, called: dict[str, dict[str, str]]) -> str:
    phrases = []
    for operator, operand in asked.items():
        if operator in ("figure", "fact"):
            continue
        if operator in PERIODS:
            phrases.append(period_words(operator, operand))
            continue
        if operator == "listed":
            phrases.append(_("프로그램의 목록에 있음"))
            continue
        if operand is None:
            phrases.append(_("아직 발표되지 않은 기준값"))
            continue
        values = operand if isinstance(operand, list) else [operand]
        said = ", ".join(
            _named(in_language(called[value]), value, fact)
            if value in called
            else value_words(value, fact)
            for value in values
        )
        phrases.append(phrase(operator, said))
    if (other := asked.get("fact")) is not None:
        phrases.append(f"({fact_words(other)})")
    if names := asked.get("figure", {}).get("names"):
        percent = asked["figure"]["percent"]
        share = "" if percent == 100 else f" × {percent} %"
        phrases.append(f"({in_language(names)}{share})")
    return " ".join(phrases)


def _experience(seen: dict[str, Any] | None) -> str:
    if seen is None:
        return pgettext("fact", "알 수 없음")
    years, months, days = (amount_words(seen[unit], unit) for unit in ("years", "months", "days"))
    said = f"{years} {months} ({days})"
    if seen["days_at_most"] > seen["days"]:
        most = amount_words(seen["days_at_most"], "days")
        said += " " + _("확인되면 최대 %(days)s") % {"days": most}
    return said


def _headcount(node: Tree) -> str:
    seen, adding = node["observed"], node["required"]["adding"]
    if seen["counted"] is None or seen["base"] is None:
        return pgettext("fact", "알 수 없음")
    return _("외국인 %(counted)d명 + %(adding)d명, 기준 인원 %(base)d명") % {
        **seen,
        "adding": adding,
    }
