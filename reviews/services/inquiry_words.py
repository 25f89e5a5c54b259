"""What an inquiry says: drafted from templates, with no more about a person than the one who is
asked needs to find them."""

from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format

from accounts.models import User
from applications.models import Application, Claim
from applications.models.declared import ClaimKind
from applications.services.contact import contact
from programs import calendar
from reviews.claims import claim_title, group_of, said, stated
from reviews.facts import claims_with_checks
from reviews.models import ClaimCheck, Inquiry, Institution

Method = ClaimCheck.Method
# What is asked by mail: the others are found out in other ways.
BY_MAIL = (Method.ISSUER, Method.EMPLOYER, Method.REGISTER, Method.APOSTILLE)
# Of each claim, what is told to whoever is asked. Nothing of other kinds but their name.
TOLD = {
    ClaimKind.DEGREE: ("institution", "level", "field", "awarded_on"),
    ClaimKind.CAREER: ("employer", "title", "from", "to"),
    ClaimKind.LICENCE: ("name", "country", "awarded_on"),
    ClaimKind.LANGUAGE: ("test", "level", "score", "taken_on"),
    ClaimKind.TRAINING: ("name", "institution", "hours", "completed_on"),
    ClaimKind.STATUS: ("code", "from", "to"),
    ClaimKind.ACHIEVEMENT: ("kind", "title", "on"),
    ClaimKind.RECOMMENDATION: ("by", "name", "on"),
    ClaimKind.CONTRACT: ("title", "from", "to"),
}
# Claims about the company: no person needs to be named.
OF_THE_COMPANY = frozenset({ClaimKind.EMPLOYER, ClaimKind.HEADCOUNT, ClaimKind.FOREIGNER})
# The fact that names whom to ask.
NAMED_BY = {
    ClaimKind.DEGREE: "institution",
    ClaimKind.CAREER: "employer",
    ClaimKind.TRAINING: "institution",
    ClaimKind.RECOMMENDATION: "name",
}
KINDS = {
    ClaimKind.DEGREE: Institution.Kind.SCHOOL,
    ClaimKind.TRAINING: Institution.Kind.SCHOOL,
    ClaimKind.CAREER: Institution.Kind.EMPLOYER,
    ClaimKind.CONTRACT: Institution.Kind.EMPLOYER,
}


@dataclass(frozen=True)
class Words:
    subject: str
    text: str


def whom(claim: Claim) -> str:
    """The name of whoever can tell, as the claim states it."""
    return str(claim.declared.get(NAMED_BY.get(ClaimKind(claim.kind), ""), "") or "")


def kind_of(claim: Claim, method: str) -> str:
    """The kind of institution that is asked about such a claim in this way."""
    if method in (Method.REGISTER, Method.APOSTILLE):
        return Institution.Kind.AUTHORITY
    return KINDS.get(ClaimKind(claim.kind), Institution.Kind.OTHER)


def drafted(
    *,
    case: Application,
    claim: Claim,
    method: str,
    name: str,
    language: str,
    officer: User,
    reference: str,
) -> Words:
    """The mail as it is proposed to the reviewer."""
    with translation.override(language):
        context = {
            "name": name,
            "reference": reference,
            "method": method,
            "kind": claim.kind,
            "facts": _facts(case, claim),
            "days": case.manifest.verification.replies.answer_days,
            **_signed(case, officer, language),
        }
        return Words(
            subject=" ".join(render_to_string("reviews/inquiry/subject.txt", context).split())[
                :200
            ],
            text=_plain(render_to_string("reviews/inquiry/text.txt", context)),
        )


def reminder(inquiry: Inquiry) -> Words:
    """The same question again, with what was written the first time below."""
    with translation.override(inquiry.language):
        sent_at = inquiry.sent_at or inquiry.drafted_at
        context = {
            "inquiry": inquiry,
            "name": inquiry.institution.name,
            "sent_on": date_format(calendar.in_seoul(sent_at).date(), "DATE_FORMAT"),
            "due_on": date_format(inquiry.due_on, "DATE_FORMAT") if inquiry.due_on else "",
            "overdue": inquiry.due_on is not None and inquiry.due_on < calendar.today(),
            **_signed(inquiry.application, inquiry.sent_by, inquiry.language),
        }
        return Words(
            subject=" ".join(
                render_to_string("reviews/inquiry/reminder_subject.txt", context).split()
            )[:200],
            text=_plain(render_to_string("reviews/inquiry/reminder.txt", context)),
        )


def _signed(case: Application, officer: User | None, language: str) -> dict[str, Any]:
    """Who asks (PETITION-DECREE §31), and where the reply goes."""
    return {
        **contact(case, language),
        **({"officer": officer.name} if officer else {}),
        "mail": officer.email if officer else "",
    }


def _facts(case: Application, claim: Claim) -> list[tuple[str, str]]:
    kind = ClaimKind(claim.kind)
    found: list[tuple[str, str]] = []
    if kind in OF_THE_COMPANY:
        found.append((translation.gettext("회사"), case.company.name_ko))
        found.append((translation.gettext("사업자등록번호"), case.company.business_no_dashed))
    else:
        person = _person(case)
        found.append((translation.gettext("성명 (여권 영문)"), person["name"]))
        if person["birth_date"]:
            found.append((translation.gettext("생년월일"), person["birth_date"]))
    names = TOLD.get(kind, ())
    group = group_of(claim.kind, case.manifest)
    found += [
        (
            str(group.by_name[name].label),
            said(group, group.by_name[name], claim.declared, case.manifest),
        )
        for name in names
        if name in group.by_name and stated(claim.declared, group.by_name[name])
    ]
    if not names:
        found.append((translation.gettext("확인할 사실"), claim_title(claim)))
    return found


def _person(case: Application) -> dict[str, str]:
    for claim in claims_with_checks(case):
        if claim.kind == ClaimKind.IDENTITY:
            said_names = (claim.declared.get("surname"), claim.declared.get("given_names"))
            return {
                "name": " ".join(part for part in said_names if part),
                "birth_date": str(claim.declared.get("birth_date") or ""),
            }
    return {"name": case.candidate.passport_name, "birth_date": ""}


def _plain(text: str) -> str:
    """Without the blank lines that a template's tags leave behind."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    kept = [line for index, line in enumerate(lines) if line or (index and lines[index - 1])]
    return "\n".join(kept) + "\n"
