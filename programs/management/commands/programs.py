"""`manage.py programs`: check and load the catalogue, print the facts' schema, judge facts."""

import json
import sys
from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from programs import calendar, catalogue_files, figures, loader, selectors
from programs.facts import json_schema, notes, validate
from programs.facts.validation import parse_day
from programs.management import simulating
from programs.manifest import Manifest
from programs.models import VersionStatus
from programs.rules import Outcome, evaluate
from programs.rules.words import point_rows, rows, source_words

EXIT_OF = {"eligible": 0, "not_eligible": 3, "undecided": 4}
FOUND_PROBLEMS = 3
CHANGES = 3


class Command(BaseCommand):
    help = "The catalogue of programmes: check, load, facts, evaluate, simulate."
    requires_system_checks: list[str] = []
    # Only `load`, `simulate`, and `evaluate` without --file, open the database.
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
        check = commands.add_parser(
            "check", help="Report every problem of catalogue files; exit 3 if there is one."
        )
        check.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        load = commands.add_parser("load", help="Load the catalogue into the database.")
        load.add_argument("paths", nargs="*", type=Path, metavar="PATH")
        facts = commands.add_parser("facts", help="Print the JSON Schema of facts.")
        facts.add_argument("--file", type=Path, help="with a programme file's own facts")
        judge = commands.add_parser(
            "evaluate", help="Judge facts: exit 0 eligible, 3 not eligible, 4 undecided."
        )
        judge.add_argument("programme", help="a programme, or - with --file")
        judge.add_argument("facts", type=Path, metavar="FACTS.json", help="- reads stdin")
        judge.add_argument("--on", type=_day, metavar="DATE", help="YYYY-MM-DD; today if left out")
        judge.add_argument("--file", type=Path, metavar="F", help="judge by this file")
        compare = commands.add_parser(
            "simulate",
            help="Say for which cases in the database another file would give another verdict, "
            "and why; exit 0 none, 3 some. Nothing is stored.",
        )
        compare.add_argument("file", type=Path, metavar="NEW.yaml", help="a programme or figures")
        compare.add_argument("--figures", type=Path, metavar="F", help="and these figures")
        compare.add_argument(
            "--on", type=_day, metavar="DATE", help="judge as of this day, not each case's own"
        )
        compare.add_argument("--limit", type=_count, metavar="N", help="print at most N cases")
        for command in (check, load, judge, compare):
            command.add_argument("--json", action="store_true", help="print one JSON object")
        self.judge_parser = judge

    def handle(self, *args: Any, command: str, **options: Any) -> None:
        with translation.override("en"):
            getattr(self, f"_{command}")(**options)

    # --- check, load, facts ---------------------------------------------------------------
    def _check(self, *, paths: list[Path], json: bool, **_options: Any) -> None:
        catalogue = catalogue_files.read_catalogue(_existing(paths))
        if json:
            self._print_json(
                {
                    "ok": not catalogue.problems,
                    "files": catalogue.files,
                    "problems": [
                        {"file": one.file, "line": one.line, "sentence": one.sentence}
                        for one in catalogue.problems
                    ],
                }
            )
        else:
            for problem in catalogue.problems:
                self.stdout.write(str(problem))
            if not catalogue.problems:
                self.stdout.write(f"ok {catalogue.files} files")
        if catalogue.problems:
            sys.exit(FOUND_PROBLEMS)

    def _load(self, *, paths: list[Path], json: bool, **_options: Any) -> None:
        loaded = loader.load(_existing(paths) or None)
        if json:
            self._print_json(
                {
                    "ok": loaded.done,
                    "lines": loaded.lines,
                    "refused": loaded.refused,
                    "problems": [str(problem) for problem in loaded.problems],
                }
            )
        else:
            for line in loaded.lines:
                self.stdout.write(line)
            for sentence in [*loaded.refused, *map(str, loaded.problems)]:
                self.stderr.write(sentence)
        if loaded.problems:
            raise CommandError("Nothing was loaded: the files above have problems.")
        if loaded.refused:
            raise CommandError("Some versions were refused; the others are loaded.")

    def _facts(self, *, file: Path | None, **_options: Any) -> None:
        schema = json_schema(_manifest(file).vocabulary) if file else json_schema()
        self._print_json(schema)

    # --- evaluate -------------------------------------------------------------------------
    def _evaluate(
        self,
        *,
        programme: str,
        facts: Path,
        on: date | None,
        file: Path | None,
        json: bool,
        **_options: Any,
    ) -> None:
        if (programme == "-") != (file is not None):
            self.judge_parser.error("PROGRAMME is - with --file, and only then")
        day = on or calendar.today()
        if file is not None:
            manifest, known = _manifest(file), catalogue_files.shipped_figures()
            self._say_if_not_in_force(manifest, day)
        else:
            manifest, known = _in_force(programme, day), figures.current()
        said = _read_facts(facts)
        if problems := validate(said, vocabulary=manifest.vocabulary, on=day):
            for problem in problems:
                self.stderr.write(str(problem))
            raise CommandError(f"{facts} does not hold well-formed facts.")
        for note in notes(said, manifest.requirements):
            self.stderr.write(f"note: {note}")
        outcome = evaluate(manifest.requirements, said, on=day, figures=known)
        if json:
            self._print_json(_answer(manifest, outcome))
        else:
            self._print_tree(manifest, outcome)
        if code := EXIT_OF[outcome.verdict]:
            sys.exit(code)

    def _say_if_not_in_force(self, manifest: Manifest, day: date) -> None:
        first, last = manifest.effective_from, manifest.effective_to
        if day < first or (last is not None and day > last):
            self.stderr.write(f"Judged as of {day}, though in force {first} to {last or 'open'}.")

    def _print_tree(self, manifest: Manifest, outcome: Outcome) -> None:
        lines = [outcome.verdict]
        for row in rows(outcome.tree, vocabulary=manifest.vocabulary):
            verdict = row.verdict.replace("_", " ") if row.applies else "n/a"
            parts = [f"{'  ' * row.depth}{verdict:<8} {row.text}"]
            if row.observed:
                parts.append(f"found: {row.observed}")
            if row.required:
                parts.append(f"asked: {row.required}")
            if row.reason:
                parts.append(row.reason)
            if row.missing and row.applies:
                parts.append(f"unknown: {', '.join(row.missing)}")
            parts.append("assumed" if row.assumed else "; ".join(row.sources))
            lines.append(" | ".join(parts))
        for row in point_rows(outcome.tree, vocabulary=manifest.vocabulary):
            parts = [f"{'  ' * row.depth}{row.points:<8} {row.text}"]
            if row.worth:
                parts.append(f"worth: {row.worth}")
            if row.observed:
                parts.append(f"found: {row.observed}")
            if row.required:
                parts.append(f"asked: {row.required}")
            lines.append(" | ".join(parts))
        for one in outcome.not_needed:
            sources = "; ".join(map(source_words, one["source"]))
            known = "assumed" if one["assumed"] else sources
            lines.append(f"not needed: {one['names']['en']} | {one['text']['en']} | {known}")
        # In one piece: a reader who wants only the first line may close the pipe.
        self.stdout.write("\n".join(lines))

    # --- simulate -------------------------------------------------------------------------
    def _simulate(self, *, file: Path, figures: Path | None, json: bool, **options: Any) -> None:
        comparison = simulating.compared(_existing([file, *([figures] if figures else [])]))
        report = simulating.JsonReport(self) if json else simulating.TextReport(self)
        if simulating.run(comparison, report, on=options["on"], limit=options["limit"]):
            sys.exit(CHANGES)

    def _print_json(self, data: Any) -> None:
        self.stdout.write(json.dumps(data, ensure_ascii=False, indent=2))


