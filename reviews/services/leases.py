"""Cases taken from the free queue are held for a time; working on them keeps them.

Only what the applicant does not have can run out: a case that waits for an answer stays with its
reviewer. Nothing done on a case is lost when it goes back to the queue.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from applications import workflow
from applications.errors import NotAllowed, NotNow
from applications.models import Application, QueueRow
from applications.services.contact import contact
from audit.services import record
from notifications import mail, outbox
from notifications.outbox import Lease
from programs import calendar
from reviews.models import Assignment
from reviews.services import assignment, roster

TOPIC_EXPIRED = "reviews.lease_expired"
# How many are looked at in one run of the task; the next run goes on.
MOST = 500


def renew(case: Application) -> None:
    """Heard of every change of a case (`workflow.on_change`): a lease starts anew."""
    leased = QueueRow.objects.filter(application=case, lease_until__isnull=False)
    if not leased.exists():
        return
    leased.update(lease_until=calendar.now() + roster.numbers_of(case.office_id).lease)


@transaction.atomic
def keep(*, application: Application, actor: User) -> datetime:
    """The reviewer says that they are still at it: the lease starts anew. Raises NotAllowed for
    whoever does not have the case, NotNow when it has no lease."""
    case = workflow.lock(application)
    row = assignment.open_row(case)
    if row.assignee_id != actor.pk:
        raise NotAllowed(_("이 신청의 담당자만 할 수 있습니다."))
    if row.lease_until is None:
        raise NotNow(_("이 신청에는 맡은 시간의 제한이 없습니다."))
    row.lease_until = calendar.now() + roster.numbers_of(case.office_id).lease
    row.save(update_fields=["lease_until"])
    return row.lease_until


def expire() -> int:
    """Put back what was taken and not worked on in time, one transaction per case; how many. A
    doubled run finds nothing left."""
    late = QueueRow.objects.filter(lease_until__lt=calendar.now(), parked=False)
    ids = list(late.order_by("lease_until").values_list("application_id", flat=True)[:MOST])
    return sum(_expire(Application(pk=pk)) for pk in ids)


@transaction.atomic
def _expire(application: Application) -> bool:
    case = workflow.lock(application)
    row = (
        QueueRow.objects.select_for_update(of=("self",))
        .select_related("assignee")
        .filter(application=case, lease_until__lt=calendar.now(), parked=False)
        .first()
    )
    if row is None or row.assignee is None:  # renewed, given back or over, in between
        return False
    person = row.assignee
    held = assignment.set_free(case, row, how=Assignment.Ended.LEASE_EXPIRED)
    record(
        name="review.lease_expired",
        subject_type="application",
        subject_id=case.public_id,
        data={"assignee": str(person.public_id)},
    )
    outbox.enqueue(
        topic=TOPIC_EXPIRED,
        key=f"{case.public_id}:{case.revision}:expired",
        payload={"assignment": str(held.public_id)},
    )
    return True


def tell(lease: Lease) -> None:
    """Outbox handler: tell the reviewer that a case they had taken went back."""
    held = (
        Assignment.objects.select_related(
            "assignee", "application__version", "application__programme", "application__office"
        )
        .filter(public_id=UUID(lease.payload["assignment"]))
        .first()
    )
    if held is None:
        return
    case, person = held.application, held.assignee
    mail.queue(
        to=person.email,
        language=person.language,
        template="reviews/mail/lease_expired",
        context={
            "name": person.name,
            "programme": case.manifest.names.in_language(person.language),
            "receipt_no": case.receipt_no or "",
            "taken_at": held.assigned_at,
            "address": settings.SITE_URL + reverse("reviews:queue") + "?tab=free",
            **contact(case, person.language),
        },
        key=f"{lease.key}:{person.pk}",
        user=person,
        about=case.public_id,
    )
