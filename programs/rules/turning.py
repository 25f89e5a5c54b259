"""What made the difference between two answers of the rules on the same case.

Pure. Some parts of the facts have two values (declared and verified). `judged(keys)` judges the
facts with the second value of the parts `keys` and the first of all others. A cause is a smallest
set of parts which, exchanged alone, brings about what exchanging all of them did.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from typing import Any

from programs.rules.engine import Outcome

Key = Hashable
Tree = dict[str, Any]
Cause = frozenset[Key]
Place = tuple[int, ...]

MOST_TOGETHER = 3
MOST_JUDGED = 64
# What is said even where the rule itself came out the same: how long, how many points.
_MEASURED = frozenset({"experience", "number"})


@dataclass(frozen=True)
class Turn:
    """A rule that came out otherwise, before and after, with its causes (any one of them is
    enough). `within` are the rules around it that came out otherwise as well, outermost first.
    `circumstance`: it says whether something applies, as below a `not`, and is no success."""

    before: Tree
    after: Tree
    causes: tuple[Cause, ...]
    within: tuple[Tree, ...] = ()
    circumstance: bool = False

    @property
    def flipped(self) -> bool:
        return bool(self.before["verdict"] != self.after["verdict"])


@dataclass(frozen=True)
class Difference:
    before: str
    after: str
    causes: tuple[Cause, ...] = ()
    turns: tuple[Turn, ...] = field(default=())

    @property
    def verdict_differs(self) -> bool:
        return self.before != self.after

    def __bool__(self) -> bool:
        return self.verdict_differs or bool(self.turns)


def difference(keys: Sequence[Key], judged: Callable[[Cause], Outcome]) -> Difference:
    """What the parts `keys` changed, the verdict first and then rule by rule."""
    trials = _Trials(keys, judged)
    before, after = trials.of(frozenset()), trials.of(frozenset(keys))
    causes = trials.causes(lambda outcome: outcome.verdict) if keys else ()
    turns = []
    for place, within in _turned(before.tree, after.tree):
        turns.append(
            Turn(
                before=_at(before.tree, place),
                after=_at(after.tree, place),
                causes=trials.causes(partial(_said_at, place)),
                within=tuple(_at(after.tree, outer) for outer in within),
                circumstance=_is_circumstance(after.tree, place),
            )
        )
    turns.sort(key=lambda turn: not turn.flipped)
    return Difference(before.verdict, after.verdict, causes, tuple(turns))


class _Trials:
    """Judgings with some parts exchanged, each set once: alone first, then together."""

    def __init__(self, keys: Sequence[Key], judged: Callable[[Cause], Outcome]) -> None:
        self.keys, self.judged = tuple(keys), judged
        self.known: dict[Cause, Outcome] = {}

    def of(self, some: Cause) -> Outcome:
        if some not in self.known:
            self.known[some] = self.judged(some)
        return self.known[some]

    def causes(self, said: Callable[[Outcome], Any]) -> tuple[Cause, ...]:
        """The smallest sets that alone lead to what all of them say; all of them together where
        there is no set of at most MOST_TOGETHER. None where nothing changed."""
        everything = frozenset(self.keys)
        wanted = said(self.of(everything))
        if said(self.of(frozenset())) == wanted:
            return ()
        for count in range(1, min(MOST_TOGETHER, len(self.keys)) + 1):
            found = []
            for chosen in combinations(self.keys, count):
                some = frozenset(chosen)
                if some not in self.known and len(self.known) >= MOST_JUDGED:
                    break
                if said(self.of(some)) == wanted:
                    found.append(some)
            if found:
                return tuple(found)
        return (everything,)


def _turned(before: Tree, after: Tree) -> Iterator[tuple[Place, tuple[Place, ...]]]:
    """The innermost rules that came out otherwise, each with the turned rules around it."""
    yield from _below(before, after, (), ())


def _below(
    before: Tree, after: Tree, place: Place, within: tuple[Place, ...]
) -> Iterator[tuple[Place, tuple[Place, ...]]]:
    children = before["children"]
    if not children or len(children) != len(after["children"]):
        if _said(before) != _said(after):
            yield place, within
        return
    if before["verdict"] != after["verdict"] and place:
        within = (*within, place)
    for index, (one, other) in enumerate(zip(children, after["children"], strict=True)):
        yield from _below(one, other, (*place, index), within)


def _said(node: Tree) -> Any:
    """What counts of a rule's outcome: met or not; of a measured one how much as well."""
    if node["kind"] not in _MEASURED:
        return node["verdict"]
    seen = node["observed"] or {}
    return node["verdict"], *(seen.get(name) for name in ("days", "least", "most"))


def _said_at(place: Place, outcome: Outcome) -> Any:
    return _said(_at(outcome.tree, place))


def _is_circumstance(tree: Tree, place: Place) -> bool:
    for index in place:
        if tree["kind"] == "not" or (tree["kind"] == "when" and index == 0):
            return True
        tree = tree["children"][index]
    return False


def _at(tree: Tree, place: Place) -> Tree:
    for index in place:
        tree = tree["children"][index]
    return tree


__all__ = ["Cause", "Difference", "Turn", "difference"]
