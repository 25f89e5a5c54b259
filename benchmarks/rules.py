"""One judging of the KOTRA programme, explained whole, against a plain recursive interpreter.

The interpreter walks the same tree over the same facts and says of each node its words and
whether it is met: no three values, no sources, nothing observed or required, nothing missing.
Both must agree on every node before anything is measured.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from benchmarks.measure import Measure, seconds
from benchmarks.simulate import FACTS

ON = date(2026, 11, 23)
EXPLAINED_MS, TRUTH_MS = 2.0, 0.15
TIMES = 200


def measures(*, quick: bool) -> list[Measure]:
    from django.conf import settings

    from programs.catalogue_files import read_catalogue, shipped_figures
    from programs.rules import evaluate, truth_of

    shipped = read_catalogue([settings.CATALOGUE_DIR / "kotra-recommendation"])
    manifest = max((one.manifest for one in shipped.versions), key=lambda one: one.effective_from)
    requirements, figures = manifest.requirements, shipped_figures()
    plain = Plain(requirements, figures)
    explained = evaluate(requirements, FACTS, on=ON, figures=figures).tree
    _agree(explained, plain.judge(FACTS))

    times, runs = (TIMES // 10, 5) if quick else (TIMES, 15)
    each = {
        "explained": lambda: evaluate(requirements, FACTS, on=ON, figures=figures),
        "truth": lambda: truth_of(
            requirements.root, FACTS, on=ON, requirements=requirements, figures=figures
        ),
        "plain": lambda: plain.judge(FACTS),
    }
    taken = {name: seconds(_many(run, times), runs=runs) for name, run in each.items()}
    return [
        Measure(
            name=name,
            unit="ms",
            value=taken[kind][0] / times * 1000,
            target=target,
            reference=taken["plain"][0] / times * 1000,
            spread=taken[kind][1],
            runs=runs,
        )
        for name, kind, target in (
            ("KOTRA judged and explained", "explained", EXPLAINED_MS),
            ("KOTRA judged, the truth alone", "truth", TRUTH_MS),
        )
    ]


def _many(run: Any, times: int) -> Any:
    def many() -> None:
        for _time in range(times):
            run()

    return many


def _agree(explained: dict[str, Any], plain: dict[str, Any]) -> None:
    if (explained["verdict"] == "met") != plain["met"]:
        raise AssertionError(f"the two do not agree: {plain['text']}")
    for one, other in zip(explained["children"], plain["children"], strict=True):
        _agree(one, other)


class Plain:
    """Judges complete facts: what is missing is an error here."""

    def __init__(self, requirements: Any, figures: Any) -> None:
        self.requirements, self.figures = requirements, figures

    def judge(self, facts: dict[str, Any]) -> dict[str, Any]:
        from programs.facts import derive

        known = derive(facts, on=ON, occupations=self.requirements)
        return self.node(self.requirements.root, known)

    def node(self, node: Any, facts: dict[str, Any]) -> dict[str, Any]:
        children = [self.node(child, facts) for child in node.inside]
        met = getattr(self, f"_{type(node).__name__.lower()}")(node, facts, children)
        return {"text": node.text.ko, "met": met, "children": children}

    def _allof(self, _node: Any, _facts: Any, children: list) -> bool:
        return all(child["met"] for child in children)

    def _anyof(self, _node: Any, _facts: Any, children: list) -> bool:
        return any(child["met"] for child in children)

    def _not(self, _node: Any, _facts: Any, children: list) -> bool:
        return not children[0]["met"]

    def _when(self, _node: Any, _facts: Any, children: list) -> bool:
        return not children[0]["met"] or children[1]["met"]

    def _compare(self, node: Any, facts: dict[str, Any], _children: list) -> bool:
        group, _dot, name = node.path.partition(".")
        seen = facts[group][name]
        return all(self._holds(condition, seen, facts) for condition in node.conditions)

    def _has(self, node: Any, facts: dict[str, Any], _children: list) -> bool:
        return len(self._matching(node.where, facts)) >= node.count

    def _headcount(self, node: Any, facts: dict[str, Any], _children: list) -> bool:
        counted, base = (
            facts[path.partition(".")[0]][path.partition(".")[2]]
            for path in (node.counted, node.limit.base)
        )
        return counted + node.adding <= (base * node.limit.percent + 50) // 100

    def _experience(self, node: Any, facts: dict[str, Any], _children: list) -> bool:
        since = "1900-01-01"
        if node.after is not None:
            degrees = self._matching(node.after, facts)
            if not degrees:
                return False
            awarded = date.fromisoformat(min(degree["awarded_on"] for degree in degrees))
            since = (awarded + timedelta(days=1)).isoformat()
        edges: list[tuple[str, int]] = []
        for item in self._matching(node.where, facts):
            first, last = max(item["from"], since), min(item["to"] or "9999", ON.isoformat())
            if first <= last:
                after = (date.fromisoformat(last) + timedelta(days=1)).isoformat()
                edges += [(first, item["share"]), (after, -item["share"])]
        worked = share = 0
        previous = ON
        for said, change in sorted(edges):
            day = date.fromisoformat(said)
            worked += min(share, 100) * (day - previous).days
            share, previous = share + change, day
        return worked >= node.days * 100

    def _matching(self, where: Any, facts: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            item
            for item in facts[where.group]
            if all(self._holds(one, item[one.fact.name], facts) for one in where.conditions)
        ]

    def _holds(self, condition: Any, seen: Any, facts: dict[str, Any]) -> bool:
        from programs.rules.nodes import EvaluationDay, FigureOperand

        if isinstance(condition.operand, EvaluationDay):
            return condition.holds(seen, ON.isoformat())
        if isinstance(condition.operand, FigureOperand):
            return seen >= self._figure(condition.operand, facts)
        return condition.holds(seen, condition.asked)

    def _figure(self, operand: Any, facts: dict[str, Any]) -> int:
        rows = [self.figures.on(operand.key, ON)]
        if operand.during_job:
            first, last = (date.fromisoformat(facts["job"][end]) for end in ("from", "to"))
            rows = self.figures.during(operand.key, first, last) or rows
        return -(-max(row.value for row in rows) * operand.percent // 100)
