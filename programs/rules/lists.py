"""Rules about lists of facts: that there is such an item, and how long work has lasted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from programs.facts.validation import FIRST_YEAR
from programs.rules.answers import Answer, Match, all_missing, answer
from programs.rules.experience import Stretch, hundredths_of_days, years_and_months
from programs.rules.nodes import Experience, Has
from programs.rules.truth import Truth, at_least, word

if TYPE_CHECKING:
    from programs.rules.engine import Judge

_FIRST_DAY = date(FIRST_YEAR, 1, 1)


def judge_has(judge: Judge, node: Has) -> Answer:
    group = node.where.group
    required = {"count": node.count, "where": judge.said(node.where)}
    matches = judge.matches(node.where)
    if matches is None:
        return answer(node, "has", None, required=required, missing=[group], group=group)
    return answer(
        node,
        "has",
        at_least(node.count, (match.truth for match in matches)),
        observed=[{"verdict": word(match.truth), **match.shown} for match in matches],
        required=required,
        missing=all_missing(matches),
        group=group,
    )


def judge_experience(judge: Judge, node: Experience) -> Answer:
    """At least so many days for certain, or at most too few for certain, or unknown."""
    group = node.where.group
    required: dict[str, Any] = {"days": node.days, "where": judge.said(node.where)}
    if node.years is not None:
        required["years"] = node.years
    if node.after is not None:
        required["after"] = judge.said(node.after)
    sure_since, maybe_since, missing = _since(judge, node)
    matches = judge.matches(node.where)
    if matches is None:
        truth: Truth = None if maybe_since is not None else False
        missing = [group, *missing]
        return answer(node, "experience", truth, required=required, missing=missing, group=group)
    least = most = 0
    if sure_since is not None:
        sure = [_certain(match.item, judge.on) for match in matches if match.truth]
        least = hundredths_of_days(filter(None, sure), since=sure_since, until=judge.on)
    if maybe_since is not None:
        maybe = [_possible(match.item, judge.on) for match in matches if match.truth is not False]
        most = hundredths_of_days(maybe, since=maybe_since, until=judge.on)
    needed = node.days * 100
    truth = True if least >= needed else None if most >= needed else False
    years, months = years_and_months(least // 100, days_in_a_year=judge.requirements.days_in_a_year)
    observed = {
        "days": least // 100,
        "years": years,
        "months": months,
        "days_at_most": most // 100,
        "counted": [match.index for match in matches if match.truth],
    }
    if node.after is not None and sure_since is not None:
        observed["after"] = (sure_since - timedelta(days=1)).isoformat()
    return answer(
        node,
        "experience",
        truth,
        observed=observed,
        required=required,
        missing=[*missing, *(path for match in matches for path in _missing(match, group))],
        group=group,
    )


def _since(judge: Judge, node: Experience) -> tuple[date | None, date | None, list[str]]:
    """The first day that counts for certain, the first that may count, what is missing.

    None means that no day counts.
    """
    earliest = _FIRST_DAY
    if node.within_days is not None:
        earliest = max(earliest, judge.on - timedelta(days=node.within_days - 1))
    if node.after is None:
        return earliest, earliest, []
    degrees = judge.matches(node.after)
    if degrees is None:
        return None, earliest, [node.after.group]
    sure: list[date] = []
    maybe: list[date] = []
    for degree in degrees:
        awarded = degree.item.get("awarded_on")
        since = earliest
        if awarded is not None:
            since = max(earliest, date.fromisoformat(awarded) + timedelta(days=1))
        if degree.truth is not False:
            maybe.append(since)
        if degree.truth:
            sure.append(since)
    return min(sure, default=None), min(maybe, default=None), all_missing(degrees)


def _missing(match: Match, group: str) -> list[str]:
    if match.truth is False:
        return []
    unstated = [name for name in ("from", "to", "share") if name not in match.item]
    return match.missing + [f"{group}[{match.index}].{name}" for name in unstated]


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
