"""A programme file's data as a manifest: read, checked as a whole, hashed.

The document is what YAML gave (or what the database kept of it). Reading it never touches the
database and reports every problem at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from programs import sections
from programs.evaluating import USUAL as USUAL_EVALUATION
from programs.facts.vocabulary import VOCABULARY, Fact, Vocabulary
from programs.manifest import Manifest, Occupation, QuotaNode
from programs.outcome import AfterIssue, Approval
from programs.reading import NO_DAY, SOURCING, At, DocumentProblem, Notes, read_sources
from programs.rules.nodes import DAYS_IN_A_YEAR, Requirements
from programs.rules.reading import Words, read_node
from programs.rules.reading_points import part_codes, read_not_needed, read_points
from programs.sourcing import NOTHING, Named, Text
from programs.verification import ASSUMED

FORMAT = 1
KINDS = ("letter", "pass", "permit_round", "self_check")
STATUSES = ("in_force", "announced")
_REQUIRED = (
    "format",
    "programme",
    "kind",
    "names",
    "office",
    "version",
    "period",
    "sources",
    "requirements",
)
_OF_A_CASE = ("stages", "documents", "deadlines", "receipt", "letter")
_OPTIONAL = (
    *_OF_A_CASE,
    "summary",
    "steps",
    "channel",
    "occupations",
    "fields",
    "regions",
    "facts",
    "experience",
    "checklist",
    "supplement_reasons",
    "rubric",
    "evaluation",
    "quota",
    "goals",
    "contacts",
    "applicants",
    "fee",
    "notes",
    "lists",
    "points",
    "not_needed",
    "validation",
    "approval",
    "notices",
    "published",
    "after_issue",
)

# What words a file may correct without becoming another version.
TEXT_KEYS = frozenset(
    {
        *("names", "text", "reason", "summary", "description", "statement", "help", "note"),
        *("addressee", "signatory", "department", "phone", "contacts", "steps", "goals"),
        *("source", "sources", "assumed", "anchors"),
    }
)
# What judges no case: another file may say it otherwise at any time.
NOT_RULES = frozenset(
    {
        *("quota", "format", "applicants", "fee", "notes", "not_needed", "supplement_reasons"),
        *("approval", "notices", "published", "after_issue"),
    }
)


class BrokenDocument(Exception):
    """A document that is not a programme; carries every problem."""

    def __init__(self, problems: list[DocumentProblem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


def read_document(
    data: Any, *, figures: frozenset[str] | None = None
) -> tuple[Manifest | None, list[DocumentProblem]]:
    """(the manifest, []) or (None, every problem). `figures` are the known figures' keys."""
    notes = Notes()
    top = At(data, (), notes)
    if not top.mapping(required=_REQUIRED, allowed=_OPTIONAL):
        return None, notes.problems
    manifest = _manifest(top, figures)
    if notes.problems:
        return None, notes.problems
    return manifest, []


def manifest_of(document: dict[str, Any]) -> Manifest:
    """The manifest of a document that is known to be sound. Raises BrokenDocument."""
    manifest, problems = read_document(document)
    if manifest is None:
        raise BrokenDocument(problems)
    return manifest


_MANIFESTS: dict[str, Manifest] = {}


def manifest_for(document: dict[str, Any], *, text_hash: str) -> Manifest:
    """`manifest_of`, once per process for each text."""
    if text_hash not in _MANIFESTS:
        _MANIFESTS[text_hash] = manifest_of(document)
    return _MANIFESTS[text_hash]


