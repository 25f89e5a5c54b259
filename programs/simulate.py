"""What another file would change: the cases in the database, judged by other rules or figures.

A case is a subject whose facts were judged when it mattered (not a pre-check); its latest stored
evaluation counts, with the verdict that was given then. Nothing is stored. Read in the order of
the rows, a page at a time, so that a hundred thousand cases need no more memory than a thousand;
only those that change are explained.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from programs import registry
from programs.facts import Problem, Vocabulary, validate
from programs.figures import Figures, FigureValue, current
from programs.manifest import Manifest
from programs.models import Evaluation, ProgrammeVersion, Purpose
from programs.rules import evaluate, truth_of
from programs.rules.engine import VERDICTS
from programs.rules.words import in_language, observed_words, required_words

PAGE = 1000
BETTER = {"not_eligible": 0, "undecided": 1, "eligible": 2}
_BETTER_RULE = {"not_met": 0, "unknown": 1, "met": 2}
Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that is answered differently: `before` is empty for one that was not asked, `after`
    for one that no longer is."""

    text: str
    before: str
    after: str
    observed: str = ""
    required: str = ""

    def __str__(self) -> str:
        if not self.after:
            return f"{self.text} (no longer asked)"
        found = [
            *([f"found {self.observed}"] if self.observed else []),
            *([f"asked {self.required}"] if self.required else []),
        ]
        return f"{self.text} ({'; '.join(found)})" if found else self.text


@dataclass(frozen=True, slots=True)
class Changed:
    """A case whose verdict would be another. `name` is what people call it."""

    subject: UUID
    name: str
    on: date
    before: str
    after: str
    reasons: tuple[Reason, ...]


@dataclass(slots=True)
class Simulation:
    """How far it has come. `changes` counts by (verdict before, verdict after)."""

    cases: int = 0
    judged: int = 0
    changes: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        return sum(self.changes.values())


@dataclass(frozen=True, slots=True)
class _Case:
    pk: int
    subject: UUID
    version: int
    facts: dict[str, Any]
    on: date
    verdict: str


def cases_of(programme: str | None) -> QuerySet[Evaluation]:
    """The latest evaluation that mattered of each subject, of one programme or of all."""
    mattered = Evaluation.objects.filter(subject__isnull=False).exclude(purpose=Purpose.PRECHECK)
    later = mattered.order_by().filter(subject=OuterRef("subject"), pk__gt=OuterRef("pk"))
    rows = mattered.filter(~Exists(later))
    return rows if programme is None else rows.filter(version__programme__slug=programme)


def simulate(
    *,
    manifest: Manifest | None = None,
    figures: Iterable[FigureValue] | None = None,
    figure_keys: Iterable[str] = (),
    on: date | None = None,
    simulation: Simulation | None = None,
    progress: Callable[[Simulation], None] = lambda _so_far: None,
) -> Iterator[Changed]:
    """Every case whose verdict would change, in the order in which they were judged.

    With a manifest its programme's cases are judged by it, else each by the version it was
    judged by. `figures` take the place of the database's for the keys `figure_keys`. Each case is
    judged as of its own day, or of `on`.
    """
    state = simulation if simulation is not None else Simulation()
    known = _figures(figures, frozenset(figure_keys))
    rows = cases_of(None if manifest is None else manifest.slug)
    state.cases = rows.count()
    versions = _Versions(manifest)
    last = 0
    while page := _page(rows, last):
        last = page[-1].pk
        yield from _judge(page, versions, known, on, state)
        progress(state)


def _page(rows: QuerySet[Evaluation], last: int) -> list[_Case]:
    found = (
        rows.filter(pk__gt=last)
        .order_by("pk")
        .values_list("pk", "subject", "version_id", "facts", "on", "verdict")[:PAGE]
    )
    return [
        _Case(pk, subject, version, facts, on, verdict)
        for pk, subject, version, facts, on, verdict in found
        if subject is not None
    ]


class _Versions:
    """The rules a case is judged by: the new ones, or those it was judged by before."""

    def __init__(self, manifest: Manifest | None) -> None:
        self.new = manifest
        self.known: dict[int, Manifest] = {}

    def of(self, version: int) -> Manifest:
        if self.new is not None:
            return self.new
        if version not in self.known:
            self.known[version] = ProgrammeVersion.objects.get(pk=version).manifest()
        return self.known[version]


