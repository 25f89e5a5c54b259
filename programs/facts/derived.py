"""Facts computed from stated ones, once per evaluation."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Protocol

from programs.facts.days import parse_day
from programs.facts.vocabulary import ENDLESS_MONTHS

# What the ratio to nationals counts: E-1 to E-6 and E-7-1 to E-7-3, with their subclasses.
_COUNTED = (*(f"E-{number}" for number in range(1, 7)), "E-7-1", "E-7-2", "E-7-3")
# E-7 without its class may be one that counts or E-7-4, which does not.
_AMBIGUOUS = frozenset({"E-7", "E-7-S", "E-7-S1", "E-7-S2", "E-7-T"})
_HEADCOUNTS = (("insured_nationals", "nationals"), ("regular_workers", "regular"))


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
    if "from" in job and "to" in job:
        job["months"] = contract_months(job["from"], job["to"])
    for name, value in counted_employer(facts, on=on).items():
        employer.setdefault(name, value)
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


def contract_months(first: str, last: str | None) -> int:
    """Full months of a contract, its first and last day both counted.

    A month ends on the day before the one of the same number, or on the last day of its month
    where there is none. A contract without an end is as long as any rule may ask.
    """
    if last is None:
        return ENDLESS_MONTHS
    begins = date.fromisoformat(first)
    after = date.fromisoformat(last) + timedelta(days=1)
    months = (after.year - begins.year) * 12 + after.month - begins.month
    return max(months - (after.day < begins.day), 0)


def counted_employer(facts: dict[str, Any], *, on: date) -> dict[str, int]:
    """The employer's numbers that the lists `headcounts` and `foreigners` give for a day.

    The newest count on or before the day holds. A number is left out where the lists do not
    settle it: a count without its date may be the newest, a status may or may not count.
    """
    found: dict[str, int] = {}
    newest = _newest(facts.get("headcounts") or [], on)
    for name, counted in _HEADCOUNTS:
        if counted in newest:
            found[name] = newest[counted]
    if "foreigners" in facts and (people := _foreign_workers(facts["foreigners"])) is not None:
        found["foreign_workers"] = people
    return found


def _newest(headcounts: list[dict[str, Any]], on: date) -> dict[str, Any]:
    if any("on" not in count for count in headcounts):
        return {}
    past = [count for count in headcounts if count["on"] <= on.isoformat()]
    return max(past, key=lambda count: count["on"], default={})


def _foreign_workers(foreigners: list[dict[str, Any]]) -> int | None:
    people = 0
    for some in foreigners:
        status = some.get("status")
        if status is None or status in _AMBIGUOUS:
            return None
        if any(status == one or status.startswith(f"{one}-") for one in _COUNTED):
            if "people" not in some:
                return None
            people += some["people"]
    return people


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
