"""A case whose second demand was not answered either: returned (PETITION-DECREE §25)."""

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from applications import workflow
from applications.asking import Names
from applications.errors import NotNow
from applications.models import Application, Demand, SupplementRequest
from applications.services import supplement
from reviews.grounds import NOT_SENT
from reviews.models import Decision, Outcome
from reviews.services import decision


@transaction.atomic
def draft_return(*, application: Application, actor: User) -> Decision:
    """End the overdue second demand and draft the return; a second person signs it off. Raises
    NotNow before that, NotAllowed, AlreadyDone."""
    case = workflow.lock(application)
    request = case.supplements.filter(closed_at=None).select_related("follows").first()
    if request is None or request.demand != Demand.AGAIN or not request.is_overdue:
        raise NotNow(_("재보완의 기한이 지난 뒤에만 반려를 기안할 수 있습니다."))
    reason = return_reason(case, request)
    case = supplement.end_supplement(application=case, actor=actor)
    return decision.draft(
        application=case,
        actor=actor,
        outcome=Outcome.RETURN,
        reason=reason,
        grounds=[NOT_SENT],
    )


def return_reason(case: Application, request: SupplementRequest) -> str:
    """The reason of a return after two demands were not answered, ready to be signed."""
    first = request.follows or request
    names = Names(case)
    missing = [names.of(item) or item.said for item in request.items.all() if item.sent_at is None]
    days = {
        "first": date_format(first.due_on, "DATE_FORMAT"),
        "second": date_format(request.due_on, "DATE_FORMAT"),
        "what": " / ".join(missing),
    }
    return (
        _(
            "보완을 요구하였으나(기한 %(first)s) 제출되지 않아 다시 요구하였고"
            "(기한 %(second)s), 그 기한까지도 제출되지 않아 민원 처리에 관한 법률 시행령 "
            "제25조에 따라 반려합니다. 제출되지 않은 것: %(what)s"
        )
        % days
    )
