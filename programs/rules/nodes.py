"""A programme's rules as frozen data: a tree of all_of, any_of, not, when and typed predicates.

`programs.rules.reading` makes these from a document; `programs.rules.engine` judges facts by
them. Nothing here depends on a programme.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from programs.facts.vocabulary import Fact, Vocabulary
from programs.manifest import Sourced, Text

if TYPE_CHECKING:
    from programs.manifest import Occupation, RefusedOccupation

DAYS_IN_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class Node:
    """One rule. `code` names it for tests, checklists and refusals; it may be empty."""

    text: Text
    sourced: Sourced
    code: str


@dataclass(frozen=True, slots=True)
class AllOf(Node):
    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Node):
    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    child: Node


@dataclass(frozen=True, slots=True)
class When(Node):
    """`then` is asked only where `condition` is met; elsewhere the rule does not apply and
    counts as met."""

    condition: Node
    then: Node


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
class Listed:
    """The codes of one of the programme's own lists."""

    name: str
    codes: frozenset[str]


Operand = str | int | bool | date | tuple | FigureOperand | EvaluationDay | Listed


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison with a fact: `operator` is a name of `programs.rules.conditions`."""

    fact: Fact
    operator: str
    operand: Operand


@dataclass(frozen=True, slots=True)
class Where:
    """What an item of a list has to be: every condition at once."""

    group: str
    conditions: tuple[Condition, ...]


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
    """A limit as a percentage of a headcount, rounded to whole people."""

    base: str
    percent: int
    rounding: str  # half_up, up, down


@dataclass(frozen=True, slots=True)
class Bracket:
    """Up to this headcount (None: any) at most so many."""

    up_to: int | None
    limit: int


@dataclass(frozen=True, slots=True)
class Brackets:
    base: str
    steps: tuple[Bracket, ...]


@dataclass(frozen=True, slots=True)
class Headcount(Node):
    """The people counted, and `adding` more, are at most the limit."""

    counted: str
    adding: int
    limit: Share | Brackets


@dataclass(frozen=True, slots=True)
class Requirements:
    """A programme's rules with all they refer to, ready for the engine."""

    root: Node
    vocabulary: Vocabulary
    occupations: tuple[Occupation, ...] = ()
    refused: tuple[RefusedOccupation, ...] = ()
    days_in_a_year: int = DAYS_IN_A_YEAR
    # What the programme calls the codes of a fact: {"job.region": {"gyeonggi/suwon": Text}}.
    named: Mapping[str, Mapping[str, Text]] = field(default_factory=dict, compare=False)
    _by_code: dict[tuple[str, str | None], tuple[str, str]] = field(
        init=False, compare=False, repr=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        for occupation in self.occupations:
            known = (occupation.code, occupation.visa_class)
            self._by_code[(occupation.code, occupation.edition)] = known
            self._by_code[(occupation.code, None)] = known
        former: dict[str, set[tuple[str, str]]] = {}
        for occupation in self.occupations:
            known = (occupation.code, occupation.visa_class)
            for alias in occupation.aliases:
                self._by_code[(alias.code, alias.edition)] = known
                former.setdefault(alias.code, set()).add(known)
        for code, meanings in former.items():
            if len(meanings) == 1 and not any(code == refused.code for refused in self.refused):
                self._by_code.setdefault((code, None), next(iter(meanings)))

    def occupation_meant(self, code: str, edition: str | None) -> tuple[str, str] | None:
        """(the programme's own code, visa class) of a code in an edition.

        Without an edition the programme's own codes come first; a former code counts only
        where it has one meaning and is not in use for something else.
        """
        return self._by_code.get((code, edition))

    def name_of(self, path: str, code: object) -> Text | None:
        """What the programme calls this value of a fact, if it has a name for it."""
        return self.named.get(path, {}).get(code) if isinstance(code, str) else None

    def refusal_of(self, code: str, edition: str | None = None) -> RefusedOccupation | None:
        """The occupation that is no longer recommended, if this code names one."""
        return next(
            (
                refused
                for refused in self.refused
                if refused.code == code and edition in (None, refused.edition)
            ),
            None,
        )
