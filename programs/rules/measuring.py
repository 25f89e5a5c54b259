"""Measures judged: each as the least and the most it can be, with its explanation.

What is unknown makes an interval; a measure is exact where both ends are the same. Facts are
never negative, so an unknown one lies between nothing (or its own minimum) and infinity (or its
own maximum). An interval is never too narrow: whatever becomes known later lies in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from math import inf
from typing import Any

from programs.facts.vocabulary import Fact
from programs.rules import headcount
from programs.rules.answers import ABSENT, Answer, Match, answer
from programs.rules.gathering import gathered
from programs.rules.judge import Judge
from programs.rules.lists import worked_explained
from programs.rules.measures import (
    Combined,
    Count,
    DaysSince,
    FactValue,
    FigureValueOf,
    Fixed,
    FixedPoints,
    Gathered,
    Measure,
    Per,
    Percent,
    PointsOf,
    Scaled,
    Stepped,
    Times,
    Worked,
)
from programs.rules.nodes import Bracket, Number
from programs.rules.scoring import points_of
from programs.rules.truth import Truth, every

HUNDREDTHS = 100


@dataclass(frozen=True, slots=True)
class Measured:
    """`said` explains it as JSON: {"kind", "unit", "least", "most" (null: no limit), …}."""

    least: float
    most: float
    missing: tuple[str, ...]
    said: dict[str, Any]

    @property
    def exact(self) -> bool:
        return self.least == self.most


def measured(judge: Judge, measure: Measure) -> Measured:
    known = judge.remembered.get(id(measure))
    if known is None:
        known = judge.remembered[id(measure)] = _KINDS[type(measure)](judge, measure)
    return known


def _made(
    kind: str,
    measure: Measure,
    least: float,
    most: float,
    missing: tuple[str, ...] = (),
    **said: Any,
) -> Measured:
    return Measured(
        least,
        most,
        missing,
        {"kind": kind, "unit": measure.unit, "least": shown(least), "most": shown(most), **said},
    )


def shown(edge: float) -> int | None:
    """An end of an interval as JSON: null where there is none."""
    return None if edge in (inf, -inf) else int(edge)


# --- simple measures -------------------------------------------------------------------------
def _fixed(_judge: Judge, measure: Fixed | FixedPoints) -> Measured:
    return _made("fixed", measure, measure.value, measure.value)


def _scaled(judge: Judge, measure: Scaled) -> Measured:
    of = measured(judge, measure.of)
    return _made(
        "scaled", measure, of.least * HUNDREDTHS, of.most * HUNDREDTHS, of.missing, of=of.said
    )


def _fact(judge: Judge, measure: FactValue) -> Measured:
    seen = judge.seen(measure.path)
    if seen is ABSENT:
        least, most = possible(measure.fact)
        return _made("fact", measure, least, most, judge.ask_for(measure.path), fact=measure.path)
    return _made("fact", measure, seen, seen, fact=measure.path)


def possible(fact: Fact) -> tuple[float, float]:
    """What an unknown number may be."""
    return (
        0 if fact.minimum is None else fact.minimum,
        inf if fact.maximum is None else fact.maximum,
    )


def _figure(judge: Judge, measure: FigureValueOf) -> Measured:
    value, figure, missing = judge.figure(measure.operand)
    if value is ABSENT:
        return _made("figure", measure, 0, inf, missing, figure=figure)
    # It may still rise with the contract's dates.
    return _made("figure", measure, value, inf if missing else value, missing, figure=figure)


def _worked(judge: Judge, measure: Worked) -> Measured:
    found, observed, missing = worked_explained(
        judge, measure.where, measure.after, measure.within_days
    )
    exact = found.days == found.days_at_most
    about: dict[str, Any] = {"group": measure.where.group, "where": judge.said(measure.where)}
    if measure.after is not None:
        about["after"] = judge.said(measure.after)
    return _made(
        "experience",
        measure,
        found.days,
        found.days_at_most,
        () if exact else tuple(missing),
        observed=observed,
        **about,
    )


def _days_since(judge: Judge, measure: DaysSince) -> Measured:
    seen = judge.seen(measure.path)
    if seen is ABSENT:
        asked = judge.ask_for(measure.path)
        return _made("days_since", measure, 0, inf, asked, fact=measure.path)
    # An open end is later than any day.
    days = 0 if seen is None else max((judge.on - date.fromisoformat(seen)).days, 0)
    return _made("days_since", measure, days, days, fact=measure.path)


def _points(judge: Judge, measure: PointsOf) -> Measured:
    least, most, missing = points_of(judge, measure.part)
    return _made("points", measure, least, most, missing, part=measure.part)


# --- lists -----------------------------------------------------------------------------------
def _count(judge: Judge, measure: Count) -> Measured:
    about = {"group": measure.where.group, "where": judge.said(measure.where)}
    matches = judge.matches(measure.where)
    if matches is None:
        return _made("count", measure, 0, inf, (measure.where.group,), **about)
    sure = sum(match.truth is True for match in matches)
    maybe = sum(match.truth is None for match in matches)
    missing = tuple(path for match in matches for path in match.missing)
    return _made("count", measure, sure, sure + maybe, missing, **about)


def _gathered(judge: Judge, measure: Gathered) -> Measured:
    about: dict[str, Any] = {
        "group": measure.where.group,
        "name": measure.fact.name,
        "where": judge.said(measure.where),
    }
    if measure.newest is not None and measure.by is not None:
        about |= {"newest": measure.newest, "by": measure.by.name}
    matches = judge.matches(measure.where)
    if matches is None:
        return _made(measure.how, measure, 0, inf, (measure.where.group,), **about)
    least, most, missing = gathered(measure, matches, possible(measure.fact))
    if least == inf:
        about["none"] = True
    elif least != most and measure.how != "smallest" and _any_unsaid(measure, matches):
        about["open"] = True
    return _made(measure.how, measure, least, most, missing, **about)


def _any_unsaid(measure: Gathered, matches: list[Match]) -> bool:
    """Whether nobody has said the number of an item that may count: then nothing but the fact's
    own maximum limits the whole."""
    return any(
        match.truth is not False and measure.fact.name not in match.item for match in matches
    )


# --- made of others --------------------------------------------------------------------------
def _percent(judge: Judge, measure: Percent) -> Measured:
    def share(value: float) -> float:
        return _proportion(measure, value, measure.percent, 100)

    of = measured(judge, measure.of)
    return _made(
        "percent",
        measure,
        share(of.least),
        share(of.most),
        of.missing,
        percent=measure.percent,
        rounding=measure.rounding,
        **_bounds(measure),
        of=of.said,
    )


def _per(judge: Judge, measure: Per) -> Measured:
    def share(value: float) -> float:
        return _proportion(measure, value, measure.give, measure.per * HUNDREDTHS)

    of = measured(judge, measure.of)
    return _made(
        "per",
        measure,
        share(of.least),
        share(of.most),
        of.missing,
        per=measure.per,
        give=measure.give,
        rounding=measure.rounding,
        **_bounds(measure),
        of=of.said,
    )


def _proportion(measure: Percent | Per, value: float, times: int, divisor: int) -> float:
    if value in (inf, -inf):
        found = value if times else 0
    else:
        found = headcount.rounded(int(value) * times, divisor, measure.rounding)
    if measure.minimum is not None:
        found = max(found, measure.minimum)
    return found if measure.maximum is None else min(found, measure.maximum)


def _bounds(measure: Percent | Per) -> dict[str, int]:
    bounds = {"minimum": measure.minimum, "maximum": measure.maximum}
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _times(judge: Judge, measure: Times) -> Measured:
    def taken(value: float) -> float:
        return value * measure.times if measure.times else 0

    of = measured(judge, measure.of)
    least, most = taken(of.least), taken(of.most)
    missing = () if least == most else of.missing
    return _made("times", measure, least, most, missing, times=measure.times, of=of.said)


def _stepped(judge: Judge, measure: Stepped) -> Measured:
    of = measured(judge, measure.of)
    reached = [step.limit for step in _reached(measure.steps, of.least, of.most)]
    return _made("brackets", measure, min(reached), max(reached), of.missing, of=of.said)


def _reached(steps: tuple[Bracket, ...], least: float, most: float) -> list[Bracket]:
    """The brackets into which some number between the two falls."""
    found, above = [], -inf
    for step in steps:
        if (step.up_to is None or step.up_to >= least) and above < most:
            found.append(step)
        above = inf if step.up_to is None else step.up_to
    return found or [steps[-1]]


def _less(value: float, by: float, unknown: float) -> float:
    """The difference; of two that have no limit nobody knows."""
    return unknown if value == by and value in (inf, -inf) else value - by


def _joined(how: str, values: list[float]) -> float:
    if how == "plus":
        return sum(values)
    return max(values) if how == "highest" else min(values)


def _combined(judge: Judge, measure: Combined) -> Measured:
    parts = [measured(judge, part) for part in measure.parts]
    if measure.how == "minus":
        first, second = parts
        least, most = _less(first.least, second.most, -inf), _less(first.most, second.least, inf)
    else:
        least = _joined(measure.how, [part.least for part in parts])
        most = _joined(measure.how, [part.most for part in parts])
    missing = tuple(path for part in parts if not part.exact for path in part.missing)
    return _made(
        measure.how,
        measure,
        least,
        most,
        () if least == most else missing,
        parts=[part.said for part in parts],
    )


_KINDS: dict[type[Measure], Callable[[Judge, Any], Measured]] = {
    Fixed: _fixed,
    FixedPoints: _fixed,
    Scaled: _scaled,
    FactValue: _fact,
    FigureValueOf: _figure,
    Worked: _worked,
    DaysSince: _days_since,
    Times: _times,
    PointsOf: _points,
    Count: _count,
    Gathered: _gathered,
    Percent: _percent,
    Per: _per,
    Stepped: _stepped,
    Combined: _combined,
}


# --- the rule --------------------------------------------------------------------------------
def compared(operator: str, seen: Measured, asked: Measured) -> Truth:
    """What holds for every number that the two can be."""
    match operator:
        case "at_least":
            return _order(seen.least >= asked.most, seen.most >= asked.least)
        case "at_most":
            return _order(seen.most <= asked.least, seen.least <= asked.most)
        case "more_than":
            return _order(seen.least > asked.most, seen.most > asked.least)
        case "less_than":
            return _order(seen.most < asked.least, seen.least < asked.most)
    same = seen.exact and asked.exact and seen.least == asked.least
    return _order(same, seen.least <= asked.most and asked.least <= seen.most)


def _order(sure: bool, possible: bool) -> Truth:
    return True if sure else None if possible else False


def explain_number(judge: Judge, node: Number) -> Answer:
    seen = measured(judge, node.measure)
    asked = [(operator, measured(judge, other)) for operator, other in node.comparisons]
    truths = [compared(operator, seen, other) for operator, other in asked]
    missing = [path for one in (seen, *(other for _name, other in asked)) for path in one.missing]
    return answer(
        node,
        "number",
        every(truths),
        observed=seen.said,
        required={operator: other.said for operator, other in asked},
        missing=missing,
    )


def number(judge: Judge, node: Number) -> Truth:
    seen = measured(judge, node.measure)
    return every(
        compared(operator, seen, measured(judge, other)) for operator, other in node.comparisons
    )
