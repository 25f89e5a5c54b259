"""What a `number` rule may compare: measures, as frozen data.

A measure is a whole number that the facts, the national figures or the points table give. Points
are hundredths; `hundredths` says so, and whole numbers beside points are scaled (`Scaled`).
`unit` is the unit people read: a fact's, "days", "items", "points", or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from programs.facts.vocabulary import Fact
from programs.rules.nodes import Bracket, FigureOperand, Where

TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Measure:
    hundredths: ClassVar[bool] = False
    unit: ClassVar[str] = ""

    @property
    def inside(self) -> tuple[Measure, ...]:
        """The measures this one is made of."""
        return ()


@dataclass(frozen=True, slots=True)
class Fixed(Measure):
    value: int


@dataclass(frozen=True, slots=True)
class FixedPoints(Measure):
    """A number of points as the file wrote it, in hundredths."""

    value: int
    hundredths: ClassVar[bool] = True
    unit: ClassVar[str] = "points"


@dataclass(frozen=True, slots=True)
class Scaled(Measure):
    """A whole number in hundredths, to stand beside points."""

    of: Measure
    hundredths: ClassVar[bool] = True
    unit: ClassVar[str] = "points"

    @property
    def inside(self) -> tuple[Measure, ...]:
        return (self.of,)


@dataclass(frozen=True, slots=True)
class FactValue(Measure):
    path: str
    fact: Fact

    @property
    def unit(self) -> str:  # type: ignore[override]
        return self.fact.unit


@dataclass(frozen=True, slots=True)
class Count(Measure):
    """How many items of a list are as described."""

    where: Where
    unit: ClassVar[str] = "items"


@dataclass(frozen=True, slots=True)
class Gathered(Measure):
    """`how` (sum, largest, smallest, average) of a fact over the items of a list; 0 of none, but
    the smallest of none is above every number.

    With `newest` only the items of the newest values of `by` count, and the average divides
    by `newest`: one that is missing counts 0. Items with the same value of `by` (two incomes of
    one year) are one.
    """

    how: str
    where: Where
    fact: Fact
    newest: int | None = None
    by: Fact | None = None

    @property
    def unit(self) -> str:  # type: ignore[override]
        return self.fact.unit


@dataclass(frozen=True, slots=True)
class FigureValueOf(Measure):
    operand: FigureOperand


@dataclass(frozen=True, slots=True)
class Percent(Measure):
    """A percentage of a measure, rounded to a whole number, in its bounds."""

    of: Measure
    percent: int
    rounding: str  # half_up, up, down
    minimum: int | None = None
    maximum: int | None = None

    @property
    def inside(self) -> tuple[Measure, ...]:
        return (self.of,)

    @property
    def unit(self) -> str:  # type: ignore[override]
        return self.of.unit


@dataclass(frozen=True, slots=True)
class Per(Measure):
    """`give` hundredths for every `per` of a measure, in proportion, rounded to a whole number
    at the end: 0.4 per 100 of 260 is 1.04, which rounds up to 2."""

    of: Measure
    per: int
    give: int
    rounding: str
    minimum: int | None = None
    maximum: int | None = None

    @property
    def inside(self) -> tuple[Measure, ...]:
        return (self.of,)


@dataclass(frozen=True, slots=True)
class Stepped(Measure):
    """What brackets give for a measure."""

    of: Measure
    steps: tuple[Bracket, ...]

    @property
    def inside(self) -> tuple[Measure, ...]:
        return (self.of,)


@dataclass(frozen=True, slots=True)
class Combined(Measure):
    """The highest, lowest, sum (`plus`) or difference (`minus`, of two) of measures."""

    how: str
    parts: tuple[Measure, ...]

    @property
    def inside(self) -> tuple[Measure, ...]:
        return self.parts

    @property
    def hundredths(self) -> bool:  # type: ignore[override]
        return self.parts[0].hundredths

    @property
    def unit(self) -> str:  # type: ignore[override]
        return next((part.unit for part in self.parts if part.unit), "")


@dataclass(frozen=True, slots=True)
class Worked(Measure):
    """Days of experience, as the rule `experience` counts them."""

    where: Where
    after: Where | None = None
    within_days: int | None = None
    unit: ClassVar[str] = "days"


@dataclass(frozen=True, slots=True)
class DaysSince(Measure):
    """Days from a date to the day of evaluation: 0 on the day itself and before it."""

    path: str
    unit: ClassVar[str] = "days"


@dataclass(frozen=True, slots=True)
class Times(Measure):
    """So many times a measure, exactly."""

    of: Measure
    times: int

    @property
    def inside(self) -> tuple[Measure, ...]:
        return (self.of,)

    @property
    def unit(self) -> str:  # type: ignore[override]
        return self.of.unit


@dataclass(frozen=True, slots=True)
class PointsOf(Measure):
    """The points of a part of the programme's table, or of the whole (`total`)."""

    part: str
    hundredths: ClassVar[bool] = True
    unit: ClassVar[str] = "points"
