"""Reads what a rule asks of a fact, or of the items of a list, into conditions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from programs.facts.countries import COUNTRIES
from programs.facts.vocabulary import WHOLE_NUMBERS, Fact, FactType, Vocabulary
from programs.reading import At, did_you_mean, some, unknown
from programs.rules.conditions import AHEAD, OPERATORS, operators_for
from programs.rules.nodes import (
    DAYS_IN_A_YEAR,
    Ago,
    Condition,
    EvaluationDay,
    FactOperand,
    FigureOperand,
    Listed,
    Where,
)
from programs.sourcing import Text

EVALUATION_DAY = "evaluation_day"
OWN = "own"  # the group of the facts that a programme declares itself
# The lists whose items last from one day to another, and whose days can be counted.
PERIODS = ("careers", "statuses")
_FLOORS = ("at_least", "more_than")


@dataclass(frozen=True, slots=True)
class Words:
    """What rules may refer to: facts, the programme's own lists, national figures, the parts of
    its points table (None: points may not be asked for here).

    `figures` None means that nobody knows which figures there are (a file checked alone).
    `codes` says which codes a fact may be compared with, where the programme lists them;
    `names` what a list calls its codes.
    """

    vocabulary: Vocabulary
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    figures: frozenset[str] | None = None
    days_in_a_year: int = DAYS_IN_A_YEAR
    names: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)
    parts: frozenset[str] | None = frozenset()
    # The same words about the same list are the same object, so that they are judged once.
    known: dict[str, Where] = field(default_factory=dict, compare=False)


# --- lists -----------------------------------------------------------------------------------
def group_at(place: At, words: Words) -> str:
    """The list of facts named at a place, or nothing with a problem noted."""
    group = place.text(expected="a list of facts, as in degrees")
    known = [one.name for one in words.vocabulary.groups if one.many]
    if group in known:
        return group
    if group:
        place.problem(unknown("list", group, known))
    return ""


def read_where(place: At | None, group: str, words: Words, *, expected: bool = False) -> Where:
    """The conditions on a list's items. A degree counts once it is awarded, unless `expected`."""
    found = len(place.notes.problems) if place is not None else 0
    where = _where(place, group, words)
    if group == "degrees" and not expected:
        awarded = words.vocabulary.by_name[group].by_name["awarded_on"]
        day = Condition(awarded, "not_after", EvaluationDay())
        where = Where(group, (*where.conditions, day), where.options)
    if place is not None and len(place.notes.problems) > found:
        return where
    said = json.dumps([group, expected, place.value if place is not None else {}], sort_keys=True)
    return words.known.setdefault(said, where)


def _where(place: At | None, group: str, words: Words) -> Where:
    conditions: list[Condition] = []
    options: list[Where] = []
    facts = words.vocabulary.by_name[group]
    for name, asked in place.pairs() if place is not None else ():
        if name == "any_of":
            options += [_where(option, group, words) for option in asked.items(at_least=1)]
            continue
        fact = facts.fact(name)
        if fact is None:
            meant = did_you_mean(name, facts.by_name)
            known = some(name, sorted(facts.by_name))
            asked.problem(f"unknown fact `{name}` of {group}{meant}, expected any_of or {known}")
            continue
        conditions += _conditions_on(asked, f"{group}.{name}", fact, words)
    return Where(group, tuple(conditions), tuple(options))


def _conditions_on(place: At, path: str, fact: Fact, words: Words) -> list[Condition]:
    """`related: true` asks for that value, `country: ["KOR"]` for one of these, a mapping for
    what its operators say."""
    if isinstance(place.value, list):
        return [read_condition(place, path, fact, "in", words)]
    if not isinstance(place.value, dict) or "fact" in place:
        return [read_condition(place, path, fact, "is", words)]
    operators = operators_for(fact)
    place.mapping(allowed=operators)
    if not place.value:
        place.problem(f"nothing is asked of `{path}`, expected one of: {', '.join(operators)}")
    return [
        read_condition(asked, path, fact, name, words)
        for name, asked in place.pairs()
        if name in operators
    ]


# --- one condition ---------------------------------------------------------------------------
def read_condition(place: At, path: str, fact: Fact, operator: str, words: Words) -> Condition:
    takes = OPERATORS[operator].takes
    if fact.type not in OPERATORS[operator].types:
        place.problem(f"`{operator}` of `{path}`, expected: {', '.join(operators_for(fact))}")
        return Condition(fact, operator, FactOperand(""))
    if takes == "list":
        return Condition(fact, operator, _listed(place, words))
    if takes == "period":
        return Condition(fact, operator, replace(ago(place), ahead=operator in AHEAD))
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
        place.problem(unknown("list", name, sorted(words.lists)))
    return Listed(name, words.lists.get(name, frozenset()), words.names.get(name, {}))


