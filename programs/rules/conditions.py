"""What a condition may say about a fact, by the fact's type, and how it is tested."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from programs.facts.vocabulary import Fact, FactType
from programs.rules.nodes import Listed

T = FactType
_CODES = frozenset({T.TEXT, T.CODE, T.CHOICE, T.LEVEL, T.COUNTRY})
_SIZES = frozenset({T.NUMBER, T.MONEY, T.SHARE, T.LEVEL})
_DAYS = frozenset({T.DATE})
_ANY = frozenset(T)

# A period that does not end ends after every other day.
NEVER_ENDS = date.max


@dataclass(frozen=True, slots=True)
class Operator:
    """`takes`: "one" value of the fact's type, "many", a "list" of the programme."""

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
    "starts_with": Operator(
        frozenset({T.TEXT, T.CODE}), "many", lambda seen, asked: seen.startswith(asked)
    ),
    "listed": Operator(frozenset({T.CODE}), "list", lambda seen, asked: seen in asked.codes),
}
# A level compares by its place in the order, not by its spelling.
_BY_RANK = frozenset({"at_least", "at_most", "more_than", "less_than"})


def operators_for(fact: Fact) -> tuple[str, ...]:
    return tuple(name for name, operator in OPERATORS.items() if fact.type in operator.types)


def holds(fact: Fact, operator: str, seen: Any, asked: Any) -> bool:
    """Test a known JSON value of a fact against an operand that is no longer symbolic."""
    if fact.type is T.DATE:
        seen = NEVER_ENDS if seen is None else date.fromisoformat(seen)
    if fact.type is T.LEVEL and operator in _BY_RANK:
        seen, asked = fact.rank(seen), fact.rank(asked)
    return OPERATORS[operator].test(seen, asked)


def plain(operand: Any) -> Any:
    """An operand as JSON."""
    if isinstance(operand, date):
        return operand.isoformat()
    if isinstance(operand, Listed):
        return operand.name
    return list(operand) if isinstance(operand, tuple) else operand
