"""The holiday table as people read it: a year's days, and every change with who and why."""

from dataclasses import dataclass

from django.db.models import QuerySet

from programs import calendar
from programs.calendar import Calendar
from programs.models import CalendarRevision, Holiday

MOST_REVISIONS = 30


@dataclass(frozen=True)
class Year:
    """One year of the table in force. `days` of those that fall on a weekday count as lost."""

    number: int
    days: list[Holiday]
    on_weekdays: int


def years(table: Calendar) -> list[int]:
    return sorted(table.years)


def year(table: Calendar, asked: str) -> Year:
    """The year that is asked for, where the table has it; else this year's, else the last."""
    known = years(table)
    here = calendar.today().year
    number = here if here in known else known[-1]
    if asked.isascii() and asked.isdecimal() and len(asked) == 4 and int(asked) in known:
        number = int(asked)
    days = list(
        Holiday.objects.filter(date__year=number, removed_in=None)
        .select_related("added_in")
        .order_by("date")
    )
    return Year(number, days, sum(one.date.weekday() < 5 for one in days))


def revisions() -> QuerySet[CalendarRevision]:
    """The latest changes first, with what each added and took away."""
    return (
        CalendarRevision.objects.select_related("actor")
        .prefetch_related("added", "removed")
        .order_by("-number")[:MOST_REVISIONS]
    )
