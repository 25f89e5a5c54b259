"""Every route of every shipped programme, met to the point and missed by the smallest step."""

from collections import Counter
from datetime import date

import pytest

from programs.facts import validate
from programs.figures import Figures, FigureValue
from programs.rules import evaluate
from programs.rules.nodes import AnyOf, Node, SomeOf, When
from tests.programs.dossiers import catalogue, changed, figures, leaf, shipped
from tests.programs.people import PAIRS, Pair

MANIFESTS = [one.manifest for one in catalogue().versions]
CASES = [pytest.param(pair, label, id=f"{pair}:{label}") for pair in PAIRS for label in pair.labels]


# --- which routes there are -------------------------------------------------------------------
def children(node: Node):
    for name in ("children", "child", "condition", "then"):
        inner = getattr(node, name, ())
        yield from inner if isinstance(inner, tuple) else (inner,)


def routes(node: Node, within: str = ""):
    """(the nearest code around it, its own code) of each choice that has a name, and of each rule
    for some people only that leaves them no choice."""
    if isinstance(node, AnyOf | SomeOf):
        yield from ((node.code or within, child.code) for child in node.children if child.code)
    if isinstance(node, When) and node.code and not leaves_a_choice(node.then):
        yield within, node.code
    for child in children(node):
        yield from routes(child, node.code or within)


def leaves_a_choice(node: Node) -> bool:
    if isinstance(node, AnyOf | SomeOf) and any(child.code for child in node.children):
        return True
    return any(leaves_a_choice(child) for child in children(node))


def names(manifest):
    """The routes' names: their codes, with the code around them where one is used twice. A
    programme without a choice is a single route."""
    found = list(dict.fromkeys(routes(manifest.requirements.root)))
    if not found:
        return {manifest.requirements.root.code}
    often = Counter(code for _within, code in found)
    return {f"{within}/{code}" if often[code] > 1 else code for within, code in found}


def test_every_route_has_its_two_people():
    asked = {
        (manifest.slug, manifest.label, name) for manifest in MANIFESTS for name in names(manifest)
    }
    have = {(pair.programme, label, pair.route) for pair in PAIRS for label in pair.labels}
    assert have == asked
    assert len(asked) > 60


# --- the people ---------------------------------------------------------------------------------
def known(pair: Pair):
    """The shipped figures, and the invented ones this pair needs."""
    invented = [
        FigureValue(key, value, "points", date(2020, 1, 1), None, {"ko": key, "en": key})
        for key, value in pair.figures.items()
    ]
    shipped_ones = figures()
    rows = [row for key in shipped_ones.keys for row in shipped_ones.values(key)]
    return Figures([*rows, *invented])


def judged(pair: Pair, label: str, facts):
    manifest = shipped(pair.programme, label)
    assert validate(facts, vocabulary=manifest.vocabulary, on=pair.on) == []
    found = evaluate(manifest.requirements, facts, on=pair.on, figures=known(pair))
    tree = found.tree
    for code in pair.route.split("/"):
        tree = leaf(tree, code)
    return found, tree


@pytest.mark.parametrize(("pair", "label"), CASES)
def test_one_just_meets_it(pair, label):
    found, route = judged(pair, label, pair.facts)
    assert found.needs == []
    assert found.verdict == "eligible"
    assert route["verdict"] == "met"
    assert route.get("applies", "yes") == "yes"


@pytest.mark.parametrize(("pair", "label"), CASES)
def test_one_misses_it_by_the_smallest_step(pair, label):
    found, route = judged(pair, label, changed(pair.facts, **pair.less))
    assert route["verdict"] == "not_met"
    assert found.verdict == "not_eligible"
