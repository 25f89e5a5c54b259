"""How many people a firm may employ, as a share of a headcount or by brackets of it."""

from __future__ import annotations

from typing import Any

from programs.rules.answers import Answer, answer
from programs.rules.judge import Judge
from programs.rules.nodes import Bracket, Brackets, Headcount, Share
from programs.rules.truth import Truth


def explain_headcount(judge: Judge, node: Headcount) -> Answer:
    paths = (node.counted, node.limit.base)
    counted, base = (judge.number(path) for path in paths)
    required: dict[str, Any] = {
        "at_most": None if base is None else limit_for(node.limit, base),
        "adding": node.adding,
        "base": node.limit.base,
    }
    if isinstance(node.limit, Share):
        required |= {"percent": node.limit.percent, "rounding": node.limit.rounding}
    for name in ("minimum", "maximum"):
        if (bound := getattr(node.limit, name)) is not None:
            required[name] = bound
    truth, tree = answer(
        node,
        "headcount",
        headcount(judge, node),
        observed={"counted": counted, "base": base},
        required=required,
        missing=[path for path in paths if judge.number(path) is None],
    )
    tree["fact"] = node.counted
    return truth, tree


def headcount(judge: Judge, node: Headcount) -> Truth:
    counted, base = judge.number(node.counted), judge.number(node.limit.base)
    if counted is None or base is None:
        return None
    return counted + node.adding <= limit_for(node.limit, base)


def limit_for(limit: Share | Brackets, base: int) -> int:
    """How many people a limit allows for a headcount; integers throughout."""
    if isinstance(limit, Brackets):
        found = step_for(limit.steps, base)
    else:
        found = rounded(base * limit.percent, 100, limit.rounding)
    return within_bounds(found, limit.minimum, limit.maximum)


def step_for(steps: tuple[Bracket, ...], base: float) -> int:
    """What the bracket that the base falls into gives."""
    return next((step.limit for step in steps if step.up_to is None or base <= step.up_to), 0)


def rounded(value: int, divisor: int, rounding: str) -> int:
    """value / divisor to a whole number: up, down, or half up."""
    if rounding == "up":
        return -(-value // divisor)
    return (2 * value + divisor) // (2 * divisor) if rounding == "half_up" else value // divisor


def within_bounds(value: int, minimum: int | None, maximum: int | None) -> int:
    value = value if minimum is None else max(value, minimum)
    return value if maximum is None else min(value, maximum)
