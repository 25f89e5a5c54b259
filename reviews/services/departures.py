"""When someone stops reviewing for an office, their cases go to others."""

from uuid import UUID

from django.db import transaction

from accounts.access import has_role
from accounts.models import Office, StaffRole, User
from applications import workflow
from applications.models import Application, QueueRow
from notifications.outbox import Lease
from reviews.models import Assignment
from reviews.services import assignment

WORKING = (StaffRole.REVIEWER, StaffRole.LEAD)
LEFT = "left"


def hand_over(lease: Lease) -> None:
    """Outbox handler: free the open cases the person may no longer review, and give each to the
    reviewer with the fewest. One transaction per case; a repeat finds nothing left to do."""
    person = User.objects.get(public_id=UUID(lease.payload["person"]))
    office = Office.objects.get(public_id=UUID(lease.payload["office"]))
    cases = Application.objects.filter(
        queue_row__assignee=person, queue_row__office=office
    ).order_by("pk")
    for case in cases.select_related("programme"):
        free(application=case, person=person)
        assignment.assign_least_loaded(application=case)


@transaction.atomic
def free(*, application: Application, person: User) -> bool:
    """Take the case from the person if they may not review it any more; True if it was taken."""
    case = workflow.lock(application)
    row = QueueRow.objects.select_for_update(of=("self",)).filter(application=case).first()
    if row is None or row.assignee_id != person.pk:
        return False
    if has_role(person, case.office_id, *WORKING, programme_slug=case.programme.slug):
        return False
    assignment.set_free(case, row, how=Assignment.Ended.LEFT, because=LEFT)
    return True
