"""A programme version as typed, frozen data: what `programs/catalogue/**.yaml` says.

`programs.document.manifest_of(document)` reads a document into these classes and
`ProgrammeVersion.manifest()` caches the result. Nothing here touches the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from programs.evaluating import USUAL as USUAL_EVALUATION
from programs.evaluating import EvaluationDef
from programs.outcome import NOTHING_AFTER, UNSAID, AfterIssue, Approval, LetterDef, NoticeNumbers
from programs.sourcing import NOTHING, UNSOURCED, Citation, Named, Sourced, Text
from programs.verification import ASSUMED, Verification

if TYPE_CHECKING:
    from programs.facts.vocabulary import Vocabulary
    from programs.rules.nodes import Node, Requirements


@dataclass(frozen=True, slots=True)
class Alias:
    """Another code of the same occupation, in the edition that used it."""

    code: str
    edition: str


@dataclass(frozen=True, slots=True)
class Occupation:
    """An occupation that may be applied for; `code` means what `edition` says it means.

    Codes were renumbered and some numbers mean something else in each edition, so a code is
    only unambiguous together with its edition.
    """

    code: str
    edition: str
    names: Text
    visa_class: str
    aliases: tuple[Alias, ...] = ()
    sourced: Sourced = UNSOURCED


@dataclass(frozen=True, slots=True)
class RefusedOccupation:
    """An occupation for which no letter may be issued any more, and why."""

    code: str
    edition: str
    names: Text
    reason: Text
    sourced: Sourced = UNSOURCED


@dataclass(frozen=True, slots=True)
class StageDef:
    """A stage this programme uses: its kind (the workflow's) and what the programme calls it."""

    kind: str
    names: Text
    assumed: bool = False
    citations: tuple[Citation, ...] = ()


# What files may be, in the order in which people are told.
FORMATS = ("pdf", "png", "jpeg")


@dataclass(frozen=True, slots=True)
class DocumentDef:
    """A document an applicant files.

    `required` is True, False, or a rule over the facts: required when the rule is met.
    `from_` is "candidate", "company", "both" or "proxy". `validity_months`: how old it may be.
    `formats` are those of `FORMATS` it must come in; none named: any of them.
    """

    code: str
    names: Text
    required: bool | Node
    from_: str
    many: bool = False
    validity_months: int | None = None
    replaces: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    assumed: bool = False
    citations: tuple[Citation, ...] = ()

    def required_for(self, facts: dict, *, on: date, requirements: Requirements) -> bool | None:
        """Whether these facts call for the document; None when they do not say."""
        if isinstance(self.required, bool):
            return self.required
        from programs.rules import truth_of

        return truth_of(self.required, facts, on=on, requirements=requirements)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Processing, target and evaluation are periods as the clock reads them ("10d", "24h"); the
    supplement is calendar days. `target` is what the office aims at where that is shorter than
    what the law allows; `excluded` are the reasons beside a supplement for which days do not count
    (`programs.clock.EXCLUDABLE`). Each has its own `…_assumed`."""

    processing: str
    processing_assumed: bool
    supplement_days: int
    supplement_assumed: bool
    evaluation: str | None = None
    evaluation_assumed: bool = False
    target: str | None = None
    target_assumed: bool = False
    excluded: tuple[str, ...] = ()
    excluded_assumed: bool = False


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the evaluators' rubric. `weight` in per cent; a score at or below `low`
    needs a comment; scores are whole points from 0 to `max_points`. The anchors say what such a
    low score and what full points mean."""

    code: str
    names: Text
    weight: int
    max_points: int
    low: int
    description: Text = NOTHING
    low_anchor: Text = NOTHING
    high_anchor: Text = NOTHING


WHOLE = 10_000
# Assumed: no source says how far apart answers may lie.
DISAGREEMENT = 3_000


@dataclass(frozen=True, slots=True)
class Rubric:
    """Weights add up to 100. `pass_points` is in hundredths of a point out of 100.00, and so is
    `disagreement`: when the first `quorum` answers lie further apart, one more is needed. 10000
    never asks for another."""

    criteria: tuple[Criterion, ...]
    pass_points: int
    quorum: int
    disagreement: int = DISAGREEMENT
    disagreement_assumed: bool = True
    assumed: bool = False
    citations: tuple[Citation, ...] = ()

    @property
    def most_apart(self) -> int:
        """How far apart answers may lie, in hundredths; one answer alone agrees with itself."""
        return self.disagreement if self.quorum > 1 else WHOLE


@dataclass(frozen=True, slots=True)
class QuotaNode:
    """A limit on letters; `children` share this node's units.

    A case takes a unit of this node when `applies` is None or is met by its facts
    (`programs.rules.truth_of`), and then of every child for which the same holds. Where the
    children are `overlapping` each has to fit into this node alone, else their sum has to.
    `transfers` says with whose consent units may move between them.
    """

    code: str
    names: Text
    size: int
    applies: Node | None = None
    children: tuple[QuotaNode, ...] = ()
    overlapping: bool = False
    transfers: Text = NOTHING
    assumed: bool = False
    citations: tuple[Citation, ...] = ()

    def ways_for(
        self, facts: dict, *, on: date, requirements: Requirements
    ) -> tuple[tuple[QuotaNode, ...], ...]:
        """The nodes of which these facts take a unit, as one way from this node down for each
        of the deepest; none when they take no unit of it."""
        from programs.rules import truth_of

        if self.applies is not None and not truth_of(
            self.applies, facts, on=on, requirements=requirements
        ):
            return ()
        below = [
            (self, *way)
            for child in self.children
            for way in child.ways_for(facts, on=on, requirements=requirements)
        ]
        return tuple(below) or ((self,),)


@dataclass(frozen=True, slots=True)
class Period:
    """How long a quota runs; both days count. Pools belong to programme and period code."""

    code: str
    from_: date
    to: date | None


@dataclass(frozen=True, slots=True)
class Goal:
    """A number to be reached by a day. Not a limit: nothing is counted against it."""

    names: Text
    number: int
    by: date
    sourced: Sourced = UNSOURCED


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who may apply: "company", "candidate" or "proxy", and what is said of them."""

    code: str
    names: Text
    description: Text = NOTHING
    sourced: Sourced = UNSOURCED


@dataclass(frozen=True, slots=True)
class Fee:
    won: int
    description: Text = NOTHING
    sourced: Sourced = UNSOURCED


@dataclass(frozen=True, slots=True)
class Published:
    """What everybody may see of a programme's figures. `quota` is "total" or "parts"; how long
    cases take is told of the `last_decided` ones, and not when there are fewer than `fewest`."""

    quota: str
    last_decided: int
    fewest: int
    sourced: Sourced = UNSOURCED


@dataclass(frozen=True, slots=True)
class Note:
    """What people ask about and no rule judges: a benefit, a stay, a duty after entry."""

    names: Text
    description: Text = NOTHING
    sourced: Sourced = UNSOURCED


@dataclass(frozen=True, slots=True)
class Contact:
    names: Text
    phone: str = ""
    url: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class OfficeDef:
    """The issuing body as the file names it; the loader makes the row if there is none."""

    code: str
    names: Text
    department: Text = NOTHING
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A step as the programme publishes it, and the stage of the case it stands for."""

    names: Text
    stage: str
    description: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Manifest:
    slug: str
    kind: str
    office: OfficeDef
    names: Text
    summary: Text
    label: str
    status: str
    effective_from: date
    effective_to: date | None
    period: Period
    stages: tuple[StageDef, ...]
    steps: tuple[Step, ...]
    visa_classes: tuple[str, ...]
    channel: str
    occupations: tuple[Occupation, ...]
    refused_occupations: tuple[RefusedOccupation, ...]
    fields: tuple[Named, ...]
    regions: tuple[Named, ...]
    documents: tuple[DocumentDef, ...]
    checklist: tuple[Named, ...]
    deadlines: Deadlines
    receipt_pattern: str
    receipt_assumed: bool
    letter: LetterDef | None
    rubric: Rubric | None
    quota: QuotaNode | None
    goals: tuple[Goal, ...]
    gives_back: tuple[str, ...]
    requirements: Requirements
    vocabulary: Vocabulary
    contacts: tuple[Contact, ...]
    applicants: tuple[Applicant, ...]
    fee: Fee | None
    notes: tuple[Note, ...]
    sources: tuple[Citation, ...]
    # The programme's own lists by name, beside occupations, fields and regions.
    lists: Mapping[str, tuple[Named, ...]] = field(default_factory=dict)
    verification: Verification = ASSUMED
    # Business days in which an offered unit of the quota is accepted; None: without a deadline.
    offer_days: int | None = None
    approval: Approval = UNSAID
    after_issue: AfterIssue = NOTHING_AFTER
    # None: after its letters' numbers, which is assumed (`notice_numbers`).
    notices: NoticeNumbers | None = None
    # Nothing but the quota's total where the file says nothing.
    published: Published | None = None
    evaluation: EvaluationDef = USUAL_EVALUATION
    # Why something is asked for again, beside the reasons of every programme.
    supplement_reasons: tuple[Named, ...] = ()
    assumed: tuple[str, ...] = field(default=())  # paths of the values without a source

    @property
    def stage_kinds(self) -> tuple[str, ...]:
        return tuple(stage.kind for stage in self.stages)

    def stage(self, kind: str) -> StageDef | None:
        return next((stage for stage in self.stages if stage.kind == kind), None)

    def document(self, code: str) -> DocumentDef | None:
        return next((document for document in self.documents if document.code == code), None)

    @property
    def notice_numbers(self) -> NoticeNumbers:
        """How notices are numbered. No source says how: where the file does not either, they have
        an N before the year of its letters' numbers."""
        letter, said = self.letter, self.notices
        base = letter.series if letter else self.slug
        pattern = letter.number_pattern if letter else self.slug.upper() + "-{year}-{number:05d}"
        return NoticeNumbers(
            series=(said.series if said else "") or f"{base}.notices",
            pattern=said.pattern if said else pattern.replace("{year}", "N-{year}", 1),
            assumed=said.assumed if said else True,
        )

    def occupation(self, code: str, edition: str | None = None) -> Occupation | None:
        """The occupation a code means, former codes included, or None."""
        meant = self.requirements.occupation_meant(code, edition)
        if meant is None:
            return None
        return next(one for one in self.occupations if one.code == meant[0])

    def refused_occupation(self, code: str, edition: str | None = None) -> RefusedOccupation | None:
        return self.requirements.refusal_of(code, edition)
