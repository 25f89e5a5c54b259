"""`python -m benchmarks [--quick] [NAME…]`: measure, print a table, write var/bench/results.json.

Every module of this folder with a function `measures(*, quick)` that gives `Measure`s takes part.
Those that say `DATABASE = True` are given a throw-away PostgreSQL with an empty, migrated
database. Exit 3 when a measure is short of its target.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import benchmarks
from benchmarks.measure import Measure

ROOT = Path(__file__).resolve().parent.parent
SHORT = 3
_NO_BENCH = {"__main__", "measure"}


def modules(names: Iterable[str] = ()) -> list[str]:
    found = sorted(
        one.name for one in pkgutil.iter_modules(benchmarks.__path__) if one.name not in _NO_BENCH
    )
    unknown = set(names) - set(found)
    if unknown:
        raise SystemExit(f"benchmarks: no {', '.join(sorted(unknown))}; there are: {found}")
    return [name for name in found if not names or name in names]


def results(measures: list[Measure]) -> dict[str, object]:
    return {
        "commit": _commit(),
        "measured_at": datetime.now(ZoneInfo("Asia/Seoul")).strftime("%Y-%m-%dT%H:%M"),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1,
        "measures": [measure.as_dict() for measure in measures],
    }


def table(measures: list[Measure]) -> list[str]:
    rows = [("measure", "value", "unit", "reference", "ratio", "target", "spread", "")]
    for one in measures:
        said = one.as_dict()
        bound = "at most" if one.better == "lower" else "at least"
        rows.append(
            (
                one.name,
                f"{said['value']:g}",
                one.unit,
                "-" if one.reference is None else f"{said['reference']:g}",
                "-" if one.ratio is None else f"{said['ratio']:.3g}",
                "-" if one.target is None else f"{bound} {one.target:g}",
                f"{one.spread:.0%} of {one.runs}",
                "ok" if one.ok else "SHORT",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these modules")
    parser.add_argument("--quick", action="store_true", help="smaller numbers, for a first look")
    parser.add_argument("--out", type=Path, help="where results.json goes")
    said = parser.parse_args(arguments)
    chosen = modules(said.names)
    measured: list[Measure] = []
    with ExitStack() as services:
        _settings(services, chosen)
        for name in chosen:
            print(f"benchmarks: {name}", file=sys.stderr, flush=True)
            module = importlib.import_module(f"benchmarks.{name}")
            measured += module.measures(quick=said.quick)
        _disconnect()
    out = said.out or ROOT / "var" / "bench" / "results.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results(measured), indent=2) + "\n", encoding="utf-8")
    print("\n".join(table(measured)))
    return 0 if all(measure.ok for measure in measured) else SHORT


def _settings(services: ExitStack, chosen: list[str]) -> None:
    """Django, on a database of its own where one of the modules needs one."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
    needs = any(_says_database(name) for name in chosen)
    if needs:
        from tests.services import postgresql

        os.environ["DATABASE_URL"] = services.enter_context(postgresql())
    import django

    django.setup()
    if needs:
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)


def _says_database(name: str) -> bool:
    """Asked of the text: the module itself may need Django to be imported."""
    text = (Path(benchmarks.__file__).parent / f"{name}.py").read_text(encoding="utf-8")
    return "\nDATABASE = True\n" in text


def _disconnect() -> None:
    from django.db import connections

    connections.close_all()


def _commit() -> str:
    said = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return said.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
