"""Days of experience, computed from career periods.

From and to both count; each day counts min(1, the sum of the shares that day); an open period
ends on the day of evaluation. What is not known makes a least and a most: the least counts
only what is certain, the most everything that could turn out true.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

FULL_TIME = 100  # shares are hundredths


@dataclass(frozen=True, slots=True)
class Stretch:
    """Work from `first` to `last`, both days counted, at a share of 1 to 100 hundredths."""

    first: date
    last: date
    share: int


def hundredths_of_days(stretches: Iterable[Stretch], *, since: date, until: date) -> int:
    """Worked time between two days (both counted), in hundredths of a day.

    Overlapping jobs count once: a day is worth at most one.
    """
    changes: dict[date, int] = {}
    for stretch in stretches:
        first, last = max(stretch.first, since), min(stretch.last, until)
        if first <= last:
            changes[first] = changes.get(first, 0) + stretch.share
            after = last + timedelta(days=1)
            changes[after] = changes.get(after, 0) - stretch.share
    total = share = 0
    previous = since
    for day in sorted(changes):
        total += min(share, FULL_TIME) * (day - previous).days
        share += changes[day]
        previous = day
    return total


def years_and_months(days: int, *, days_in_a_year: int) -> tuple[int, int]:
    """Whole years and whole months (twelfths of a year) in a number of days."""
    years, rest = divmod(days, days_in_a_year)
    return years, rest * 12 // days_in_a_year
