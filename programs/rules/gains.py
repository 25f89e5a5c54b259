"""What could still be gained in an explained points table, and which gains would reach a floor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf
from typing import Any

from programs.rules.points import BEST_OF, TAKE_OFF, TOTAL
from programs.rules.truth import MET

Tree = dict[str, Any]
Place = tuple[int, ...]

TABLE = -1  # a place that begins with it lies in the points table
_LOOKED_AT = 24  # gains tried together: bounds the work on a long table


@dataclass(frozen=True, slots=True)
class Gain:
    """An entry of the table that could come out better: a band to be met, or, where points are
    taken off, one not to be (`wanted` False). `gives` is what that is worth by itself."""

    place: Place
    wanted: bool
    gives: int


def floor_of(node: Tree) -> tuple[str, float] | None:
    """(the part, the points it must reach) of a `number` that asks for points alone."""
    seen = node["observed"]
    if seen["kind"] != "points" or set(node["required"]) - {"at_least", "more_than"}:
        return None
    floors = [
        inf if asked["most"] is None else asked["most"] + (operator == "more_than")
        for operator, asked in node["required"].items()
    ]
    return seen["part"], max(floors)


def candidates(table: Tree, part: str) -> Iterator[Gain]:
    """What could still add to a part, or to the total."""
    for index, one in enumerate(table["parts"]):
        yield from _of_part(one, (TABLE, index), part, inside=part == TOTAL)


def _of_part(part: Tree, place: Place, wanted: str, *, inside: bool) -> Iterator[Gain]:
    inside = inside or part["code"] == wanted
    taking_off = part["how"] == TAKE_OFF and wanted == TOTAL
    full = part["cap"] is not None and part["least"] >= part["cap"] and not taking_off
    for index, entry in enumerate(part["entries"]):
        here = (*place, index)
        if entry["kind"] == "part":
            yield from _of_part(entry, here, wanted, inside=inside)
        elif not inside or full:
            continue
        elif taking_off:
            if entry["most"] != 0:
                yield Gain(here, False, given_by(entry))
        elif _could_add(entry, part):
            yield Gain(here, True, given_by(entry))


def _could_add(entry: Tree, part: Tree) -> bool:
    if entry.get("verdict") == MET:
        return False
    more = given_by(entry)
    return more > (part["least"] if part["how"] == BEST_OF else entry["least"])


def given_by(entry: Tree) -> int:
    """The points an entry gives once it is met; of a `for_each` all of them, or one step more
    where it has no cap."""
    if entry["kind"] != "for_each":
        return entry["points"]
    return entry["least"] + entry["points"] if entry["cap"] is None else entry["cap"]


def added_by(table: Tree, place: Place) -> int:
    """What an entry adds to its part, once it is as wished, beyond what is certain now."""
    entry, part = entry_at(table, place), entry_at(table, place[:-1])
    if part["how"] == TAKE_OFF:
        return given_by(entry)
    return given_by(entry) - (part["least"] if part["how"] == BEST_OF else entry["least"])


def reaching(
    table: Tree, part: str, floor: float, gains: Sequence[Gain], *, most: int
) -> list[tuple[Gain, ...]]:
    """The smallest sets of at most `most` gains that reach the floor for certain."""
    found: list[tuple[Gain, ...]] = []
    for count in range(1, most + 1):
        for taken in combinations(gains[:_LOOKED_AT], count):
            if any(set(less) <= set(taken) for less in found):
                continue
            if certain(table, part, {one.place: one.wanted for one in taken}) >= floor:
                found.append(taken)
    return found


def certain(table: Tree, part: str, taken: dict[Place, bool]) -> float:
    """The points that are certain once these entries came out as said."""
    if part == TOTAL:
        return sum(
            -_points(one, (TABLE, index), taken, worst=True)
            if one["how"] == TAKE_OFF
            else _points(one, (TABLE, index), taken)
            for index, one in enumerate(table["parts"])
        )
    place = _place_of(table, part)
    return _points(entry_at(table, place), place, taken)


def _points(entry: Tree, place: Place, taken: dict[Place, bool], *, worst: bool = False) -> float:
    """The least an entry gives, or the most (`worst`, of what is taken off)."""
    if place in taken:
        return given_by(entry) if taken[place] else 0
    if entry["kind"] != "part":
        edge = entry["most" if worst else "least"]
        return inf if edge is None else edge
    each = [
        _points(one, (*place, index), taken, worst=worst)
        for index, one in enumerate(entry["entries"])
    ]
    found = max(each, default=0) if entry["how"] == BEST_OF else sum(each)
    return found if entry["cap"] is None else min(found, entry["cap"])


def entry_at(table: Tree, place: Place) -> Tree:
    entry = table["parts"][place[1]]
    for index in place[2:]:
        entry = entry["entries"][index]
    return entry


def _place_of(table: Tree, code: str) -> Place:
    waiting: list[tuple[Place, Tree]] = [
        ((TABLE, index), part) for index, part in enumerate(table["parts"])
    ]
    while waiting:
        place, part = waiting.pop(0)
        if part["code"] == code:
            return place
        waiting += [
            ((*place, index), entry)
            for index, entry in enumerate(part["entries"])
            if entry["kind"] == "part"
        ]
    raise KeyError(code)
