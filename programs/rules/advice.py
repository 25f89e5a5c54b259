"""What follows from an explained tree: what still matters, and what would make it eligible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, product
from typing import Any

from programs.facts.vocabulary import VOCABULARY, Vocabulary
from programs.rules import gains
from programs.rules.changes import EASE, NEVER, change_of, easiest, hardest
from programs.rules.truth import MET, NOT_MET, UNKNOWN

MOST_CHANGES = 3
MOST_WAYS = 3
_KEPT = 60  # sets kept at each node, the best first: bounds the work on a wide tree

Tree = dict[str, Any]
# Where a node is: the index of the child at each level; below the points table, after
# `gains.TABLE`, those of the part and of its entries.
Place = tuple[int, ...]
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


def ways(tree: Tree, *, vocabulary: Vocabulary = VOCABULARY) -> list[list[Tree]]:
    """Up to three smallest sets of at most three rules which, once met, would make the verdict
    eligible; empty when it is already, or when more would have to change. What is unknown has
    to be said, which is a change like others; where that makes too many, only those are told
    that are needed even if all that is unknown turns out well.

    Each entry is the leaf's node with "wanted", the outcome it would need, and "change": "now",
    "later" or "never" (`programs.rules.changes`). A band of the points table also says what it
    "gives" beyond what is certain now, in hundredths; where a lower band of the same part would do
    and is no harder, it is told instead. Sets that nobody can bring about are left out where there
    is another. That a `when` should stop applying (another occupation, say) is never proposed; that
    it may not apply is, while nobody has said so.
    """
    if tree["verdict"] == MET:
        return []
    adviser = _Adviser(tree, vocabulary)
    found = adviser.sets(tree, wanted=True, place=())
    if not found and tree["verdict"] == NOT_MET:
        adviser = _Adviser(tree, vocabulary, trusting=True)
        found = adviser.sets(tree, wanted=True, place=())
    possible = [changes for changes in found if not adviser.impossible(changes)]
    return [
        [adviser.leaf(*change) for change in sorted(changes)]
        for changes in adviser.lowest(possible or found)[:MOST_WAYS]
    ]


class _Adviser:
    """`trusting`: what is unknown turns out as wanted."""

    def __init__(self, tree: Tree, vocabulary: Vocabulary, *, trusting: bool = False) -> None:
        self.tree, self.vocabulary, self.trusting = tree, vocabulary, trusting
        self.eases: dict[Change, str] = {}

    # --- sets of changes ------------------------------------------------------------------
    def sets(self, node: Tree, *, wanted: bool, place: Place) -> list[Changes]:
        """The sets of changes that would turn a node out as wanted, the best first."""
        if node["verdict"] == (MET if wanted else NOT_MET):
            return [frozenset()]
        if self.trusting and node["verdict"] == UNKNOWN:
            return [frozenset()]
        children, kind = node["children"], node["kind"]
        if kind == "number" and wanted and (raised := self._raised(node)) is not None:
            return raised
        if not children:
            return [frozenset([(place, wanted)])]
        if kind == "when":
            if wanted:
                then = self.sets(children[1], wanted=True, place=(*place, 1))
                if children[0]["verdict"] != UNKNOWN:
                    return then
                elsewhere = self.sets(children[0], wanted=False, place=(*place, 0))
                return self._best([*then, *elsewhere])
            return self._together(
                [
                    self.sets(children[0], wanted=True, place=(*place, 0)),
                    self.sets(children[1], wanted=False, place=(*place, 1)),
                ]
            )
        if kind == "not":
            return self.sets(children[0], wanted=not wanted, place=(*place, 0))
        each = [
            self.sets(child, wanted=wanted, place=(*place, index))
            for index, child in enumerate(children)
        ]
        count = {"all_of": len(each), "any_of": 1}.get(kind) or node["required"]["count"]
        return self._some(each, count if wanted else len(each) - count + 1)

    def _some(self, each: list[list[Changes]], count: int) -> list[Changes]:
        """At least `count` of the children, those that are as wanted already among them."""
        changing = [sets for sets in each if sets != [frozenset()]]
        more = count - (len(each) - len(changing))
        if more > MOST_CHANGES:
            return []
        return self._best(
            changes
            for chosen in combinations(changing, max(more, 0))
            for changes in self._together(list(chosen))
        )

    def _together(self, each: list[list[Changes]]) -> list[Changes]:
        """One choice from every list, united."""
        united: list[Changes] = [frozenset()]
        for sets in each:
            united = self._best(a | b for a, b in product(united, sets))
        return united

    def _best(self, found: Iterable[Changes]) -> list[Changes]:
        """The sets that contain no other one and are small enough: possible ones first, then the
        smaller, then the easier."""
        kept: list[Changes] = []
        for changes in sorted(set(found), key=self._rank):
            if len(kept) == _KEPT:
                break
            if len(changes) <= MOST_CHANGES and not any(less <= changes for less in kept):
                kept.append(changes)
        return kept

    def _rank(self, changes: Changes) -> tuple[bool, int, int, list[Change]]:
        ease = sum(EASE[self.ease(change)] for change in changes)
        return self.impossible(changes), len(changes), ease, sorted(changes)

    # --- points ---------------------------------------------------------------------------
    def _raised(self, node: Tree) -> list[Changes] | None:
        """Sets of bands that would reach a floor of points; None where the rule is no such."""
        floor = gains.floor_of(node)
        if floor is None:
            return None
        part, least = floor
        table = self.tree["points"]
        candidates = sorted(
            gains.candidates(table, part),
            key=lambda one: (EASE[self.ease((one.place, one.wanted))], -one.gives, one.place),
        )
        possible = [one for one in candidates if self.ease((one.place, one.wanted)) != NEVER]
        for choice in (possible, candidates):
            found = gains.reaching(table, part, least, choice, most=MOST_CHANGES)
            if sets := self._best(
                frozenset((one.place, one.wanted) for one in taken) for taken in found
            ):
                return sets
        return []

    def lowest(self, found: list[Changes]) -> list[Changes]:
        """Without the sets in which a lower band of the same part, no harder, would do as well."""
        bands = {change for changes in found for change in changes if _in_table(change[0])}

        def lower(one: Change, other: Change) -> bool:
            return (
                other[0][:-1] == one[0][:-1]
                and self._gives(other) < self._gives(one)
                and EASE[self.ease(other)] <= EASE[self.ease(one)]
            )

        known = set(found)
        return [
            changes
            for changes in found
            if not any(
                lower(one, other) and changes - {one} | {other} in known
                for one in changes & bands
                for other in bands
            )
        ]

    def _gives(self, change: Change) -> int:
        return gains.added_by(self.tree["points"], change[0])

    # --- leaves ---------------------------------------------------------------------------
    def impossible(self, changes: Changes) -> bool:
        return any(self.ease(change) == NEVER for change in changes)

    def ease(self, change: Change) -> Any:
        """What a change takes. A band made of rules is as hard as its easiest way."""
        if change not in self.eases:
            place, wanted = change
            node = self._node(place)
            self.eases[change] = (
                easiest(self._ways_of(node, wanted, place))
                if node.get("children")
                else change_of(node, wanted=wanted, vocabulary=self.vocabulary)
            )
        return self.eases[change]

    def _ways_of(self, band: Tree, wanted: bool, place: Place) -> Iterator[Any]:
        # The band itself is the leaf; below it the places of its own rules follow.
        for changes in _Adviser(band, self.vocabulary).sets(band, wanted=wanted, place=()):
            leaves = ((_below(band, inner), asked) for inner, asked in changes)
            yield hardest(
                change_of(leaf, wanted=asked, vocabulary=self.vocabulary) for leaf, asked in leaves
            )

    def leaf(self, place: Place, wanted: bool) -> Tree:
        node = self._node(place)
        said: Tree = {
            "wanted": MET if wanted else NOT_MET,
            "change": str(self.ease((place, wanted))),
        }
        if _in_table(place):
            said["gives"] = self._gives((place, wanted))
        return {**node, **said}

    def _node(self, place: Place) -> Tree:
        if _in_table(place):
            return gains.entry_at(self.tree["points"], place)
        return _below(self.tree, place)


def _in_table(place: Place) -> bool:
    return place[:1] == (gains.TABLE,)


def _below(node: Tree, place: Place) -> Tree:
    for index in place:
        node = node["children"][index]
    return node
