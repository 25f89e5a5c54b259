"""`manage.py programs simulate`: what is compared, and how the answer is printed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from django.core.management.base import BaseCommand, CommandError

from programs import catalogue_files
from programs import figures as known_figures
from programs.figures import FigureValue
from programs.manifest import Manifest
from programs.simulate import Changed, Simulation, simulate

MOST_REASONS = 6


@dataclass(frozen=True, slots=True)
class Comparison:
    """The new rules (None: each case's own) and the new figures (None: those of the database)."""

    manifest: Manifest | None
    figures: list[FigureValue] | None
    figure_keys: frozenset[str]

    def __str__(self) -> str:
        if self.manifest is None:
            return f"figures {', '.join(sorted(self.figure_keys))}"
        return f"{self.manifest.slug} {self.manifest.label} {self.manifest.effective_from}"


def compared(files: list[Path]) -> Comparison:
    """What the files say: one programme, or figures, or both. Raises CommandError."""
    known = frozenset(known_figures.current().keys)
    catalogue = catalogue_files.read_catalogue(files, figure_keys=known)
    if catalogue.problems:
        raise CommandError("\n".join(str(problem) for problem in catalogue.problems))
    if len(catalogue.versions) > 1 or not (catalogue.versions or catalogue.figure_keys):
        raise CommandError(f"{files[0]} is not one programme version, nor a file of figures.")
    manifest = catalogue.versions[0].manifest if catalogue.versions else None
    keys = frozenset(catalogue.figure_keys)
    return Comparison(manifest, catalogue.figures if keys else None, keys)


class Report(Protocol):
    def begin(self, comparison: Comparison, so_far: Simulation) -> None: ...

    def case(self, changed: Changed) -> None: ...

    def end(self, comparison: Comparison, done: Simulation, left_out: int) -> None: ...


def run(comparison: Comparison, report: Report, *, on: date | None, limit: int | None) -> bool:
    """Judge every case; whether any verdict would be another."""
    so_far, told = Simulation(), 0
    told_of_progress = _Progress(report)
    begun = False
    for changed in simulate(
        manifest=comparison.manifest,
        figures=comparison.figures,
        figure_keys=comparison.figure_keys,
        on=on,
        simulation=so_far,
        progress=told_of_progress,
    ):
        if not begun:
            report.begin(comparison, so_far)
            begun = True
        if limit is None or told < limit:
            report.case(changed)
            told += 1
    if not begun:
        report.begin(comparison, so_far)
    report.end(comparison, so_far, so_far.changed - told)
    return so_far.changed > 0


class _Progress:
    """A line on stderr for every tenth of the cases, where there are many."""

    def __init__(self, report: Report) -> None:
        self.stderr = report.command.stderr  # type: ignore[attr-defined]
        self.tenths = 0

    def __call__(self, so_far: Simulation) -> None:
        tenths = so_far.judged * 10 // max(so_far.cases, 1)
        if tenths > self.tenths and so_far.judged < so_far.cases:
            self.stderr.write(f"{so_far.judged} of {so_far.cases}, {so_far.changed} change")
        self.tenths = tenths


class TextReport:
    """One line a case, between a line with the number of cases and one with the sums."""

    def __init__(self, command: BaseCommand) -> None:
        self.command = command

    def begin(self, comparison: Comparison, so_far: Simulation) -> None:
        self.command.stdout.write(f"simulate {comparison}: {so_far.cases} cases")

    def case(self, changed: Changed) -> None:
        reasons = [str(reason) for reason in changed.reasons[:MOST_REASONS]]
        if more := len(changed.reasons) - len(reasons):
            reasons.append(f"and {more} more")
        self.command.stdout.write(
            f"{changed.name} {changed.before} -> {changed.after}: {'; '.join(reasons)}"
        )

    def end(self, comparison: Comparison, done: Simulation, left_out: int) -> None:
        if left_out:
            self.command.stdout.write(f"… and {left_out} more cases")
        sums = ", ".join(
            f"{number} {before} -> {after}"
            for (before, after), number in sorted(Counter(done.changes).items())
        )
        said = f"{done.changed} of {done.judged} cases change"
        self.command.stdout.write(f"{said}: {sums}" if sums else said)


class JsonReport:
    """One object; the cases are written as they are found."""

    def __init__(self, command: BaseCommand) -> None:
        self.command = command
        self.separator = ""

    def _write(self, text: str) -> None:
        self.command.stdout.write(text, ending="")

    def begin(self, comparison: Comparison, so_far: Simulation) -> None:
        manifest = comparison.manifest
        head = {
            "programme": manifest.slug if manifest else None,
            "version": manifest.label if manifest else None,
            "figures": sorted(comparison.figure_keys),
            "cases": so_far.cases,
        }
        self._write(f'{json.dumps(head, ensure_ascii=False)[:-1]}, "changes": [')

    def case(self, changed: Changed) -> None:
        said: dict[str, Any] = {
            "case": changed.name,
            "subject": str(changed.subject),
            "on": changed.on.isoformat(),
            "before": changed.before,
            "after": changed.after,
            "reasons": [asdict(reason) for reason in changed.reasons],
        }
        self._write(f"{self.separator}\n{json.dumps(said, ensure_ascii=False)}")
        self.separator = ","

    def end(self, comparison: Comparison, done: Simulation, left_out: int) -> None:
        tail = {
            "left_out": left_out,
            "judged": done.judged,
            "changed": done.changed,
            "by": [
                {"before": before, "after": after, "cases": number}
                for (before, after), number in sorted(done.changes.items())
            ],
        }
        self._write(f"\n], {json.dumps(tail, ensure_ascii=False)[1:]}\n")
