"""What a programme version says of its decisions: the line they go through, and the letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from programs.sourcing import NOTHING, Citation, Text


@dataclass(frozen=True, slots=True)
class LetterDef:
    """What the letters room needs to know; plain data through `as_dict()`.

    `number_pattern` has {year} and {number}, as in "KOTRA-{year}-{number:06d}". `series` names
    the counter; letters of one series and year share numbers.
    """

    template: str
    series: str
    number_pattern: str
    validity_months: int
    title: Text
    addressee: Text
    signatory: Text
    statement: Text = NOTHING
    number_assumed: bool = False
    validity_assumed: bool = False
    assumed: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {
            "template": self.template,
            "series": self.series,
            "number_pattern": self.number_pattern,
            "validity_months": self.validity_months,
            "title": self.title.as_dict(),
            "addressee": self.addressee.as_dict(),
            "signatory": self.signatory.as_dict(),
            "statement": self.statement.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class NoticeNumbers:
    """How notices of refusal and return are numbered: a counter and a pattern of their own, as
    `LetterDef` has them. Without a `series`: the letters' one with `.notices` after it."""

    series: str
    pattern: str
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class ApprovalStep:
    """Somebody who agrees to a drafted decision before it is signed. `by` is the role it takes:
    "reviewer" (anyone who works on cases) or "lead"."""

    code: str
    names: Text
    by: str


@dataclass(frozen=True, slots=True)
class Approval:
    """The line a decision goes through after its draft. The signature comes last and needs no
    entry. `delegated` are the words of the rule by which a lead signs for the head of the office
    (전결); `release_hours` is how long an approval stays unseen, and can be taken back."""

    steps: tuple[ApprovalStep, ...] = ()
    delegated: Text = NOTHING
    release_hours: int = 0
    release_assumed: bool = False
    assumed: bool = False
    citations: tuple[Citation, ...] = ()

    @property
    def by_delegation(self) -> bool:
        return self.delegated != NOTHING


UNSAID = Approval()
