"""Warning of due dates: three business days before, one before, and when one is over.

It only warns: no date and no stage changes. Which warning is due follows from today and the date
alone and is said once for that date, so a run that was missed, doubled or late changes nothing
but the hour; after an outage a case hears the latest warning, not all that were missed.
"""

from collections.abc import Iterator
from datetime import date, time
from itertools import islice
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from accounts.access import staff_of
from accounts.models import StaffRole, User
from applications.models import Application, QueueRow
from applications.services.contact import contact
from notifications import mail, outbox
from notifications.models import OutboxRow
from notifications.outbox import Lease
from programs import calendar
from programs.calendar import Calendar

TOPIC = "reviews.due_warning"
EARLY, LATE = 3, 1
FROM_HOUR = time(9)
AT_ONCE = 500


def warn() -> int:
    """Leave word for every case that is worked on and due soon or overdue; return how many words
    are new. A case that waits for its applicant is not counted and not warned of."""
    now = calendar.now()
    if now.time() < FROM_HOUR:
        return 0
    today, table = now.date(), calendar.current()
    try:
        last = calendar.add_business_days(today, EARLY, calendar=table)
    except calendar.OutsideTable:
        last = today  # what is over can be said without a table
    near = (
        QueueRow.objects.filter(parked=False, due_on__lte=last)
        .order_by("due_on", "application_id")
        .values_list("application__public_id", "application__due_on", "application__legal_due_on")
    )
    count = 0
    rows = near.iterator(chunk_size=AT_ONCE)
    while some := list(islice(rows, AT_ONCE)):
        words = [
            word
            for case, due_on, legal in some
            if due_on is not None
            for word in _words(case, due_on, legal, today=today, table=table)
        ]
        said = set(
            OutboxRow.objects.filter(
                topic=TOPIC, key__in=[word["key"] for word in words]
            ).values_list("key", flat=True)
        )
        for word in words:
            if word["key"] not in said:
                outbox.enqueue(topic=TOPIC, **word)
                count += 1
    return count


def _words(
    case: UUID, due_on: date, legal_due_on: date | None, *, today: date, table: Calendar
) -> Iterator[dict[str, Any]]:
    """A word for the office's own date and, where it is another, for the legal one."""
    legal = legal_due_on or due_on
    for which, day in {"legal": legal, "target": due_on}.items():
        if which == "target" and due_on == legal:
            continue
        kind = due_warning(day, today, table)
        if kind:
            yield {
                "key": f"{case}:{which}:{day.isoformat()}:{kind}",
                "payload": {
                    "application": str(case),
                    "which": which,
                    "day": day.isoformat(),
                    "kind": kind,
                },
            }


def due_warning(day: date, today: date, table: Calendar) -> str:
    """`early` from three business days before the day, `late` from the one before it and on the
    day itself, `overdue` after it; nothing before that."""
    if day < today:
        return "overdue"
    try:
        left = calendar.business_days_between(today, day, calendar=table)
    except calendar.OutsideTable:
        return ""
    if left > EARLY:
        return ""
    return "late" if left <= LATE else "early"


def deliver(lease: Lease) -> None:
    """Outbox handler: mail whoever has the case, and the lead too once it is overdue. Where nobody
    has it, the lead. A date that has moved meanwhile is not warned of."""
    case = (
        Application.objects.select_related("version", "programme", "office", "queue_row__assignee")
        .filter(public_id=UUID(lease.payload["application"]), queue_row__parked=False)
        .first()
    )
    which, day = lease.payload["which"], date.fromisoformat(lease.payload["day"])
    if case is None or day != (case.legal_due_on if which == "legal" else case.due_on):
        return
    kind = lease.payload["kind"]
    for person in _who_hears(case, kind):
        with translation.override(person.language):
            context = {
                "name": person.name,
                "programme": case.manifest.names.in_language(person.language),
                "receipt_no": case.receipt_no or "",
                "kind": kind,
                "target": which == "target",
                "due_on": date_format(day, "DATE_FORMAT"),
                "address": settings.SITE_URL
                + reverse("reviews:case", kwargs={"public_id": case.public_id}),
                **contact(case, person.language),
            }
        mail.queue(
            to=person.email,
            language=person.language,
            template="reviews/mail/due_warning",
            context=context,
            key=f"{lease.key}:{person.pk}",
            user=person,
            about=case.public_id,
        )


def _who_hears(case: Application, kind: str) -> list[User]:
    assignee = case.queue_row.assignee
    people = [assignee] if assignee is not None and assignee.is_active else []
    if kind == "overdue" or not people:
        people += staff_of(case.office, StaffRole.LEAD, programme_slug=case.programme.slug)
    return list({person.pk: person for person in people}.values())
