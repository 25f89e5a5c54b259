"""A programme's rules as frozen data: a tree of all_of, any_of, some_of, not, when and typed
predicates.

`programs.rules.reading` makes these from a document; `programs.rules.engine` judges facts by
them. Nothing here depends on a programme. What never changes from one judging to the next (a
rule's words and sources, what a condition asks) is made once, here, and shared by every answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from programs.facts.vocabulary import Fact
from programs.rules.conditions import OPERATORS, ordered
from programs.rules.requirements import DAYS_IN_A_YEAR, Requirements, Waiver
from programs.sourcing import Sourced, Text

if TYPE_CHECKING:
    from programs.rules.measures import Measure

__all__ = [
    "DAYS_IN_A_YEAR",
    "Ago",
    "AllOf",
    "AnyOf",
    "Bracket",
    "Brackets",
    "Compare",
    "Condition",
    "EvaluationDay",
    "Experience",
    "FactOperand",
    "FigureOperand",
    "Has",
    "Headcount",
    "Listed",
    "Node",
    "Not",
    "Number",
    "Requirements",
    "Share",
    "SomeOf",
    "Waiver",
    "When",
    "Where",
]


@dataclass(frozen=True, slots=True)
class Node:
    """One rule. `code` names it for tests, checklists and refusals; it may be empty."""

    text: Text
    sourced: Sourced
    code: str
    # The part of every answer that is always the same.
    static: dict[str, Any] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        static = {
            "code": self.code,
            "text": self.text.as_dict(),
            "source": [citation.as_dict() for citation in self.sourced.citations],
            "assumed": self.sourced.assumed,
        }
        object.__setattr__(self, "static", static)

    @property
    def inside(self) -> tuple[Node, ...]:
        """The rules this one is made of."""
        return ()


@dataclass(frozen=True, slots=True)
class AllOf(Node):
    children: tuple[Node, ...]

    @property
    def inside(self) -> tuple[Node, ...]:
        return self.children


@dataclass(frozen=True, slots=True)
class AnyOf(Node):
    children: tuple[Node, ...]

    @property
    def inside(self) -> tuple[Node, ...]:
        return self.children


@dataclass(frozen=True, slots=True)
class SomeOf(Node):
    """At least `count` of the rules are met."""

    count: int
    children: tuple[Node, ...]

    @property
    def inside(self) -> tuple[Node, ...]:
        return self.children


@dataclass(frozen=True, slots=True)
class Not(Node):
    child: Node

    @property
    def inside(self) -> tuple[Node, ...]:
        return (self.child,)


@dataclass(frozen=True, slots=True)
class When(Node):
    """`then` is asked only where `condition` is met; elsewhere the rule does not apply and
    counts as met."""

    condition: Node
    then: Node

    @property
    def inside(self) -> tuple[Node, ...]:
        return (self.condition, self.then)


# --- what a fact is compared with -----------------------------------------------------------
@dataclass(frozen=True, slots=True)
class FigureOperand:
    """A national figure, or a percentage of it (rounded up to a whole unit).

    With `during_job` the highest figure in force on any day of the contract counts, as far as
    figures are announced; otherwise the one of the day of evaluation.
    """

    key: str
    percent: int = 100
    during_job: bool = False


@dataclass(frozen=True, slots=True)
class EvaluationDay:
    """The day of evaluation itself, to compare dates with."""


@dataclass(frozen=True, slots=True)
class Ago:
    """So long before the day of evaluation, or after it: calendar months, or days."""

    months: int = 0
    days: int = 0
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class FactOperand:
    """Whatever another fact says."""

    path: str


@dataclass(frozen=True, slots=True)
class Listed:
    """The codes of one of the programme's own lists, and what the list calls them."""

    name: str
    codes: frozenset[str]
    names: Mapping[str, Text] = field(default_factory=dict, compare=False, repr=False)


Operand = (
    str | int | bool | date | tuple | FigureOperand | EvaluationDay | Ago | FactOperand | Listed
)
_SYMBOLIC = (FigureOperand, EvaluationDay, Ago, FactOperand)


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison with a fact: `operator` is a name of `programs.rules.conditions`."""

    fact: Fact
    operator: str
    operand: Operand
    # What is asked, in the form that is compared and as JSON; None where it has to be found out.
    asked: Any = field(init=False, compare=False, repr=False)
    said: dict[str, Any] | None = field(init=False, compare=False, repr=False)
    test: Callable[[Any, Any], bool] = field(init=False, compare=False, repr=False)
    order: Callable[[Any], Any] | None = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        order = ordered(self.fact, self.operator)
        asked: Any = None
        said: dict[str, Any] | None = None
        if not isinstance(self.operand, _SYMBOLIC):
            shown = _plain(self.operand)
            said = {self.operator: shown}
            if isinstance(self.operand, Listed):
                asked = self.operand.codes
            elif isinstance(self.operand, tuple):
                asked = self.operand
            else:
                asked = shown if order is None else order(shown)
        for name, value in (
            ("asked", asked),
            ("said", said),
            ("test", OPERATORS[self.operator].test),
            ("order", order),
        ):
            object.__setattr__(self, name, value)

    def holds(self, seen: Any, asked: Any) -> bool:
        """Whether a known JSON value passes the test against `asked`, already comparable."""
        return self.test(seen if self.order is None else self.order(seen), asked)


def _plain(operand: Any) -> Any:
    if isinstance(operand, date):
        return operand.isoformat()
    if isinstance(operand, Listed):
        return operand.name
    return list(operand) if isinstance(operand, tuple) else operand


@dataclass(frozen=True, slots=True)
class Where:
    """What an item of a list has to be: every condition, and one of the options if there are
    any, at once."""

    group: str
    conditions: tuple[Condition, ...]
    options: tuple[Where, ...] = ()


# --- predicates -------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Compare(Node):
    """A single fact ("job.annual_pay") against one or more conditions, all of which must hold."""

    path: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Has(Node):
    """At least `count` items of a list are as described."""

    where: Where
    count: int


@dataclass(frozen=True, slots=True)
class Experience(Node):
    """Days of work: from and to both count, each day min(1, the sum of the shares that day).

    Only periods matching `where` count, and, with `after`, only days later than the award of
    the earliest degree that matches it. `years` is what the file said, `days` what it means;
    `within_days` looks no further back than that.
    """

    days: int
    where: Where
    years: int | None = None
    after: Where | None = None
    within_days: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A limit as a percentage of a headcount, rounded to whole people, in its bounds."""

    base: str
    percent: int
    rounding: str  # half_up, up, down
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Bracket:
    """Up to this headcount (None: any) at most so many."""

    up_to: int | None
    limit: int


@dataclass(frozen=True, slots=True)
class Brackets:
    base: str
    steps: tuple[Bracket, ...]
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Headcount(Node):
    """The people counted, and `adding` more, are at most the limit."""

    counted: str
    adding: int
    limit: Share | Brackets


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A measure against one or more others, all of which must hold."""

    measure: Measure
    comparisons: tuple[tuple[str, Measure], ...]
