"""The last step: a letter made by the worker becomes visible, or does not."""

from django.db import transaction

from applications import workflow
from applications.models import Application
from applications.models.declared import ClaimKind
from applications.services import aftermath, notices
from applications.stages import Stage
from letters import services as letters
from letters.models import NOTICES, Letter, LetterKind, LetterState
from programs import calendar, quota
from reviews.facts import verified_value
from reviews.models import Assignment
from reviews.services import letter_ends
from reviews.services.assignment import end_running
from reviews.services.decision import live_decision

# Where a case waits for a letter of this kind, the step that its arrival is, and what is told.
STEPS = {
    LetterKind.RECOMMENDATION: (Stage.APPROVED, "issue", "issued"),
    LetterKind.REFUSAL: (Stage.NOTIFYING, "refuse", "refused"),
    LetterKind.RETURN: (Stage.NOTIFYING, "return", "returned"),
}


def release(letter: Letter) -> bool:
    """Make the letter visible if its case still waits for it: a recommendation's unit becomes
    issued, the case is closed, whom it concerns is told. All in one transaction, locks in their
    order. A notice arrives in the same way, and with it the refusal or return. A letter that
    corrects another ends that one and inherits its unit.

    False, and nothing happens, when the case has moved on or the letter is void.
    """
    case = Application.objects.filter(public_id=letter.subject).first()
    if case is None:
        return False
    with transaction.atomic():
        case = workflow.lock(case)
        held = Letter.objects.get(pk=letter.pk)
        if held.state == LetterState.VALID:
            return True
        if held.supersedes_id is not None:
            return letter_ends.take_place(case, held)
        waits_at, step, occasion = STEPS[LetterKind(held.kind)]
        if case.at != waits_at or held.state != LetterState.RESERVED:
            return False
        if (decision := live_decision(case)) is not None:
            decision.delivered_at = calendar.now()
            decision.save(update_fields=["delivered_at"])
        # Before the quota's pools and the letter itself, by the order of locks.
        closed = workflow.TRANSITIONS[step].target or ""
        end_running(case, how=Assignment.Ended.CLOSED, because=closed)
        if held.kind == LetterKind.RECOMMENDATION:
            quota.issue(subject=case.public_id, actor=None)
        held = letters.make_visible(letter=held)
        case = workflow.apply(
            application=case,
            name=step,
            actor=None,
            reason=decision.reason if decision and held.kind in NOTICES else "",
            data={"letter": str(held.public_id)},
        )
        notices.tell(case, occasion)
        if held.kind == LetterKind.RECOMMENDATION:
            aftermath.open_follow_ups(
                case,
                occupation=_occupation(case),
                issued_on=calendar.today(),
                valid_until=held.valid_until,
            )
    return True


def _occupation(case: Application) -> str:
    """The code of the verified occupation, as the case's version names it today."""
    job = verified_value(case, ClaimKind.CONTRACT)
    found = case.manifest.occupation(job.get("occupation", ""), job.get("occupation_edition"))
    return found.code if found else ""
