"""Rules nobody can ever meet: a route that contradicts what is asked around it, a `when` that
never applies, a part of the quota or a document no case belongs to, points nobody can have.

Each rule is looked at together with the rules that hold with it: all others of an all_of, the
condition of a when. What is reported is certain; what depends on national figures, on the day or
on more than one fact is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from programs.domains import Domain, asked_by, bounded, in_words, whole
from programs.facts.vocabulary import Fact
from programs.manifest import Manifest, QuotaNode
from programs.reading import DocumentProblem
from programs.rules.measures import FactValue, Fixed, FixedPoints, Measure, PointsOf
from programs.rules.nodes import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Experience,
    Has,
    Node,
    Not,
    Number,
    Requirements,
    SomeOf,
    When,
    Where,
)
from programs.rules.points import TAKE_OFF, TOTAL, Band, ForEach, Part
from programs.yaml_lines import Path

OCCUPATION, VISA_CLASS = "job.occupation", "job.visa_class"
# What is known of the facts where a rule is asked; None: nobody gets here.
Known = Mapping[str, Domain]


def unreachable(manifest: Manifest) -> list[DocumentProblem]:
    """Every rule of a sound manifest that nobody can meet, at its place."""
    look = _Look(manifest.requirements)
    nothing = look.settle({})
    look.rule(manifest.requirements.root, nothing, ("requirements",))
    # Whoever meets the requirements: only they take a unit, and only they get a letter.
    eligible = look.assume(manifest.requirements.root, nothing)
    if eligible is None:
        return look.problems
    if points := manifest.requirements.points:
        for index, part in enumerate(points.parts):
            look.part(part, nothing, ("points", "parts", index))
    for index, waiver in enumerate(manifest.requirements.not_needed):
        look.rule(waiver.rule, nothing, ("not_needed", "items", index, "rule"))
    for index, document in enumerate(manifest.documents):
        if isinstance(document.required, bool):
            continue
        place: Path = ("documents", "items", index, "required")
        if not look.rule(document.required, nothing, place) and (
            look.assume(document.required, eligible) is None
        ):
            look.note(
                place,
                f"nobody who meets the requirements needs `{document.code}`, expected a rule "
                "that some of them meet",
            )
    if manifest.quota is not None:
        look.limit(manifest.quota, eligible, ("quota", "total"))
    return look.problems


@dataclass(slots=True)
class _Look:
    requirements: Requirements
    problems: list[DocumentProblem] = field(default_factory=list)
    # The rules that hold with the one that is looked at, to be named where they contradict it.
    around: tuple[Node, ...] = ()

    def note(self, place: Path, sentence: str) -> None:
        self.problems.append(DocumentProblem(place, sentence))

    # --- what rules leave of the facts --------------------------------------------------------
    def assume(self, node: Node, known: Known | None, *, met: bool = True) -> Known | None:
        """What is known when a rule is met (or is not) besides; None when it cannot be."""
        if known is None:
            return None
        match node:
            case Not():
                return self.assume(node.child, known, met=not met)
            case AllOf():
                return self._all(node.children, known) if met else self._none(node, known)
            case AnyOf():
                return self._some(node.children, known) if met else self._none(node, known)
            case SomeOf():
                return self._several(node, known) if met else known
            case When():
                if met:
                    other = self.assume(node.condition, known, met=False)
                    both = self._all((node.condition, node.then), known)
                    return known if both is None else _join([other, both])
                return self.assume(node.then, self.assume(node.condition, known), met=False)
            case Compare():
                return self._compare(node, known, met=met)
            case Number(measure=FactValue()):
                return self._number(node, known) if met else known
            case Has() | Experience() | Number():
                return None if met and self._never(node) else known
        return known

    def _all(self, nodes: Iterable[Node], known: Known | None) -> Known | None:
        for node in nodes:
            known = self.assume(node, known)
        return known

    def _some(self, nodes: Iterable[Node], known: Known) -> Known | None:
        """A child that nobody can meet is told where it stands; that it is out says nothing of
        the facts, or one mistake would be told all over the file."""
        ways = [self.assume(node, known) for node in nodes]
        return known if None in ways and any(way is not None for way in ways) else _join(ways)

    def _several(self, node: SomeOf, known: Known) -> Known | None:
        ways = [self.assume(child, known) for child in node.children]
        possible = sum(way is not None for way in ways)
        return None if possible < node.count else known if None in ways else _join(ways)

    def _none(self, node: AllOf | AnyOf, known: Known) -> Known | None:
        """What is known when the rule is not met: all_of fails by one, any_of by every child."""
        if isinstance(node, AllOf):
            return _join([self.assume(child, known, met=False) for child in node.children])
        after: Known | None = known
        for child in node.children:
            after = self.assume(child, after, met=False)
        return after

    def _compare(self, node: Compare, known: Known, *, met: bool) -> Known | None:
        if met:
            after: Known | None = known
            for condition in node.conditions:
                asked = asked_by(condition)
                if after is not None and asked is not None:
                    after = self._narrow(after, node.path, condition.fact, asked)
            return after
        ways: list[Known | None] = []
        for condition in node.conditions:
            asked = asked_by(condition, met=False)
            ways.append(
                known if asked is None else self._narrow(known, node.path, condition.fact, asked)
            )
        return _join(ways)

    def _number(self, node: Number, known: Known) -> Known | None:
        """A single fact beside plain numbers is a comparison like any other."""
        after: Known | None = known
        for operator, other in node.comparisons:
            asked = bounded(operator, other.value) if isinstance(other, Fixed) else None
            if after is not None and asked is not None and isinstance(node.measure, FactValue):
                after = self._narrow(after, node.measure.path, node.measure.fact, asked)
        return after

    def _narrow(self, known: Known, path: str, fact: Fact, asked: Domain) -> Known | None:
        left = self.domain(known, path, fact).meet(asked)
        if left.empty:
            return None
        return self.settle({**known, path: left})

    def domain(self, known: Known, path: str, fact: Fact) -> Domain:
        return known[path] if path in known else whole(fact)

    def settle(self, known: Known) -> Known:
        """An occupation has one class: each follows from the other, where the programme lists
        its occupations."""
        classes = {one.code: one.visa_class for one in self.requirements.occupations}
        if not classes:
            return known
        every = frozenset(classes.values())
        codes = known.get(OCCUPATION)
        kind = known.get(VISA_CLASS, Domain()).meet(Domain(allowed=every))
        left = codes.values() if codes is not None else None
        if left is not None:
            kind = kind.meet(Domain(allowed=frozenset(classes[c] for c in left if c in classes)))
        after = {**known, VISA_CLASS: kind}
        possible = kind.values() or frozenset()
        if VISA_CLASS in known and possible != every:
            of_class = frozenset(code for code, one in classes.items() if one in possible)
            after[OCCUPATION] = (codes or Domain()).meet(Domain(allowed=of_class))
        return after

    # --- rules about lists and measures --------------------------------------------------------
    def _never(self, node: Has | Experience | Number) -> str:
        """Why nobody can meet a rule by itself; empty where somebody may."""
        if isinstance(node, Number):
            return self._never_number(node)
        if said := _contradiction(node.where):
            return said
        if isinstance(node, Experience):
            if node.after is not None and (said := _contradiction(node.after)):
                return said
            if node.within_days is not None and node.within_days < node.days:
                return f"{node.days} days within the last {node.within_days}"
        return ""

    def _never_number(self, node: Number) -> str:
        most = self.most(node.measure)
        for operator, other in node.comparisons:
            if most is None or not isinstance(other, Fixed | FixedPoints):
                continue
            floor = other.value + (operator == "more_than")
            if operator in ("at_least", "more_than", "is") and most < floor:
                scale = 100 if node.measure.hundredths else 1
                return f"at most {most / scale:g} can be reached and {floor / scale:g} is asked"
        return ""

    def most(self, measure: Measure) -> int | None:
        """The most that points can be, in hundredths; None for every other measure."""
        points = self.requirements.points
        if not isinstance(measure, PointsOf) or points is None:
            return None
        if measure.part != TOTAL:
            part = points.part(measure.part)
            return None if part is None else _most(part)
        each = [_most(part) for part in points.parts if part.how != TAKE_OFF]
        return None if None in each else sum(one for one in each if one is not None)

    # --- looking for what cannot be met --------------------------------------------------------
    def rule(self, node: Node, known: Known, place: Path) -> bool:
        """Note what cannot be met within a rule; whether anything was noted."""
        before = len(self.problems)
        match node:
            case AllOf():
                self._look_all(node, known, place)
            case AnyOf():
                for index, child in enumerate(node.children):
                    self.rule(child, known, (*place, "any_of", index))
            case SomeOf():
                for index, child in enumerate(node.children):
                    self.rule(child, known, (*place, "some_of", "of", index))
            case Not():
                # What is barred anyway may be barred again; only what is nonsense in itself counts.
                self.rule(node.child, self.settle({}), (*place, "not"))
            case When():
                if not self.rule(node.condition, known, (*place, "when")):
                    inside = self.assume(node.condition, known)
                    if inside is not None:
                        self.beside((node.condition,), node.then, inside, (*place, "then"))
            case _:
                self._look_leaf(node, known, place)
        if len(self.problems) == before and self.assume(node, known) is None:
            what = f"nobody can meet this rule as a whole{self._contradicting(node)}"
            self.note(place, f"{what}, expected one that can hold")
        return len(self.problems) > before

    def beside(self, others: Iterable[Node], node: Node, known: Known, place: Path) -> bool:
        """`rule` where the others hold too."""
        around = self.around
        self.around = (*around, *others)
        try:
            return self.rule(node, known, place)
        finally:
            self.around = around

    def _contradicting(self, node: Node) -> str:
        """Which two rules contradict each other: two of its own, or it and one around it; empty
        where more than two are needed."""
        nothing = self.settle({})
        pairs = [*combinations(_all_inside([node]), 2)]
        pairs += [(other, node) for other in _all_inside(self.around)]
        for one, other in pairs:
            alone = self.assume(one, nothing)
            if alone is not None and self.assume(other, alone) is None:
                return f": {_called(other)} contradicts {_called(one)}"
        return ""

    def _look_all(self, node: AllOf, known: Known, place: Path) -> None:
        """Each rule where all the others hold. Where they cannot all hold, the first one that does
        not go with those before it is told; single rules come first then."""
        places = [(child, (*place, "all_of", index)) for index, child in enumerate(node.children)]
        if self.assume(node, known) is not None:
            for child, at in places:
                siblings = tuple(one for one in node.children if one is not child)
                others = self._all(siblings, known)
                self.beside(siblings, child, known if others is None else others, at)
            return
        before: list[Node] = []
        for child, at in sorted(places, key=lambda one: bool(one[0].inside)):
            if self.beside(before, child, known, at):
                continue
            before.append(child)
            after = self.assume(child, known)
            known = known if after is None else after

    def _look_leaf(self, node: Node, known: Known, place: Path) -> None:
        if isinstance(node, Number) and isinstance(node.measure, FactValue):
            if self.assume(node, known) is None:
                path, fact = node.measure.path, node.measure.fact
                left = in_words(fact, self.domain(known, path, fact))
                what = f"where this is asked `{path}` is {left}"
                self.note(place, f"nobody can meet this: {what}, expected a rule that can hold")
        elif isinstance(node, Has | Experience | Number):
            if why := self._never(node):
                self.note(place, f"nobody can meet this: {why}, expected a rule that can hold")
        elif isinstance(node, Compare) and self.assume(node, known) is None:
            fact = node.conditions[0].fact
            left = in_words(fact, self.domain(known, node.path, fact))
            if _alone(node) is None:
                what = f"what is asked of `{node.path}` contradicts itself"
            else:
                what = f"by the rules around it `{node.path}` is {left}"
            self.note(place, f"nobody can meet this: {what}, expected a rule that can hold")

    def part(self, part: Part, known: Known, place: Path) -> None:
        key = part.how
        for index, entry in enumerate(part.entries):
            at: Path = (*place, key, index)
            if isinstance(entry, Part):
                self.part(entry, known, at)
            elif isinstance(entry, Band):
                self.rule(entry.rule, known, at)

    def limit(self, node: QuotaNode, known: Known, place: Path) -> None:
        inside: Known | None = known
        if node.applies is not None and not self.rule(
            node.applies, self.settle({}), (*place, "applies")
        ):
            inside = self.assume(node.applies, known)
            if inside is None:
                self.note(
                    (*place, "applies"),
                    f"no case that meets the requirements belongs to `{node.code}`, expected a "
                    "rule that some of them meet",
                )
        for index, child in enumerate(node.children):
            self.limit(child, known if inside is None else inside, (*place, "parts", index))


def _all_inside(nodes: Iterable[Node]) -> Iterator[Node]:
    """The rules that must all be met, one by one."""
    for node in nodes:
        if isinstance(node, AllOf):
            yield from _all_inside(node.children)
        else:
            yield node


def _called(node: Node) -> str:
    return f"`{node.code}`" if node.code else f'"{node.text.en}"'


def _join(ways: Iterable[Known | None]) -> Known | None:
    possible = [way for way in ways if way is not None]
    if not possible:
        return None
    first, *others = possible
    shared = {
        path: domain for path, domain in first.items() if all(path in other for other in others)
    }
    for other in others:
        shared = {path: domain.join(other[path]) for path, domain in shared.items()}
    return shared


def _alone(node: Compare) -> Domain | None:
    """What the conditions of one rule leave by themselves; None when nothing."""
    return _left(node.conditions, node.conditions[0].fact)


def _left(conditions: Iterable[Condition], fact: Fact) -> Domain | None:
    left = whole(fact)
    for condition in conditions:
        asked = asked_by(condition)
        left = left if asked is None else left.meet(asked)
    return None if left.empty else left


def _contradiction(where: Where) -> str:
    """The fact of an item of which two things are asked that no item can be; else empty."""
    for conditions in _ways(where):
        by_fact: dict[str, list[Condition]] = {}
        for condition in conditions:
            by_fact.setdefault(condition.fact.name, []).append(condition)
        wrong = [name for name, ones in by_fact.items() if _left(ones, ones[0].fact) is None]
        if not wrong:
            return ""
    return f"what is asked of `{wrong[0]}` of one of `{where.group}` cannot hold"


def _ways(where: Where) -> Iterator[tuple[Condition, ...]]:
    """The conditions one item has to meet, once for each option."""
    if not where.options:
        yield where.conditions
    for option in where.options:
        for conditions in _ways(option):
            yield (*where.conditions, *conditions)


def _most(part: Part) -> int | None:
    """The most points a part can give, in hundredths; None where there is no limit."""
    each: list[int | None] = []
    for entry in part.entries:
        if isinstance(entry, Part):
            each.append(_most(entry))
        elif isinstance(entry, ForEach):
            each.append(entry.at_most)
        else:
            each.append(entry.points)
    if None in each:
        return part.at_most
    known = [one for one in each if one is not None]
    most = max(known, default=0) if part.how == "best_of" else sum(known)
    return most if part.at_most is None else min(most, part.at_most)
