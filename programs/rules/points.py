"""A programme's points table as frozen data. Points are whole hundredths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from programs.rules.measures import TOTAL, Measure
from programs.rules.nodes import Node
from programs.sourcing import Sourced, Text

BEST_OF, SUM_OF, TAKE_OFF = "best_of", "sum_of", "take_off"


@dataclass(frozen=True, slots=True)
class Band:
    """A rule that gives points when it is met."""

    points: int
    rule: Node

    @property
    def code(self) -> str:
        return self.rule.code


@dataclass(frozen=True, slots=True)
class ForEach:
    """Points for each whole `each` of a measure, up to `at_most`."""

    points: int
    each: int
    of: Measure
    at_most: int | None
    text: Text
    sourced: Sourced
    code: str


@dataclass(frozen=True, slots=True)
class Part:
    """Bands and parts: the best one counts (best_of), or all together (sum_of, take_off), up to
    `at_most`. What a `take_off` part gives is taken off the total."""

    code: str
    names: Text
    how: str
    entries: tuple[Band | ForEach | Part, ...]
    at_most: int | None
    sourced: Sourced


@dataclass(frozen=True, slots=True)
class Points:
    parts: tuple[Part, ...]
    sourced: Sourced

    def part(self, code: str) -> Part | None:
        return next((part for part in self.every_part() if part.code == code), None)

    def every_part(self) -> Iterator[Part]:
        """Parts within parts after the ones they are in."""
        waiting = list(self.parts)
        while waiting:
            part = waiting.pop(0)
            yield part
            waiting += [entry for entry in part.entries if isinstance(entry, Part)]

    def rules(self) -> Iterator[Node]:
        for part in self.every_part():
            yield from (entry.rule for entry in part.entries if isinstance(entry, Band))


__all__ = ["BEST_OF", "SUM_OF", "TAKE_OFF", "TOTAL", "Band", "ForEach", "Part", "Points"]
