"""What it takes to change how a rule came out: nothing but saying or arranging it (now), time
(later), or what nobody can do (never). Works on the explained tree.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from typing import Any

from programs.facts.vocabulary import Change, Fact, Vocabulary
from programs.rules.truth import UNKNOWN

Tree = dict[str, Any]

NOW, LATER, NEVER = Change.NOW, Change.LATER, Change.NEVER
EASE = {NOW: 0, LATER: 1, NEVER: 2}
_FLOORS = frozenset({"at_least", "more_than", "not_before"})
_CEILINGS = frozenset({"at_most", "less_than", "not_after"})
_LISTS = frozenset({"count", "sum", "largest", "smallest", "average"})


def easiest(changes: Iterable[Change]) -> Change:
    return min(changes, key=EASE.__getitem__, default=NEVER)


def hardest(changes: Iterable[Change]) -> Change:
    return max(changes, key=EASE.__getitem__, default=NOW)


def change_of(leaf: Tree, *, wanted: bool, vocabulary: Vocabulary) -> Change:
    """What it takes for a rule without rules below it to be met, or not to be; for points given
    for each of something, to be more, or fewer."""
    if leaf["missing"] if leaf["kind"] == "for_each" else leaf["verdict"] == UNKNOWN:
        # To be said; a figure that nobody has announced is waited for.
        told = [path for path in leaf["missing"] if not path.startswith("figure:")]
        return NOW if told else LATER
    match leaf["kind"]:
        case "fact":
            return _fact(leaf, wanted, vocabulary)
        case "has":
            return _list(leaf["group"], leaf["required"]["where"], vocabulary, up=wanted)
        case "experience":
            return LATER if wanted else NEVER
        case "headcount":
            facts = (vocabulary.fact(path) for path in (leaf["fact"], leaf["required"]["base"]))
            return easiest(fact.change for fact in facts if fact is not None)
        case "number":
            return _number(leaf, wanted, vocabulary)
        case "for_each":
            return measure_change(leaf["observed"], vocabulary, up=wanted)
    return NOW


def _fact(leaf: Tree, wanted: bool, vocabulary: Vocabulary) -> Change:
    fact = vocabulary.fact(leaf["fact"])
    asked = leaf["required"]
    if fact is None:
        return NOW
    if ("before" in asked and wanted) or ("within" in asked and not wanted):
        return LATER  # days pass
    found = _moved(fact, up=_up(asked, leaf["observed"], wanted))
    other = vocabulary.fact(asked["fact"]) if isinstance(asked.get("fact"), str) else None
    return found if other is None else easiest((found, other.change))


def _up(asked: Tree, seen: Any, wanted: bool) -> bool:
    """Whether a number has to rise for the conditions to hold, or not to."""
    for operator, operand in asked.items():
        if not isinstance(operand, int) or not isinstance(seen, int):
            continue
        holds = seen >= operand if operator in _FLOORS else seen <= operand
        if operator in _FLOORS | _CEILINGS and holds != wanted:
            return (operator in _FLOORS) == wanted
    return wanted


def _moved(fact: Fact, *, up: bool) -> Change:
    if fact.grows:
        return LATER if up else NEVER
    return fact.change


def _list(group_name: str, where: Tree, vocabulary: Vocabulary, *, up: bool) -> Change:
    """One item more, or one less: what has been stays, unless only recent items are asked for."""
    group = vocabulary.group(group_name)
    if group is None or up or not group.lasting:
        return NOW if group is None else group.change
    return LATER if _windowed(where) else NEVER


def _windowed(where: Tree) -> bool:
    return any(
        any(_windowed(option) for option in asked) if name == "any_of" else "within" in asked
        for name, asked in where.items()
    )


# --- measures --------------------------------------------------------------------------------
def _number(leaf: Tree, wanted: bool, vocabulary: Vocabulary) -> Change:
    seen = leaf["observed"]
    each = []
    for operator, asked in leaf["required"].items():
        holds = _holds(operator, seen, asked)
        if holds == wanted:
            if not wanted:
                return NOW
            continue
        up = _rises(operator, seen, asked) == wanted
        each.append(
            easiest(
                (
                    measure_change(seen, vocabulary, up=up),
                    measure_change(asked, vocabulary, up=not up),
                )
            )
        )
    return hardest(each) if wanted else easiest(each)


def _holds(operator: str, seen: Tree, asked: Tree) -> bool:
    """Whether it holds for certain."""
    if operator in _FLOORS:
        return seen["least"] is not None and seen["least"] >= _most(asked) + (
            operator == "more_than"
        )
    if operator in _CEILINGS:
        return asked["least"] is not None and _most(seen) <= asked["least"] - (
            operator == "less_than"
        )
    return seen["least"] == asked["least"] and seen["most"] == asked["most"]


def _rises(operator: str, seen: Tree, asked: Tree) -> bool:
    """Whether more of what is measured helps."""
    if operator in _FLOORS | _CEILINGS:
        return operator in _FLOORS
    return _most(seen) < _most(asked)


def _most(said: Tree) -> float:
    return inf if said["most"] is None else said["most"]


def measure_change(said: Tree, vocabulary: Vocabulary, *, up: bool) -> Change:
    """What it takes for a measure to rise, or to fall."""
    kind = said["kind"]
    if kind == "fact":
        fact = vocabulary.fact(said["fact"])
        return NOW if fact is None else _moved(fact, up=up)
    if kind in _LISTS:
        # One item more makes the smallest smaller, and an average whatever it likes.
        more = kind == "average" or up != (kind == "smallest")
        return _list(said["group"], said["where"], vocabulary, up=more)
    if kind in ("experience", "points"):
        return LATER if up else NEVER
    if kind == "days_since":
        fact = vocabulary.fact(said["fact"])
        # Days pass by themselves.
        return LATER if up or fact is None else fact.change
    if kind == "minus":
        first, second = said["parts"]
        return easiest(
            (
                measure_change(first, vocabulary, up=up),
                measure_change(second, vocabulary, up=not up),
            )
        )
    inner = said.get("parts") or ([said["of"]] if "of" in said else [])
    return easiest(measure_change(one, vocabulary, up=up) for one in inner)
