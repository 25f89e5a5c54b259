"""How many people a firm may employ, as a share of a headcount or by brackets of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from programs.rules.answers import Answer, answer
from programs.rules.nodes import Brackets, Headcount, Share
from programs.rules.truth import Truth

if TYPE_CHECKING:
    from programs.rules.engine import Judge


def judge_headcount(judge: Judge, node: Headcount) -> Answer:
    paths = (node.counted, node.limit.base)
    counted, base = (judge.number(path) for path in paths)
    limit = None if base is None else limit_for(node.limit, base)
    truth: Truth = None
    if counted is not None and limit is not None:
        truth = counted + node.adding <= limit
    required: dict[str, Any] = {"at_most": limit, "adding": node.adding, "base": node.limit.base}
    if isinstance(node.limit, Share):
        required |= {"percent": node.limit.percent, "rounding": node.limit.rounding}
    return answer(
        node,
        "headcount",
        truth,
        observed={"counted": counted, "base": base},
        required=required,
        missing=[path for path in paths if judge.number(path) is None],
        fact=node.counted,
    )


def limit_for(limit: Share | Brackets, base: int) -> int:
    """How many people a limit allows for a headcount; integers throughout."""
    if isinstance(limit, Brackets):
        return next(
            (step.limit for step in limit.steps if step.up_to is None or base <= step.up_to), 0
        )
    hundredths = base * limit.percent
    if limit.rounding == "up":
        return -(-hundredths // 100)
    return (hundredths + 50) // 100 if limit.rounding == "half_up" else hundredths // 100
