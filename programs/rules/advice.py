"""What follows from an explained tree: what still matters, and what would make it eligible."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any

from programs.rules.truth import MET, NOT_MET, UNKNOWN

MOST_CHANGES = 3
MOST_WAYS = 3
_KEPT = 60  # sets kept at each node, the smallest first: bounds the work on a wide tree

Tree = dict[str, Any]
Place = tuple[int, ...]  # where a node is: the index of the child at each level
Change = tuple[Place, bool]  # a leaf, and whether it should be met
Changes = frozenset[Change]


def needs(tree: Tree) -> list[str]:
    """The unknown facts that could still change the verdict, in the rules' order.

    A fact below a node that is already settled is not asked for.
    """
    return list(dict.fromkeys(_open_questions(tree)))


def _open_questions(node: Tree) -> Iterable[str]:
    if node["verdict"] != UNKNOWN:
        return
    yield from node["missing"]
    for child in node["children"]:
        yield from _open_questions(child)


def ways(tree: Tree, *, vocabulary: object = None) -> list[list[Tree]]:
    """Up to three smallest sets of at most three rules which, once met, would make the verdict
    eligible; empty when it is already, or when more would have to change.

    Each entry is the leaf's node with "wanted": the outcome it would need. That a `when` should
    stop applying (another occupation, say) is never proposed.
    """
    if tree["verdict"] == MET:
        return []
    found = _sets(tree, wanted=True, place=())
    return [[_leaf(tree, *change) for change in sorted(changes)] for changes in found[:MOST_WAYS]]


def _sets(node: Tree, *, wanted: bool, place: Place) -> list[Changes]:
    children = node["children"]
    if node["verdict"] == (MET if wanted else NOT_MET):
        return [frozenset()]
    if not children:
        return [frozenset([(place, wanted)])]
    kind = node["kind"]
    if kind == "when":
        if wanted:
            return _sets(children[1], wanted=True, place=(*place, 1))
        return _together(
            [
                _sets(children[0], wanted=True, place=(*place, 0)),
                _sets(children[1], wanted=False, place=(*place, 1)),
            ]
        )
    if kind == "not":
        return _sets(children[0], wanted=not wanted, place=(*place, 0))
    each = [
        _sets(child, wanted=wanted, place=(*place, index)) for index, child in enumerate(children)
    ]
    if (kind == "all_of") == wanted:
        return _together(each)
    return _smallest(changes for sets in each for changes in sets)


def _together(each: list[list[Changes]]) -> list[Changes]:
    """One choice from every list, united."""
    united: list[Changes] = [frozenset()]
    for sets in each:
        united = _smallest(a | b for a, b in product(united, sets))
    return united


def _smallest(found: Iterable[Changes]) -> list[Changes]:
    """The sets that contain no other one and are small enough, smallest first."""
    kept: list[Changes] = []
    for changes in sorted(set(found), key=lambda one: (len(one), sorted(one))):
        if len(changes) > MOST_CHANGES or len(kept) == _KEPT:
            break
        if not any(smaller <= changes for smaller in kept):
            kept.append(changes)
    return kept


def _leaf(tree: Tree, place: Place, wanted: bool) -> Tree:
    node = tree
    for index in place:
        node = node["children"][index]
    return {**node, "wanted": MET if wanted else NOT_MET}
