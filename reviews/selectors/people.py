"""The people of a case: company, candidate, links sent, who has had it."""

from dataclasses import dataclass

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from applications import wording
from applications.models import Application, CandidateLink
from applications.stages import Stage
from audit.masking import mask_passport, mask_registration
from programs.nationality import nationality_name
from reviews.components import Item
from reviews.models import Assignment
from reviews.selectors.case import queue_row
from reviews.services.assignment import WHY_LEAST_LOADED, WHY_REASSIGNED, WHY_TAKEN

WHYS = {
    WHY_LEAST_LOADED: gettext_lazy("자동 배정: 맡은 신청이 가장 적음"),
    WHY_TAKEN: gettext_lazy("직접 맡음"),
    WHY_REASSIGNED: gettext_lazy("재배정"),
}


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
    rows = case.assignments.select_related("assignee", "assigned_by")
    return [
        Turn(
            assignment=row,
            why=str(WHYS.get(row.why, row.why)),
            ended=str(Stage(row.ended_because).label)
            if row.ended_because in Stage.values
            else row.ended_because,
        )
        for row in rows.order_by("-assigned_at", "-pk")
    ]


def is_in_queue(case: Application) -> bool:
    return queue_row(case) is not None
