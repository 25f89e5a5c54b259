"""The last step: a letter made by the worker becomes visible, or does not."""

from django.db import transaction

from applications import workflow
from applications.models import Application
from applications.services import notices
from applications.stages import Stage
from letters import services as letters
from letters.models import Letter, LetterState
from programs import calendar, quota
from reviews.models import Assignment
from reviews.services.assignment import end_running
from reviews.services.decision import live_decision


def release(letter: Letter) -> bool:
    """Make the letter visible if its case is still approved: the unit becomes issued, the case is
    closed, company and candidate are told. All in one transaction, locks in their order.

    False, and nothing happens, when the case has left "approved" or the letter is void.
    """
    case = Application.objects.filter(public_id=letter.subject).first()
    if case is None:
        return False
    with transaction.atomic():
        case = workflow.lock(case)
        held = Letter.objects.get(pk=letter.pk)
        if held.state == LetterState.VALID:
            return True
        if case.at != Stage.APPROVED or held.state != LetterState.RESERVED:
            return False
        if (decision := live_decision(case)) is not None:
            decision.delivered_at = calendar.now()
            decision.save(update_fields=["delivered_at"])
        end_running(case, how=Assignment.Ended.CLOSED, because=Stage.ISSUED)
        quota.issue(subject=case.public_id, actor=None)
        held = letters.make_visible(letter=held)
        case = workflow.apply(
            application=case, name="issue", actor=None, data={"letter": str(held.public_id)}
        )
        notices.tell(case, "issued")
    return True
