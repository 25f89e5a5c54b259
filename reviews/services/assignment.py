"""Who has a case. The case row is locked first, then its queue row, as everywhere."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.access import has_role
from accounts.models import StaffRole, User
from applications import workflow
from applications.errors import AlreadyDone, NotAllowed, NotNow, StaleCase
from applications.models import Application, QueueRow
from audit.services import record
from notifications.outbox import Lease
from programs import calendar
from reviews.models import Assignment
from reviews.models.assigning import LEASE_HOURS, NOT_AGAIN_HOURS
from reviews.services import conflicts, roster
from reviews.services.choosing import choose
from reviews.services.roster import Member, Roster
from reviews.sql import vendor_sql
from reviews.taking import Taking

WHY_LEAST_LOADED = "least_loaded"
WHY_TAKEN = "taken"
WHY_REASSIGNED = "reassigned"
WHY_DEPUTY = "deputy"
WHY_BACK = "back_from_absence"
LONGEST_REASON = 200
LOOKS = 3
ORDER = ("queue_row__rank", "queue_row__due_on", "queue_row__application_id")


# --- by rule -----------------------------------------------------------------------------------
def assign_submitted(lease: Lease) -> None:
    """Outbox handler: give a newly received case to a reviewer. A repeat changes nothing."""
    case = Application.objects.get(public_id=UUID(lease.payload["application"]))
    assign_least_loaded(application=case)


@transaction.atomic
def assign_least_loaded(*, application: Application) -> Assignment | None:
    """Give an unassigned open case to the reviewer of its office with the fewest cases among those
    whom nothing keeps from it (`choosing.choose`), and write down why.

    None when it has a reviewer already, is not open any more, or nobody may and can take it; it
    then waits in the office's free queue, and the record says whom what kept from it.
    """
    case = workflow.lock(application)
    row = QueueRow.objects.select_for_update(of=("self",)).filter(application=case).first()
    if row is None or row.assignee_id is not None:
        return None
    choice = choose(case, row, roster.of_office(case.office_id))
    if choice.member is None:
        record(
            name="review.nobody_to_assign",
            subject_type="application",
            subject_id=case.public_id,
            data=choice.data,
        )
        return None
    person = User.objects.get(pk=choice.member.user_id)
    return give(case, row, person, by=None, why=WHY_LEAST_LOADED, data=choice.data)


# --- taking ------------------------------------------------------------------------------------
@transaction.atomic
def take(*, application: Application, actor: User) -> Assignment:
    """A reviewer takes an unassigned case, for as long as they work on it. Raises NotAllowed;
    AlreadyDone names who has it."""
    case = workflow.lock(application)
    require(case, actor, StaffRole.REVIEWER, StaffRole.LEAD)
    row = open_row(case)
    if row.assignee_id is not None:
        current = case.assignments.select_related("assignee").get(ended_at=None)
        if current.assignee_id == actor.pk:
            return current
        raise AlreadyDone(what=_("배정"), who=str(current.assignee), at=current.assigned_at)
    until = calendar.now() + roster.numbers_of(case.office_id).lease
    return give(case, row, actor, by=actor, why=WHY_TAKEN, until=until)


def take_next(*, actor: User) -> Assignment | None:
    """Take the most urgent unassigned case that this person may and can review, for as long as
    they work on it; None when there is none.

    Passed over: programmes that are not theirs, a language or an occupation that is somebody
    else's, what they let go lately, and what a conflict of interest bars them from. Cases that
    somebody else is taking at this moment are not waited for. Raises NotNow during the person's
    own absence.
    """
    if vendor_sql(connection).TAKES_AT_ONCE:
        taken = _take_at_once(actor)
        if taken is None:
            _refuse_while_away(_own_posts(actor, roster.of_colleagues(actor)))
        return taken
    rosters = roster.of_colleagues(actor)
    mine = _own_posts(actor, rosters)
    _refuse_while_away(mine)
    offices = list(mine)
    if len(offices) > 1:
        offices = _most_urgent_first(actor, rosters, mine)
    for office in offices:
        if (taken := _claim(actor, rosters[office], mine[office])) is not None:
            return taken
    return None


def _own_posts(actor: User, rosters: Mapping[int, Roster]) -> dict[int, Member]:
    return {office: people.members[actor.pk] for office, people in rosters.items()}


def _refuse_while_away(mine: Mapping[int, Member]) -> None:
    if any(member.away_until for member in mine.values()):
        raise NotNow(_("부재로 적힌 날에는 새 신청을 맡을 수 없습니다. 부재 일정을 확인해 주세요."))


def _take_at_once(actor: User) -> Assignment | None:
    """One statement that finds, locks, gives and records, and is its own transaction: two round
    trips less while the case is locked. `_takeable` says the same in words of the ORM, and a test
    compares the two.

    A conflict of interest declared after the statement began to look is seen by the database when
    it writes; the refused case is then left out, by looking again.
    """
    for look in range(LOOKS):
        begun = Assignment(
            assignee=actor, assigned_by=actor, assigned_at=calendar.now(), why=WHY_TAKEN
        )
        try:
            found = vendor_sql(connection).take_next(taking(begun))
        except IntegrityError:
            if connection.in_atomic_block or look == LOOKS - 1:
                raise
            continue
        if found is None:
            return None
        begun.pk, begun.application_id = found
        begun._state.adding, begun._state.db = False, connection.alias
        return begun
    return None


@transaction.atomic
def _claim(actor: User, people: Roster, member: Member) -> Assignment | None:
    """One read that locks the case and then its queue row, and skips what others hold: both rows
    are looked at again under their locks, so nobody gets what was given away meanwhile."""
    case = (
        _takeable(actor, people, member)
        .order_by(*ORDER)
        .select_related("queue_row")
        .select_for_update(no_key=True, of=("self", "queue_row"), skip_locked=True)
        .first()
    )
    if case is None:
        return None
    until = calendar.now() + member.numbers.lease
    return _write(case, case.queue_row, actor, by=actor, why=WHY_TAKEN, until=until)


def _takeable(actor: User, people: Roster, member: Member) -> Any:
    since = calendar.now() - member.numbers.not_again
    return Application.objects.filter(
        people.where(member),
        ~conflicts.cases_barred_to(actor),
        ~Q(pk__in=roster.let_go_by(actor.pk, since).values("application")),
        queue_row__office_id=member.office_id,
        queue_row__assignee=None,
        queue_row__parked=False,
    )


def _most_urgent_first(
    actor: User, rosters: Mapping[int, Roster], mine: Mapping[int, Member]
) -> list[int]:
    """The offices of somebody who works for several, that of the most urgent case first."""
    tops = []
    for office, member in mine.items():
        top = (
            _takeable(actor, rosters[office], member)
            .order_by(*ORDER)
            .values_list("queue_row__rank", "queue_row__due_on", "pk")
            .first()
        )
        if top is not None:
            tops.append((*top, office))
    return [office for *_key, office in sorted(tops)]


def taking(taken: Assignment) -> Taking:
    """What the statement is told of a stretch about to begin."""
    return Taking(
        actor=taken.assignee,
        roles=[str(role) for role in roster.WORKING],
        why=taken.why,
        public_id=taken.public_id,
        now=taken.assigned_at,
        today=calendar.today(),
        lease_hours=LEASE_HOURS,
        not_again_hours=NOT_AGAIN_HOURS,
    )


# --- giving back and on ------------------------------------------------------------------------
@transaction.atomic
def release(
    *,
    application: Application,
    actor: User,
    reason: str,
    expected_revision: int | None = None,
) -> None:
    """Put a case back into the free queue, with a reason: its reviewer's own, or a lead any. It is
    not given back to the same person at once. Raises NotAllowed, NotNow, StaleCase."""
    case = workflow.lock(application)
    row = open_row(case)
    if row.assignee_id != actor.pk and not workflow.may(case, workflow.LEAD, actor):
        raise NotAllowed(_("담당자나 결재자만 신청을 내려놓을 수 있습니다."))
    if row.assignee_id is None:
        raise NotNow(_("담당자가 없는 신청입니다."))
    expect(case, expected_revision)
    because = stated(reason)
    person = row.assignee_id
    set_free(case, row, how=Assignment.Ended.RELEASED, because=because)
    record(
        name="review.released",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={"own": person == actor.pk},
    )


@transaction.atomic
def reassign(
    *,
    application: Application,
    actor: User,
    to: User,
    reason: str,
    expected_revision: int | None = None,
) -> Assignment:
    """A lead gives a case to another reviewer of the office, with a reason. Raises NotAllowed,
    NotNow (not of the office, has it already, a conflict of interest), StaleCase."""
    case = workflow.lock(application)
    require(case, actor, StaffRole.LEAD)
    row = open_row(case)
    if refusal := cannot_have(case, row, to):
        raise NotNow(refusal)
    because = stated(reason)
    expect(case, expected_revision)
    if row.assignee_id is not None:
        set_free(case, row, how=Assignment.Ended.REASSIGNED, because=because)
    else:
        workflow.touch(case)
    return give(case, row, to, by=actor, why=WHY_REASSIGNED, data={"reason": because})


def cannot_have(case: Application, row: QueueRow, person: User) -> str:
    """Why a lead cannot give the case to this person, in a sentence; "" if they can."""
    if row.assignee_id == person.pk:
        return _("이미 이 사람이 맡고 있는 신청입니다.")
    if not has_role(person, case.office_id, StaffRole.REVIEWER, programme_slug=case.programme.slug):
        return _("이 기관의 심사자에게만 배정할 수 있습니다.")
    if conflicts.among([person.pk], case):
        return _("이 신청과 이해관계가 있어 맡을 수 없는 사람입니다.")
    return ""


def set_free(case: Application, row: QueueRow, *, how: str, because: str = "") -> Assignment:
    """End the running stretch of a locked, assigned case and clear its queue row; the stretch
    that ended."""
    held = case.assignments.get(ended_at=None)
    row.assignee, row.assigned_at, row.lease_until = None, None, None
    row.save(update_fields=["assignee", "assigned_at", "lease_until"])
    end_running(case, how=how, because=because)
    workflow.touch(case)
    return held


def end_running(case: Application, *, how: str, because: str = "") -> None:
    """The reviewer's stretch of time ends."""
    case.assignments.filter(ended_at=None).update(
        ended_at=calendar.now(), ended_how=how, ended_because=because[:LONGEST_REASON]
    )


