"""Rules about a single fact."""

from __future__ import annotations

from typing import Any

from programs.rules.answers import ABSENT, Answer, answer
from programs.rules.judge import Judge
from programs.rules.nodes import Compare, Listed
from programs.rules.truth import Truth


def explain_compare(judge: Judge, node: Compare) -> Answer:
    seen = judge.seen(node.path)
    truth: Truth = True
    missing: list[str] = []
    required: dict[str, Any] = {}
    for condition in node.conditions:
        tested = judge.tested(condition, seen, node.path)
        required = required | tested.said if required else tested.said
        if tested.truth is False:
            truth = False
        elif tested.truth is None:
            truth = truth and None
            missing += tested.missing
    truth, tree = answer(
        node,
        "fact",
        truth,
        observed=None if seen is ABSENT else seen,
        required=required,
        missing=missing,
    )
    tree["fact"] = node.path
    if isinstance(seen, str):
        _name(judge, node, seen, tree)
    if called := _called(judge, node, required):
        tree["called"] = called
    return truth, tree


def _called(judge: Judge, node: Compare, required: dict[str, Any]) -> dict[str, dict[str, str]]:
    """What the programme calls the codes that are asked for."""
    if node.path not in judge.requirements.named:
        return {}
    operands = [
        code
        for operand in required.values()
        for code in (operand if isinstance(operand, list) else [operand])
    ]
    named = {code: judge.requirements.name_of(node.path, code) for code in operands if code}
    return {code: text.as_dict() for code, text in named.items() if text is not None}


def _name(judge: Judge, node: Compare, seen: str, tree: dict[str, Any]) -> None:
    """What the programme calls a code, and why it took an occupation off its list."""
    called = judge.requirements.name_of(node.path, seen)
    for condition in node.conditions:
        if isinstance(condition.operand, Listed):
            called = called or condition.operand.names.get(seen)
            if tree["verdict"] == "not_met" and condition.operand.name == "occupations":
                refused = judge.requirements.refusal_of(seen)
                if refused is not None:
                    tree["reason"] = {
                        "names": refused.names.as_dict(),
                        "text": refused.reason.as_dict(),
                        "source": [one.as_dict() for one in refused.sourced.citations],
                    }
    if called is not None:
        tree["name"] = called.as_dict()


def compare(judge: Judge, node: Compare) -> Truth:
    seen = judge.seen(node.path)
    found: Truth = True
    for condition in node.conditions:
        holds = judge.holds(condition, seen)
        if holds is False:
            return False
        if holds is None:
            found = None
    return found