def _judge(
    page: list[_Case],
    versions: _Versions,
    figures: Figures,
    on: date | None,
    state: Simulation,
) -> Iterator[Changed]:
    other: list[tuple[_Case, str, list[Problem]]] = []
    for case in page:
        manifest = versions.of(case.version)
        problems = _own_problems(case.facts, manifest.vocabulary)
        verdict = (
            "undecided"
            if problems
            else VERDICTS[
                truth_of(
                    manifest.requirements.root,
                    case.facts,
                    on=on or case.on,
                    requirements=manifest.requirements,
                    figures=figures,
                )
            ]
        )
        if verdict != case.verdict:
            other.append((case, verdict, problems))
            key = (case.verdict, verdict)
            state.changes[key] = state.changes.get(key, 0) + 1
    state.judged += len(page)
    if not other:
        return
    trees = dict(
        Evaluation.objects.filter(pk__in=[case.pk for case, *_rest in other]).values_list(
            "pk", "tree"
        )
    )
    names = registry.names_of([case.subject for case, *_rest in other])
    for case, verdict, problems in other:
        manifest = versions.of(case.version)
        day = on or case.on
        if problems:
            reasons = tuple(Reason(str(problem), "", "unknown") for problem in problems)
        else:
            outcome = evaluate(manifest.requirements, case.facts, on=day, figures=figures)
            reasons = reasons_for(
                trees[case.pk],
                outcome.tree,
                better=BETTER[verdict] > BETTER[case.verdict],
                vocabulary=manifest.vocabulary,
            )
        yield Changed(
            case.subject,
            names.get(case.subject, str(case.subject)),
            day,
            case.verdict,
            verdict,
            reasons,
        )


def _own_problems(facts: dict[str, Any], vocabulary: Vocabulary) -> list[Problem]:
    """A programme's own questions may have become others: an answer to the old ones is none."""
    own = facts.get("own")
    return validate({"own": own}, vocabulary=vocabulary) if own else []


def _figures(values: Iterable[FigureValue] | None, keys: frozenset[str]) -> Figures:
    known = current()
    if values is None:
        return known
    kept = [row for key in known.keys if key not in keys for row in known.values(key)]
    return Figures([*kept, *values])


# --- why ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Rule:
    """A single rule as it was answered. `towards` is 1 where meeting it helps, -1 under a `not`."""

    node: Tree
    towards: int

    @property
    def rank(self) -> int:
        return _BETTER_RULE[self.node["verdict"]] * self.towards


def reasons_for(
    before: Tree, after: Tree, *, better: bool, vocabulary: Vocabulary
) -> tuple[Reason, ...]:
    """The single rules that are answered differently, in the new tree's order: those that went
    the verdict's way, where there are such."""
    old, new = _asked(before), _asked(after)
    changed: list[tuple[bool, Reason]] = []
    for key, rule in new.items():
        was = old.get(key)
        if was is None:
            helps = rule.rank == max(rank * rule.towards for rank in (0, 2))
            changed.append((helps == better, _reason(rule, "", vocabulary)))
        elif was.node["verdict"] != rule.node["verdict"]:
            went_up = rule.rank > was.rank
            changed.append((went_up == better, _reason(rule, was.node["verdict"], vocabulary)))
    for key, rule in old.items():
        if key not in new:
            hurt = rule.rank < max(rank * rule.towards for rank in (0, 2))
            text = in_language(rule.node["text"])
            changed.append((hurt == better, Reason(text, rule.node["verdict"], "")))
    told = [reason for fits, reason in changed if fits] or [reason for _fits, reason in changed]
    if not told:
        told = [Reason(in_language(after["text"]), before["verdict"], after["verdict"])]
    return tuple(dict.fromkeys(told))


def _reason(rule: _Rule, before: str, vocabulary: Vocabulary) -> Reason:
    node = rule.node
    return Reason(
        in_language(node["text"]),
        before,
        node["verdict"],
        observed_words(node, vocabulary=vocabulary),
        required_words(node, vocabulary=vocabulary),
    )


def _asked(tree: Tree) -> dict[tuple[str, str, int], _Rule]:
    """The single rules that are asked, by their code (or words) and how often these came before.
    Conditions of a `when` are not: what follows from them is."""
    found: dict[tuple[str, str, int], _Rule] = {}
    for rule in _single(tree, 1):
        number = 0
        code = rule.node["code"]
        key = (code, "" if code else rule.node["text"]["ko"], number)
        while key in found:
            number += 1
            key = (*key[:2], number)
        found[key] = rule
    return found


def _single(node: Tree, towards: int) -> Iterator[_Rule]:
    children = node["children"]
    if not children:
        yield _Rule(node, towards)
    elif node["kind"] == "when":
        if node["applies"] != "no":
            yield from _single(children[1], towards)
    else:
        for child in children:
            yield from _single(child, -towards if node["kind"] == "not" else towards)
