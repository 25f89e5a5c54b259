"""Facts that contradict one another, each said at the field.

Values that are broken by themselves (`programs.facts.validation`) are passed over here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from programs.facts.days import parse_day
from programs.facts.derived import counted_employer
from programs.facts.problem import Problem
from programs.facts.types import FactType, Group, Vocabulary

# Days that cannot lie ahead. A degree may: it is then an expected one.
_PAST = (
    ("candidate", "birth_date"),
    ("candidate", "current_employer_since"),
    ("languages", "taken_on"),
    ("licences", "awarded_on"),
    ("trainings", "completed_on"),
    ("penalties", "on"),
    ("achievements", "on"),
    ("recommendations", "on"),
)


def contradictions(
    facts: dict[str, Any], *, vocabulary: Vocabulary, on: date | None
) -> Iterator[Problem]:
    """`on` is the day of evaluation, where there is one."""
    if on is not None:
        yield from _ahead(facts, on)
    yield from _before_birth(facts, vocabulary)
    yield from _overlapping_statuses(facts)
    yield from _counted_twice(facts, on)


def _ahead(facts: dict[str, Any], on: date) -> Iterator[Problem]:
    for group, name in _PAST:
        for path, item in _items(facts, group):
            day = _day(item, name)
            if day is not None and day > on:
                sentence = (
                    _("생년월일이 기준일보다 늦습니다.")
                    if name == "birth_date"
                    else _("아직 오지 않은 날짜입니다. 이미 있었던 일만 적어 주세요.")
                )
                yield Problem(f"{path}.{name}", sentence)
    for path, item in _items(facts, "incomes"):
        year = item.get("year")
        if isinstance(year, int) and year > on.year:
            yield Problem(f"{path}.year", _("아직 오지 않은 해입니다."))


def _before_birth(facts: dict[str, Any], vocabulary: Vocabulary) -> Iterator[Problem]:
    candidate = facts.get("candidate")
    born = _day(candidate, "birth_date") if isinstance(candidate, dict) else None
    if born is None:
        return
    for path, name, day in _days_lived(facts, vocabulary):
        if day < born:
            yield Problem(
                f"{path}.{name}", _("태어나기 전의 날짜입니다. 생년월일도 확인해 주세요.")
            )
    for path, item in _items(facts, "incomes"):
        year = item.get("year")
        if isinstance(year, int) and year < born.year:
            yield Problem(f"{path}.year", _("태어나기 전의 해입니다. 생년월일도 확인해 주세요."))


def _days_lived(facts: dict[str, Any], vocabulary: Vocabulary) -> Iterator[tuple[str, str, date]]:
    """The days in the candidate's life that the facts name."""
    for group in vocabulary.groups:
        for name in _dates(group):
            for path, item in _items(facts, group.name):
                if (day := _day(item, name)) is not None:
                    yield path, name, day


def _dates(group: Group) -> tuple[str, ...]:
    if group.name == "candidate":
        return ("current_employer_since",)
    if not group.personal:
        return ()
    return tuple(fact.name for fact in group.facts if fact.type is FactType.DATE)


def _overlapping_statuses(facts: dict[str, Any]) -> Iterator[Problem]:
    """One has one status at a time; the next may begin on the day on which the last one ends."""
    periods = []
    for path, item in _items(facts, "statuses"):
        first, said = _day(item, "from"), item.get("to", "")
        last = date.max if said is None else _day(item, "to")
        if first is not None and last is not None and first <= last:
            periods.append((first, last, path))
    latest = date.min
    for first, last, path in sorted(periods):
        if first < latest:
            yield Problem(
                f"{path}.from",
                _("다른 체류 기간과 겹칩니다. 체류자격은 한때에 하나만 있을 수 있습니다."),
            )
        latest = max(latest, last)


def _counted_twice(facts: dict[str, Any], on: date | None) -> Iterator[Problem]:
    employer = facts.get("employer")
    lists = {name: [item for _path, item in _items(facts, name)] for name in _COUNTS}
    if not isinstance(employer, dict) or any(map(_broken, lists.items())):
        return
    given = {name: items for name, items in lists.items() if name in facts}
    for name, counted in counted_employer(given, on=on or date.max).items():
        if name in employer and employer[name] != counted:
            yield Problem(
                f"employer.{name}",
                _("명부에서 센 인원(%(counted)d명)과 다릅니다.") % {"counted": counted},
            )


_COUNTS = {"headcounts": ("nationals", "regular"), "foreigners": ("people",)}


def _broken(given: tuple[str, list[dict[str, Any]]]) -> bool:
    name, items = given
    return any(
        not isinstance(item.get(number, 0), int)
        or not isinstance(item.get("status", ""), str)
        or ("on" in item and _day(item, "on") is None)
        for item in items
        for number in _COUNTS[name]
    )


def _items(facts: dict[str, Any], group: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(path, item) of a list's items, or of a single group."""
    value = facts.get(group)
    if isinstance(value, dict):
        yield group, value
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, dict):
            yield f"{group}[{index}]", item


def _day(item: dict[str, Any], name: str) -> date | None:
    value = item.get(name)
    return parse_day(value) if isinstance(value, str) else None