def _manifest(top: At, figures: frozenset[str] | None) -> Manifest:
    if "sources" in top:
        read_sources(top["sources"])
    if "format" in top and top["format"].value != FORMAT:
        top["format"].problem(f"{top['format'].value}, expected {FORMAT}")
    kind = top["kind"].one_of(KINDS)
    if kind != "self_check":
        for key in _OF_A_CASE:
            if key not in top:
                top.problem(f"`{key}` is missing, expected it in a programme that takes cases")
    version = top["version"]
    label, status, effective_from, effective_to = _version(version)
    period = sections.period(top["period"])
    ends = period.to or date.max
    if NO_DAY not in (effective_from, ends) and not period.from_ <= effective_from <= ends:
        version.problem("a version that begins outside the programme's period, expected within")
    occupations, refused = top.optional("occupations", sections.occupations, ((), ()))
    fields = top.optional("fields", sections.named, ())
    regions = top.optional("regions", sections.named, ())
    lists: dict[str, tuple[Named, ...]] = top.optional("lists", sections.lists, {})
    choosable = (*lists, *(name for name in ("occupations", "fields", "regions") if name in top))
    own = top.optional("facts", lambda at: sections.own_facts(at, choosable), ())
    days_in_a_year = top.optional("experience", sections.days_in_a_year, DAYS_IN_A_YEAR)
    words = _words(
        lists={
            "occupations": [one.code for one in occupations],
            "refused_occupations": [one.code for one in refused],
            "fields": [one.code for one in fields],
            "regions": [one.code for one in regions],
            **{name: [one.code for one in listed] for name, listed in lists.items()},
        },
        own=own,
        figures=figures,
        days_in_a_year=days_in_a_year,
        names={name: {one.code: one.names for one in listed} for name, listed in lists.items()},
        parts=part_codes(top["points"].value),
    )
    stages = top.optional("stages", sections.stages, ())
    evaluated = any(stage.kind == "external_evaluation" for stage in stages)
    if evaluated != ("rubric" in top):
        top.problem(
            "`rubric` without external_evaluation, expected that stage"
            if "rubric" in top
            else "external_evaluation without `rubric`, expected what evaluators score"
        )
    if "evaluation" in top and not evaluated:
        top["evaluation"].problem("`evaluation` without external_evaluation, expected that stage")
    documents = top.optional("documents", lambda at: sections.documents(at, words), ())
    quota: QuotaNode | None = None
    gives_back: tuple[str, ...] = ()
    offer_days: int | None = None
    if "quota" in top:
        limits = sections.quota(top["quota"], words)
        quota, gives_back, offer_days = limits.total, limits.gives_back, limits.offer_days
        if period.to is None:
            top["quota"].problem("a quota without an end, expected `period` to have `to`")
    requirements = Requirements(
        root=read_node(top["requirements"], words),
        vocabulary=words.vocabulary,
        occupations=occupations,
        refused=refused,
        days_in_a_year=days_in_a_year,
        named=_names(
            {**lists, "occupations": occupations, "fields": fields, "regions": regions},
            words.vocabulary,
        ),
        points=top.optional("points", lambda at: read_points(at, replace(words, parts=None))),
        not_needed=top.optional("not_needed", lambda at: read_not_needed(at, words), ()),
    )
    receipt, receipt_assumed = top.optional("receipt", sections.receipt, ("", False))
    letter = top.optional("letter", sections.letter)
    return Manifest(
        slug=top["programme"].slug(),
        kind=kind,
        office=sections.office(top["office"]),
        names=top["names"].words(),
        summary=top.optional("summary", At.words, NOTHING),
        label=label,
        status=status,
        effective_from=effective_from,
        effective_to=effective_to or period.to,
        period=period,
        stages=stages,
        steps=top.optional("steps", sections.steps, ()),
        visa_classes=tuple(sorted({one.visa_class for one in occupations})),
        channel=top.optional(
            "channel",
            lambda at: sections.one_value(at, "from", ("abroad", "in_country", "both")),
            "both",
        ),
        occupations=occupations,
        refused_occupations=refused,
        fields=fields,
        regions=regions,
        documents=documents,
        checklist=top.optional("checklist", sections.named, ()),
        supplement_reasons=top.optional("supplement_reasons", sections.named, ()),
        deadlines=top.optional("deadlines", lambda at: sections.deadlines(at, evaluated=evaluated)),
        receipt_pattern=receipt,
        receipt_assumed=receipt_assumed,
        letter=letter,
        rubric=top.optional("rubric", sections.rubric),
        evaluation=top.optional(
            "evaluation",
            lambda at: sections.evaluation(at, documents=documents, vocabulary=words.vocabulary),
            USUAL_EVALUATION,
        ),
        quota=quota,
        goals=top.optional("goals", sections.goals, ()),
        gives_back=gives_back,
        offer_days=offer_days,
        requirements=requirements,
        vocabulary=words.vocabulary,
        contacts=top.optional("contacts", sections.contacts, ()),
        applicants=top.optional("applicants", sections.applicants, ()),
        fee=top.optional("fee", sections.fee),
        notes=top.optional("notes", sections.notes, ()),
        published=top.optional("published", sections.published),
        lists=lists,
        verification=top.optional("validation", sections.verification, ASSUMED),
        approval=top.optional("approval", sections.approval, Approval()),
        after_issue=_after_issue(top, frozenset(one.code for one in occupations)),
        notices=top.optional("notices", lambda at: sections.notices(at, letter)),
        sources=tuple(top.notes.sources.values()),
        assumed=tuple(dict.fromkeys(top.notes.assumed)),
    )


