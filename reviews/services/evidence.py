"""Files that the office itself puts on record: a reply, an extract of a register."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from applications import stages, workflow
from applications.errors import Invalid, NotAllowed, NotNow
from applications.models import Application, Claim
from audit.services import record
from files import services as files
from files.errors import Refused
from programs import calendar
from reviews.models import EvidenceFile, Inquiry


def workable(application: Application, actor: User) -> Application:
    """Lock a case whose claims this person may examine now. Raises NotAllowed, NotNow."""
    case = workflow.lock(application)
    if not workflow.may(case, workflow.ASSIGNEE, actor):
        raise NotAllowed(_("이 단계를 처리할 권한이 없습니다."))
    if case.at not in stages.EXAMINING:
        raise NotNow(_("지금 단계에서는 고칠 수 없습니다: %(stage)s") % {"stage": case.at.label})
    return case


def add_evidence(
    *,
    application: Application,
    actor: User,
    upload: Any,
    claim: Claim | None = None,
    inquiry: Inquiry | None = None,
) -> EvidenceFile:
    """Take a file that proves what was found. It is examined, sealed and scanned like any upload,
    before any lock is taken, and the company does not see it. Raises Invalid, NotAllowed, NotNow.
    """
    if not workflow.may(application, workflow.ASSIGNEE, actor):
        raise NotAllowed(_("이 단계를 처리할 권한이 없습니다."))
    try:
        stored = files.accept(upload=upload, actor=actor)
    except Refused as refused:
        raise Invalid(str(refused), {"file": [str(refused)]}) from refused
    with transaction.atomic():
        case = workable(application, actor)
        if any(one is not None and one.application_id != case.pk for one in (claim, inquiry)):
            raise Invalid(_("이 신청의 항목이 아닙니다."))
        kept = EvidenceFile.objects.create(
            application=case,
            claim=claim,
            inquiry=inquiry,
            stored=stored,
            uploaded_by=actor,
            uploaded_at=calendar.now(),
        )
        record(
            name="review.evidence_added",
            subject_type="application",
            subject_id=case.public_id,
            actor=actor,
            data={"evidence": str(kept.public_id)},
        )
    return kept


@transaction.atomic
def show_evidence(*, evidence: EvidenceFile, actor: User, shown: bool) -> EvidenceFile:
    """Choose whether the company may see the file. Raises NotAllowed, NotNow."""
    case = workable(evidence.application, actor)
    held = EvidenceFile.objects.select_for_update(of=("self",)).get(pk=evidence.pk)
    if held.shown_to_company != shown:
        held.shown_to_company = shown
        held.save(update_fields=["shown_to_company"])
        workflow.touch(case)
        record(
            name="review.evidence_shown" if shown else "review.evidence_hidden",
            subject_type="application",
            subject_id=case.public_id,
            actor=actor,
            data={"evidence": str(held.public_id)},
        )
    return held
