"""Sum, largest, smallest and average of a fact over a list, as the least and the most.

An item counts for certain, perhaps (its conditions are open) or not; what it gives is known or
lies between two ends. Of no items every one of these is 0, but for the smallest: that is above
every number, so that nothing has a rank of at most 100.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import inf

from programs.rules.answers import ABSENT, Match
from programs.rules.measures import Gathered


@dataclass(frozen=True, slots=True)
class Given:
    """What one item gives: at least, at most, for certain or perhaps, and its place by `by`
    (None: not known)."""

    least: float
    most: float
    sure: bool
    by: int | str | None = None


def gathered(
    measure: Gathered, matches: Iterable[Match], possible: tuple[float, float]
) -> tuple[float, float, tuple[str, ...]]:
    """(least, most, what is missing to be sure)."""
    given: list[Given] = []
    missing: list[str] = []
    for match in matches:
        if match.truth is False:
            continue
        missing += match.missing
        seen = match.item.get(measure.fact.name, ABSENT)
        by = None if measure.by is None else match.item.get(measure.by.name)
        least, most = possible if seen is ABSENT else (seen, seen)
        for fact, unknown in ((measure.fact, seen is ABSENT), (measure.by, by is None)):
            if fact is not None and unknown:
                missing.append(f"{measure.where.group}[{match.index}].{fact.name}")
        given.append(Given(least, most, match.truth is True, by))
    if measure.newest is None:
        least, most = _EDGES[measure.how](given)
    else:
        least, most = newest(given, measure.newest)
    return least, most, () if least == most else tuple(missing)


def total(given: list[Given]) -> tuple[float, float]:
    return sum(one.least for one in given if one.sure), sum(one.most for one in given)


def largest(given: list[Given]) -> tuple[float, float]:
    return (
        max((one.least for one in given if one.sure), default=0),
        max((one.most for one in given), default=0),
    )


def smallest(given: list[Given]) -> tuple[float, float]:
    return (
        min((one.least for one in given), default=inf),
        min((one.most for one in given if one.sure), default=inf),
    )


def average(given: list[Given]) -> tuple[float, float]:
    """Rounded down. Which of the doubtful items count may raise or lower it."""
    if not any(one.sure for one in given):
        return 0, max((one.most for one in given), default=0)
    low = sorted(one.least for one in given if not one.sure)
    high = sorted((one.most for one in given if not one.sure), reverse=True)
    sure_low = [one.least for one in given if one.sure]
    sure_high = [one.most for one in given if one.sure]
    least = min(_average(sure_low + low[:count]) for count in range(len(low) + 1))
    most = max(_average(sure_high + high[:count]) for count in range(len(high) + 1))
    return least, most


def newest(given: list[Given], count: int) -> tuple[float, float]:
    """The sum of the `count` newest, divided by `count`, rounded down."""
    if any(one.by is None for one in given):
        # They may all be of one year, and then they are one.
        return 0, _divided(sum(one.most for one in given), count)
    years: dict[int | str | None, list[Given]] = {}
    for one in given:
        years.setdefault(one.by, []).append(one)
    ordered = [years[by] for by in sorted(years, reverse=True)]  # type: ignore[type-var]

    @cache
    def least(place: int, left: int) -> float:
        if left == 0 or place == len(ordered):
            return 0
        items = ordered[place]
        sure = [one.least for one in items if one.sure]
        if sure:
            return sum(sure) + least(place + 1, left - 1)
        taken = min(one.least for one in items) + least(place + 1, left - 1)
        return min(taken, least(place + 1, left))

    @cache
    def most(place: int, left: int) -> float:
        if left == 0 or place == len(ordered):
            return 0
        items = ordered[place]
        taken = sum(one.most for one in items) + most(place + 1, left - 1)
        if any(one.sure for one in items):
            return taken
        return max(taken, most(place + 1, left))

    return _divided(least(0, count), count), _divided(most(0, count), count)


def _average(values: list[float]) -> float:
    return _divided(sum(values), len(values))


def _divided(value: float, count: int) -> float:
    return value if value == inf else value // count


_EDGES = {"sum": total, "largest": largest, "smallest": smallest, "average": average}
