"""The people of a case: company, candidate, links sent, who has had it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from applications import wording
from applications.models import Application, CandidateLink
from applications.stages import Stage
from audit.masking import mask_passport, mask_registration
from programs.nationality import nationality_name
from reviews.components import Item
from reviews.models import Assignment, Conflict
from reviews.selectors.case import queue_row
from reviews.selectors.why import Words


@dataclass(frozen=True)
class Identifiers:
    passport: str
    registration: str


def company_items(case: Application) -> list[Item]:
    company = case.company
    return [
        Item(_("회사명"), company.name_ko, note=company.name_en),
        Item(_("사업자등록번호"), company.business_no_dashed),
        Item(_("대표자"), company.representative),
        Item(_("소재지"), company.address),
        Item(_("전화번호"), company.phone),
        Item(_("신청한 사람"), str(case.created_by)),
    ]


def candidate_items(case: Application) -> list[Item]:
    """What the applicant has said about the candidate, without the sealed numbers."""
    candidate = case.candidate
    language = (get_language() or "ko")[:2]
    nationality, in_korea = candidate.nationality, candidate.in_korea
    return [
        Item(_("성명 (여권)"), candidate.passport_name, lang="en"),
        Item(_("한글 이름"), candidate.name_ko),
        Item(_("생년월일"), wording.day(candidate.birth_date)),
        Item(_("성별"), candidate.get_sex_display() if candidate.sex else ""),
        Item(_("국적"), nationality_name(nationality, language) if nationality else ""),
        Item(_("현재 국내 체류"), "" if in_korea is None else wording.yes_no(in_korea)),
        Item(_("현재 체류자격"), candidate.status_of_stay),
        Item(_("국내 주소"), candidate.address),
        Item(_("이메일"), candidate.email),
    ]


def plain_identifiers(case: Application) -> Identifiers:
    """The numbers themselves. Log who asked before calling this."""
    candidate = case.candidate
    return Identifiers(candidate.passport_no or "", candidate.registration_no or "")


def identifiers(case: Application, *, opened: Identifiers | None) -> list[Item]:
    """Passport and registration number, masked unless they have just been opened."""
    shown = opened or _masked(plain_identifiers(case))
    return [
        Item(_("여권번호"), shown.passport),
        Item(_("외국인등록번호"), shown.registration),
    ]


def _masked(plain: Identifiers) -> Identifiers:
    return Identifiers(
        mask_passport(plain.passport) if plain.passport else "",
        mask_registration(plain.registration) if plain.registration else "",
    )


def has_identifiers(case: Application) -> bool:
    plain = plain_identifiers(case)
    return bool(plain.passport or plain.registration)


def last_link(case: Application) -> CandidateLink | None:
    return case.candidate_links.order_by("-created_at", "-pk").first()


def link_occasion(case: Application) -> str:
    """Which of the candidate's mails carries the new link."""
    return "issued" if case.at == Stage.ISSUED else "receipt"


@dataclass(frozen=True)
class Turn:
    """A stretch of time in which somebody had the case."""

    assignment: Assignment
    why: str
    ended: str


def turns(case: Application) -> list[Turn]:
    """Who has had the case, latest first."""
    related = case.assignments.select_related("assignee", "assigned_by", "instead_of")
    rows = list(related.order_by("-assigned_at", "-pk"))
    words = Words(rows)
    return [Turn(assignment=row, why=words.of(row), ended=ended(row)) for row in rows]


def ended(row: Assignment) -> str:
    """How the stretch ended, in words; the reviewer's or lead's own where they gave a reason."""
    if row.ended_at is None:
        return ""
    how = Assignment.Ended(row.ended_how)
    said = row.ended_because
    if how == Assignment.Ended.CLOSED:
        return str(Stage(said).label) if said in Stage.values else str(how.label)
    if how == Assignment.Ended.CONFLICT:
        kind = Conflict.Kind(said).label if said in Conflict.Kind.values else ""
        return f"{how.label}: {kind}" if kind else str(how.label)
    if how == Assignment.Ended.LEFT or not said:
        return str(how.label)
    return f"{how.label}: {said}"


def is_assigned(case: Application) -> bool:
    row = queue_row(case)
    return row is not None and row.assignee_id is not None


def is_assigned_to(case: Application, user: User) -> bool:
    row = queue_row(case)
    return row is not None and row.assignee_id == user.pk


def lease_until(case: Application) -> datetime | None:
    """Until when the case is held without anything being done on it; None for a case that was
    given, and while the applicant has it."""
    row = queue_row(case)
    return row.lease_until if row is not None and not row.parked else None


def is_in_queue(case: Application) -> bool:
    return queue_row(case) is not None
