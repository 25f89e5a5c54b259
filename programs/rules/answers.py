"""What a judged rule looks like: plain JSON, the same for every kind of rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from programs.rules.nodes import Node
from programs.rules.truth import Truth, word

Tree = dict[str, Any]
Answer = tuple[Truth, Tree]


class Absent:
    """No value: the fact was not stated. (None is a value: "still there", "never ends".)"""


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Tested:
    """One condition judged: the outcome, what was asked in plain JSON, what is missing."""

    truth: Truth
    said: dict[str, Any]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """One item of a list judged; `shown` are its facts that were asked about."""

    index: int
    item: dict[str, Any]
    truth: Truth
    missing: tuple[str, ...]
    shown: dict[str, Any]


def answer(
    node: Node,
    kind: str,
    truth: Truth,
    *,
    observed: Any = None,
    required: Any = None,
    missing: Iterable[str] = (),
    children: list[Tree] | None = None,
) -> Answer:
    """The judged rule. What is missing is told only where the outcome is unknown.

    The words and sources are the node's own and shared by all its answers: not to be changed.
    """
    return truth, {
        "kind": kind,
        **node.static,
        "verdict": word(truth),
        "observed": observed,
        "required": required,
        "missing": list(dict.fromkeys(missing)) if truth is None else [],
        "children": [] if children is None else children,
    }


def all_missing(judged: Iterable[Tested | Match]) -> list[str]:
    return [path for one in judged for path in one.missing]