def _day(said: str) -> date:
    day = parse_day(said)
    if day is None:
        raise ArgumentTypeError(f"{said!r} is not a date, expected YYYY-MM-DD")
    return day


def _count(said: str) -> int:
    if not said.isdecimal():
        raise ArgumentTypeError(f"{said!r} is not a number of cases")
    return int(said)


def _existing(paths: list[Path]) -> list[Path]:
    for path in paths:
        if not path.exists():
            raise CommandError(f"There is no {path}.")
    return paths


def _manifest(file: Path) -> Manifest:
    """The manifest of a single file. No database is opened."""
    catalogue = catalogue_files.read_catalogue(_existing([file]))
    if catalogue.problems:
        raise CommandError("\n".join(str(problem) for problem in catalogue.problems))
    if len(catalogue.versions) != 1:
        raise CommandError(f"{file} is not the file of one programme version.")
    manifest = catalogue.versions[0].manifest
    if manifest.status == VersionStatus.ANNOUNCED:
        raise CommandError(f"{file} is only announced and never judges.")
    return manifest


def _in_force(slug: str, day: date) -> Manifest:
    programme = selectors.programme_by_slug(slug)
    if programme is None:
        raise CommandError(f"There is no programme {slug}. Is the catalogue loaded?")
    version = selectors.version_on(programme, day)
    if version is None:
        raise CommandError(f"No version of {slug} is in force on {day}.")
    return version.manifest()


def _read_facts(path: Path) -> Any:
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}.") from error
    try:
        return json.loads(text, object_pairs_hook=_no_doubles, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{path} is not JSON: {error}.") from error


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {double!r} is given twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _answer(manifest: Manifest, outcome: Outcome) -> dict[str, Any]:
    return {
        "verdict": outcome.verdict,
        "programme": manifest.slug,
        "version": manifest.label,
        "on": outcome.on.isoformat(),
        "needs": outcome.needs,
        "ways": outcome.ways,
        "not_needed": outcome.not_needed,
        "figures": outcome.figures,
        "tree": outcome.tree,
    }
