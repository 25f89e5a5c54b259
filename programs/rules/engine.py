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
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from programs.facts.derived import derive
from programs.facts.validation import FIRST_YEAR
from programs.figures import NO_FIGURES, Figures, FigureValue
from programs.rules import conditions
from programs.rules.experience import Stretch, hundredths_of_days, years_and_months
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
    Share,
    When,
    Where,
)
from programs.rules.truth import Truth, at_least, every, opposite, some, word

VERDICTS: dict[Truth, str] = {True: "eligible", False: "not_eligible", None: "undecided"}
_ABSENT = object()
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
    tree: dict[str, Any]
    figures: dict[str, list[dict[str, Any]]]
    on: date

    @cached_property
    def needs(self) -> list[str]:
        """The unknown facts that could still change the verdict, in the rules' order."""
        from programs.rules.advice import needs

        return needs(self.tree)

    @cached_property
    def ways(self) -> list[list[dict[str, Any]]]:
        """Up to three smallest sets of rules which, once met, would make this eligible."""
        from programs.rules.advice import ways

        return ways(self.tree)


def evaluate(
    requirements: Requirements,
    facts: dict[str, Any],
    *,
    on: date,
    figures: Figures = NO_FIGURES,
) -> Outcome:
    """Judge well-formed facts (`programs.facts.validate`) as of a day."""
    judge = _Judge(requirements, facts, on, figures)
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
    return _Judge(requirements, facts, on, figures).node(node)[0]


