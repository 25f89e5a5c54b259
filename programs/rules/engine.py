"""Judges facts by a tree of rules and explains every node of it.

Pure: same rules, facts, day and figures, same answer. Nothing is cut short: a node is
explained even where its outcome no longer matters. A node of the answer is plain JSON:

    {"kind", "code", "text": {ko, en}, "source": [{title{ko,en}, where, url, dated}], "assumed",
     "verdict": "met" | "not_met" | "unknown", "observed", "required", "missing": [paths],
     "children": [nodes]}

`missing` names the facts ("job.annual_pay", "degrees[0].related") or figures ("figure:…") that
would settle an unknown; predicates also carry "fact" or "group", and `when` carries "applies".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from programs.facts.derived import derive
from programs.figures import NO_FIGURES, Figures, FigureValue
from programs.rules import conditions
from programs.rules.advice import needs, ways
from programs.rules.answers import ABSENT, Answer, Match, Tested, Tree, all_missing, answer
from programs.rules.headcount import judge_headcount
from programs.rules.lists import judge_experience, judge_has
from programs.rules.nodes import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    EvaluationDay,
    Experience,
    FigureOperand,
    Has,
    Headcount,
    Listed,
    Node,
    Not,
    Requirements,
    When,
    Where,
)
from programs.rules.truth import Truth, every, opposite, some

VERDICTS: dict[Truth, str] = {True: "eligible", False: "not_eligible", None: "undecided"}
_DERIVED_FROM = {
    "candidate.age": ("candidate.birth_date",),
    "job.visa_class": ("job.occupation",),
    "job.hourly_pay": ("job.monthly_pay", "job.weekly_hours"),
    "employer.months_registered": ("employer.registered_on",),
}


@dataclass(frozen=True)
class Outcome:
    """The verdict, the explained tree, and the figures that were looked at."""

    verdict: str
    tree: Tree
    figures: dict[str, list[dict[str, Any]]]
    on: date

    @cached_property
    def needs(self) -> list[str]:
        """The unknown facts that could still change the verdict, in the rules' order."""
        return needs(self.tree)

    @cached_property
    def ways(self) -> list[list[Tree]]:
        """Up to three smallest sets of rules which, once met, would make this eligible."""
        return ways(self.tree)


def evaluate(
    requirements: Requirements,
    facts: dict[str, Any],
    *,
    on: date,
    figures: Figures = NO_FIGURES,
) -> Outcome:
    """Judge well-formed facts (`programs.facts.validate`) as of a day."""
    judge = Judge(requirements, facts, on, figures)
    truth, tree = judge.node(requirements.root)
    used = {
        key: [rows[day].as_dict() for day in sorted(rows)]
        for key, rows in sorted(judge.used.items())
    }
    return Outcome(VERDICTS[truth], tree, used, on)


def truth_of(
    node: Node,
    facts: dict[str, Any],
    *,
    on: date,
    requirements: Requirements,
    figures: Figures = NO_FIGURES,
) -> Truth:
    """Whether one rule holds: a document's, a pool's, a step's. None when the facts do not say."""
    return Judge(requirements, facts, on, figures).node(node)[0]


