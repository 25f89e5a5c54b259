"""What companies are told by the calendar: reminders of open supplement requests, and how far a
case is after 30 days (PETITION-DECREE §23). It only says something: the case stays as it is.

Which reminder is due follows from today and the request's last day alone, and each is said once
for that last day: a run that was missed, doubled or late changes nothing but the hour.
"""

from datetime import date, datetime, time, timedelta

from django.db import transaction

from applications import workflow
from applications.models import Application, SupplementRequest
from applications.services import notices
from applications.stages import APPROVED, NOTIFYING, RECEIVED_OPEN, Stage
from programs import calendar

EARLY_DAYS = 3
LATE_DAYS = 1
# Calendar days from receipt (PETITION-DECREE §23).
PROGRESS_AFTER = timedelta(days=30)
# A case whose decision is signed hears of that next.
UNDECIDED = RECEIVED_OPEN - APPROVED - NOTIFYING
# Nobody is reminded of anything at night.
FROM_HOUR = time(9)


def remind_supplements() -> int:
    """Leave word for every open request that is due to be reminded of; return how many are."""
    now = calendar.now()
    if now.time() < FROM_HOUR:
        return 0
    today, count = now.date(), 0
    open_ones = SupplementRequest.objects.filter(
        closed_at=None, application__stage=Stage.SUPPLEMENT
    ).select_related("application")
    for request in open_ones.order_by("pk"):
        kind = due_reminder(request.due_on, calendar.in_seoul(request.requested_at).date(), today)
        if kind:
            occasion = "supplement_overdue" if kind == "overdue" else "supplement_soon"
            notices.remind(request, occasion, key=f"{request.due_on.isoformat()}:{kind}")
            count += 1
        if kind == "overdue":
            # Nothing moves by itself: the clock runs again, and the reviewer hears of it once.
            day = request.due_on.isoformat()
            notices.word_for_staff(request.application, "overdue", request, key=day)
    return count


def due_reminder(last_day: date, asked_on: date, today: date) -> str:
    """`early` from three days before the last day, `late` from the day before it, `overdue` after
    it; nothing before that, nor on the day of the request, whose own mail says it all."""
    left = (last_day - today).days
    if left < 0:
        return "overdue"
    if today <= asked_on or left > EARLY_DAYS:
        return ""
    return "late" if left <= LATE_DAYS else "early"


def tell_progress() -> int:
    """Leave word for every open case that was received 30 days ago or earlier and whose applicant
    has not been told how far it is; return how many. Once a case, however late the run."""
    now = calendar.now()
    if now.time() < FROM_HOUR:
        return 0
    received_by = datetime.combine(now.date() - PROGRESS_AFTER, time.max, calendar.SEOUL)
    waiting = Application.objects.filter(
        stage__in=UNDECIDED, received_at__lte=received_by, progress_told_on=None
    )
    count = 0
    for pk in list(waiting.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            case = workflow.lock(Application(pk=pk))
            if case.at not in UNDECIDED or case.progress_told_on is not None:
                continue
            case.progress_told_on = now.date()
            case.save(update_fields=["progress_told_on"])
            notices.tell(case, "progress")
            count += 1
    return count
