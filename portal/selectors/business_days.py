"""Business days counted many times over: one pass over the calendar, then a subtraction each."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from programs.calendar import ONE_DAY, Calendar, OutsideTable

# How far back the age of a case is looked for before the table's first year ends the search.
FURTHEST = timedelta(days=400)


class Counted:
    """The business days of a table, in order."""

    def __init__(self, table: Calendar) -> None:
        self.years = table.years
        self.days = [
            day
            for year in sorted(table.years)
            for number in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)
            if table.is_business_day(day := date(year, 1, 1) + timedelta(days=number))
        ]

    def knows(self, *days: date) -> bool:
        """Whether the days and every year between them are in the table."""
        return self.years.issuperset(range(min(days).year, max(days).year + 1))

    def between(self, start: date, end: date) -> int:
        """As `programs.calendar.business_days_between`: after `start`, until `end`, it included."""
        return bisect_left(self.days, end + ONE_DAY) - bisect_left(self.days, start + ONE_DAY)

    def outside(self, start: date, end: date, pauses: Iterable[tuple[date, date | None]]) -> int:
        """The same without the days of the pauses, both ends of each excluded; an open one lasts
        until `end`. Pauses may share a day."""
        number, reached = self.between(start, end), start
        for first, last in sorted(pauses, key=lambda pause: pause[0]):
            # Days up to `reached` are not counted any more.
            begin = max(first - ONE_DAY, reached)
            until = min(last or end, end)
            if until > begin:
                number -= self.between(begin, until)
                reached = until
        return number


@dataclass(frozen=True)
class Ages:
    """A stretch of ages in business days, and since when a case of that age is where it is."""

    low: int
    high: int | None
    first: date | None
    last: date | None


def ages(bounds: Iterable[tuple[int, int | None]], *, today: date, table: Calendar) -> list[Ages]:
    """The days since which a case is so many business days old today. Where the table does not go
    back far enough, all that is older belongs to the oldest stretch."""
    found = []
    for low, high in bounds:
        first = None if high is None else _first_of(high, today, table)
        # The youngest stretch takes what came today, or for a clock set back, later.
        last = None if low == 0 else _first_of(low - 1, today, table)
        found.append(Ages(low, high, first, None if last is None else last - ONE_DAY))
    return found


def _first_of(age: int, today: date, table: Calendar) -> date:
    """The first day since which something is at most so many business days old."""
    table.require(today)
    day, passed = today, 0
    while today - day < FURTHEST:
        # Who came the day before is one older when this day is a business day.
        try:
            passed += table.is_business_day(day)
        except OutsideTable:
            break
        if passed > age:
            break
        day -= ONE_DAY
    return day