def ago(place: At) -> Ago:
    """{months: 24}, {years: 2} or {days: 90}, from the day of evaluation."""
    units = ("years", "months", "days")
    if not place.mapping(allowed=units):
        return Ago()
    said = [unit for unit in units if unit in place]
    if len(said) != 1:
        place.problem("no length or more than one, expected one of `years`, `months`, `days`")
        return Ago()
    if said == ["days"]:
        return Ago(days=place["days"].whole(1, 40_000))
    number = place[said[0]].whole(1, 1200 if said == ["months"] else 100)
    return Ago(months=number * (12 if said == ["years"] else 1))


def _operand(place: At, path: str, fact: Fact, operator: str, words: Words) -> Any:
    if isinstance(place.value, dict):
        if "fact" in place:
            return _other_fact(place, path, fact, words)
        return figure_operand(place, fact, operator, words)
    if fact.type is FactType.DATE and place.value == EVALUATION_DAY:
        return EvaluationDay()
    return _value(place, path, fact, words)


def _other_fact(place: At, path: str, fact: Fact, words: Words) -> FactOperand:
    place.mapping(required=("fact",))
    other_path = place["fact"].text(expected="a fact, as in job.from")
    other = words.vocabulary.fact(other_path)
    if other is None:
        if other_path:
            place["fact"].problem(unknown_fact(other_path, words))
    elif (other.type, other.codes) != (fact.type, fact.codes):
        place["fact"].problem(
            f"`{other_path}` is a {other.type}, expected a {fact.type} as `{path}` is"
        )
    elif other_path == path:
        place["fact"].problem(f"`{path}` against itself, expected another fact")
    return FactOperand(other_path)


def figure_operand(place: At, fact: Fact, operator: str, words: Words) -> FigureOperand:
    if fact.type not in (FactType.MONEY, FactType.NUMBER):
        place.problem(f"a figure for `{fact.name}`, expected one only for money and numbers")
    figure = read_figure(place, words)
    if figure.during_job and operator not in _FLOORS:
        place["during"].problem(f"`during` with `{operator}`, expected at_least or more_than")
    return figure


def read_figure(place: At, words: Words) -> FigureOperand:
    """{figure: key, percent: 80, during: job}."""
    place.mapping(required=("figure",), allowed=("percent", "during"))
    key = place["figure"].slug() if "figure" in place else ""
    if key and words.figures is not None and key not in words.figures:
        place["figure"].problem(unknown("figure", key, sorted(words.figures)))
    during = place.optional("during", lambda at: at.one_of(("job",)))
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
    # A code that could not be read may be the one that is meant: it has been told.
    if value and allowed is not None and value not in allowed and "" not in allowed:
        named = f" `{fact.listed}`" if fact.listed in words.lists else ""
        # Numbers that differ by a digit are no slips of each other.
        meant, known = did_you_mean(value, allowed, cutoff=0.8), some(value, sorted(allowed))
        place.problem(f"`{value}` is not on the programme's list{named}{meant}, expected {known}")
    return value


def unknown_fact(path: str, words: Words) -> str:
    """The sentence about a fact there is not: those of the group that was meant come first."""
    group = path.partition(".")[0]
    known = [
        f"{one.name}.{fact.name}"
        for one in sorted(words.vocabulary.groups, key=lambda one: one.name != group)
        if not one.many
        for fact in one.facts
    ]
    if group != OWN:
        return unknown("fact", path, known)
    own = [name for name in known if name.startswith(f"{OWN}.")]
    declared = some(path, own) if own else "none is declared yet"
    meant = did_you_mean(path, own)
    return f"unknown fact `{path}`{meant}, expected you to declare it under `facts`: {declared}"


# --- experience ------------------------------------------------------------------------------
def length(place: At, words: Words) -> tuple[int | None, int]:
    """(years, days): years as written, days as counted."""
    if ("years" in place) == ("days" in place):
        if not place.stray:
            place.problem("no length or two, expected either `years` or `days`")
        return None, 1
    if "days" in place:
        return None, place["days"].whole(1, 40_000)
    years = place["years"].whole(1, 100)
    return years, years * words.days_in_a_year


def work(place: At, words: Words) -> tuple[Where, Where | None, int | None]:
    """(the periods that count, the degrees after which they do, how many days back they may be)
    of an `experience`, whose keys the caller has looked at. `of: statuses` counts days of stay
    instead of days of work."""
    within = None
    periods = place.optional("of", lambda at: at.one_of(PERIODS), "careers")
    if "within" in place and place["within"].mapping(allowed=("years", "days")):
        within = length(place["within"], words)[1]
    after = place.get("after_degree")
    return (
        read_where(place.get("where"), periods, words),
        None if after is None else read_where(after, "degrees", words),
        within,
    )
