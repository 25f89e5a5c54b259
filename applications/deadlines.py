"""A case's dates: when it is due, given when it was received and which days do not count."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from applications.errors import NotNow
from applications.models import Application
from programs import calendar, clock


def due_date(application: Application, *, received_at: datetime) -> date:
    """The last day of the processing period in Asia/Seoul (PETITION-ACT §19).

    Closed exclusions count as pauses; a running one is counted up to today, so the date moves on
    while the applicant is asked. Raises NotNow with a sentence outside the holiday calendar.
    """
    pauses = [
        (segment.from_on, segment.until_on or max(segment.from_on, calendar.today()))
        for segment in application.clock_segments.all()
    ]
    period = clock.parse_period(application.manifest.deadlines.processing)
    try:
        due = clock.due(calendar.in_seoul(received_at), period, pauses)
    except calendar.OutsideTable as outside:
        raise NotNow(
            _("공휴일 달력에 없는 해라 기한을 정할 수 없습니다. 운영자에게 알려 주세요: %(why)s")
            % {"why": outside}
        ) from outside
    return due.date() if isinstance(due, datetime) else due


def supplement_due(application: Application, *, days: int | None = None) -> date:
    """When a supplement asked for today is due: first day not counted, rolls over holidays."""
    return clock.supplement_due(
        calendar.today(), days or application.manifest.deadlines.supplement_days
    )
