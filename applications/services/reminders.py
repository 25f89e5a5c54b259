"""Reminding companies of open supplement requests. It only says something: the case stays as it is.

Which reminder is due follows from today and the request's last day alone, and each is said once
for that last day: a run that was missed, doubled or late changes nothing but the hour.
"""

from datetime import date, time

from applications.models import SupplementRequest
from applications.services import notices
from applications.stages import Stage
from programs import calendar

EARLY_DAYS = 3
LATE_DAYS = 1
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
