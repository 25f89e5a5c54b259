"""`programs simulate` over 100,000 stored cases: how long, and how much memory it adds."""

from __future__ import annotations

import copy
import resource
import time
import uuid
from datetime import date
from typing import Any

from benchmarks.measure import Measure

DATABASE = True
CASES, FEW = 100_000, 10_000
SECONDS = 60.0
MEGABYTES = 64.0
FLOOR = 31_120_000
FACTS: dict[str, Any] = {
    "candidate": {"birth_date": "1994-03-02", "nationality": "VNM", "in_korea": False},
    "job": {
        "occupation": "2223",
        "technology_field": "it",
        "annual_pay": FLOOR,
        "monthly_pay": FLOOR // 12,
        "weekly_hours": 40,
        "from": "2026-12-01",
        "to": "2028-11-30",
    },
    "employer": {
        "registered_on": "2015-05-01",
        "insured_nationals": 40,
        "foreign_workers": 2,
        "tax_arrears": False,
        "restricted": False,
        "returned_firm": False,
        "domestic_sales_only": False,
    },
    "degrees": [
        {"level": "bachelor", "country": "VNM", "related": True, "awarded_on": "2016-06-30"}
    ],
    "careers": [
        {"from": "2016-08-01", "to": "2019-02-28", "share": 100, "related": True},
        {"from": "2019-03-01", "to": None, "share": 80, "related": True},
    ],
    "languages": [{"test": "topik", "level": 3}],
}


def measures(*, quick: bool) -> list[Measure]:
    """Cases of the KOTRA programme, one in a thousand of which a changed wage floor reaches."""
    from programs.loader import load
    from programs.simulate import Simulation, simulate

    cases = FEW if quick else CASES
    load()
    _store(cases)
    before = _megabytes()
    state = Simulation()
    begun = time.perf_counter()
    changed = sum(1 for _one in simulate(simulation=state, **_raised_floor()))
    took = time.perf_counter() - begun
    if (state.judged, changed) != (cases, cases // 1000):
        raise SystemExit(f"benchmarks: {changed} of {state.judged} cases changed")
    return [
        Measure("simulate, 100,000 cases", "s", took * CASES / cases, target=SECONDS),
        Measure("simulate, memory added", "MB", max(_megabytes() - before, 0.0), target=MEGABYTES),
    ]


def _store(cases: int) -> None:
    """Stored evaluations of as many subjects; every thousandth is paid the floor, the others
    well above it."""
    from programs import figures
    from programs.calendar import now
    from programs.models import Evaluation, ProgrammeVersion, Purpose
    from programs.rules import evaluate

    version = ProgrammeVersion.objects.get(programme__slug="kotra-recommendation")
    day = date(2026, 11, 23)
    outcome = evaluate(version.manifest().requirements, FACTS, on=day, figures=figures.current())
    moment = now()
    for first in range(0, cases, 1000):
        rows = []
        for number in range(first, min(first + 1000, cases)):
            facts = copy.deepcopy(FACTS)
            if number % 1000:
                facts["job"]["annual_pay"] += 10_000_000 + number
            rows.append(
                Evaluation(
                    version=version,
                    subject=uuid.uuid4(),
                    purpose=Purpose.SUBMISSION,
                    facts=facts,
                    on=day,
                    figures={},
                    figures_hash="0" * 64,
                    verdict=outcome.verdict,
                    tree=outcome.tree if number % 1000 == 0 else {},
                    at=moment,
                )
            )
        Evaluation.objects.bulk_create(rows)


def _raised_floor() -> dict[str, Any]:
    """The yearly floor of E-7-1, one won higher."""
    from programs import figures

    key = "moj-wage-e-7-1"
    raised = [
        figures.FigureValue(
            row.key, row.value + 1, row.unit, row.valid_from, row.valid_to, row.names
        )
        for row in figures.current().values(key)
    ]
    return {"figures": raised, "figure_keys": [key]}


def _megabytes() -> float:
    """The most memory this process has had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
