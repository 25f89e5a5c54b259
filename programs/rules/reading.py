"""Reads a document's rules into nodes, noting every problem at its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from programs.facts.countries import COUNTRIES
from programs.facts.vocabulary import WHOLE_NUMBERS, Fact, FactType, Vocabulary
from programs.manifest import NOTHING, Sourced, Text
from programs.reading import SOURCING, At
from programs.rules.conditions import OPERATORS, operators_for
from programs.rules.nodes import (
    DAYS_IN_A_YEAR,
    AllOf,
    AnyOf,
    Bracket,
    Brackets,
    Compare,
    Condition,
    EvaluationDay,
    Experience,
    FigureOperand,
    Has,
    Headcount,
    Listed,
    Node,
    Not,
    Share,
    When,
    Where,
)

EVALUATION_DAY = "evaluation_day"
_COMMON = ("text", "code", *sorted(SOURCING))
_KINDS = ("all_of", "any_of", "not", "when", "fact", "has", "experience", "headcount")
_FLOORS = ("at_least", "more_than")
NO_NODE = AllOf(NOTHING, Sourced(), "", ())


@dataclass(frozen=True, slots=True)
class Words:
    """What rules may refer to: facts, the programme's own lists, national figures.

    `figures` None means that nobody knows which figures there are (a file checked alone).
    `codes` says which codes a fact may be compared with, where the programme lists them.
    """

    vocabulary: Vocabulary
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    figures: frozenset[str] | None = None
    days_in_a_year: int = DAYS_IN_A_YEAR


def read_node(place: At, words: Words) -> Node:
    """The rule at a place. Returns an empty rule where it is none, with a problem noted."""
    if not isinstance(place.value, dict):
        place.mapping()
        return NO_NODE
    kinds = [kind for kind in _KINDS if kind in place]
    if len(kinds) != 1:
        said = " and ".join(f"`{kind}`" for kind in kinds) or "none of them"
        place.problem(f"a rule with {said}, expected exactly one of: {', '.join(_KINDS)}")
        return NO_NODE
    place, sourced = place.with_sources()
    if "text" in place:
        text = place["text"].words()
    else:
        place.problem("a rule without words, expected `text: {ko: …, en: …}`")
        text = NOTHING
    code = place.optional("code", At.slug, "")
    return _READERS[kinds[0]](place, words, (text, sourced, code))


_Head = tuple[Text, Sourced, str]


def _all_of(place: At, words: Words, head: _Head) -> Node:
    place.mapping(required=("all_of",), allowed=_COMMON)
    return AllOf(*head, _children(place["all_of"], words))


def _any_of(place: At, words: Words, head: _Head) -> Node:
    place.mapping(required=("any_of",), allowed=_COMMON)
    return AnyOf(*head, _children(place["any_of"], words))


def _children(place: At, words: Words) -> tuple[Node, ...]:
    return tuple(read_node(child, words) for child in place.items(at_least=1))


def _not(place: At, words: Words, head: _Head) -> Node:
    place.mapping(required=("not",), allowed=_COMMON)
    return Not(*head, read_node(place["not"], words))


def _when(place: At, words: Words, head: _Head) -> Node:
    place.mapping(required=("when", "then"), allowed=_COMMON)
    if "then" not in place:
        return NO_NODE
    return When(*head, read_node(place["when"], words), read_node(place["then"], words))


def _fact(place: At, words: Words, head: _Head) -> Node:
    path = place["fact"].text(expected="a fact, as in job.annual_pay")
    fact = words.vocabulary.fact(path)
    if fact is None:
        if path:
            place["fact"].problem(f"unknown fact `{path}`, expected one of: {_facts(words)}")
        return NO_NODE
    operators = operators_for(fact)
    place.mapping(required=("fact",), allowed=(*_COMMON, *operators))
    asked = [name for name in operators if name in place]
    if not asked:
        place.problem(f"nothing is asked of `{path}`, expected one of: {', '.join(operators)}")
    conditions = tuple(_condition(place[name], path, fact, name, words) for name in asked)
    if sum(isinstance(one.operand, FigureOperand) for one in conditions) > 1:
        place.problem("two figures in one rule, expected a rule for each")
    return Compare(*head, path, conditions)


def _has(place: At, words: Words, head: _Head) -> Node:
    place.mapping(required=("has",), allowed=(*_COMMON, "where", "count", "expected"))
    group = place["has"].text(expected="a list of facts, as in degrees")
    known = [one.name for one in words.vocabulary.groups if one.many]
    if group not in known:
        if group:
            place["has"].problem(f"unknown list `{group}`, expected one of: {', '.join(known)}")
        return NO_NODE
    expected = place.optional("expected", At.flag, False)
    if "expected" in place and group != "degrees":
        place["expected"].problem("`expected` is about degrees, expected it there only")
    where = _where(place.get("where"), group, words, expected=expected)
    return Has(*head, where, place.optional("count", lambda at: at.whole(1, 100), 1))


def _where(place: At | None, group: str, words: Words, *, expected: bool = False) -> Where:
    """The conditions on a list's items. A degree counts once it is awarded, unless `expected`."""
    conditions: list[Condition] = []
    facts = words.vocabulary.by_name[group]
    for name, asked in place.pairs() if place is not None else ():
        fact = facts.fact(name)
        if fact is None:
            known = ", ".join(sorted(facts.by_name))
            asked.problem(f"unknown fact `{name}` of {group}, expected one of: {known}")
            continue
        conditions += _conditions_on(asked, f"{group}.{name}", fact, words)
    if group == "degrees" and not expected:
        awarded = facts.by_name["awarded_on"]
        conditions.append(Condition(awarded, "not_after", EvaluationDay()))
    return Where(group, tuple(conditions))


