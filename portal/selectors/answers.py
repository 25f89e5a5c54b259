"""The rules' answer of the pre-check: first as plain data that can be kept, then in words.

What is kept says nothing in any language, so that a link opened in another one reads well.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from applications import wording
from portal.selectors.asking import Paper, paper
from programs import sharing
from programs.facts import notes
from programs.manifest import Manifest, QuotaNode
from programs.models import ProgrammeVersion
from programs.rules import Outcome, words

NOW, LATER, NEVER = "now", "later", "never"
Facts = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One rule that would have to come out otherwise, and whether that is in anybody's hands:
    now, with time, or never."""

    text: str
    when: str


@dataclass(frozen=True)
class Used:
    """A national figure the rules looked at: its value in words and since when it holds."""

    name: str
    value: str
    since: str
    until: str
    sources: tuple[str, ...]
    assumed: bool


@dataclass(frozen=True)
class Reason:
    """Why no letter is needed at all."""

    title: str
    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """What is shown of an answer. `paths` are the facts that could still change it."""

    verdict: str
    tree: dict[str, Any]
    paths: list[str]
    needs: list[str]
    ways: list[list[Change]]
    not_needed: list[Reason]
    used: list[Used]
    papers: list[Paper]
    maybe: list[Paper]
    quota: list[str]
    notes: list[str]
    on: str

    @property
    def now(self) -> list[list[Change]]:
        """The ways that somebody can take today."""
        return [way for way in self.ways if all(change.when == NOW for change in way)]

    @property
    def later(self) -> list[list[Change]]:
        """The ways of which a part takes time."""
        whens = [{change.when for change in way} for way in self.ways]
        return [
            way
            for way, when in zip(self.ways, whens, strict=True)
            if LATER in when and NEVER not in when
        ]

    @property
    def never(self) -> list[list[Change]]:
        """What would have to be otherwise and cannot be changed."""
        return [way for way in self.ways if any(change.when == NEVER for change in way)]


# --- as data ----------------------------------------------------------------------------------
def as_data(
    outcome: Outcome, *, version: ProgrammeVersion, facts: Facts, on: date
) -> dict[str, Any]:
    """All that a page says of an answer, as JSON without a word of any language but the rules'."""
    manifest = version.manifest()
    requirements = manifest.requirements
    needed = [
        [document.code, document.required_for(facts, on=on, requirements=requirements)]
        for document in manifest.documents
        if document.required is not False
    ]
    ways = outcome.ways if outcome.verdict == "not_eligible" else []
    return {
        "tree": outcome.tree,
        "needs": list(outcome.needs),
        "ways": ways,
        "not_needed": [_reason(one) for one in getattr(outcome, "not_needed", ())],
        "figures": outcome.figures,
        "documents": [one for one in needed if one[1] is not False],
        "quota": _pools(manifest.quota, facts, on, manifest),
        "notes": _notes(facts, manifest),
    }


def _reason(one: Any) -> dict[str, Any]:
    keys = ("names", "text", "source")
    return {key: one[key] if isinstance(one, dict) else getattr(one, key) for key in keys}


def _pools(quota: QuotaNode | None, facts: Facts, on: date, manifest: Manifest) -> list[str]:
    """The paths of the pools of which these facts would take a unit, outermost first."""
    if quota is None:
        return []
    ways = quota.ways_for(facts, on=on, requirements=manifest.requirements)
    paths = [
        "/".join(node.code for node in way[: length + 1])
        for way in ways
        for length in range(len(way))
    ]
    return list(dict.fromkeys(paths)) or [quota.code]


def _notes(facts: Facts, manifest: Manifest) -> list[dict[str, str]]:
    """What is worth knowing about how the facts are read, in every language."""
    said = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            said[language] = [one.sentence for one in notes(facts, manifest.requirements)]
    return [
        dict(zip(said, sentences, strict=True)) for sentences in zip(*said.values(), strict=True)
    ]


def without_person(data: dict[str, Any], manifest: Manifest) -> dict[str, Any]:
    """The same, fit to be read by anybody."""

    def bare(node: dict[str, Any]) -> dict[str, Any]:
        return sharing.without_person(node, vocabulary=manifest.vocabulary)

    return {
        **data,
        "tree": bare(data["tree"]),
        "ways": [[bare(node) for node in way] for way in data["ways"]],
    }


# --- in words ---------------------------------------------------------------------------------
def in_words(data: dict[str, Any], *, verdict: str, manifest: Manifest, on: date) -> Answer:
    """The answer in the reader's language."""
    papers = [(manifest.document(code), sure) for code, sure in data["documents"]]
    known = [(document, sure) for document, sure in papers if document is not None]
    return Answer(
        verdict=verdict,
        tree=data["tree"],
        paths=data["needs"],
        needs=wording.unknowns(data["needs"], manifest),
        ways=[[_change(node) for node in way] for way in data["ways"]],
        not_needed=[_said_reason(one) for one in data["not_needed"]],
        used=[_used(row) for rows in data["figures"].values() for row in rows],
        papers=[paper(document, manifest) for document, sure in known if sure],
        maybe=[paper(document, manifest) for document, sure in known if not sure],
        quota=data["quota"],
        notes=[words.in_language(one) for one in data["notes"]],
        on=wording.day(on),
    )


def _change(node: dict[str, Any]) -> Change:
    text = words.in_language(node["text"])
    if node["wanted"] == "not_met":
        text = _("해당하지 않아야 함: %(rule)s") % {"rule": text}
    when = node.get("change", NOW)
    return Change(text, when if when in (NOW, LATER, NEVER) else NOW)


def _said_reason(one: dict[str, Any]) -> Reason:
    return Reason(
        title=words.in_language(one["names"]),
        text=words.in_language(one["text"]),
        sources=tuple(words.source_words(source) for source in one["source"]),
    )


def _used(row: dict[str, Any]) -> Used:
    unit = str(row["unit"]).partition(" ")[0]
    return Used(
        name=words.in_language(row["names"]),
        value=wording.with_unit(row["value"], unit),
        since=wording.day(row["from"]),
        until=wording.day(row["to"]),
        sources=tuple(words.source_words(source) for source in row["source"]),
        assumed=row["assumed"],
    )