def _after_issue(top: At, occupations: frozenset[str]) -> AfterIssue:
    if "after_issue" in top and "letter" not in top:
        top["after_issue"].problem("`after_issue` without `letter`, expected what it follows")
    return top.optional(
        "after_issue",
        lambda at: sections.after_issue(at, occupations=occupations),
        AfterIssue(),
    )


def _version(place: At) -> tuple[str, str, date, date | None]:
    place.mapping(
        required=("label", "from", "status"), allowed=("to", "summary", *sorted(SOURCING))
    )
    place.sourced()
    place.optional("summary", At.words)
    first = place["from"].day()
    last = place.optional("to", lambda at: at.end(first))
    return place["label"].code(), place["status"].one_of(STATUSES), first, last


def _names(
    lists: Mapping[str, Iterable[Named | Occupation]], vocabulary: Vocabulary
) -> dict[str, dict[str, Text]]:
    """What the programme calls the codes of its facts, so that an explanation can say it too."""
    return {
        f"{group.name}.{fact.name}": {one.code: one.names for one in lists[fact.listed]}
        for group in vocabulary.groups
        for fact in group.facts
        if lists.get(fact.listed)
    }


def _words(
    *,
    lists: dict[str, list[str]],
    own: tuple[Fact, ...],
    figures: frozenset[str] | None,
    days_in_a_year: int,
    names: dict[str, dict[str, Text]],
    parts: frozenset[str],
) -> Words:
    """What the rules may refer to. An empty list of the programme cannot be referred to."""
    known = {name: frozenset(codes) for name, codes in lists.items() if codes}
    codes = {}
    if "occupations" in known:
        codes["job.occupation"] = known["occupations"] | known.get(
            "refused_occupations", frozenset()
        )
    if "fields" in known:
        codes["job.technology_field"] = known["fields"]
    if "regions" in known:
        codes["job.region"] = known["regions"]
    codes["job.visa_class"] = frozenset(sections.VISA_CLASSES)
    codes |= {f"own.{fact.name}": known[fact.listed] for fact in own if fact.listed in known}
    return Words(
        vocabulary=VOCABULARY.extended(own),
        lists=known,
        codes=codes,
        figures=figures,
        days_in_a_year=days_in_a_year,
        names=names,
        parts=parts,
    )


# --- hashes -----------------------------------------------------------------------------------
def rules_hash(document: dict[str, Any]) -> str:
    """SHA-256 over what judges a case: the document without its words, sources, quota and
    whatever else only informs."""
    rules = {key: _rules(value, key) for key, value in document.items() if key not in NOT_RULES}
    return _digest({key: value for key, value in rules.items() if key not in TEXT_KEYS})


def text_hash(document: dict[str, Any]) -> str:
    """SHA-256 over the whole document."""
    return _digest(document)


def _rules(value: Any, under: str) -> Any:
    if isinstance(value, list):
        return [_rules(item, under) for item in value]
    if not isinstance(value, dict):
        return value
    words = TEXT_KEYS | {"title"} if under == "letter" else TEXT_KEYS
    return {key: _rules(inner, key) for key, inner in value.items() if key not in words}


def _digest(data: Any) -> str:
    canonical = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
