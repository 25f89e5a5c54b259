"""Which values a fact can still have once some rules are taken to hold.

A domain says at least what is possible, never less: what it calls empty nobody can state, and
what it cannot decide it leaves open. Levels are their places in the order, dates day numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from programs.facts.vocabulary import WHOLE_NUMBERS, Fact, FactType
from programs.rules.nodes import Condition, Listed

Value = str | int | bool
_OPPOSITE = {
    "is": "is_not",
    "in": "not_in",
    "at_least": "less_than",
    "more_than": "at_most",
    "not_before": "before_day",
    "not_after": "after_day",
    "listed": "not_listed",
}
OPPOSITE: Mapping[str, str] = _OPPOSITE | {there: back for back, there in _OPPOSITE.items()}


@dataclass(frozen=True, slots=True)
class Domain:
    """The values `allowed` (None: any), without those `excluded`, from `low` to `high`, that
    begin with one of each of `prefixes`."""

    allowed: frozenset[Value] | None = None
    excluded: frozenset[Value] = frozenset()
    low: int | None = None
    high: int | None = None
    prefixes: tuple[tuple[str, ...], ...] = ()

    def __contains__(self, value: Value) -> bool:
        if value in self.excluded or (self.allowed is not None and value not in self.allowed):
            return False
        if isinstance(value, int) and not isinstance(value, bool):
            return (self.low is None or value >= self.low) and (
                self.high is None or value <= self.high
            )
        return all(str(value).startswith(beginnings) for beginnings in self.prefixes)

    @property
    def empty(self) -> bool:
        if self.allowed is not None:
            return not any(value in self for value in self.allowed)
        if self.low is not None and self.high is not None:
            if self.low > self.high:
                return True
            few = self.high - self.low < len(self.excluded)
            return few and not any(value in self for value in range(self.low, self.high + 1))
        return len(self.prefixes) > 1 and not _common(self.prefixes)

    def values(self) -> frozenset[Value] | None:
        """The values one by one; None where there is no list of them."""
        if self.allowed is None:
            return None
        return frozenset(value for value in self.allowed if value in self)

    def meet(self, other: Domain) -> Domain:
        """The values of both."""
        allowed = self.allowed
        if other.allowed is not None:
            allowed = other.allowed if allowed is None else allowed & other.allowed
        return Domain(
            allowed,
            self.excluded | other.excluded,
            _pick(max, self.low, other.low),
            _pick(min, self.high, other.high),
            tuple(dict.fromkeys((*self.prefixes, *other.prefixes))),
        )

    def join(self, other: Domain) -> Domain:
        """At least the values of either."""
        mine, others = self.values(), other.values()
        low = None if self.low is None or other.low is None else min(self.low, other.low)
        high = None if self.high is None or other.high is None else max(self.high, other.high)
        return Domain(
            None if mine is None or others is None else mine | others,
            frozenset(
                value
                for value in self.excluded | other.excluded
                if value not in self and value not in other
            ),
            low,
            high,
            self.prefixes if self.prefixes == other.prefixes else (),
        )


def _pick(choose: Any, one: int | None, other: int | None) -> int | None:
    known = [value for value in (one, other) if value is not None]
    return choose(known) if known else None


def _common(prefixes: tuple[tuple[str, ...], ...]) -> bool:
    """Whether some text begins with one of each."""
    first, *others = prefixes
    return any(
        all(
            any(one.startswith(beginning) or beginning.startswith(one) for beginning in group)
            for group in others
        )
        for one in first
    )


def whole(fact: Fact) -> Domain:
    """Every value that can be stated of a fact, or be derived."""
    if fact.type is FactType.YES_NO:
        return Domain(allowed=frozenset({True, False}))
    if fact.type is FactType.LEVEL:
        return Domain(allowed=frozenset(range(len(fact.choices))))
    if fact.type is FactType.CHOICE:
        return Domain(allowed=frozenset(fact.codes))
    if fact.type in WHOLE_NUMBERS:
        return Domain(low=0 if fact.minimum is None else fact.minimum, high=fact.maximum)
    return Domain()


def asked_by(condition: Condition, *, met: bool = True) -> Domain | None:
    """The values for which a condition is met (or is not); None where that depends on more than
    the fact: a national figure, the day, another fact."""
    operator = condition.operator if met else OPPOSITE.get(condition.operator, "")
    operand = condition.operand
    if isinstance(operand, Listed):
        codes: frozenset[Value] = frozenset(operand.codes)
        return Domain(allowed=codes) if operator == "listed" else Domain(excluded=codes)
    values = [_value(condition.fact, one) for one in _many(operand)]
    if not operator or not values or None in values:
        return None
    if operator in ("is", "in"):
        return Domain(allowed=frozenset(values))
    if operator in ("is_not", "not_in"):
        return Domain(excluded=frozenset(values))
    if operator == "starts_with":
        return Domain(prefixes=(tuple(str(value) for value in values),))
    return bounded(operator, values[0]) if isinstance(values[0], int) else None


def bounded(operator: str, bound: int) -> Domain | None:
    """The numbers (or places, or days) on one side of a bound; None for another operator."""
    return {
        "is": Domain(low=bound, high=bound),
        "at_least": Domain(low=bound),
        "more_than": Domain(low=bound + 1),
        "at_most": Domain(high=bound),
        "less_than": Domain(high=bound - 1),
        "not_before": Domain(low=bound),
        "before_day": Domain(high=bound - 1),
        "not_after": Domain(high=bound),
        "after_day": Domain(low=bound + 1),
    }.get(operator)


def _many(operand: Any) -> tuple[Any, ...]:
    return operand if isinstance(operand, tuple) else (operand,)


def _value(fact: Fact, said: Any) -> Any:
    if fact.type is FactType.LEVEL:
        return fact.rank(said) if said in fact.codes else None
    if fact.type is FactType.DATE:
        return said.toordinal() if isinstance(said, date) else None
    return said if isinstance(said, str | int) else None


def in_words(fact: Fact, domain: Domain) -> str:
    """What a domain leaves of a fact, shortly: "E-7-1", "at least 5"."""

    def shown(value: Value) -> str:
        if fact.type is FactType.LEVEL:
            return fact.codes[int(value)]
        if fact.type is FactType.DATE:
            return date.fromordinal(int(value)).isoformat()
        return str(value).lower() if isinstance(value, bool) else str(value)

    values = domain.values()
    if values is not None:
        listed = sorted(values, key=lambda value: (isinstance(value, str), value))
        more = " …" if len(listed) > 4 else ""
        return ", ".join(shown(value) for value in listed[:4]) + more or "nothing"
    said = [
        *([f"at least {shown(domain.low)}"] if domain.low is not None else []),
        *([f"at most {shown(domain.high)}"] if domain.high is not None else []),
        *([f"not {', '.join(sorted(map(shown, domain.excluded)))}"] if domain.excluded else []),
        *(f"beginning with {' or '.join(group)}" for group in domain.prefixes),
    ]
    return " and ".join(said) or "anything"
