"""National figures by date: wage floors, GNI per head, the minimum wage.

Figures are data shared by all programmes. Rules name them by key; which value holds depends
on the day. Both ends of a period count.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class FigureValue:
    """One value: an integer in `unit`, from `valid_from` to `valid_to` (None: until the next)."""

    key: str
    value: int
    unit: str
    valid_from: date
    valid_to: date | None
    names: Mapping[str, str]
    citations: tuple[dict[str, Any], ...] = ()
    assumed: bool = False

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def as_dict(self) -> dict[str, Any]:
        return {
            "value": self.value,
            "unit": self.unit,
            "from": self.valid_from.isoformat(),
            "to": self.valid_to.isoformat() if self.valid_to else None,
            "names": dict(self.names),
            "source": [dict(citation) for citation in self.citations],
            "assumed": self.assumed,
        }


class Figures:
    """Every known value of every figure. Immutable."""

    def __init__(self, values: Iterable[FigureValue] = ()) -> None:
        by_key: dict[str, list[FigureValue]] = {}
        for value in values:
            by_key.setdefault(value.key, []).append(value)
        self._by_key = {
            key: tuple(_closed(sorted(rows, key=lambda row: row.valid_from)))
            for key, rows in by_key.items()
        }

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(sorted(self._by_key))

    def values(self, key: str) -> tuple[FigureValue, ...]:
        return self._by_key.get(key, ())

    def on(self, key: str, day: date) -> FigureValue | None:
        """The value that holds on a day; None when none is known for it."""
        return next((row for row in self.values(key) if row.holds_on(day)), None)

    def during(self, key: str, first: date, last: date | None) -> tuple[FigureValue, ...]:
        """The known values that hold on some day of a period (None: without end)."""
        return tuple(
            row
            for row in self.values(key)
            if (last is None or row.valid_from <= last)
            and (row.valid_to is None or row.valid_to >= first)
        )


def _closed(rows: list[FigureValue]) -> Iterable[FigureValue]:
    """The rows, each ending at the latest on the day before the next begins."""
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        if following is None:
            yield row
            continue
        end = following.valid_from - timedelta(days=1)
        last = end if row.valid_to is None else min(row.valid_to, end)
        yield FigureValue(
            row.key,
            row.value,
            row.unit,
            row.valid_from,
            last,
            row.names,
            row.citations,
            row.assumed,
        )


NO_FIGURES = Figures()


def used_hash(used: Mapping[str, Any]) -> str:
    """SHA-256 over the figures an evaluation used: keys, values and periods, not their names."""
    essence = {
        key: [[row["value"], row["from"], row["to"]] for row in rows] for key, rows in used.items()
    }
    return hashlib.sha256(json.dumps(essence, sort_keys=True).encode()).hexdigest()


def current() -> Figures:
    """The figures in the database."""
    from programs.models import Figure

    return Figures(
        FigureValue(
            row.key,
            row.value,
            row.unit,
            row.valid_from,
            row.valid_to,
            row.names,
            tuple(row.citations),
            row.assumed,
        )
        for row in Figure.objects.order_by("key", "valid_from")
    )