@dataclass
class Judge:
    """One judging: the facts with what is derived from them, the day, and the figures used."""

    requirements: Requirements
    stated: dict[str, Any]
    on: date
    figures: Figures
    used: dict[str, dict[date, FigureValue]] = field(default_factory=dict)
    facts: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.facts = derive(self.stated, on=self.on, occupations=self.requirements)

    # --- nodes ----------------------------------------------------------------------------
    def node(self, node: Node) -> Answer:
        return _HANDLERS[type(node)](self, node)

    def all_of(self, node: AllOf) -> Answer:
        truths, trees = self._children(node.children)
        return answer(node, "all_of", every(truths), children=trees)

    def any_of(self, node: AnyOf) -> Answer:
        truths, trees = self._children(node.children)
        return answer(node, "any_of", some(truths), children=trees)

    def negation(self, node: Not) -> Answer:
        truth, tree = self.node(node.child)
        return answer(node, "not", opposite(truth), children=[tree])

    def when(self, node: When) -> Answer:
        applies, condition = self.node(node.condition)
        then, consequence = self.node(node.then)
        truth = some([opposite(applies), then])
        return answer(
            node,
            "when",
            truth,
            children=[condition, consequence],
            applies={True: "yes", False: "no", None: "unknown"}[applies],
        )

    def _children(self, nodes: tuple[Node, ...]) -> tuple[list[Truth], list[Tree]]:
        answers = [self.node(child) for child in nodes]
        return [truth for truth, _tree in answers], [tree for _truth, tree in answers]

    # --- predicates -----------------------------------------------------------------------
    def compare(self, node: Compare) -> Answer:
        group, _dot, name = node.path.partition(".")
        seen = self.facts.get(group, {}).get(name, ABSENT)
        tests = [self.condition(condition, seen, node.path) for condition in node.conditions]
        truth = every(test.truth for test in tests)
        extra: dict[str, Any] = {"fact": node.path}
        if called := self.requirements.name_of(node.path, seen):
            extra["name"] = called.as_dict()
        if truth is False and (refused := self._refusal(node, seen)):
            extra["reason"] = refused
        return answer(
            node,
            "fact",
            truth,
            observed=None if seen is ABSENT else seen,
            required=_merged(tests),
            missing=all_missing(tests),
            **extra,
        )

    def _refusal(self, node: Compare, seen: Any) -> dict[str, Any] | None:
        """Why an occupation that is not on the list was taken off it."""
        listed = any(
            isinstance(condition.operand, Listed) and condition.operand.name == "occupations"
            for condition in node.conditions
        )
        refused = self.requirements.refusal_of(seen) if listed else None
        if refused is None:
            return None
        return {
            "names": refused.names.as_dict(),
            "text": refused.reason.as_dict(),
            "source": [citation.as_dict() for citation in refused.sourced.citations],
        }

    def condition(self, condition: Condition, seen: Any, path: str) -> Tested:
        asked, said, missing = self.operand(condition)
        if seen is ABSENT:
            return Tested(None, said, [*_DERIVED_FROM.get(path, (path,)), *missing])
        if asked is ABSENT:
            return Tested(None, said, missing)
        holds = conditions.holds(condition.fact, condition.operator, seen, asked)
        # A floor that may still rise with the contract's dates settles only a refusal.
        truth = None if holds and missing else holds
        return Tested(truth, said, missing if truth is None else [])

    def operand(self, condition: Condition) -> tuple[Any, dict[str, Any], list[str]]:
        operand = condition.operand
        if isinstance(operand, EvaluationDay):
            return self.on, {condition.operator: self.on.isoformat()}, []
        if not isinstance(operand, FigureOperand):
            return operand, {condition.operator: conditions.plain(operand)}, []
        return self._figure(operand, condition.operator)

    def _figure(
        self, operand: FigureOperand, operator: str
    ) -> tuple[Any, dict[str, Any], list[str]]:
        """The figure's value, how to say it, and what is missing to be sure of it."""
        about: dict[str, Any] = {"key": operand.key, "percent": operand.percent}
        said: dict[str, Any] = {operator: None, "figure": about}
        today = self.figures.on(operand.key, self.on)
        rows: tuple[FigureValue, ...] = (today,) if today else ()
        missing: list[str] = []
        if operand.during_job:
            job = self.facts.get("job", {})
            missing = [f"job.{end}" for end in ("from", "to") if end not in job]
            if not missing:
                last = job["to"] and date.fromisoformat(job["to"])
                first = date.fromisoformat(job["from"])
                rows = self.figures.during(operand.key, first, last) or rows
        if not rows:
            return ABSENT, said, [f"figure:{operand.key}"]
        self.used.setdefault(operand.key, {}).update({row.valid_from: row for row in rows})
        row = max(rows, key=lambda one: one.value)
        about |= row.as_dict()
        said[operator] = -(-row.value * operand.percent // 100)
        return said[operator], said, missing

    # --- lists ----------------------------------------------------------------------------
    def matches(self, where: Where) -> list[Match] | None:
        """Every item of the list judged by the conditions; None when the list is unknown."""
        items = self.facts.get(where.group)
        if items is None:
            return None
        return [self._match(where, index, item) for index, item in enumerate(items)]

    def _match(self, where: Where, index: int, item: dict[str, Any]) -> Match:
        tests = [
            self.condition(
                condition,
                item.get(condition.fact.name, ABSENT),
                f"{where.group}[{index}].{condition.fact.name}",
            )
            for condition in where.conditions
        ]
        truth = every(test.truth for test in tests)
        shown = {
            condition.fact.name: item[condition.fact.name]
            for condition in where.conditions
            if condition.fact.name in item
        }
        return Match(index, item, truth, [] if truth is not None else all_missing(tests), shown)

    def said(self, where: Where) -> dict[str, Any]:
        return {condition.fact.name: self.operand(condition)[1] for condition in where.conditions}

    def number(self, path: str) -> int | None:
        """A single fact that is a number; None when it is not stated."""
        group, _dot, name = path.partition(".")
        return self.facts.get(group, {}).get(name)


def _merged(tests: list[Tested]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for test in tests:
        merged |= test.said
    return merged


_HANDLERS: dict[type[Node], Callable[[Judge, Any], Answer]] = {
    AllOf: Judge.all_of,
    AnyOf: Judge.any_of,
    Not: Judge.negation,
    When: Judge.when,
    Compare: Judge.compare,
    Has: judge_has,
    Experience: judge_experience,
    Headcount: judge_headcount,
}
