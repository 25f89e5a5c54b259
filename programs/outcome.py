"""What a programme version says of its decisions: the line they go through, and the letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from programs.sourcing import NOTHING, UNSOURCED, Citation, Sourced, Text


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


@dataclass(frozen=True, slots=True)
class FollowUpDef:
    """What is to be done within `months` of a day: of the letter's issue, of the visa's result or
    of the entry into Korea. Only for these occupations, if any are named."""

    code: str
    names: Text
    since: str
    months: int
    remind_days: int
    remind_assumed: bool = False
    description: Text = NOTHING
    occupations: tuple[str, ...] = ()
    sourced: Sourced = UNSOURCED


@dataclass(frozen=True, slots=True)
class AfterIssue:
    """What happens after a letter: how many days before its last one that is announced, how many
    days after its issue the visa's result is asked for, and again; 0 is never. Judges no case."""

    expiry_days: int = 0
    expiry_assumed: bool = False
    ask_after_days: int = 0
    ask_again_days: int = 0
    result_assumed: bool = False
    follow_ups: tuple[FollowUpDef, ...] = ()

    def follow_ups_for(self, occupation: str) -> tuple[FollowUpDef, ...]:
        return tuple(
            one for one in self.follow_ups if not one.occupations or occupation in one.occupations
        )


NOTHING_AFTER = AfterIssue()
