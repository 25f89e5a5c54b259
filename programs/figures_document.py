"""A file of national figures: read, checked as a whole."""

from __future__ import annotations

from datetime import date
from typing import Any

from programs.figures import FigureValue
from programs.reading import NO_DAY, SLUG, SOURCING, At, DocumentProblem, Notes, read_sources
from programs.sourcing import Text

_SOURCED = tuple(sorted(SOURCING))


def read_figures(data: Any) -> tuple[list[FigureValue] | None, list[DocumentProblem]]:
    """(every value, []) or (None, every problem)."""
    notes = Notes()
    top = At(data, (), notes)
    if top.mapping(required=("format", "figures", "sources")):
        if top["format"].value != 1:
            top["format"].problem(f"{top['format'].value}, expected 1")
        read_sources(top["sources"])
        values = [value for key, place in top["figures"].pairs() for value in _figure(key, place)]
        if not notes.problems:
            return values, []
    return None, notes.problems


def _figure(key: str, place: At) -> list[FigureValue]:
    if not SLUG.fullmatch(key):
        place.problem(f"`{key}`, expected a name of a-z, 0-9, - and _")
    if not place.mapping(required=("names", "unit", "values"), allowed=_SOURCED):
        return []
    names, unit = place["names"].words(), place["unit"].text()
    found: list[FigureValue] = []
    rows = list(place["values"].items())
    if not rows:
        place.sourced()  # nothing is announced yet: the figure is known, its value is not
    for row in rows:
        row.mapping(required=("from", "value"), allowed=("to", *_SOURCED))
        value = _value(key, row, names, unit)
        if found and value.valid_from != NO_DAY and not _after(found[-1], value.valid_from):
            row.problem(
                f"a value from {value.valid_from} beside one from {found[-1].valid_from}"
                f"{_until(found[-1])}, expected one value on any day, oldest first"
            )
        found.append(value)
    return found


def _value(key: str, row: At, names: Text, unit: str) -> FigureValue:
    sourced = row.sourced()
    first = row["from"].day()
    last = row.optional("to", lambda at: at.end(first))
    return FigureValue(
        key=key,
        value=row["value"].whole(0, 10**12),
        unit=unit,
        valid_from=first,
        valid_to=last,
        names=names.as_dict(),
        citations=tuple(citation.as_dict() for citation in sourced.citations),
        assumed=sourced.assumed,
    )


def _after(previous: FigureValue, first: date) -> bool:
    return first > (previous.valid_to or previous.valid_from)


def _until(value: FigureValue) -> str:
    return f" to {value.valid_to}" if value.valid_to else ""
