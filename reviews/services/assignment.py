"""Who has a case. The case row is locked first, then its queue row, as everywhere."""

from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.access import has_role, staff_of, staff_scope
from accounts.models import StaffRole, User
from applications import workflow
from applications.errors import AlreadyDone, NotAllowed, NotNow, StaleCase
from applications.models import Application, QueueRow
from audit.services import record
from notifications.outbox import Lease
from programs import calendar
from reviews.models import Assignment, Decision
from reviews.services.returning import away

WHY_LEAST_LOADED = "least_loaded"
WHY_TAKEN = "taken"
WHY_REASSIGNED = "reassigned"
# How often "take next" tries again when someone else was quicker.
ATTEMPTS = 5


def assign_submitted(lease: Lease) -> None:
    """Outbox handler: give a newly received case to a reviewer. A repeat changes nothing."""
    case = Application.objects.get(public_id=UUID(lease.payload["application"]))
    assign_least_loaded(application=case)


@transaction.atomic
def assign_least_loaded(*, application: Application) -> Assignment | None:
    """Give an unassigned open case to the reviewer of its office with the fewest cases.

    Whoever drafted an earlier decision on it is passed over (an objection goes to someone else),
    and whoever is away today while somebody else is there. None when it has a reviewer already, is
    not open any more, or nobody is there; it then waits in the office's free queue.
    """
    case = workflow.lock(application)
    row = QueueRow.objects.select_for_update(of=("self",)).filter(application=case).first()
    if row is None or row.assignee_id is not None:
        return None
    earlier = set(Decision.objects.filter(application=case).values_list("drafted_by_id", flat=True))
    people = [
        person
        for person in staff_of(case.office, StaffRole.REVIEWER, programme_slug=case.programme.slug)
        if person.pk not in earlier
    ]
    gone = away([person.pk for person in people])
    people = [person for person in people if person.pk not in gone] or people
    if not people:
        return None
    loads = dict(
        QueueRow.objects.filter(assignee__in=people, parked=False)
        .values_list("assignee")
        .annotate(cases=Count("application"))
    )
    chosen = min(people, key=lambda person: (loads.get(person.pk, 0), person.pk))
    return _give(case, row, chosen, by=None, why=WHY_LEAST_LOADED)


@transaction.atomic
def take(*, application: Application, actor: User) -> Assignment:
    """A reviewer takes an unassigned case. Raises NotAllowed; AlreadyDone names who has it."""
    case = workflow.lock(application)
    _require(case, actor, StaffRole.REVIEWER, StaffRole.LEAD)
    row = _open_row(case)
    if row.assignee_id is not None:
        current = case.assignments.select_related("assignee").get(ended_at=None)
        if current.assignee_id == actor.pk:
            return current
        raise AlreadyDone(what=_("배정"), who=str(current.assignee), at=current.assigned_at)
    return _give(case, row, actor, by=actor, why=WHY_TAKEN)


def take_next(*, actor: User) -> Assignment | None:
    """Take the most urgent unassigned case that this person may review; None when there is none.

    Cases that somebody else is taking at this moment are passed over, not waited for.
    """
    for _attempt in range(ATTEMPTS):
        with transaction.atomic():
            case = (
                Application.objects.filter(
                    _reviewed_by(actor), queue_row__assignee=None, queue_row__parked=False
                )
                .order_by("-queue_row__urgency", "queue_row__due_on", "pk")
                .select_for_update(no_key=True, of=("self",), skip_locked=True)
                .first()
            )
            if case is None:
                return None
            try:
                return take(application=case, actor=actor)
            except AlreadyDone:  # between the reading and the lock: the next one, then
                continue
    return None


def _reviewed_by(actor: User) -> Q:
    """Cases of the programmes that the person reviews."""
    found = Q(pk__in=[])
    for office_id, slugs in staff_scope(actor, StaffRole.REVIEWER, StaffRole.LEAD):
        own = Q(queue_row__office_id=office_id)
        found |= own & Q(queue_row__programme__slug__in=slugs) if slugs else own
    return found


@transaction.atomic
def reassign(
    *,
    application: Application,
    actor: User,
    to: User,
    reason: str,
    expected_revision: int | None = None,
) -> Assignment:
    """A lead moves a case to another reviewer of the office, with a reason."""
    case = workflow.lock(application)
    _require(case, actor, StaffRole.LEAD)
    if not has_role(to, case.office_id, StaffRole.REVIEWER, programme_slug=case.programme.slug):
        raise NotNow(_("이 기관의 심사자에게만 배정할 수 있습니다."))
    if not reason.strip():
        raise NotNow(_("사유를 적어 주세요."))
    row = _open_row(case)
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleCase
    now = calendar.now()
    case.assignments.filter(ended_at=None).update(ended_at=now, ended_because=reason.strip()[:200])
    workflow.touch(case)
    return _give(case, row, to, by=actor, why=WHY_REASSIGNED)


def end_running(case: Application, *, because: str) -> None:
    """The reviewer's stretch of time ends with the case."""
    case.assignments.filter(ended_at=None).update(ended_at=calendar.now(), ended_because=because)


def release_on_close(case: Application, change: object) -> None:
    """Effect of the closing steps that lock no pool before."""
    end_running(case, because=case.stage)


def _require(case: Application, actor: User, *roles: str) -> None:
    if not has_role(actor, case.office_id, *roles, programme_slug=case.programme.slug):
        raise NotAllowed(_("이 단계를 처리할 권한이 없습니다."))


def _open_row(case: Application) -> QueueRow:
    row = QueueRow.objects.select_for_update(of=("self",)).filter(application=case).first()
    if row is None:
        raise NotNow(_("이미 끝난 신청입니다."))
    return row


def _give(
    case: Application, row: QueueRow, person: User, *, by: User | None, why: str
) -> Assignment:
    now = calendar.now()
    row.assignee, row.assigned_at = person, now
    row.save(update_fields=["assignee", "assigned_at"])
    assignment = Assignment.objects.create(
        application=case, assignee=person, assigned_by=by, assigned_at=now, why=why
    )
    record(
        name="review.assigned",
        subject_type="application",
        subject_id=case.public_id,
        actor=by,
        data={"assignee": str(person.public_id), "why": why},
    )
    return assignment


def last_officer(case: Application) -> User | None:
    """Who had a case last, and may still answer for it; None where nobody ever had it."""
    row = (
        Assignment.objects.filter(application=case, assignee__is_active=True)
        .select_related("assignee")
        .order_by("-assigned_at", "-pk")
        .first()
    )
    return row.assignee if row else None
