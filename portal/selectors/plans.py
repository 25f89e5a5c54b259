"""A plan of points in words: what there is now, what is missing, and by when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from portal.selectors.answers import Answer, as_data, in_words
from programs import figures
from programs import services as programs
from programs.manifest import Manifest
from programs.models import ProgrammeVersion, VersionStatus
from programs.rules import evaluate, planning, words
from programs.rules.measure_words import unit_of
from programs.rules.requirements import Requirements

BAR_WIDTH = 600
Facts = dict[str, Any]
Tree = dict[str, Any]


@dataclass(frozen=True)
class Band:
    """One line of the table: what it gives, and whether it counts now."""

    text: str
    points: int
    met: bool
    possible: bool
    depth: int
    each: str = ""


@dataclass(frozen=True)
class Part:
    """A part of the table as a bar: what is certain, what is possible, and the most there is.
    Points are hundredths; widths are in BAR_WIDTH."""

    name: str
    least: int
    most: int
    top: int
    takes_off: bool
    assumed: bool
    bands: list[Band]
    missing: list[str]
    sure_width: str
    maybe_width: str


@dataclass(frozen=True)
class Floor:
    """What the points must reach: the total, or a minimum of a part."""

    text: str
    verdict: str
    observed: str


@dataclass(frozen=True)
class Step:
    text: str
    part: str
    gives: int
    when: str


@dataclass(frozen=True)
class Combination:
    steps: list[Step]
    total: int
    when: str


@dataclass(frozen=True)
class Moment:
    """A day on which something changes by itself."""

    day: date
    text: str
    least: int
    kind: str  # good, bad or plain


@dataclass(frozen=True)
class Plan:
    answer: Answer
    least: int
    most: int | None
    parts: list[Part]
    floors: list[Floor]
    combinations: list[Combination]
    moments: list[Moment]
    first_day: date | None
    open_day: date | None
    points_reached: bool

    @property
    def reached(self) -> bool:
        return self.answer.verdict == "eligible"


def plan(version: ProgrammeVersion, facts: Facts, *, on: date) -> Plan:
    """What the version says of the facts on a day, and what time and better bands would change.

    Later days are judged by the version that will be in force then. Three queries.
    """
    manifest = version.manifest()
    outcome = programs.explain(version=version, facts=facts, on=on)
    data = as_data(outcome, version=version, facts=facts, on=on)
    table = outcome.tree["points"]
    versions = _versions(version)

    def rules(day: date) -> Requirements | None:
        judging = next((one for one in versions if _judges(one, day)), None)
        return judging.manifest().requirements if judging else None

    moments = planning.over_time(
        rules,
        facts,
        on=on,
        figures=figures.current(),
        also=[one.effective_from for one in versions],
    )
    first = planning.eligible_from(moments)
    unsure = planning.undecided_from(moments)
    return Plan(
        answer=in_words(data, verdict=outcome.verdict, manifest=manifest, on=on),
        least=_stated(table),
        most=table["most"],
        parts=[_part(part, manifest.vocabulary) for part in table["parts"]],
        floors=_floors(outcome.tree, manifest.vocabulary),
        combinations=[
            _combination(one)
            for one in planning.combinations(outcome.tree, vocabulary=manifest.vocabulary)
        ],
        moments=list(_told(moments)),
        first_day=first.day if first else None,
        open_day=unsure.day if unsure and not first else None,
        points_reached=planning.reached(outcome.tree),
    )


def points_table(manifest: Manifest, *, on: date) -> list[Part]:
    """The points table as nobody has earned any of it yet; empty where there is none."""
    if manifest.requirements.points is None:
        return []
    tree = evaluate(manifest.requirements, {}, on=on).tree
    return [_part(part, manifest.vocabulary) for part in tree["points"]["parts"]]


def _versions(version: ProgrammeVersion) -> list[ProgrammeVersion]:
    """This version and the later ones in force, newest first."""
    later = ProgrammeVersion.objects.filter(
        Q(pk=version.pk) | Q(effective_from__gt=version.effective_from),
        programme=version.programme_id,
        status=VersionStatus.IN_FORCE,
    )
    return list(later.order_by("-effective_from"))


def _judges(version: ProgrammeVersion, day: date) -> bool:
    return version.effective_from <= day and (
        version.effective_to is None or day <= version.effective_to
    )


def _stated(table: Tree) -> int:
    """The points that what was stated gives; what nobody has said takes nothing off."""
    return sum(
        -(part["least"] or 0) if part["how"] == "take_off" else part["least"] or 0
        for part in table["parts"]
    )


def _part(part: Tree, vocabulary: Any) -> Part:
    least, most = part["least"] or 0, part["most"]
    top = max(_top(part), most or 0, 1)
    possible = top if most is None else most
    return Part(
        name=words.in_language(part["text"]),
        least=least,
        most=possible,
        top=top,
        takes_off=part["how"] == "take_off",
        assumed=part["assumed"],
        bands=list(_bands(part, 0)),
        missing=list(
            dict.fromkeys(words.fact_words(path, vocabulary=vocabulary) for path in part["missing"])
        ),
        sure_width=f"{BAR_WIDTH * least / top:.1f}",
        maybe_width=f"{BAR_WIDTH * (possible - least) / top:.1f}",
    )


def _top(entry: Tree) -> int:
    """The most an entry can ever give; what has no limit counts as it is now."""
    if entry["kind"] == "part":
        each = [_top(one) for one in entry["entries"]]
        found = max(each, default=0) if entry["how"] == "best_of" else sum(each)
        return found if entry["cap"] is None else min(found, entry["cap"])
    if entry["kind"] == "for_each":
        return int(entry["cap"] or entry["least"] or 0)
    return int(entry["points"])


def _bands(part: Tree, depth: int) -> Iterator[Band]:
    best = part["how"] == "best_of"
    for entry in part["entries"]:
        if entry["kind"] == "part":
            yield Band(words.in_language(entry["text"]), 0, False, False, depth)
            yield from _bands(entry, depth + 1)
            continue
        gives = entry["points"]
        counts = entry["least"] > 0 and (not best or entry["least"] == part["least"])
        yield Band(
            text=words.in_language(entry["text"]),
            points=gives,
            met=counts,
            possible=not counts and entry["most"] != 0 and entry.get("verdict") == "unknown",
            depth=depth,
            each=_each(entry),
        )


def _each(entry: Tree) -> str:
    """Of how much a band gives its points, where it gives them again and again: "365일"."""
    if entry["kind"] != "for_each":
        return ""
    return words.amount_words(entry["each"], unit_of(entry["observed"]))


def _floors(tree: Tree, vocabulary: Any) -> list[Floor]:
    """Each floor once, in the rules' order."""
    found = {
        node["code"] or str(node["text"]): Floor(
            text=words.in_language(node["text"]),
            verdict=node["verdict"],
            observed=words.observed_words(node, vocabulary=vocabulary),
        )
        for node in planning.floors(tree)
    }
    return list(found.values())