def release_on_close(case: Application, change: object) -> None:
    """Effect of the closing steps that lock no pool before."""
    end_running(case, how=Assignment.Ended.CLOSED, because=case.stage)


def open_row(case: Application) -> QueueRow:
    """The queue row of a locked case, locked. Raises NotNow when the case is over."""
    row = QueueRow.objects.select_for_update(of=("self",)).filter(application=case).first()
    if row is None:
        raise NotNow(_("이미 끝난 신청입니다."))
    return row


def require(case: Application, actor: User, *roles: str) -> None:
    if not has_role(actor, case.office_id, *roles, programme_slug=case.programme.slug):
        raise NotAllowed(_("이 단계를 처리할 권한이 없습니다."))
    if workflow.is_barred(case, actor):
        raise NotAllowed(_("이 신청과 이해관계가 있어 처리할 수 없습니다."))


def stated(reason: str) -> str:
    said = reason.replace("\x00", "").strip()
    if not said:
        raise NotNow(_("사유를 적어 주세요."))
    return said[:LONGEST_REASON]


def expect(case: Application, revision: int | None) -> None:
    if revision is not None and revision != case.revision:
        raise StaleCase


def give(
    case: Application,
    row: QueueRow,
    person: User,
    *,
    by: User | None,
    why: str,
    data: Mapping[str, Any] | None = None,
    until: datetime | None = None,
    instead_of: User | None = None,
) -> Assignment:
    """Give a locked, unassigned case to somebody. The last door: whoever is in conflict with the
    case is refused here, however they were chosen. Raises NotNow."""
    refusal = _("이 신청과 이해관계가 있어 맡을 수 없는 사람입니다.")
    if conflicts.among([person.pk], case):
        raise NotNow(refusal)
    try:
        return _write(
            case, row, person, by=by, why=why, data=data, until=until, instead_of=instead_of
        )
    except IntegrityError as declared_meanwhile:
        raise NotNow(refusal) from declared_meanwhile


def _write(
    case: Application,
    row: QueueRow,
    person: User,
    *,
    by: User | None,
    why: str,
    data: Mapping[str, Any] | None = None,
    until: datetime | None = None,
    instead_of: User | None = None,
) -> Assignment:
    now = calendar.now()
    row.assignee, row.assigned_at, row.lease_until = person, now, until
    QueueRow.objects.filter(pk=case.pk).update(assignee=person, assigned_at=now, lease_until=until)
    assignment = Assignment(
        application=case,
        assignee=person,
        assigned_by=by,
        assigned_at=now,
        why=why,
        why_data=dict(data or {}),
        instead_of=instead_of,
    )
    assignment.save(force_insert=True)
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
