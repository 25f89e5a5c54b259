"""Which of the facts that nobody has verified yet the rules' answer rests on.

Pure. Facts come in parts: an item of a list, or some facts of a group. Some parts are open. What
the answer rests on is what has to be settled so that it cannot be worse than it looks: of several
routes that are met the one with the least left to do, of items that do the same as many as are
asked for. An answer other than "eligible" rests on everything that its rules read.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cached_property
from typing import Any

from programs.facts.vocabulary import Fact, Vocabulary
from programs.figures import NO_FIGURES, Figures
from programs.rules.judge import DERIVED_FROM, Judge
from programs.rules.measures import PointsOf
from programs.rules.nodes import (
    AllOf,
    AnyOf,
    Experience,
    FigureOperand,
    Has,
    Node,
    Not,
    SomeOf,
    When,
    Where,
)
from programs.rules.requirements import Requirements

Key = Hashable
Needed = frozenset[Key]
NONE: Needed = frozenset()
# Parts of a rule that name no fact.
_WORDS = frozenset({"text", "names", "sourced"})
# What a list may tell in place of the employer's own number.
_TOLD_BY = {
    "employer.insured_nationals": "headcounts",
    "employer.regular_workers": "headcounts",
    "employer.foreign_workers": "foreigners",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the facts: item `index` of the list `group`, or the facts `names` of a group."""

    key: Key
    group: str
    index: int | None = None
    names: frozenset[str] = frozenset()


def needed(
    requirements: Requirements,
    facts: dict[str, Any],
    open_parts: Iterable[Part],
    *,
    on: date,
    figures: Figures = NO_FIGURES,
    besides: Iterable[Node] = (),
) -> Needed:
    """The keys of the open parts that the rules' answer on `facts` rests on. `besides` are rules
    whose outcome counts either way, as those of quota pools."""
    reader = _Reader(requirements, facts, tuple(open_parts), on, figures)
    found = reader.need(requirements.root, wanted=True)
    for node in besides:
        found |= reader.read_by(node)
    return found


class _Reader:
    def __init__(
        self,
        requirements: Requirements,
        facts: dict[str, Any],
        parts: tuple[Part, ...],
        on: date,
        figures: Figures,
    ) -> None:
        self.requirements, self.facts, self.parts = requirements, facts, parts
        self.judge = Judge(requirements, facts, on, figures)
        self.on, self.figures = on, figures

    @cached_property
    def sure(self) -> Judge:
        """Judges without the open parts."""
        left = without(self.facts, self.parts)
        return Judge(self.requirements, left, self.on, self.figures)

    # --- what an outcome rests on ---------------------------------------------------------
    def need(self, node: Node, *, wanted: bool) -> Needed:
        """The open parts on which it rests that the node comes out as wanted."""
        if self.judge.truth(node) is not wanted:
            return self.read_by(node)
        match node:
            case AllOf():
                count = len(node.children) if wanted else 1
                return self._some(node.children, wanted, count)
            case AnyOf():
                count = 1 if wanted else len(node.children)
                return self._some(node.children, wanted, count)
            case SomeOf():
                count = node.count if wanted else len(node.children) - node.count + 1
                return self._some(node.children, wanted, count)
            case Not():
                return self.need(node.child, wanted=not wanted)
            case When():
                return self._when(node, wanted)
            case Has() if wanted:
                return self._has(node)
            case Experience() if wanted:
                return self._experience(node)
        return self.read_by(node)

    def _some(self, children: tuple[Node, ...], wanted: bool, count: int) -> Needed:
        """The `count` children with the least left to do."""
        each = [
            self.need(child, wanted=wanted)
            for child in children
            if self.judge.truth(child) is wanted
        ]
        return NONE.union(*sorted(each, key=len)[:count])

    def _when(self, node: When, wanted: bool) -> Needed:
        if not wanted:
            return self.need(node.condition, wanted=True) | self.need(node.then, wanted=False)
        ways = []
        if self.judge.truth(node.condition) is False:
            ways.append(self.need(node.condition, wanted=False))
        if self.judge.truth(node.then) is True:
            ways.append(self.need(node.then, wanted=True))
        return min(ways, key=len)

    def _has(self, node: Has) -> Needed:
        if self.sure.truth(node):
            return NONE
        truths = self.judge.truths(node.where) or []
        fitting = {index for index, (truth, _item) in enumerate(truths) if truth}
        of_list = [
            part.key
            for part in self.parts
            if part.group == node.where.group and part.index in fitting
        ]
        missing = node.count - (len(fitting) - len(of_list))
        return frozenset(of_list[: max(missing, 0)]) | self._elsewhere(node, {node.where.group})

    def _experience(self, node: Experience) -> Needed:
        if self.sure.truth(node):
            return NONE
        found: set[Key] = set()
        groups = set()
        for where in filter(None, (node.where, node.after)):
            groups.add(where.group)
            truths = self.judge.truths(where) or []
            found |= {
                part.key
                for part in self.parts
                if part.group == where.group
                and part.index is not None
                and part.index < len(truths)
                and truths[part.index][0]
            }
        return frozenset(found) | self._elsewhere(node, groups)

    def _elsewhere(self, node: Node, groups: set[str]) -> Needed:
        """What the node reads outside of these lists: the other side of a comparison."""
        return frozenset(part.key for part in self._parts_read(node) if part.group not in groups)

    # --- what a rule reads ----------------------------------------------------------------
    def read_by(self, node: Node) -> Needed:
        return frozenset(part.key for part in self._parts_read(node))

    def _parts_read(self, node: object) -> Iterator[Part]:
        read = set(reads(node, self.requirements))
        for path in list(read):
            group, _dot, name = path.partition(".")
            if path in _TOLD_BY and name not in self.facts.get(group, {}):
                read.add(_TOLD_BY[path])
        for part in self.parts:
            if part.index is not None:
                if part.group in read:
                    yield part
            elif any(f"{part.group}.{name}" in read for name in part.names):
                yield part


def reads(part: object, requirements: Requirements) -> Iterator[str]:
    """What a rule reads: lists by their name, other facts by their path, derived ones by those
    that they are derived from."""
    for path in _read(part, requirements):
        yield from DERIVED_FROM.get(path, (path,))


def _read(part: object, requirements: Requirements) -> Iterator[str]:
    vocabulary: Vocabulary = requirements.vocabulary
    if isinstance(part, str):
        if vocabulary.fact(part) is not None:
            yield part
    elif isinstance(part, (list, tuple)):
        for one in part:
            yield from _read(one, requirements)
    elif isinstance(part, PointsOf):
        yield from _read(requirements.points, requirements)
    elif is_dataclass(part) and not isinstance(part, Fact):
        if isinstance(part, Where):
            yield part.group
        elif isinstance(part, FigureOperand) and part.during_job:
            yield from ("job.from", "job.to")
        for each in fields(part):
            if each.init and each.name not in _WORDS:
                yield from _read(getattr(part, each.name), requirements)


def without(facts: dict[str, Any], parts: Iterable[Part]) -> dict[str, Any]:
    """The facts without these parts."""
    gone: dict[str, set[int]] = {}
    left = dict(facts)
    for part in parts:
        if part.index is not None:
            gone.setdefault(part.group, set()).add(part.index)
        elif part.group in left:
            known = left[part.group]
            left[part.group] = {
                name: value for name, value in known.items() if name not in part.names
            }
    for group, indices in gone.items():
        left[group] = [
            item for index, item in enumerate(facts.get(group, [])) if index not in indices
        ]
    return left


__all__ = ["Part", "needed", "reads", "without"]
