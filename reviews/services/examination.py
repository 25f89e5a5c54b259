"""Document review and validation: the checklist, the claims, and the rules on what was found."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from applications import facts, stages, workflow
from applications.errors import Invalid, NotAllowed, NotNow, StaleCase
from applications.judging import judge
from applications.models import Application, Claim, Document
from applications.models.declared import ClaimKind
from applications.stages import Stage
from audit.services import record
from programs import calendar
from programs.models import Evaluation
from reviews.checklist import Point, first_open, note_wanted, points_of, reading_of
from reviews.claims import claim_title
from reviews.comparing import keep_comparison
from reviews.facts import claims_with_checks, verified
from reviews.models import ChecklistMark, ClaimCheck, DocumentCheck, EvidenceFile, Inquiry
from reviews.read_already import brings
from reviews.verifying import needed_unchecked, unchecked

IDENTITY_KEYS = frozenset(
    {"surname", "given_names", "birth_date", "nationality", "sex", "in_korea", "status"}
)


def _worked(
    application: Application,
    actor: User,
    where: frozenset[Stage],
    expected_revision: int | None = None,
) -> Application:
    """Lock a case that this person may work on now. Raises NotAllowed, NotNow, StaleCase."""
    case = workflow.lock(application)
    if not workflow.may(case, workflow.ASSIGNEE, actor):
        raise NotAllowed(_("이 단계를 처리할 권한이 없습니다."))
    if case.at not in where:
        raise NotNow(_("지금 단계에서는 고칠 수 없습니다: %(stage)s") % {"stage": case.at.label})
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleCase
    return case


@transaction.atomic
def mark_all(
    *,
    application: Application,
    actor: User,
    findings: dict[str, tuple[str, str]],
    expected_revision: int | None = None,
) -> list[ChecklistMark]:
    """Record several findings, `{code: (finding, note)}`, or none of them. Raises as `mark` does,
    and StaleCase."""
    case = _worked(application, actor, stages.EXAMINING, expected_revision)
    points = {point.code: point for point in points_of(case)}
    kept = [
        _marked(case, actor, points, code=code, finding=finding, note=note)
        for code, (finding, note) in findings.items()
    ]
    if kept:
        workflow.touch(case)
    return kept


@transaction.atomic
def mark(
    *, application: Application, actor: User, code: str, finding: str, note: str = ""
) -> ChecklistMark:
    """Record a finding on one checklist point; a later one replaces it. What is to be supplemented
    must be said in a note, and why a document that is needed and was not sent is not missed."""
    case = _worked(application, actor, stages.EXAMINING)
    points = {point.code: point for point in points_of(case)}
    kept = _marked(case, actor, points, code=code, finding=finding, note=note)
    workflow.touch(case)
    return kept


def _marked(
    case: Application,
    actor: User,
    points: dict[str, Point],
    *,
    code: str,
    finding: str,
    note: str,
) -> ChecklistMark:
    point = points.get(code)
    if point is None:
        raise Invalid(_("이 신청의 점검 항목이 아닙니다."))
    if point.by_files:
        raise Invalid(_("제출된 파일을 열어 확인해 주세요: %(what)s") % {"what": point.names})
    if finding not in ChecklistMark.Finding.values:
        raise Invalid(_("점검 결과를 골라 주세요."))
    if sentence := note_wanted(point, finding, note):
        raise Invalid(sentence, {"note": [sentence]})
    kept, _created = ChecklistMark.objects.update_or_create(
        application=case,
        code=code,
        defaults={
            "finding": finding,
            "note": note.strip(),
            "marked_by": actor,
            "marked_at": calendar.now(),
        },
    )
    record(
        name="review.checklist_marked",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={"code": code, "finding": finding},
    )
    return kept


@transaction.atomic
def check_document(
    *,
    application: Application,
    actor: User,
    document: Document,
    finding: str,
    note: str = "",
    expected_revision: int | None = None,
) -> DocumentCheck:
    """Record that a file has been read and whether it will do; a later finding replaces it. What
    is wanting must be said in the note. Raises Invalid, NotAllowed, NotNow, StaleCase."""
    case = _worked(application, actor, stages.EXAMINING, expected_revision)
    if document.application_id != case.pk:
        raise Invalid(_("이 신청의 서류가 아닙니다."))
    if document.replaced_at is not None:
        raise Invalid(_("새 파일로 바뀐 서류입니다. 새 파일을 확인해 주세요."))
    if finding not in DocumentCheck.Finding.values:
        raise Invalid(_("서류 확인 결과를 골라 주세요."))
    if finding == DocumentCheck.Finding.WANTING and not note.strip():
        sentence = _("무엇을 보완해야 하는지 적어 주세요.")
        raise Invalid(sentence, {"document_note": [sentence]})
    kept, _created = DocumentCheck.objects.update_or_create(
        document=document,
        defaults={
            "finding": finding,
            "note": note.strip(),
            "checked_by": actor,
            "checked_at": calendar.now(),
        },
    )
    workflow.touch(case)
    record(
        name="review.document_checked",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={"document": str(document.public_id), "finding": finding},
    )
    return kept


@transaction.atomic
def examine_document(
    *,
    application: Application,
    actor: User,
    document: Document,
    finding: str = "",
    note: str = "",
    points: dict[str, tuple[str, str]] | None = None,
    confirmed: Sequence[Claim] = (),
    expected_revision: int | None = None,
) -> None:
    """Record all that was found with one file open, or none of it: the file itself, checklist
    points (as `mark_all`), and claims that it confirms. Raises as those do."""
    case = _worked(application, actor, stages.EXAMINING, expected_revision)
    if finding:
        check_document(application=case, actor=actor, document=document, finding=finding, note=note)
    if points:
        mark_all(application=case, actor=actor, findings=points)
    for claim in confirmed:
        check_claim(
            application=case,
            actor=actor,
            claim=claim,
            verdict=ClaimCheck.Verdict.CONFIRMED,
            method=ClaimCheck.Method.DOCUMENT,
            evidence=document,
        )


@transaction.atomic
def check_claim(
    *,
    application: Application,
    actor: User,
    claim: Claim,
    verdict: str,
    method: str,
    verified_value: dict[str, Any] | None = None,
    evidence: Document | EvidenceFile | None = None,
    note: str = "",
    asked: str = "",
    asked_on: date | None = None,
    answered_on: date | None = None,
    inquiry: Inquiry | None = None,
    expected_revision: int | None = None,
) -> ClaimCheck:
    """Record what was found about one claim. Confirming takes the declared value; correcting needs
    the true one; correcting and rejecting need a note; a reply needs the day on which it came.

    Raises Invalid with what is wrong by field, NotAllowed, NotNow, StaleCase.
    """
    case = _worked(application, actor, stages.EXAMINING, expected_revision)
    if claim.application_id != case.pk:
        raise Invalid(_("이 신청의 항목이 아닙니다."))
    if verdict not in ClaimCheck.Verdict.values or method not in ClaimCheck.Method.values:
        raise Invalid(_("확인 결과와 방법을 골라 주세요."))
    if method not in case.manifest.verification.ways(claim.kind).methods:
        sentence = _("이 사실은 이 방법으로 확인할 수 없습니다. 다른 방법을 골라 주세요.")
        raise Invalid(sentence, {"method": [sentence]})
    if verdict != ClaimCheck.Verdict.CONFIRMED and not note.strip():
        raise Invalid(
            _("무엇을 확인했는지 적어 주세요."), {"note": [_("무엇을 확인했는지 적어 주세요.")]}
        )
    if any(one is not None and one.application_id != case.pk for one in (evidence, inquiry)):
        raise Invalid(_("이 신청의 서류가 아닙니다."))
    if inquiry is not None and inquiry.answered_on is not None:
        answered_on = answered_on or inquiry.answered_on
        asked_on = asked_on or calendar.in_seoul(inquiry.sent_at or inquiry.drafted_at).date()
    _refuse_days(method, asked_on, answered_on)
    value: dict[str, Any] | None = None
    if verdict == ClaimCheck.Verdict.CONFIRMED:
        value = claim.declared
    elif verdict == ClaimCheck.Verdict.CORRECTED:
        value = _checked_value(case, claim, verified_value)
    check, _created = ClaimCheck.objects.update_or_create(
        claim=claim,
        defaults={
            "verdict": verdict,
            "verified": value,
            "method": method,
            "evidence": evidence if isinstance(evidence, Document) else None,
            "evidence_file": evidence if isinstance(evidence, EvidenceFile) else None,
            "inquiry": inquiry,
            "asked": asked.strip(),
            "asked_on": asked_on,
            "answered_on": answered_on,
            "note": note.strip(),
            "checked_by": actor,
            "checked_at": calendar.now(),
        },
    )
    workflow.touch(case)
    record(
        name="review.claim_checked",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={
            "claim": str(claim.public_id),
            "kind": claim.kind,
            "verdict": verdict,
            "method": method,
        },
    )
    return check


def _refuse_days(method: str, asked_on: date | None, answered_on: date | None) -> None:
    """Raises Invalid for days that cannot be, by field."""
    today, wrong = calendar.today(), {}
    if method in ClaimCheck.REPLIES and answered_on is None:
        wrong["answered_on"] = _("회신을 받은 날을 적어 주세요.")
    if asked_on is not None and asked_on > today:
        wrong["asked_on"] = _("오늘보다 뒤일 수 없습니다.")
    if answered_on is not None and answered_on > today:
        wrong["answered_on"] = _("오늘보다 뒤일 수 없습니다.")
    elif answered_on is not None and asked_on is not None and answered_on < asked_on:
        wrong["answered_on"] = _("답을 받은 날이 물어본 날보다 빠릅니다.")
    if wrong:
        raise Invalid(
            _("입력한 내용을 확인해 주세요."), {field: [said] for field, said in wrong.items()}
        )


def _checked_value(case: Application, claim: Claim, value: dict[str, Any] | None) -> dict[str, Any]:
    if not value:
        raise Invalid(_("확인한 값이 필요합니다."))
    if claim.kind == ClaimKind.IDENTITY:
        if not set(value) <= IDENTITY_KEYS:
            raise Invalid(_("알 수 없는 항목입니다."))
        return {**claim.declared, **value}
    if problems := facts.item_problems(claim.kind, value, case.manifest.vocabulary):
        raise Invalid(
            _("입력한 내용을 확인해 주세요."),
            {field: [sentence] for field, sentence in problems.items()},
        )
    return value


def evaluate_verified(
    case: Application, *, actor: User | None, purpose: str = "verified"
) -> Evaluation:
    """Run the pinned rules on what was verified, as of today, and keep the answer, with what
    validation changed in it."""
    evaluation = judge(case, facts=verified(case), purpose=purpose, actor=actor)
    keep_comparison(case, evaluation)
    return evaluation


def wanting_documents(case: Application) -> list[Document]:
    """Current files that were read and will not do, unless a newer one for the same purpose has
    come since. No query when the case was loaded with its documents."""
    found = case.documents.all()
    if not brings(case, "documents"):
        found = found.filter(replaced_at=None).select_related("reading")
    current = [document for document in found if document.replaced_at is None]
    newest: dict[str, datetime] = {}
    for document in current:
        newest[document.code] = max(
            newest.get(document.code, document.uploaded_at), document.uploaded_at
        )
    return [
        document
        for document in current
        if (reading := reading_of(document)) is not None
        and reading.finding == DocumentCheck.Finding.WANTING
        and newest[document.code] <= reading.checked_at
    ]


def unchecked_claims(case: Application) -> list[str]:
    """Names of the unchecked claims that the case's route needs."""
    return [claim_title(claim) for claim in needed_unchecked(case)]