def _combination(one: planning.Combination) -> Combination:
    return Combination(
        steps=[
            Step(
                text=_step_words(step),
                part=words.in_language(step.part),
                gives=step.gives,
                when=str(step.change),
            )
            for step in one.steps
        ],
        total=one.total,
        when=str(one.change),
    )


def _step_words(step: planning.Step) -> str:
    text = words.in_language(step.text)
    if step.wanted:
        return text
    return _("해당하지 않아야 함: %(rule)s") % {"rule": text}


def _told(moments: list[planning.Moment]) -> Iterator[Moment]:
    """What changes on which day, in words; the day of the plan itself is left out."""
    for before, now in pairwise(moments):
        if now.verdict == planning.ENDED:
            yield Moment(now.day, _("정해진 기준이 여기까지입니다."), before.least, "plain")
            return
        said = []
        kind = "plain"
        if now.least != before.least:
            kind = "good" if now.least > before.least else "bad"
            amount = words.amount_words(abs(now.least - before.least), "points")
            pattern = _("%(points)s 늘어남") if kind == "good" else _("%(points)s 줄어듦")
            said.append(pattern % {"points": amount})
        if now.verdict != before.verdict:
            if now.verdict == "eligible":
                kind = "good"
                said.append(_("모든 요건 충족"))
            elif before.verdict == "eligible":
                kind = "bad"
                said.append(_("요건을 더는 충족하지 않음"))
        if said:
            yield Moment(now.day, " · ".join(said), now.least, kind)
