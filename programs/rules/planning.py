"""What would reach the points a programme asks for, and what time alone will bring.

Pure: the same rules, facts, day and figures give the same plan. Points are hundredths. What is
planned with is what is certain: an unknown fact gives nothing until it is stated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from itertools import combinations as choices
from itertools import pairwise
from operator import eq, ge, gt, le, lt
from typing import Any

from programs.facts.vocabulary import VOCABULARY, Change, Vocabulary
from programs.figures import NO_FIGURES, Figures
from programs.rules import advice, gains
from programs.rules.changes import EASE, NEVER, NOW, easiest, hardest
from programs.rules.engine import VERDICTS
from programs.rules.judge import Judge
from programs.rules.points import BEST_OF, TOTAL
from programs.rules.requirements import Requirements
from programs.rules.scoring import table
from programs.rules.truth import MET

MOST_STEPS = 3
MOST_COMBINATIONS = 8
YEARS = 5
ENDED = "ended"  # the verdict of a day on which no rules judge
Tree = dict[str, Any]
Taken = dict[gains.Place, bool]


# --- by doing something -------------------------------------------------------------------------
@dataclass(frozen=True)
class Step:
    """One entry of the table that would have to come out better: what it is part of, what it
    `gives` in all, and whether somebody can bring it about now or only with time."""

    part: dict[str, str]
    text: dict[str, str]
    wanted: bool
    gives: int
    change: Change
    slot: gains.Place


@dataclass(frozen=True)
class Combination:
    """Steps that together reach every floor, and the total they would lead to."""

    steps: tuple[Step, ...]
    total: int

    @property
    def change(self) -> Change:
        return hardest(step.change for step in self.steps)


def combinations(tree: Tree, *, vocabulary: Vocabulary = VOCABULARY) -> list[Combination]:
    """The smallest sets of at most MOST_STEPS better entries with which the explained tree's
    floors of points are all reached; rules that ask for no points are left as they are.

    What nobody can bring about (another age) is never proposed. Empty where the floors are
    reached already, or where more would be needed. Smaller and easier ones first; a set is left
    out when less in the same places is enough.
    """
    points = tree.get("points")
    goal = _goal(tree)
    if points is None or goal(points, {}):
        return []
    steps = [step for step in _steps(points, vocabulary) if step[1].change != NEVER]
    found: list[frozenset[gains.Place]] = []
    for count in range(1, MOST_STEPS + 1):
        for chosen in choices(steps, count):
            places = frozenset(place for place, _step in chosen)
            if any(less <= places for less in found):
                continue
            if len({step.slot for _place, step in chosen}) < count:
                continue
            if goal(points, {place: step.wanted for place, step in chosen}):
                found.append(places)
    known = dict(steps)
    combined = [
        Combination(
            tuple(known[place] for place in sorted(places)),
            int(gains.certain(points, TOTAL, {one: known[one].wanted for one in places})),
        )
        for places in found
    ]
    kept = [one for one in combined if not any(_is_less(other, one) for other in combined)]
    kept.sort(key=lambda one: (len(one.steps), sum(EASE[s.change] for s in one.steps), one.total))
    return list(_different(kept))[:MOST_COMBINATIONS]


def reached(tree: Tree) -> bool:
    """Whether the certain points of an explained tree are all that its rules ask of points."""
    points = tree.get("points")
    return points is not None and _goal(tree)(points, {})


def _is_less(one: Combination, other: Combination) -> bool:
    """Whether one asks for less than the other, in the same places."""
    mine = {step.slot: step.gives for step in one.steps}
    theirs = {step.slot: step.gives for step in other.steps}
    return (
        mine.keys() == theirs.keys()
        and mine != theirs
        and all(mine[slot] <= theirs[slot] for slot in mine)
    )


def _different(found: Iterable[Combination]) -> Iterator[Combination]:
    """Of sets that give the same in the same places only the first: one band has many doors."""
    seen = set()
    for one in found:
        what = frozenset((step.slot, step.gives) for step in one.steps)
        if what not in seen:
            seen.add(what)
            yield one


def _steps(points: Tree, vocabulary: Vocabulary) -> list[tuple[gains.Place, Step]]:
    found = []
    for gain in gains.candidates(points, TOTAL):
        parent = gains.entry_at(points, gain.place[:-1])
        entry = gains.entry_at(points, gain.place)
        found.append(
            (
                gain.place,
                Step(
                    part=parent["text"],
                    text=entry["text"],
                    wanted=gain.wanted,
                    gives=gain.gives,
                    change=_ease(entry, gain.wanted, vocabulary),
                    slot=gain.place[:-1] if parent["how"] == BEST_OF else gain.place,
                ),
            )
        )
    return found


def _ease(entry: Tree, wanted: bool, vocabulary: Vocabulary) -> Change:
    """What it takes for an entry to come out better; what was taken off once stays so."""
    if entry["kind"] == "for_each":
        return Change.LATER
    if not wanted:
        return NEVER if entry["verdict"] == MET else NOW
    ways = advice.ways(entry, vocabulary=vocabulary)
    return easiest(hardest(Change(leaf["change"]) for leaf in way) for way in ways)


Goal = Callable[[Tree, Taken], bool]


def _goal(node: Tree) -> Goal:
    """What a rule asks about points, as a test of a table and what is taken of it: found once for
    a tree, tried on many sets. A rule that asks for none of them is left as it is."""
    if node["kind"] == "number":
        if _of_points(node["observed"]):
            return partial(_holds, node)
        return _settled
    if not _asks_for_points(node):
        return _settled
    each = [
        _goal(child) if _asks_for_points(child) else _as_it_is(child["verdict"] == MET)
        for child in node["children"]
    ]
    match node["kind"]:
        case "any_of":
            return lambda points, taken: any(one(points, taken) for one in each)
        case "some_of":
            count = int(node["required"]["count"])
            return lambda points, taken: sum(one(points, taken) for one in each) >= count
        case "when":
            if node["children"][0]["verdict"] != MET:
                return _settled
            return each[1]
        case "not":
            return lambda points, taken: not each[0](points, taken)
    asking = [_goal(child) for child in node["children"] if _asks_for_points(child)]
    return lambda points, taken: all(one(points, taken) for one in asking)


def _settled(_points: Tree, _taken: Taken) -> bool:
    return True


def _as_it_is(met: bool) -> Goal:
    return lambda _points, _taken: met


def _holds(node: Tree, points: Tree, taken: Taken) -> bool:
    seen = _value(node["observed"], points, taken)
    return all(
        _TESTS[operator](seen, _value(asked, points, taken))
        for operator, asked in node["required"].items()
    )


_TESTS: dict[str, Callable[[float, float], bool]] = {
    "at_least": ge,
    "more_than": gt,
    "at_most": le,
    "less_than": lt,
    "is": eq,
}


def _value(said: Tree, points: Tree, taken: Taken) -> float:
    """What is certain of a measure; points as they would be."""
    match said["kind"]:
        case "points":
            return gains.certain(points, said["part"], taken)
        case "minus":
            first, second = (_value(part, points, taken) for part in said["parts"])
            return first - second
        case "plus":
            return sum(_value(part, points, taken) for part in said["parts"])
    return said["least"] or 0


def _asks_for_points(node: Tree) -> bool:
    if node["kind"] == "number":
        return _of_points(node["observed"])
    return any(_asks_for_points(child) for child in node["children"])


def _of_points(said: Tree) -> bool:
    return said["kind"] == "points" or any(_of_points(part) for part in said.get("parts", ()))


def floors(node: Tree) -> Iterator[Tree]:
    """The rules of a tree that ask for points: the total and each minimum."""
    if node["kind"] == "number" and _of_points(node["observed"]):
        yield node
    for child in node["children"]:
        yield from floors(child)


# --- by waiting -------------------------------------------------------------------------------
@dataclass(frozen=True)
class Moment:
    """A day from which the answer or the points are others, all else unchanged. `most` is None
    where there is no limit."""

    day: date
    verdict: str
    least: int
    most: int | None


def over_time(
    rules: Callable[[date], Requirements | None],
    facts: Tree,
    *,
    on: date,
    figures: Figures = NO_FIGURES,
    years: int = YEARS,
    also: Iterable[date] = (),
) -> list[Moment]:
    """The answer on a day and every later one on which it changes by itself, in order.

    `rules` gives those of a day, None where nothing judges any more; `also` are days on which they
    change. Looked at are the days on which anything may change (`key_days`); where two neighbours
    differ, the days between them are searched. What changes and changes back between two of them
    is not seen.
    """

    @cache
    def state(day: date) -> tuple[str, int, int | None]:
        requirements = rules(day)
        if requirements is None:
            return ENDED, 0, 0
        judge = Judge(requirements, facts, day, figures)
        verdict = VERDICTS[judge.truth(requirements.root)]
        if requirements.points is None:
            return verdict, 0, 0
        points = table(judge, requirements.points)
        return verdict, points["least"] or 0, points["most"]

    later = {*key_days(facts, on=on, figures=figures, years=years)}
    later |= {day for day in also if on < day <= _years_after(on, years)}
    turning = [on]
    for before, after in pairwise([on, *sorted(later)]):
        turning += _turns(state, before, after)
    return [Moment(day, *state(day)) for day in turning]


def _turns(state: Callable[[date], object], before: date, after: date) -> list[date]:
    """The days after the first, up to the last, on which the state is another than the day before,
    found by halving."""
    if state(before) == state(after):
        return []
    if (after - before).days == 1:
        return [after]
    middle = before + (after - before) // 2
    return [*_turns(state, before, middle), *_turns(state, middle, after)]


def key_days(facts: Any, *, on: date, figures: Figures = NO_FIGURES, years: int) -> list[date]:
    """Later days on which time may change an answer: the first of each month, birthdays and other
    anniversaries of what the facts name, and new figures."""
    end = _years_after(on, years)
    found = set(_firsts(on, end))
    for day in _days_in(facts):
        found |= {_years_after(day, count) for count in range(end.year - day.year + 1)}
    for key in figures.keys:
        found |= {row.valid_from for row in figures.values(key)}
    return sorted(day for day in found if on < day <= end)


def _firsts(on: date, end: date) -> Iterator[date]:
    year, month = on.year, on.month
    while (year, month) < (end.year, end.month):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        yield date(year, month, 1)


def _years_after(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _days_in(facts: Any) -> Iterator[date]:
    if isinstance(facts, dict):
        for value in facts.values():
            yield from _days_in(value)
    elif isinstance(facts, list):
        for value in facts:
            yield from _days_in(value)
    elif isinstance(facts, str):
        try:
            yield date.fromisoformat(facts)
        except ValueError:
            return


def eligible_from(moments: list[Moment]) -> Moment | None:
    """The first day on which all is met without anybody doing anything, if it comes."""
    return next((one for one in moments if one.verdict == "eligible"), None)


def undecided_from(moments: list[Moment]) -> Moment | None:
    """The first later day on which a refusal turns into a question: a figure nobody has announced,
    or a fact nobody has stated."""
    return next(
        (
            later
            for earlier, later in pairwise(moments)
            if earlier.verdict == "not_eligible" and later.verdict == "undecided"
        ),
        None,
    )


def drops(moments: list[Moment]) -> list[tuple[Moment, int]]:
    """The days on which certain points are lost, each with how many."""
    return [
        (later, earlier.least - later.least)
        for earlier, later in pairwise(moments)
        if later.least < earlier.least and later.verdict != ENDED
    ]


__all__ = [
    "Combination",
    "Moment",
    "Step",
    "combinations",
    "drops",
    "eligible_from",
    "floors",
    "key_days",
    "over_time",
    "reached",
    "undecided_from",
]