def _conditions_on(place: At, path: str, fact: Fact, words: Words) -> list[Condition]:
    """`related: true` asks for that value, `country: ["KOR"]` for one of these, a mapping for
    what its operators say."""
    if isinstance(place.value, list):
        return [_condition(place, path, fact, "in", words)]
    if not isinstance(place.value, dict):
        return [_condition(place, path, fact, "is", words)]
    operators = operators_for(fact)
    place.mapping(allowed=operators)
    if not place.value:
        place.problem(f"nothing is asked of `{path}`, expected one of: {', '.join(operators)}")
    return [
        _condition(asked, path, fact, name, words)
        for name, asked in place.pairs()
        if name in operators
    ]


def _condition(place: At, path: str, fact: Fact, operator: str, words: Words) -> Condition:
    takes = OPERATORS[operator].takes
    if fact.type not in OPERATORS[operator].types:
        place.problem(f"`{operator}` of `{path}`, expected: {', '.join(operators_for(fact))}")
        return Condition(fact, operator, "")
    if takes == "list":
        return Condition(fact, operator, _listed(place, words))
    if takes == "one":
        return Condition(fact, operator, _operand(place, path, fact, operator, words))
    if isinstance(place.value, list):
        values = tuple(_value(item, path, fact, words) for item in place.items(at_least=1))
    else:
        values = (_value(place, path, fact, words),)
        if operator != "starts_with":
            place.problem(f"one value for `{operator}`, expected a list")
    return Condition(fact, operator, values)


def _listed(place: At, words: Words) -> Listed:
    name = place.text(expected="the name of one of the programme's lists")
    if name and name not in words.lists:
        known = ", ".join(sorted(words.lists)) or "the programme has none"
        place.problem(f"unknown list `{name}`, expected one of: {known}")
    return Listed(name, words.lists.get(name, frozenset()))


def _operand(place: At, path: str, fact: Fact, operator: str, words: Words) -> Any:
    if isinstance(place.value, dict):
        return _figure(place, fact, operator, words)
    if fact.type is FactType.DATE and place.value == EVALUATION_DAY:
        return EvaluationDay()
    return _value(place, path, fact, words)


def _figure(place: At, fact: Fact, operator: str, words: Words) -> FigureOperand:
    place.mapping(required=("figure",), allowed=("percent", "during"))
    key = place["figure"].slug() if "figure" in place else ""
    if fact.type not in (FactType.MONEY, FactType.NUMBER):
        place.problem(f"a figure for `{fact.name}`, expected one only for money and numbers")
    if key and words.figures is not None and key not in words.figures:
        known = ", ".join(sorted(words.figures))
        place["figure"].problem(f"unknown figure `{key}`, expected one of: {known}")
    during = place.optional("during", lambda at: at.one_of(("job",)))
    if during and operator not in _FLOORS:
        place["during"].problem(f"`during` with `{operator}`, expected at_least or more_than")
    percent = place.optional("percent", lambda at: at.whole(1, 10_000), 100)
    return FigureOperand(key, percent, during_job=during == "job")


