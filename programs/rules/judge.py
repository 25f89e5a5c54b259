"""One judging: the facts with what is derived from them, the day, and the figures used.

`explain` and `truth` hand a node to the function for its kind; those are in the modules of the
kinds and are gathered by `programs.rules.engine`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from programs.facts.derived import derive
from programs.figures import Figures, FigureValue
from programs.rules.answers import ABSENT, Answer, Match, Tested
from programs.rules.conditions import NEVER_ENDS
from programs.rules.nodes import (
    Ago,
    Condition,
    EvaluationDay,
    FactOperand,
    FigureOperand,
    Node,
    Requirements,
    Where,
)
from programs.rules.truth import Truth

EXPLAIN: dict[type[Node], Callable[[Judge, Any], Answer]] = {}
TRUTH: dict[type[Node], Callable[[Judge, Any], Truth]] = {}

# What to ask for when a derived fact is unknown.
DERIVED_FROM: Mapping[str, tuple[str, ...]] = {
    "candidate.age": ("candidate.birth_date",),
    "job.visa_class": ("job.occupation",),
    "job.hourly_pay": ("job.monthly_pay", "job.weekly_hours"),
    "job.months": ("job.from", "job.to"),
    "employer.months_registered": ("employer.registered_on",),
}
_NOTHING: dict[str, Any] = {}


class Judge:
    def __init__(
        self, requirements: Requirements, stated: dict[str, Any], on: date, figures: Figures
    ) -> None:
        self.requirements, self.on, self.figures = requirements, on, figures
        self.today = on.isoformat()
        self.facts = derive(stated, on=on, occupations=requirements)
        self.used: dict[str, dict[date, FigureValue]] = {}
        # By identity: nodes and their parts live as long as the requirements do.
        self.remembered: dict[Any, Any] = {}

    def explain(self, node: Node) -> Answer:
        return EXPLAIN[type(node)](self, node)

    def truth(self, node: Node) -> Truth:
        return TRUTH[type(node)](self, node)

    # --- facts ----------------------------------------------------------------------------
    def seen(self, path: str) -> Any:
        """What a single fact says, or ABSENT."""
        group, _dot, name = path.partition(".")
        return self.facts.get(group, _NOTHING).get(name, ABSENT)

    def number(self, path: str) -> int | None:
        """A single fact that is a number; None when it is not stated."""
        seen = self.seen(path)
        return None if seen is ABSENT else seen

    def ask_for(self, path: str) -> tuple[str, ...]:
        """The facts to ask for when this one is unknown: itself, or what it is derived from."""
        sources = DERIVED_FROM.get(path)
        if sources is None:
            return (path,)
        return tuple(one for one in sources if self.seen(one) is ABSENT) or sources

    # --- conditions -----------------------------------------------------------------------
    def tested(self, condition: Condition, seen: Any, path: str) -> Tested:
        asked, said, missing = self.operand(condition)
        if seen is ABSENT:
            return Tested(None, said, (*self.ask_for(path), *missing))
        if asked is ABSENT:
            return Tested(None, said, missing)
        holds = condition.holds(seen, asked)
        # A floor that may still rise with the contract's dates settles only a refusal.
        if holds and missing:
            return Tested(None, said, missing)
        return Tested(holds, said)

    def holds(self, condition: Condition, seen: Any) -> Truth:
        """The truth of `tested`, without its explanation."""
        if seen is ABSENT:
            return None
        if condition.said is not None:
            return condition.holds(seen, condition.asked)
        operand = condition.operand
        if isinstance(operand, EvaluationDay):
            return condition.holds(seen, self.today)
        if isinstance(operand, FigureOperand):
            asked, _row, missing = self.figure_row(operand)
        else:
            asked, _said, missing = self.operand(condition)
        if asked is ABSENT:
            return None
        holds = condition.holds(seen, asked)
        return None if holds and missing else holds

    def operand(self, condition: Condition) -> tuple[Any, dict[str, Any], tuple[str, ...]]:
        """(what is asked in comparable form or ABSENT, the same as JSON, what is missing)."""
        if condition.said is not None:
            return condition.asked, condition.said, ()
        known = self.remembered.get(id(condition))
        if known is None:
            known = self.remembered[id(condition)] = self._operand(condition)
        return known

    def _operand(self, condition: Condition) -> tuple[Any, dict[str, Any], tuple[str, ...]]:
        operand, operator = condition.operand, condition.operator
        if isinstance(operand, EvaluationDay):
            return self.today, {operator: self.today}, ()
        if isinstance(operand, Ago):
            edge = self.ago(operand)
            said = {"months": operand.months} if operand.months else {"days": operand.days}
            called = "until" if operand.ahead else "since"
            return (edge, self.today), {operator: {**said, called: edge}}, ()
        if isinstance(operand, FactOperand):
            value = self.seen(operand.path)
            about = {operator: None if value is ABSENT else value, "fact": operand.path}
            if value is ABSENT:
                return ABSENT, about, self.ask_for(operand.path)
            return value if condition.order is None else condition.order(value), about, ()
        assert isinstance(operand, FigureOperand)  # noqa: S101
        value, figure, missing = self.figure(operand)
        return value, {operator: None if value is ABSENT else value, "figure": figure}, missing

    def ago(self, period: Ago) -> str:
        """The day that lies so long before the day of evaluation, or after it."""
        way = 1 if period.ahead else -1
        if period.days:
            return (self.on + timedelta(days=way * period.days)).isoformat()
        month = self.on.year * 12 + self.on.month - 1 + way * period.months
        year, index = divmod(month, 12)
        return min(f"{year:04}-{index + 1:02}-{self.on.day:02}", _last_of(year, index + 1))

    def figure(self, operand: FigureOperand) -> tuple[Any, dict[str, Any], tuple[str, ...]]:
        """(the figure's value or ABSENT, how to say it, what is missing to be sure of it)."""
        value, row, missing = self.figure_row(operand)
        about: dict[str, Any] = {"key": operand.key, "percent": operand.percent}
        return value, about if row is None else about | row.as_dict(), missing

    def figure_row(self, operand: FigureOperand) -> tuple[Any, FigureValue | None, tuple[str, ...]]:
        """(the figure's value or ABSENT, where it is from, what is missing to be sure of it)."""
        known = self.remembered.get(id(operand))
        if known is None:
            known = self.remembered[id(operand)] = self._figure_row(operand)
        return known

    def _figure_row(
        self, operand: FigureOperand
    ) -> tuple[Any, FigureValue | None, tuple[str, ...]]:
        today = self.figures.on(operand.key, self.on)
        rows: tuple[FigureValue, ...] = (today,) if today else ()
        missing: tuple[str, ...] = ()
        if operand.during_job:
            job = self.facts.get("job", _NOTHING)
            missing = tuple(f"job.{end}" for end in ("from", "to") if end not in job)
            if not missing:
                last = job["to"] and date.fromisoformat(job["to"])
                first = date.fromisoformat(job["from"])
                rows = self.figures.during(operand.key, first, last) or rows
        if not rows:
            return ABSENT, None, (f"figure:{operand.key}",)
        self.used.setdefault(operand.key, {}).update({row.valid_from: row for row in rows})
        row = max(rows, key=lambda one: one.value)
        return -(-row.value * operand.percent // 100), row, missing

    # --- lists ----------------------------------------------------------------------------
    def matches(self, where: Where) -> list[Match] | None:
        """Every item of the list judged and explained; None when the list is unknown."""
        key = ("matches", id(where))
        if key not in self.remembered:
            items = self.facts.get(where.group)
            self.remembered[key] = (
                None
                if items is None
                else [self._match(where, index, item) for index, item in enumerate(items)]
            )
        return self.remembered[key]

    def _match(self, where: Where, index: int, item: dict[str, Any]) -> Match:
        truth, missing, asked = self._item(where, index, item)
        shown = {name: item[name] for name in asked if name in item}
        return Match(index, item, truth, missing if truth is None else (), shown)

    def _item(
        self, where: Where, index: int, item: dict[str, Any]
    ) -> tuple[Truth, tuple[str, ...], list[str]]:
        """(the truth, what is missing, the names that were asked about)."""
        truth: Truth = True
        missing: list[str] = []
        names = []
        for condition in where.conditions:
            name = condition.fact.name
            names.append(name)
            tested = self.tested(
                condition, item.get(name, ABSENT), f"{where.group}[{index}].{name}"
            )
            if tested.truth is False:
                truth = False
            elif tested.truth is None:
                truth = None if truth else truth
                missing += tested.missing
        if where.options:
            found: Truth = False
            open_: list[str] = []
            for option in where.options:
                holds, lacking, asked = self._item(option, index, item)
                names += asked
                open_ += lacking if holds is None else ()
                found = True if holds else None if holds is None and not found else found
            if found is not True:
                truth = False if found is False else truth and None
                missing += open_
        return truth, tuple(missing), names

    def truths(self, where: Where) -> list[tuple[Truth, dict[str, Any]]] | None:
        """The truths of `matches`, without their explanation."""
        key = ("truths", id(where))
        if key not in self.remembered:
            items = self.facts.get(where.group)
            self.remembered[key] = (
                None if items is None else [(self._item_truth(where, item), item) for item in items]
            )
        return self.remembered[key]

    def _item_truth(self, where: Where, item: dict[str, Any]) -> Truth:
        truth: Truth = True
        for condition in where.conditions:
            holds = self.holds(condition, item.get(condition.fact.name, ABSENT))
            if holds is False:
                return False
            if holds is None:
                truth = None
        if where.options:
            found: Truth = False
            for option in where.options:
                holds = self._item_truth(option, item)
                if holds:
                    return truth
                if holds is None:
                    found = None
            return found if found is False else None
        return truth

    def said(self, where: Where) -> dict[str, Any]:
        """What is asked of an item, as JSON: {fact: {operator: value}, "any_of": [the same]}."""
        said: dict[str, Any] = {}
        for condition in where.conditions:
            asked = self.operand(condition)[1]
            name = condition.fact.name
            said[name] = said[name] | asked if name in said else asked
        if where.options:
            said["any_of"] = [self.said(option) for option in where.options]
        return said


def _last_of(year: int, month: int) -> str:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).isoformat()


__all__ = ["ABSENT", "EXPLAIN", "NEVER_ENDS", "TRUTH", "Judge"]
