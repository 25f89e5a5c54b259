"""The letters of a case and what was proposed about them, for the office's own page."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import StaffRole
from applications.models import Application
from letters.content import label
from letters.freezing import frozen_values
from letters.held_up import HeldUp, held_up
from letters.models import (
    Ending,
    EndingKind,
    EndingState,
    Letter,
    LetterFile,
    LetterKind,
    LetterState,
    SigningKey,
)
from letters.variables import printed
from programs import calendar
from reviews.permissions import Desk

MOST = 100


@dataclass(frozen=True)
class Changed:
    """One thing a correction puts right, as it is printed."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class CaseLetters:
    """`letters` oldest first, gaps and notices too; `valid` is the recommendation that stands, its
    status of today in `status`; `making` the one that is being made in its place."""

    letters: list[Letter]
    endings: list[Ending]
    valid: Letter | None
    status: str
    making: Letter | None
    stuck: HeldUp | None = None
    key: SigningKey | None = None

    @property
    def open(self) -> Ending | None:
        return next((one for one in self.endings if one.state == EndingState.PROPOSED), None)

    @property
    def closed(self) -> list[Ending]:
        return [one for one in self.endings if one.state != EndingState.PROPOSED]

    @property
    def ended(self) -> Letter | None:
        """The recommendation that was delivered last, where none stands any more."""
        if self.valid is not None:
            return None
        over = [one for one in self.letters if _recommends(one) and one.delivered_at]
        return over[-1] if over else None


def letters_of(case: Application) -> CaseLetters:
    """Three queries, a fourth while one is being made."""
    letters = list(
        Letter.objects.filter(subject=case.public_id)
        .select_related("ended_by", "end_confirmed_by")
        .order_by("reserved_at", "pk")
    )
    endings = list(
        Ending.objects.filter(letter__subject=case.public_id)
        .select_related("letter", "successor", "proposed_by", "closed_by")
        .order_by("proposed_at", "pk")
    )
    ours = [one for one in letters if _recommends(one)]
    valid = next((one for one in ours if one.state == LetterState.VALID), None)
    making = next((one for one in ours if one.state == LetterState.RESERVED), None)
    status = valid.status_on(calendar.today()) if valid else ""
    stuck = held_up([making]).get(making.pk) if making else None
    file = (
        LetterFile.objects.filter(letter=valid).select_related("key").order_by("revision").last()
        if valid
        else None
    )
    key = file.key if file else None
    return CaseLetters(letters, endings, valid, status, making, stuck, key)


def changed_by(ending: Ending) -> list[Changed]:
    """What a correction changes, before and after; nothing once personal data is erased."""
    if ending.kind != EndingKind.SUPERSEDE or not ending.corrections or not ending.letter.inputs:
        return []
    before = frozen_values(ending.letter)
    corrections: Any = ending.corrections
    after = {**before, **corrections}
    return [
        Changed(label(name), printed(before, name), printed(after, name)) for name in corrections
    ]


def waiting(desk: Desk) -> QuerySet[Ending]:
    """What waits for a lead of these offices to confirm, the oldest first."""
    return (
        Ending.objects.filter(
            desk.where(StaffRole.LEAD, office="letter__office", programme="letter__programme_slug"),
            state=EndingState.PROPOSED,
        )
        .select_related("letter", "proposed_by")
        .order_by("proposed_at", "pk")[:MOST]
    )


def cases_of(endings: Iterable[Ending]) -> dict[UUID, Application]:
    """The cases of these proposals, by the letters' subject; no query for none."""
    subjects = {one.letter.subject for one in endings}
    if not subjects:
        return {}
    found = Application.objects.filter(public_id__in=subjects).select_related(
        "candidate", "company", "programme"
    )
    return {one.public_id: one for one in found}


def _recommends(letter: Letter) -> bool:
    return letter.kind == LetterKind.RECOMMENDATION
