"""One measurement and how it is written down."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Measure:
    """`value` in `unit`; `reference` is a bare version of the same, measured in the same run.

    `target` is what the value should reach (None: only told). `spread` is the distance between
    the quickest and the slowest run, as a share of the value.
    """

    name: str
    unit: str
    value: float
    better: Literal["higher", "lower"] = "lower"
    target: float | None = None
    reference: float | None = None
    spread: float = 0.0
    runs: int = 1

    @property
    def ratio(self) -> float | None:
        """The value as a multiple of its reference."""
        return self.value / self.reference if self.reference else None

    @property
    def ok(self) -> bool:
        if self.target is None:
            return True
        if self.better == "lower":
            return self.value <= self.target
        return self.value >= self.target

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "unit": self.unit,
            "value": _rounded(self.value),
            "reference": _rounded(self.reference),
            "ratio": _rounded(self.ratio),
            "target": self.target,
            "better": self.better,
            "spread": _rounded(self.spread),
            "runs": self.runs,
            "ok": self.ok,
        }


def seconds(run: Callable[[], object], *, runs: int = 5) -> tuple[float, float]:
    """(median, spread) of so many runs, after one that is not counted."""
    run()
    taken = []
    for _number in range(runs):
        begun = time.perf_counter()
        run()
        taken.append(time.perf_counter() - begun)
    median = statistics.median(taken)
    return median, (max(taken) - min(taken)) / median if median else 0.0


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