def next_unchecked(case: Application) -> Claim | None:
    """The claim to be checked next, in the order of the pages: needed ones first."""
    left = unchecked(case)
    return next(iter(needed_unchecked(case) or left), None) if left else None


def document_review_refusal(case: Application) -> str | None:
    point = first_open(case)
    if point is None:
        return None
    if not (point.by_files and point.finding):
        return _("점검표에 아직 적합하지 않거나 확인되지 않은 항목이 있습니다: %(first)s") % {
            "first": point.names
        }
    if wanting := wanting_documents(case):
        names = {document.code: str(document.names) for document in case.manifest.documents}
        return _("보완이 필요하다고 표시한 서류가 %(count)s건 있습니다: %(first)s") % {
            "count": len(wanting),
            "first": names.get(wanting[0].code, wanting[0].code),
        }
    return None


def validation_refusal(case: Application) -> str | None:
    claims = unchecked_claims(case)
    if not claims:
        # The identity at least is always claimed: nothing to check means nothing was submitted.
        return None if claims_with_checks(case) else _("확인할 신고 사항이 없습니다.")
    return ngettext(
        "요건에 필요한 사실 %(count)d건을 아직 확인하지 않았습니다: %(names)s",
        "요건에 필요한 사실 %(count)d건을 아직 확인하지 않았습니다: %(names)s",
        len(claims),
    ) % {"count": len(claims), "names": ", ".join(claims)}


def evaluate_after_validation(case: Application, change: Any) -> None:
    """Effect of leaving validation: the rules' answer on verified facts is kept."""
    if change.from_stage == Stage.VALIDATION:
        evaluate_verified(case, actor=change.actor)
