"""Facts computed from stated ones, once per evaluation."""

from __future__ import annotations

from datetime import date
from typing import Any, Protocol

from programs.facts.validation import parse_day


class KnowsOccupations(Protocol):
    def occupation_meant(self, code: str, edition: str | None) -> tuple[str, str] | None: ...

    def refusal_of(self, code: str, edition: str | None = None) -> object | None: ...


def derive(facts: dict[str, Any], *, on: date, occupations: KnowsOccupations) -> dict[str, Any]:
    """The facts with their derived ones added; unknown stays absent. The input is not changed.

    An occupation's code is turned into the programme's own; one that its edition does not know
    becomes "code (edition)", which no list contains.
    """
    candidate = dict(facts.get("candidate", {}))
    job = dict(facts.get("job", {}))
    employer = dict(facts.get("employer", {}))
    if (born := _day(candidate, "birth_date")) is not None and born <= on:
        candidate["age"] = full_months(born, on) // 12
    if "occupation" in job:
        edition = job.get("occupation_edition")
        meant = occupations.occupation_meant(job["occupation"], edition)
        if meant is not None:
            job["occupation"], job["visa_class"] = meant
        elif edition and occupations.refusal_of(job["occupation"], edition) is None:
            job["occupation"] = f"{job['occupation']} ({edition})"
    if "monthly_pay" in job and "weekly_hours" in job:
        job["hourly_pay"] = job["monthly_pay"] // paid_hours_a_month(job["weekly_hours"])
    if (registered := _day(employer, "registered_on")) is not None:
        employer["months_registered"] = max(full_months(registered, on), 0)
    return {**facts, "candidate": candidate, "job": job, "employer": employer}


def paid_hours_a_month(weekly_hours: int) -> int:
    """Hours paid in a month for weekly hours, the paid weekly day of rest included.

    40 h a week is 209: (40 + 8) x 365 / 7 / 12 = 208.57, rounded half up. The day of rest is a
    fifth of the weekly hours, at most eight.
    """
    fifths = 5 * weekly_hours + min(weekly_hours, 40)
    return (2 * fifths * 365 + 420) // 840


def full_months(first: date, last: date) -> int:
    """Full months from `first` to `last`; a month is full on the day of the same number, or on
    the month's last day when it has none. Negative when `last` is earlier."""
    months = (last.year - first.year) * 12 + last.month - first.month
    if last.day < first.day and not _is_last_of_month(last):
        months -= 1
    return months


def _is_last_of_month(day: date) -> bool:
    return date.fromordinal(day.toordinal() + 1).month != day.month


def _day(group: dict[str, Any], name: str) -> date | None:
    value = group.get(name)
    return parse_day(value) if isinstance(value, str) else None
