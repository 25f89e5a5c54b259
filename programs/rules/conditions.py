"""What a condition may say about a fact, by the fact's type, and how it is tested.

Values are compared in a form that Python can order: a day as its ISO text (a period that does
not end lies after every other day), a level as its place in the order where the operator asks
for one, everything else as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from programs.facts.vocabulary import Fact, FactType

T = FactType
_CODES = frozenset({T.TEXT, T.CODE, T.CHOICE, T.LEVEL, T.COUNTRY})
_SIZES = frozenset({T.NUMBER, T.MONEY, T.SHARE, T.LEVEL})
_DAYS = frozenset({T.DATE})
_ANY = frozenset(T)

NEVER_ENDS = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Operator:
    """`takes`: "one" value of the fact's type, "many", a "list" of the programme, or a
    "period" back from the day of evaluation, or on from it."""

    types: frozenset[FactType]
    takes: str
    test: Callable[[Any, Any], bool]


OPERATORS: Mapping[str, Operator] = {
    "is": Operator(_ANY, "one", lambda seen, asked: seen == asked),
    "is_not": Operator(_ANY, "one", lambda seen, asked: seen != asked),
    "in": Operator(_CODES | {T.NUMBER}, "many", lambda seen, asked: seen in asked),
    "not_in": Operator(_CODES | {T.NUMBER}, "many", lambda seen, asked: seen not in asked),
    "at_least": Operator(_SIZES, "one", lambda seen, asked: seen >= asked),
    "at_most": Operator(_SIZES, "one", lambda seen, asked: seen <= asked),
    "more_than": Operator(_SIZES, "one", lambda seen, asked: seen > asked),
    "less_than": Operator(_SIZES, "one", lambda seen, asked: seen < asked),
    "not_before": Operator(_DAYS, "one", lambda seen, asked: seen >= asked),
    "not_after": Operator(_DAYS, "one", lambda seen, asked: seen <= asked),
    # Not longer ago than the period, and not ahead; that long ago or longer.
    "within": Operator(_DAYS, "period", lambda seen, asked: asked[0] <= seen <= asked[1]),
    "before": Operator(_DAYS, "period", lambda seen, asked: seen <= asked[0]),
    # Not later than in the period, and not past; that far ahead or later.
    "within_next": Operator(_DAYS, "period", lambda seen, asked: asked[1] <= seen <= asked[0]),
    "after": Operator(_DAYS, "period", lambda seen, asked: seen >= asked[0]),
    "starts_with": Operator(
        frozenset({T.TEXT, T.CODE}), "many", lambda seen, asked: seen.startswith(asked)
    ),
    "listed": Operator(frozenset({T.CODE, T.TEXT}), "list", lambda seen, asked: seen in asked),
}
# Whose period lies ahead of the day of evaluation.
AHEAD = frozenset({"within_next", "after"})
PERIODS = frozenset({"within", "before"}) | AHEAD
# A level compares by its place in the order, not by its spelling.
_BY_RANK = frozenset({"at_least", "at_most", "more_than", "less_than"})


def operators_for(fact: Fact) -> tuple[str, ...]:
    return tuple(name for name, operator in OPERATORS.items() if fact.type in operator.types)


def ordered(fact: Fact, operator: str) -> Callable[[Any], Any] | None:
    """How a JSON value of the fact becomes one that can be compared; None: it is one."""
    if fact.type is T.DATE:
        return _day
    if fact.type is T.LEVEL and operator in _BY_RANK:
        return {code: rank for rank, code in enumerate(fact.codes)}.__getitem__
    return None


def _day(value: str | None) -> str:
    return NEVER_ENDS if value is None else value