def _value(place: At, path: str, fact: Fact, words: Words) -> str | int | bool | date:
    if fact.type is FactType.YES_NO:
        return place.flag()
    if fact.type is FactType.DATE:
        return place.day()
    if fact.type in WHOLE_NUMBERS:
        return place.whole(0, 10**12)
    if fact.choices:
        return place.one_of(fact.codes)
    if fact.type is FactType.COUNTRY:
        code = place.text(expected="a country code of three letters")
        if code and code not in COUNTRIES:
            place.problem(f"`{code}`, expected an ISO 3166 code of three letters, as in KOR")
        return code
    value = place.code() if fact.type is FactType.CODE else place.text()
    allowed = words.codes.get(path)
    if value and allowed is not None and value not in allowed:
        place.problem(f"`{value}` is not on the programme's list, expected a code that is")
    return value


def _experience(place: At, words: Words, head: _Head) -> Node:
    place.mapping(required=("experience",), allowed=_COMMON)
    inner = place["experience"]
    if not inner.mapping(allowed=("years", "days", "where", "after_degree", "within")):
        return NO_NODE
    years, days = _length(inner, words)
    after = inner.get("after_degree")
    within = None
    if "within" in inner and inner["within"].mapping(allowed=("years", "days")):
        within = _length(inner["within"], words)[1]
    return Experience(
        *head,
        days=days,
        where=_where(inner.get("where"), "careers", words),
        years=years,
        after=None if after is None else _where(after, "degrees", words),
        within_days=within,
    )


def _length(place: At, words: Words) -> tuple[int | None, int]:
    """(years, days): years as written, days as counted."""
    if ("years" in place) == ("days" in place):
        place.problem("no length or two, expected either `years` or `days`")
        return None, 1
    if "days" in place:
        return None, place["days"].whole(1, 40_000)
    years = place["years"].whole(1, 100)
    return years, years * words.days_in_a_year


def _headcount(place: At, words: Words, head: _Head) -> Node:
    place.mapping(required=("headcount", "at_most"), allowed=(*_COMMON, "adding"))
    counted = _number_fact(place["headcount"], words)
    limit = place["at_most"]
    adding = place.optional("adding", lambda at: at.whole(0, 1000), 0)
    if "brackets" in limit:
        limit.mapping(required=("brackets", "of"))
        return Headcount(
            *head, counted, adding, Brackets(_number_fact(limit["of"], words), _brackets(limit))
        )
    if not limit.mapping(required=("percent", "of", "rounding")):
        return NO_NODE
    return Headcount(
        *head,
        counted,
        adding,
        Share(
            base=_number_fact(limit["of"], words),
            percent=limit["percent"].whole(0, 1000),
            rounding=limit["rounding"].one_of(("half_up", "up", "down")),
        ),
    )


def _brackets(limit: At) -> tuple[Bracket, ...]:
    """Ascending; the last one, without `up_to`, is for every larger headcount."""
    steps = []
    previous = -1
    places = list(limit["brackets"].items(at_least=1))
    for place in places:
        place.mapping(required=("limit",), allowed=("up_to",))
        up_to = place.optional("up_to", lambda at: at.whole(0, 1_000_000))
        if up_to is None and place is not places[-1]:
            place.problem("a bracket without `up_to`, expected it on the last one only")
        elif up_to is not None and up_to <= previous:
            place.problem(f"up to {up_to} after up to {previous}, expected ascending brackets")
        previous = previous if up_to is None else up_to
        steps.append(Bracket(up_to, place["limit"].whole(0, 1_000_000)))
    if steps and steps[-1].up_to is not None:
        limit["brackets"].problem("an end after the last bracket, expected one without `up_to`")
    return tuple(steps)


def _number_fact(place: At, words: Words) -> str:
    path = place.text(expected="a fact that is a number, as in employer.insured_nationals")
    fact = words.vocabulary.fact(path)
    if path and (fact is None or fact.type is not FactType.NUMBER):
        place.problem(f"`{path}`, expected a fact that is a number")
    return path


def _facts(words: Words) -> str:
    return ", ".join(
        f"{group.name}.{fact.name}"
        for group in words.vocabulary.groups
        if not group.many
        for fact in group.facts
    )


_READERS = {
    "all_of": _all_of,
    "any_of": _any_of,
    "not": _not,
    "when": _when,
    "fact": _fact,
    "has": _has,
    "experience": _experience,
    "headcount": _headcount,
}