@dataclass
class _Judge:
    requirements: Requirements
    stated: dict[str, Any]
    on: date
    figures: Figures
    used: dict[str, dict[date, FigureValue]] = field(default_factory=dict)
    facts: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.facts = derive(self.stated, on=self.on, occupations=self.requirements)

    # --- nodes ----------------------------------------------------------------------------
    def node(self, node: Node) -> tuple[Truth, dict[str, Any]]:
        return _HANDLERS[type(node)](self, node)

    def all_of(self, node: AllOf) -> tuple[Truth, dict[str, Any]]:
        truths, trees = self._children(node.children)
        return _answer(node, "all_of", every(truths), children=trees)

    def any_of(self, node: AnyOf) -> tuple[Truth, dict[str, Any]]:
        truths, trees = self._children(node.children)
        return _answer(node, "any_of", some(truths), children=trees)

    def negation(self, node: Not) -> tuple[Truth, dict[str, Any]]:
        truth, tree = self.node(node.child)
        return _answer(node, "not", opposite(truth), children=[tree])

    def when(self, node: When) -> tuple[Truth, dict[str, Any]]:
        applies, condition = self.node(node.condition)
        then, consequence = self.node(node.then)
        truth = some([opposite(applies), then])
        return _answer(
            node,
            "when",
            truth,
            children=[condition, consequence],
            applies={True: "yes", False: "no", None: "unknown"}[applies],
        )

    def _children(self, nodes: tuple[Node, ...]) -> tuple[list[Truth], list[dict[str, Any]]]:
        answers = [self.node(child) for child in nodes]
        return [truth for truth, _tree in answers], [tree for _truth, tree in answers]

    # --- predicates -----------------------------------------------------------------------
    def compare(self, node: Compare) -> tuple[Truth, dict[str, Any]]:
        group, _dot, name = node.path.partition(".")
        seen = self.facts.get(group, {}).get(name, _ABSENT)
        tests = [self.condition(condition, seen, node.path) for condition in node.conditions]
        truth = every(test.truth for test in tests)
        extra: dict[str, Any] = {"fact": node.path}
        if truth is False and (refused := self._refusal(node, seen)):
            extra["reason"] = refused
        return _answer(
            node,
            "fact",
            truth,
            observed=None if seen is _ABSENT else seen,
            required=_merged(tests),
            missing=_unsettled(truth, tests),
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

    def condition(self, condition: Condition, seen: Any, path: str) -> _Test:
        asked, said, missing = self._operand(condition)
        if seen is _ABSENT:
            return _Test(None, said, [*_DERIVED_FROM.get(path, (path,)), *missing])
        if asked is _ABSENT:
            return _Test(None, said, missing)
        holds = conditions.holds(condition.fact, condition.operator, seen, asked)
        # A floor that may still rise with the contract's dates settles only a refusal.
        truth = None if holds and missing else holds
        return _Test(truth, said, missing if truth is None else [])

    def _operand(self, condition: Condition) -> tuple[Any, dict[str, Any], list[str]]:
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
        rows = (today,) if today else ()
        missing: list[str] = []
        if operand.during_job:
            job = self.facts.get("job", {})
            missing = [f"job.{end}" for end in ("from", "to") if end not in job]
            if not missing:
                last = job["to"] and date.fromisoformat(job["to"])
                first = date.fromisoformat(job["from"])
                rows = self.figures.during(operand.key, first, last) or rows
        if not rows:
            return _ABSENT, said, [f"figure:{operand.key}"]
        self.used.setdefault(operand.key, {}).update({row.valid_from: row for row in rows})
        row = max(rows, key=lambda one: one.value)
        about |= row.as_dict()
        said[operator] = -(-row.value * operand.percent // 100)
        return said[operator], said, missing

    # --- lists ----------------------------------------------------------------------------
    def matches(self, where: Where) -> list[_Match] | None:
        """Every item of the list judged by the conditions; None when the list is unknown."""
        items = self.facts.get(where.group)
        if items is None:
            return None
        return [self._match(where, index, item) for index, item in enumerate(items)]

    def _match(self, where: Where, index: int, item: dict[str, Any]) -> _Match:
        tests = [
            self.condition(
                condition,
                item.get(condition.fact.name, _ABSENT),
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
        return _Match(index, item, truth, _unsettled(truth, tests), shown)

    def said(self, where: Where) -> dict[str, Any]:
        return {condition.fact.name: self._operand(condition)[1] for condition in where.conditions}

    def has(self, node: Has) -> tuple[Truth, dict[str, Any]]:
        matches = self.matches(node.where)
        required = {"count": node.count, "where": self.said(node.where)}
        if matches is None:
            return _answer(
                node,
                "has",
                None,
                required=required,
                missing=[node.where.group],
                group=node.where.group,
            )
        truth = at_least(node.count, (match.truth for match in matches))
        return _answer(
            node,
            "has",
            truth,
            observed=[{"verdict": word(match.truth), **match.shown} for match in matches],
            required=required,
            missing=_first_missing(truth, matches),
            group=node.where.group,
        )

    def experience(self, node: Experience) -> tuple[Truth, dict[str, Any]]:
        required: dict[str, Any] = {"days": node.days, "where": self.said(node.where)}
        if node.years is not None:
            required["years"] = node.years
        if node.after is not None:
            required["after"] = self.said(node.after)
        sure_since, maybe_since, missing = self._since(node)
        matches = self.matches(node.where)
        if matches is None:
            return _answer(
                node,
                "experience",
                None,
                required=required,
                group=node.where.group,
                missing=[node.where.group, *missing],
            )
        sure = [s for match in matches if match.truth for s in _certain(match.item, self.on)]
        maybe = [
            s
            for match in matches
            if match.truth is not False
            for s in _possible(match.item, self.on)
        ]
        least = most = 0
        if sure_since is not None:
            least = hundredths_of_days(sure, since=sure_since, until=self.on)
        if maybe_since is not None:
            most = hundredths_of_days(maybe, since=maybe_since, until=self.on)
        needed = node.days * 100
        truth = True if least >= needed else None if most >= needed else False
        for match in matches:
            missing += match.missing + [
                f"{node.where.group}[{match.index}].{name}"
                for name in ("from", "to", "share")
                if match.truth is not False and name not in match.item
            ]
        years, months = years_and_months(
            least // 100, days_in_a_year=self.requirements.days_in_a_year
        )
        observed = {
            "days": least // 100,
            "years": years,
            "months": months,
            "days_at_most": most // 100,
            "counted": [match.index for match in matches if match.truth],
        }
        if node.after is not None and sure_since is not None:
            observed["after"] = (sure_since - timedelta(days=1)).isoformat()
        return _answer(
            node,
            "experience",
            truth,
            observed=observed,
            required=required,
            group=node.where.group,
            missing=list(dict.fromkeys(missing)) if truth is None else [],
        )

    def _since(self, node: Experience) -> tuple[date | None, date | None, list[str]]:
        """The first day that counts for certain, the first that may count, what is missing.

        None means that no day counts.
        """
        earliest = date(FIRST_YEAR, 1, 1)
        if node.within_days is not None:
            earliest = max(earliest, self.on - timedelta(days=node.within_days - 1))
        if node.after is None:
            return earliest, earliest, []
        degrees = self.matches(node.after)
        if degrees is None:
            return None, earliest, [node.after.group]
        sure: date | None = None
        maybe: date | None = None
        missing: list[str] = []
        for degree in degrees:
            if degree.truth is False:
                continue
            missing += degree.missing
            awarded = degree.item.get("awarded_on")
            since = earliest
            if awarded is not None:
                since = max(earliest, date.fromisoformat(awarded) + timedelta(days=1))
            maybe = since if maybe is None else min(maybe, since)
            if degree.truth:
                sure = since if sure is None else min(sure, since)
        return sure, maybe, missing

    def headcount(self, node: Headcount) -> tuple[Truth, dict[str, Any]]:
        base_path = node.limit.base
        paths = (node.counted, base_path)
        counted, base = (self._number(path) for path in paths)
        missing = [path for path in paths if self._number(path) is None]
        limit: int | None = None
        if base is not None:
            limit = limit_for(node.limit, base)
        truth: Truth = None
        if counted is not None and limit is not None:
            truth = counted + node.adding <= limit
        required: dict[str, Any] = {"at_most": limit, "adding": node.adding, "base": base_path}
        if isinstance(node.limit, Share):
            required |= {"percent": node.limit.percent, "rounding": node.limit.rounding}
        return _answer(
            node,
            "headcount",
            truth,
            required=required,
            missing=missing,
            observed={"counted": counted, "base": base},
            fact=node.counted,
        )

    def _number(self, path: str) -> int | None:
        group, _dot, name = path.partition(".")
        return self.facts.get(group, {}).get(name)


@dataclass(frozen=True, slots=True)
class _Test:
    truth: Truth
    said: dict[str, Any]
    missing: list[str]


@dataclass(frozen=True, slots=True)
class _Match:
    index: int
    item: dict[str, Any]
    truth: Truth
    missing: list[str]
    shown: dict[str, Any]


def limit_for(limit: Any, base: int) -> int:
    """How many people a limit allows for a headcount; integers throughout."""
    if isinstance(limit, Share):
        hundredths = base * limit.percent
        if limit.rounding == "up":
            return -(-hundredths // 100)
        return (hundredths + 50) // 100 if limit.rounding == "half_up" else hundredths // 100
    return next((step.limit for step in limit.steps if step.up_to is None or base <= step.up_to), 0)


def _certain(item: dict[str, Any], on: date) -> list[Stretch]:
    """The work that is certain from what an item says."""
    if "from" not in item:
        return []
    first = date.fromisoformat(item["from"])
    last = first if "to" not in item else _end(item["to"], on)
    return [Stretch(first, last, item.get("share", 1))]


def _possible(item: dict[str, Any], on: date) -> list[Stretch]:
    """The most work that what an item says leaves possible."""
    first = date.fromisoformat(item["from"]) if "from" in item else date(FIRST_YEAR, 1, 1)
    return [Stretch(first, _end(item.get("to"), on), item.get("share", 100))]


def _end(said: str | None, on: date) -> date:
    return on if said is None else date.fromisoformat(said)


def _merged(tests: list[_Test]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for test in tests:
        merged |= test.said
    return merged


def _unsettled(truth: Truth, tests: list[_Test]) -> list[str]:
    if truth is not None:
        return []
    return list(dict.fromkeys(path for test in tests for path in test.missing))


def _first_missing(truth: Truth, matches: list[_Match]) -> list[str]:
    if truth is not None:
        return []
    return list(dict.fromkeys(path for match in matches for path in match.missing))


def _answer(
    node: Node,
    kind: str,
    truth: Truth,
    *,
    observed: Any = None,
    required: Any = None,
    missing: list[str] | None = None,
    children: list[dict[str, Any]] | None = None,
    **extra: Any,
) -> tuple[Truth, dict[str, Any]]:
    return truth, {
        "kind": kind,
        "code": node.code,
        "text": node.text.as_dict(),
        "source": [citation.as_dict() for citation in node.sourced.citations],
        "assumed": node.sourced.assumed,
        "verdict": word(truth),
        "observed": observed,
        "required": required,
        "missing": missing or [],
        "children": children or [],
        **extra,
    }


_HANDLERS: dict[type[Node], Callable[[_Judge, Any], tuple[Truth, dict[str, Any]]]] = {
    AllOf: _Judge.all_of,
    AnyOf: _Judge.any_of,
    Not: _Judge.negation,
    When: _Judge.when,
    Compare: _Judge.compare,
    Has: _Judge.has,
    Experience: _Judge.experience,
    Headcount: _Judge.headcount,
}
