"""A lead's tools: put declared data right, go back a stage, count the dates again.

Each is looked at first, needs a reason, and leaves its trace in the record and the case's history.
Nobody edits the database by hand.
"""

from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from applications import facts, workflow
from applications.deadlines import Dates, dates
from applications.errors import Invalid, NotAllowed, NotNow, StaleCase
from applications.models import (
    Application,
    Candidate,
    Claim,
    DueCause,
    DueChange,
    FigureRow,
    QueueRow,
)
from applications.models.declared import ClaimKind
from applications.needs import needs_of
from applications.services.buffer import normalise_identifier
from applications.services.dates import settle
from applications.services.drafting import CANDIDATE_FIELDS
from applications.services.submission import declare_identity
from applications.stages import EXAMINING, RECEIVED_OPEN
from audit.crypto import digest
from audit.services import record
from programs import calendar
from reviews.models.correction import CANDIDATE, DataCorrection
from reviews.services.decision import live_decision

MOST_REASON = 2000
# Rows of the transition table that go back to an earlier stage.
REOPENING = ("reopen_documents", "reopen_validation")


@transaction.atomic
def correct_claim(
    *,
    application: Application,
    actor: User,
    claim: Claim,
    declared: dict[str, Any],
    reason: str,
    expected_revision: int | None = None,
) -> DataCorrection:
    """Put another declared value in a claim's place. It is a new claim: what was checked about the
    old value does not vouch for it.

    Raises NotAllowed, NotNow (stage, drafted decision, gone, no change), Invalid, StaleCase.
    """
    case = _corrected(application, actor, reason, expected_revision)
    held = case.claims.filter(pk=claim.pk).exclude(kind=ClaimKind.IDENTITY).first()
    if held is None:
        raise NotNow(_("그사이 바뀐 항목입니다. 다시 골라 주세요."))
    if wrong := facts.item_problems(held.kind, declared, case.manifest.vocabulary):
        raise Invalid(
            _("입력한 내용을 확인해 주세요."), {name: [said] for name, said in wrong.items()}
        )
    if held.declared == declared:
        raise NotNow(_("바뀐 내용이 없습니다."))
    kind, position, before = held.kind, held.position, held.declared
    held.delete()
    Claim.objects.create(application=case, kind=kind, position=position, declared=declared)
    return _keep(case, actor, reason, kind, position, before, declared)


@transaction.atomic
def correct_candidate(
    *,
    application: Application,
    actor: User,
    fields: dict[str, Any],
    reason: str,
    expected_revision: int | None = None,
) -> DataCorrection:
    """Put the candidate's own data right; what is left out stays. A changed identity is a new
    claim, unchecked. Raises as `correct_claim`."""
    case = _corrected(application, actor, reason, expected_revision)
    candidate = case.candidate
    before = _as_json(candidate)
    for name in CANDIDATE_FIELDS:
        if name in fields:
            value = fields[name]
            setattr(candidate, name, (value or None) if name.endswith("_no") else value)
    after = _as_json(candidate)
    if before == after:
        raise NotNow(_("바뀐 내용이 없습니다."))
    for name in ("passport", "registration"):
        number = normalise_identifier(getattr(candidate, f"{name}_no") or "")
        setattr(candidate, f"{name}_digest", digest(number, purpose=name) if number else "")
    candidate.save()
    declare_identity(case)
    return _keep(case, actor, reason, CANDIDATE, 0, before, after)


def _as_json(candidate: Candidate) -> dict[str, Any]:
    said = {name: getattr(candidate, name) for name in CANDIDATE_FIELDS}
    born = candidate.birth_date
    return {**said, "birth_date": born.isoformat() if born else None}


def _corrected(
    application: Application, actor: User, reason: str, expected_revision: int | None
) -> Application:
    case = workflow.lock(application)
    _lead_only(case, actor)
    if case.at not in EXAMINING:
        raise NotNow(
            _("서류 심사나 검증 단계에서만 자료를 정정할 수 있습니다. 먼저 단계를 되돌려 주세요.")
        )
    if live_decision(case) is not None:
        raise NotNow(_("기안된 결정이 있습니다. 먼저 결재하거나 거두어 주세요."))
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleCase
    _check_reason(reason)
    return case


def _lead_only(case: Application, actor: User) -> None:
    if not workflow.may(case, workflow.LEAD, actor):
        raise NotAllowed(_("결재자만 정정할 수 있습니다."))


def _check_reason(reason: str) -> None:
    if not reason.strip() or len(reason.strip()) > MOST_REASON:
        sentence = _("사유를 적어 주세요.")
        raise Invalid(sentence, {"reason": [sentence]})


def _keep(
    case: Application,
    actor: User,
    reason: str,
    subject: str,
    position: int,
    before: dict[str, Any],
    after: dict[str, Any],
) -> DataCorrection:
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    made = DataCorrection.objects.create(
        application=case,
        subject=subject,
        position=position,
        before=before,
        after=after,
        reason=reason.strip(),
        actor=actor,
        at=calendar.now(),
    )
    # Who can take it may be somebody else now: its papers' language and its occupation.
    needs = needs_of(case)
    QueueRow.objects.filter(application=case).update(**needs)
    FigureRow.objects.filter(application=case).update(occupation=needs["occupation"])
    workflow.touch(case)
    record(
        name="application.data_corrected",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={
            "correction": str(made.public_id),
            "subject": subject,
            "position": position,
            "fields": changed,
        },
        note=reason,
    )
    return made


def reopen(
    *,
    application: Application,
    actor: User,
    name: str,
    reason: str,
    expected_revision: int | None = None,
) -> Application:
    """Go back to an earlier stage by its row of the transition table. Raises as `workflow.apply`,
    and Invalid without a reason."""
    if name not in REOPENING:
        raise NotNow(_("되돌릴 단계를 골라 주세요."))
    _check_reason(reason)
    return workflow.apply(
        application=application,
        name=name,
        actor=actor,
        reason=reason,
        expected_revision=expected_revision,
    )


def recounted(case: Application) -> Dates | None:
    """What the dates would be if they were counted again now; None where they are the same."""
    found = dates(case)
    kept = (case.due_on, case.legal_due_on or case.due_on)
    return None if kept == (found.target, found.legal) else found


@transaction.atomic
def recount(
    *,
    application: Application,
    actor: User,
    reason: str,
    expected_revision: int | None = None,
) -> DueChange:
    """Count a case's dates again from what is recorded: receipt, exclusions, extensions, holidays.

    Raises NotAllowed, NotNow (closed, or nothing would change), Invalid, StaleCase.
    """
    case = workflow.lock(application)
    _lead_only(case, actor)
    if case.at not in RECEIVED_OPEN:
        raise NotNow(_("끝난 신청의 기한은 다시 계산하지 않습니다."))
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleCase
    _check_reason(reason)
    change = settle(
        case,
        cause=DueCause.CORRECTION,
        key=f"correction:{uuid4()}",
        actor=actor,
        reason=reason,
    )
    if change is None:
        raise NotNow(_("다시 계산해도 기한이 같습니다."))
    workflow.touch(case)
    return change


def candidate_before_and_after(
    case: Application, fields: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The candidate's data as it is and as `fields` would make it; nothing is stored."""
    before = _as_json(case.candidate)
    wanted = Candidate(
        **{
            name: fields[name] if name in fields else getattr(case.candidate, name)
            for name in CANDIDATE_FIELDS
        }
    )
    for name in ("passport_no", "registration_no"):
        setattr(wanted, name, getattr(wanted, name) or None)
    return before, _as_json(wanted)
