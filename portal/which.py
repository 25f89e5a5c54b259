"""Which programmes fit one person: all of them asked together, and ranked after every answer.

A fact is asked once for all programmes. Lists that each programme makes for itself (occupations,
fields of technology, places) are offered together; a code is then told only to the programmes to
which it means something.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from applications.forms.questions import Asked, asked
from portal import interview
from programs import figures
from programs.facts import validate
from programs.manifest import Manifest
from programs.models import Programme
from programs.rules import Outcome, evaluate, words
from programs.rules.nodes import AllOf
from programs.rules.points import Points
from programs.rules.requirements import Requirements
from programs.sourcing import Named, Text

Facts = dict[str, Any]
ELIGIBLE, UNDECIDED, NOT_ELIGIBLE = "eligible", "undecided", "not_eligible"
ORDER = (ELIGIBLE, UNDECIDED, NOT_ELIGIBLE)
# Of one programme alone, and so asked by that programme's own check.
ONLY_ITS_OWN = "own"
ELSEWHERE = Named("elsewhere", Text("그 밖의 지역", "Another region"))


@dataclass(frozen=True)
class Ranked:
    """One programme with what its rules say so far. `left` is the most questions still open, and
    `nearest` what the smallest set of changes would be."""

    programme: Programme
    verdict: str
    left: int
    nearest: tuple[str, ...]
    not_needed: bool
    facts: Facts
    keys: tuple[str, ...]
    needs: tuple[str, ...]

    @property
    def _rank(self) -> tuple[int, int, int, str]:
        near = len(self.nearest) or 99
        return ORDER.index(self.verdict), self.left, near, self.programme.slug


def together(manifests: Iterable[Manifest]) -> Manifest:
    """One manifest with the lists and rules of all, to make the questions' fields from."""
    all_of = list(manifests)
    first = all_of[0]
    occupations = _once(
        (one for m in all_of for one in m.occupations), lambda one: (one.code, one.edition)
    )
    allowed = {(one.code, one.edition) for one in occupations}
    refused = _once(
        (
            one
            for m in all_of
            for one in m.refused_occupations
            if (one.code, one.edition) not in allowed
        ),
        lambda one: (one.code, one.edition),
    )
    regions = _once((one for m in all_of for one in m.regions), lambda one: one.code)
    root = first.requirements.root
    tables = [m.requirements.points for m in all_of]
    requirements = Requirements(
        root=AllOf(
            text=root.text,
            sourced=root.sourced,
            code="",
            children=tuple(m.requirements.root for m in all_of),
        ),
        vocabulary=_common(first),
        occupations=tuple(occupations),
        refused=tuple(refused),
        named=_all_names(all_of),
        # Never judged: read for the codes that the tables name.
        points=Points(
            parts=tuple(part for table in tables if table for part in table.parts),
            sourced=root.sourced,
        ),
    )
    return replace(
        first,
        occupations=tuple(sorted(occupations, key=lambda one: (one.edition, one.code))),
        refused_occupations=tuple(refused),
        fields=tuple(_once((one for m in all_of for one in m.fields), lambda one: one.code)),
        regions=(*regions, ELSEWHERE) if regions else (),
        requirements=requirements,
        vocabulary=_common(first),
    )


def _all_names(manifests: Iterable[Manifest]) -> dict[str, dict[str, Text]]:
    """What any programme calls the codes of a fact."""
    found: dict[str, dict[str, Text]] = {}
    for manifest in manifests:
        for path, names in manifest.requirements.named.items():
            found.setdefault(path, {}).update(names)
    for path in ("job.region", "employer.region"):
        found.setdefault(path, {})[ELSEWHERE.code] = ELSEWHERE.names
    return found


def _common(manifest: Manifest) -> Any:
    """The vocabulary without any programme's own questions."""
    known = manifest.vocabulary
    groups = tuple(group for group in known.groups if group.name != ONLY_ITS_OWN)
    return replace(known, groups=groups)


def _once(found: Iterable[Any], key: Any) -> list[Any]:
    kept: dict[Any, Any] = {}
    for one in found:
        kept.setdefault(key(one), one)
    return list(kept.values())


def all_asked(manifests: Iterable[Manifest]) -> Asked:
    """The facts that any of the programmes asks about; not those that are one programme's own."""
    found: Asked = {}
    for manifest in manifests:
        for group, names in asked(manifest, rules_only=True).items():
            if group != ONLY_ITS_OWN:
                found.setdefault(group, set()).update(names)
    return found


def facts_for(manifest: Manifest, facts: Facts) -> Facts:
    """What is told to one programme: no field of technology that is none of its own, no code of a
    licence or training that only others know."""
    job = facts.get("job")
    if not job or "technology_field" not in job or not manifest.fields:
        return facts
    if job["technology_field"] in {one.code for one in manifest.fields}:
        return facts
    return {**facts, "job": {key: job[key] for key in job if key != "technology_field"}}


def rank(programmes: Iterable[Programme], facts: Facts, *, on: date) -> list[Ranked]:
    """Every programme with its answer: those that fit first, then by how much is left to ask, then
    those that do not fit, the nearest first. One query for all."""
    known = figures.current()
    found = []
    for programme in programmes:
        manifest: Manifest = programme.version.manifest()
        told = facts_for(manifest, facts)
        if validate(told, vocabulary=manifest.vocabulary, on=on):
            told = {}
        outcome = evaluate(manifest.requirements, told, on=on, figures=known)
        found.append(_ranked(programme, manifest, told, outcome))
    return sorted(found, key=lambda one: one._rank)


def _ranked(programme: Programme, manifest: Manifest, told: Facts, outcome: Outcome) -> Ranked:
    undecided = outcome.verdict == UNDECIDED
    keys = tuple(interview.keys_of(outcome.needs)) if undecided else ()
    nearest = outcome.ways[0] if outcome.verdict == NOT_ELIGIBLE and outcome.ways else ()
    return Ranked(
        programme=programme,
        verdict=outcome.verdict,
        left=len(keys),
        nearest=tuple(words.in_language(node["text"]) for node in nearest),
        not_needed=bool(outcome.not_needed),
        facts=told,
        keys=keys,
        needs=tuple(outcome.needs) if undecided else (),
    )


def next_key(ranked: Iterable[Ranked], asked_already: Iterable[str], known: set[str]) -> str:
    """The question that matters to most undecided programmes; the rules' order among equals. Empty
    when nothing is left to ask here."""
    done = set(asked_already)
    open_keys = [key for one in ranked for key in one.keys if key not in done and key in known]
    if not open_keys:
        return ""
    counted = Counter(open_keys)
    return max(dict.fromkeys(open_keys), key=lambda key: (counted[key], _early(key)))


def _early(key: str) -> int:
    """What says most comes first where two questions matter to equally many."""
    first = ("occupation", "place", "degrees", "careers", "technology", "pay")
    return -first.index(key) if key in first else -len(first)
