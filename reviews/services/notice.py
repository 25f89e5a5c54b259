"""The notice of a refusal or return: a letter of its own, in writing, with reasons and remedies
(PETITION-ACT §27). It takes a number of its own series and no unit of quota.

What can be said about a person comes from what was verified, and where nothing has been from what
was declared: a notice is owed to whoever applied.
"""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Office, User
from applications.models import Application
from letters import designs
from letters import services as letters
from letters.models import Letter, LetterKind
from programs import calendar, clock
from programs.manifest import Manifest
from programs.models import Evaluation
from programs.nationality import nationality_name
from reviews.grounds import words_of
from reviews.models import Decision, Outcome
from reviews.services.letter_inputs import letter_inputs

TITLES = {
    Outcome.REFUSE: {"ko": "추천 불허 통지서", "en": "Notice of Refusal"},
    Outcome.RETURN: {"ko": "신청 반려 통지서", "en": "Notice of Return"},
}
# Of the case's own facts a notice says who applied and what for, nothing about pay or papers.
SAID = (
    "candidate_name",
    "candidate_name_ko",
    "birth_date",
    "nationality",
    "nationality_ko",
    "nationality_en",
    "company_name_ko",
    "company_name_en",
    "business_no",
    "representative",
    "company_address",
    "programme_name_ko",
    "programme_name_en",
    "programme_version",
    "receipt_no",
)


def kind_of(outcome: str) -> LetterKind:
    """The kind of letter in which a decision reaches its recipient."""
    return {
        Outcome.REFUSE.value: LetterKind.REFUSAL,
        Outcome.RETURN.value: LetterKind.RETURN,
    }.get(outcome, LetterKind.RECOMMENDATION)


def notice_def(case: Application, outcome: str) -> dict[str, Any]:
    """How the case's programme numbers its notices, and who signs them."""
    company = case.company
    to = {"ko": company.name_ko, "en": company.name_en or company.name_ko}
    return definition_of(case.manifest, case.office, outcome) | {"addressee": to}


def definition_of(manifest: Manifest, office: Office, outcome: str) -> dict[str, Any]:
    """The same for no case in particular: addressed to a company."""
    numbers = manifest.notice_numbers
    signatory = {"ko": office.name_ko, "en": office.name_en}
    return {
        "template": designs.NOTICE,
        "series": numbers.series,
        "number_pattern": numbers.pattern,
        "validity_months": 0,
        "title": TITLES[Outcome(outcome)],
        "addressee": {"ko": "신청 기업", "en": "The applicant company"},
        "signatory": manifest.letter.signatory.as_dict() if manifest.letter else signatory,
        "statement": {},
    }


def notice_inputs(
    case: Application,
    *,
    outcome: str,
    grounds: list[str],
    reason: str,
    evaluation: Evaluation | None,
) -> dict[str, Any]:
    """The `case` variables of a notice, in the order in which the grounds were chosen."""
    person = case.candidate
    declared = {
        "candidate_name": person.passport_name,
        "birth_date": person.birth_date,
        "nationality": person.nationality,
        "nationality_ko": nationality_name(person.nationality, "ko") if person.nationality else "",
        "nationality_en": nationality_name(person.nationality, "en") if person.nationality else "",
    }
    verified = letter_inputs(case)
    inputs = {name: verified.get(name) or declared.get(name) for name in SAID}
    tree = evaluation.tree if evaluation else None
    refusal = outcome == Outcome.REFUSE
    return inputs | {
        "grounds_ko": _listed(case, grounds, tree, "ko"),
        "grounds_en": _listed(case, grounds, tree, "en"),
        "reason": reason,
        "is_refusal": refusal,
        "objection_until": _objection_until() if refusal else None,
    }


def _listed(case: Application, codes: list[str], tree: Any, language: str) -> str:
    with translation.override(language):
        said = words_of(case, codes, tree)
    return "\n".join(f"{number}. {text}" for number, text in enumerate(said, 1))


def _objection_until() -> Any:
    """The last day for whoever gets the notice today; nothing where the calendar does not reach so
    far (PETITION-ACT §35: 60 days from the day it was received)."""
    try:
        return clock.objection_until(calendar.today())
    except calendar.OutsideTable:
        return None


def inputs_of(case: Application, decision: Decision) -> dict[str, Any]:
    return notice_inputs(
        case,
        outcome=decision.outcome,
        grounds=decision.grounds,
        reason=decision.reason,
        evaluation=decision.evaluation,
    )


def notice_problems(
    case: Application,
    *,
    outcome: str,
    inputs: dict[str, Any],
    seal: letters.SealLook | None = None,
) -> list[str]:
    """Everything that would keep the notice from ever being made, as sentences."""
    return letters.problems(
        office=case.office,
        letter_def=notice_def(case, outcome),
        inputs=inputs,
        on=calendar.today(),
        seal=seal,
    )


def reserve_notice(case: Application, decision: Decision, actor: User) -> Letter:
    """Take the next number and freeze what the notice says. Last in the order of locks."""
    return letters.reserve(
        kind=kind_of(decision.outcome),
        subject=case.public_id,
        office=case.office,
        programme_slug=case.programme.slug,
        letter_def=notice_def(case, decision.outcome),
        inputs=inputs_of(case, decision),
        on=calendar.today(),
        actor=actor,
    )


def lift_notice(case: Application, decision: Decision, actor: User) -> None:
    """The refusal stands no more: who looks its notice up is told so."""
    held = Letter.objects.filter(
        subject=case.public_id, kind=kind_of(decision.outcome), state="valid"
    ).first()
    if held is not None:
        letters.lift_notice(letter=held, actor=actor, reason=_("이의신청이 받아들여졌습니다."))
