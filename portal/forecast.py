"""How long the units of a quota will last, with the uncertainty of saying so. Plain numbers only.

What was taken is looked at week by week, the newest week ending today. Two things are uncertain and
both are in the answer: the weeks to come differ among themselves as those behind did, and a few
weeks do not tell the rate exactly. What is taken in the days to come then has a negative binomial
distribution: units come in clumps of `spread` (the weeks' variance over their mean, at least 1),
the clumps by a Poisson process whose rate has the gamma distribution that the weeks behind leave of
it (Jeffreys' prior). Nothing is drawn by lot: the same ledger gives the same dates.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, islice
from math import ceil, exp, floor, lgamma, log

WEEK = 7
# Older weeks say little about the next; fewer weeks or units than this say nothing.
MOST_WEEKS, FEWEST_WEEKS, FEWEST_UNITS = 26, 6, 5
# Eight times out of ten what happens lies between these two.
LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
# How sure it is that at least so many are taken, for the lowest number first.
CHANCES = (HIGH, MIDDLE, LOW)
# No answer is looked for beyond so many days.
FURTHEST = 3660


@dataclass(frozen=True)
class Weeks:
    """Units taken in each complete week behind, the newest last; what came back counts less."""

    taken: tuple[int, ...]
    until: date

    @property
    def number(self) -> int:
        return len(self.taken)

    @property
    def units(self) -> int:
        return sum(self.taken)

    @property
    def missing(self) -> int:
        """How many more weeks it takes before anything is foretold."""
        return max(FEWEST_WEEKS - self.number, 0)

    @property
    def says_something(self) -> bool:
        return not self.missing and self.units >= FEWEST_UNITS

    @property
    def mean(self) -> float:
        return self.units / self.number if self.number else 0.0

    @property
    def spread(self) -> float:
        """Variance over mean: 1 where units come one by one, more where they come together."""
        if self.number < 2 or self.units <= 0:
            return 1.0
        variance = sum((one - self.mean) ** 2 for one in self.taken) / (self.number - 1)
        return max(variance / self.mean, 1.0)


def weeks(days: Sequence[tuple[date, int]], *, start: date, today: date) -> Weeks:
    """The complete weeks from `start` until today; `days` are `(day, units taken)`."""
    number = min(((today - start).days + 1) // WEEK, MOST_WEEKS)
    taken = [0] * max(number, 0)
    for day, units in days:
        back = (today - day).days // WEEK
        if day <= today and back < number:
            taken[number - 1 - back] += units
    return Weeks(tuple(taken), today)


def _shares(days: int, behind: Weeks) -> Iterator[float]:
    """The probabilities of no clump, one clump, two ... in so many days from today."""
    shape = behind.units / behind.spread + 0.5
    total = behind.number + days / WEEK
    stays, moves = log(behind.number / total), log(days / WEEK / total)
    for k in count():
        ways = lgamma(shape + k) - lgamma(shape) - lgamma(k + 1)
        yield exp(ways + shape * stays + k * moves)


def chance_of(units: int, days: int, behind: Weeks) -> float:
    """The probability that at least so many units are taken in so many days from today."""
    if units <= 0:
        return 1.0
    if days <= 0 or not behind.number:
        return 0.0
    clumps = ceil(units / behind.spread)
    return min(max(1.0 - sum(islice(_shares(days, behind), clumps)), 0.0), 1.0)


@dataclass(frozen=True)
class Range:
    """A day: eight times out of ten between `low` and `high`; None is "not by then"."""

    low: date | None
    middle: date | None
    high: date | None


def runs_out(left: int, behind: Weeks) -> Range:
    """On which day the units left will have been taken. The early day is `low`."""
    return Range(*(_day_of(left, behind, chance) for chance in (LOW, MIDDLE, HIGH)))


def _day_of(left: int, behind: Weeks, chance: float) -> date | None:
    if chance_of(left, FURTHEST, behind) < chance:
        return None
    low, high = 0, FURTHEST
    while high - low > 1:
        middle = (low + high) // 2
        if chance_of(left, middle, behind) >= chance:
            high = middle
        else:
            low = middle
    return behind.until + timedelta(days=high)


@dataclass(frozen=True)
class Taken:
    """How many units will have been taken: eight times out of ten between `low` and `high`."""

    day: date
    low: int
    middle: int
    high: int


def taken_by(day: date, behind: Weeks, *, most: int) -> Taken:
    """How many of the `most` units left will have been taken until that day, it included."""
    days = (day - behind.until).days
    if days <= 0 or not behind.number:
        return Taken(day, 0, 0, 0)
    found: list[int] = []
    reached, shares = 1.0, _shares(days, behind)
    # `reached` is the chance of at least so many clumps.
    for clumps in range(ceil(most / behind.spread) + 1):
        while len(found) < len(CHANCES) and reached < CHANCES[len(found)]:
            found.append(floor((clumps - 1) * behind.spread))
        if len(found) == len(CHANCES):
            break
        reached -= next(shares)
    low, middle, high = (*found, most, most, most)[:3]
    return Taken(day, min(low, most), min(middle, most), min(high, most))
