"""Rules about lists of facts: that there is such an item, and how long work has lasted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf
from typing import Any

from programs.facts.days import FIRST_YEAR
from programs.rules.answers import Answer, Match, all_missing, answer
from programs.rules.experience import (
    FULL_TIME,
    Stretch,
    hundredths_of_days,
    years_and_months,
)
from programs.rules.judge import Judge
from programs.rules.nodes import Experience, Has, Where
from programs.rules.truth import Truth, at_least, word

_FIRST_DAY = date(FIRST_YEAR, 1, 1)
_FULL_DAY = 100  # hundredths
_SHARED = "careers"  # the only list whose periods may be part-time


# --- has -----------------------------------------------------------------------------------
def explain_has(judge: Judge, node: Has) -> Answer:
    group = node.where.group
    required = {"count": node.count, "where": judge.said(node.where)}
    matches = judge.matches(node.where)
    if matches is None:
        truth, tree = answer(node, "has", None, required=required, missing=[group])
    else:
        truth, tree = answer(
            node,
            "has",
            at_least(node.count, [match.truth for match in matches]),
            observed=[{"verdict": word(match.truth), **match.shown} for match in matches],
            required=required,
            missing=all_missing(matches),
        )
    tree["group"] = group
    return truth, tree


def has(judge: Judge, node: Has) -> Truth:
    items = judge.truths(node.where)
    if items is None:
        return None
    return at_least(node.count, [truth for truth, _item in items])


# --- experience ----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Span:
    """Worked time in hundredths of a day: what is certain, and the most that is possible.
    `since`: the first day that counts for certain, where there is one."""

    least: int
    most: float
    since: date | None

    @property
    def days(self) -> int:
        return self.least // _FULL_DAY

    @property
    def days_at_most(self) -> float:
        """Whole days; infinite where nothing is known."""
        return self.most if self.most == inf else int(self.most) // _FULL_DAY


Items = Iterable[tuple[Truth, dict[str, Any]]]


def span(
    judge: Judge, careers: Items | None, *, after: Items | Where | None, within_days: int | None
) -> Span:
    """`careers` and the degrees `after` which work counts, judged; None: nobody knows them. A
    `Where` in place of degrees means that no degree is asked for."""
    sure_since, maybe_since = _since(judge, after, within_days)
    if careers is None:
        return Span(0, 0 if maybe_since is None else inf, sure_since)
    least = most = 0
    careers = list(careers)
    if sure_since is not None:
        sure = [_certain(item, judge.on) for truth, item in careers if truth]
        least = hundredths_of_days(filter(None, sure), since=sure_since, until=judge.on)
    if maybe_since is not None:
        if sure_since == maybe_since and all(_settled(truth, item) for truth, item in careers):
            return Span(least, least, sure_since)
        maybe = [_possible(item, judge.on) for truth, item in careers if truth is not False]
        most = hundredths_of_days(maybe, since=maybe_since, until=judge.on)
    return Span(least, most, sure_since)


def worked(judge: Judge, where: Where, after: Where | None, within_days: int | None) -> Span:
    """The span without an explanation."""
    degrees = where if after is None else judge.truths(after)
    items: Items | None = judge.truths(where)
    if items is not None:
        items = _whole_days(where, items)
    return span(judge, items, after=degrees, within_days=within_days)


def worked_explained(
    judge: Judge, where: Where, after: Where | None, within_days: int | None
) -> tuple[Span, dict[str, Any] | None, list[str]]:
    """(the span, what was found as JSON, what is missing to be sure of it)."""
    degrees = judge.matches(after) if after is not None else None
    missing = [] if after is None else [after.group] if degrees is None else all_missing(degrees)
    matches = judge.matches(where)
    found = span(
        judge,
        None if matches is None else _whole_days(where, _truths(matches)),
        after=where if after is None else None if degrees is None else _truths(degrees),
        within_days=within_days,
    )
    if matches is None:
        return found, None, [where.group, *missing]
    years, months = years_and_months(found.days, days_in_a_year=judge.requirements.days_in_a_year)
    observed = {
        "days": found.days,
        "years": years,
        "months": months,
        "days_at_most": found.days_at_most,
        "counted": [match.index for match in matches if match.truth],
    }
    if after is not None and found.since is not None:
        observed["after"] = (found.since - timedelta(days=1)).isoformat()
    missing += [path for match in matches for path in _missing(match, where)]
    return found, observed, missing


def explain_experience(judge: Judge, node: Experience) -> Answer:
    """At least so many days for certain, or at most too few for certain, or unknown."""
    required: dict[str, Any] = {"days": node.days, "where": judge.said(node.where)}
    if node.years is not None:
        required["years"] = node.years
    if node.after is not None:
        required["after"] = judge.said(node.after)
    found, observed, missing = worked_explained(judge, node.where, node.after, node.within_days)
    truth, tree = answer(
        node,
        "experience",
        _long_enough(found, node),
        observed=observed,
        required=required,
        missing=missing,
    )
    tree["group"] = node.where.group
    return truth, tree


def experience(judge: Judge, node: Experience) -> Truth:
    return _long_enough(worked(judge, node.where, node.after, node.within_days), node)


def _long_enough(found: Span, node: Experience) -> Truth:
    needed = node.days * _FULL_DAY
    return True if found.least >= needed else None if found.most >= needed else False


def _truths(matches: Iterable[Match]) -> Items:
    return [(match.truth, match.item) for match in matches]


def _since(
    judge: Judge, degrees: Items | Where | None, within_days: int | None
) -> tuple[date | None, date | None]:
    """The first day that counts for certain, and the first that may count; None: no day does."""
    earliest = _FIRST_DAY
    if within_days is not None:
        earliest = max(earliest, judge.on - timedelta(days=within_days - 1))
    if isinstance(degrees, Where):
        return earliest, earliest
    if degrees is None:
        return None, earliest
    sure: list[date] = []
    maybe: list[date] = []
    for truth, degree in degrees:
        if truth is False:
            continue
        awarded = degree.get("awarded_on")
        since = earliest
        if awarded is not None:
            since = max(earliest, date.fromisoformat(awarded) + timedelta(days=1))
        maybe.append(since)
        if truth:
            sure.append(since)
    return min(sure, default=None), min(maybe, default=None)


def _whole_days(where: Where, items: Items) -> Items:
    """The items of a list that knows no share (days of stay) with a full one."""
    if where.group == _SHARED:
        return items
    return [(truth, {**item, "share": FULL_TIME}) for truth, item in items]


def _missing(match: Match, where: Where) -> list[str]:
    if match.truth is False:
        return []
    asked = ("from", "to", "share") if where.group == _SHARED else ("from", "to")
    unstated = [name for name in asked if name not in match.item]
    return [*match.missing, *(f"{where.group}[{match.index}].{name}" for name in unstated)]


def _settled(truth: Truth, item: dict[str, Any]) -> bool:
    """Whether nothing about the item is open."""
    return truth is False or (truth is True and "from" in item and "to" in item and "share" in item)


def _certain(item: dict[str, Any], on: date) -> Stretch | None:
    """The work that is certain from what an item says."""
    if "from" not in item:
        return None
    first = date.fromisoformat(item["from"])
    last = first if "to" not in item else _end(item["to"], on)
    return Stretch(first, last, item.get("share", 1))


def _possible(item: dict[str, Any], on: date) -> Stretch:
    """The most work that what an item says leaves possible."""
    first = date.fromisoformat(item["from"]) if "from" in item else _FIRST_DAY
    return Stretch(first, _end(item.get("to"), on), item.get("share", 100))


def _end(said: str | None, on: date) -> date:
    return on if said is None else date.fromisoformat(said)
