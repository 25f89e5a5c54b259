"""Rules made of rules. Explained, every one of them is judged; for the truth alone, only as
many as it takes."""

from __future__ import annotations

from programs.rules.answers import Answer, Tree, answer
from programs.rules.judge import Judge
from programs.rules.nodes import AllOf, AnyOf, Node, Not, SomeOf, When
from programs.rules.truth import Truth, at_least, every, opposite, some

_APPLIES: dict[Truth, str] = {True: "yes", False: "no", None: "unknown"}


def _children(judge: Judge, nodes: tuple[Node, ...]) -> tuple[list[Truth], list[Tree]]:
    truths, trees = [], []
    for node in nodes:
        truth, tree = judge.explain(node)
        truths.append(truth)
        trees.append(tree)
    return truths, trees


def explain_all_of(judge: Judge, node: AllOf) -> Answer:
    truths, trees = _children(judge, node.children)
    return answer(node, "all_of", every(truths), children=trees)


def explain_any_of(judge: Judge, node: AnyOf) -> Answer:
    truths, trees = _children(judge, node.children)
    return answer(node, "any_of", some(truths), children=trees)


def explain_some_of(judge: Judge, node: SomeOf) -> Answer:
    truths, trees = _children(judge, node.children)
    return answer(
        node,
        "some_of",
        at_least(node.count, truths),
        observed={"met": truths.count(True), "unknown": truths.count(None)},
        required={"count": node.count, "of": len(truths)},
        children=trees,
    )


def explain_not(judge: Judge, node: Not) -> Answer:
    truth, tree = judge.explain(node.child)
    return answer(node, "not", opposite(truth), children=[tree])


def explain_when(judge: Judge, node: When) -> Answer:
    applies, condition = judge.explain(node.condition)
    then, consequence = judge.explain(node.then)
    truth, tree = answer(
        node, "when", some((opposite(applies), then)), children=[condition, consequence]
    )
    tree["applies"] = _APPLIES[applies]
    return truth, tree


# --- the truth alone -------------------------------------------------------------------------
def all_of(judge: Judge, node: AllOf) -> Truth:
    found: Truth = True
    for child in node.children:
        truth = judge.truth(child)
        if truth is False:
            return False
        if truth is None:
            found = None
    return found


def any_of(judge: Judge, node: AnyOf) -> Truth:
    found: Truth = False
    for child in node.children:
        truth = judge.truth(child)
        if truth:
            return True
        if truth is None:
            found = None
    return found


def some_of(judge: Judge, node: SomeOf) -> Truth:
    sure, possible = 0, len(node.children)
    for child in node.children:
        truth = judge.truth(child)
        sure += truth is True
        possible -= truth is False
        if sure >= node.count:
            return True
        if possible < node.count:
            return False
    return None


def negation(judge: Judge, node: Not) -> Truth:
    return opposite(judge.truth(node.child))


def when(judge: Judge, node: When) -> Truth:
    applies = judge.truth(node.condition)
    if applies is False:
        return True
    then = judge.truth(node.then)
    return True if then else None if applies is None else then
