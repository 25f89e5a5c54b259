"""Reads a document's rules into nodes, noting every problem at its place."""

from __future__ import annotations

from programs.facts.vocabulary import FactType
from programs.reading import SOURCING, At
from programs.rules.conditions import operators_for
from programs.rules.nodes import (
    AllOf,
    AnyOf,
    Brackets,
    Compare,
    Experience,
    FigureOperand,
    Has,
    Headcount,
    Node,
    Not,
    Number,
    Share,
    SomeOf,
    When,
)
from programs.rules.reading_conditions import (
    Words,
    group_at,
    length,
    read_condition,
    read_where,
    unknown_fact,
    work,
)
from programs.rules.reading_measures import COMPARISONS, bounds, read_brackets, read_number
from programs.sourcing import NOTHING, Sourced, Text

__all__ = ["NO_NODE", "Words", "read_node"]

_COMMON = ("text", "code", *sorted(SOURCING))
NO_NODE = AllOf(NOTHING, Sourced(), "", ())


def read_node(place: At, words: Words, *, text: Text = NOTHING) -> Node:
    """The rule at a place. Returns an empty rule where it is none, with a problem noted.

    `text` is what the rule says where it has no words of its own.
    """
    if not isinstance(place.value, dict):
        place.mapping()
        return NO_NODE
    kinds = [kind for kind in _READERS if kind in place]
    if len(kinds) != 1:
        said = " and ".join(f"`{kind}`" for kind in kinds) or "none of them"
        place.problem(f"a rule with {said}, expected exactly one of: {', '.join(_READERS)}")
        return NO_NODE
    place, sourced = place.with_sources()
    if "text" in place:
        text = place["text"].words()
    elif text is NOTHING:
        place.problem("a rule without words, expected `text: {ko: …, en: …}`")
    code = place.optional("code", At.slug, "")
    return _READERS[kinds[0]](place, words, (text, sourced, code))


_Head = tuple[Text, Sourced, str]


# --- made of rules ---------------------------------------------------------------------------
def _all_of(place: At, words: Words, head: _Head) -> Node:
    place.mapping(required=("all_of",), allowed=_COMMON)
    return AllOf(*head, _children(place["all_of"], words))


def _any_of(place: At, words: Words, head: _Head) -> Node:
    place.mapping(required=("any_of",), allowed=_COMMON)
    return AnyOf(*head, _children(place["any_of"], words))


def _some_of(place: At, words: Words, head: _Head) -> Node:
    place.mapping(required=("some_of",), allowed=_COMMON)
    inner = place["some_of"]
    if not inner.mapping(required=("count", "of")) or "of" not in inner:
        return NO_NODE
    children = _children(inner["of"], words)
    count = inner["count"].whole(1, 100)
    if count > len(children):
        inner["count"].problem(f"{count} of {len(children)} rules, expected at most all of them")
    return SomeOf(*head, count, children)


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


# --- predicates ------------------------------------------------------------------------------
def _fact(place: At, words: Words, head: _Head) -> Node:
    path = place["fact"].text(expected="a fact, as in job.annual_pay")
    fact = words.vocabulary.fact(path)
    if fact is None:
        if path:
            place["fact"].problem(unknown_fact(path, words))
        return NO_NODE
    operators = operators_for(fact)
    place.mapping(required=("fact",), allowed=(*_COMMON, *operators))
    asked = [name for name in operators if name in place]
    if not asked and not place.stray:
        place.problem(f"nothing is asked of `{path}`, expected one of: {', '.join(operators)}")
    conditions = tuple(read_condition(place[name], path, fact, name, words) for name in asked)
    if sum(isinstance(one.operand, FigureOperand) for one in conditions) > 1:
        place.problem("two figures in one rule, expected a rule for each")
    return Compare(*head, path, conditions)


def _has(place: At, words: Words, head: _Head) -> Node:
    place.mapping(required=("has",), allowed=(*_COMMON, "where", "count", "expected"))
    group = group_at(place["has"], words)
    if not group:
        return NO_NODE
    expected = place.optional("expected", At.flag, False)
    if "expected" in place and group != "degrees":
        place["expected"].problem("`expected` is about degrees, expected it there only")
    where = read_where(place.get("where"), group, words, expected=expected)
    return Has(*head, where, place.optional("count", lambda at: at.whole(1, 100), 1))


def _experience(place: At, words: Words, head: _Head) -> Node:
    place.mapping(required=("experience",), allowed=_COMMON)
    inner = place["experience"]
    if not inner.mapping(allowed=("years", "days", "of", "where", "after_degree", "within")):
        return NO_NODE
    years, days = length(inner, words)
    where, after, within = work(inner, words)
    return Experience(*head, days=days, where=where, years=years, after=after, within_days=within)


def _headcount(place: At, words: Words, head: _Head) -> Node:
    place.mapping(required=("headcount", "at_most"), allowed=(*_COMMON, "adding"))
    counted = _number_fact(place["headcount"], words)
    adding = place.optional("adding", lambda at: at.whole(0, 1000), 0)
    limit = place["at_most"]
    if "brackets" in limit:
        limit.mapping(required=("brackets", "of"), allowed=("minimum", "maximum"))
        base, steps = _number_fact(limit["of"], words), read_brackets(limit["brackets"])
        return Headcount(*head, counted, adding, Brackets(base, steps, *bounds(limit)))
    if not limit.mapping(required=("percent", "of", "rounding"), allowed=("minimum", "maximum")):
        return NO_NODE
    share = Share(
        _number_fact(limit["of"], words),
        limit["percent"].whole(0, 1000),
        limit["rounding"].one_of(("half_up", "up", "down")),
        *bounds(limit),
    )
    return Headcount(*head, counted, adding, share)


def _number_fact(place: At, words: Words) -> str:
    path = place.text(expected="a fact that is a number, as in employer.insured_nationals")
    fact = words.vocabulary.fact(path)
    if path and (fact is None or fact.type is not FactType.NUMBER):
        place.problem(f"`{path}`, expected a fact that is a number")
    return path


def _number(place: At, words: Words, head: _Head) -> Node:
    place.mapping(required=("number",), allowed=(*_COMMON, *COMPARISONS))
    measure, comparisons = read_number(place, words)
    return Number(*head, measure, comparisons)


_READERS = {
    "all_of": _all_of,
    "any_of": _any_of,
    "some_of": _some_of,
    "not": _not,
    "when": _when,
    "fact": _fact,
    "has": _has,
    "experience": _experience,
    "headcount": _headcount,
    "number": _number,
}
