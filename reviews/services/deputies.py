"""Who takes over while somebody is away, and how it goes back.

When an absence begins, what falls due during it goes to the deputy, or where the deputy is away
too, to the deputy's deputy; where there is none, or they may not have the case, to whom the rule
chooses. The rest stays where it is, open to the
deputy and the leads; a case that the applicant sends back meanwhile goes to the deputy too. When
the person is back, what was taken over goes back to them, unless its decision is drafted already.
"""

from uuid import UUID

from django.db import transaction

from accounts.access import has_role
from accounts.models import StaffRole, User
from applications import workflow
from applications.models import Application, QueueRow
from notifications import outbox
from notifications.outbox import Lease
from programs import calendar
from reviews.models import Absence, Assignment, Decision
from reviews.services import assignment, conflicts, roster
from reviews.services.choosing import choose

TOPIC_OVER = "reviews.absence_over"


def current(person: User) -> Absence | None:
    """The absence of today; of several the one with a deputy that lasts longest."""
    today = calendar.today()
    rows = Absence.objects.filter(user=person, from_on__lte=today, until_on__gte=today)
    found = sorted(
        rows.select_related("deputy", "user"),
        key=lambda one: (one.deputy_id is None, -one.until_on.toordinal()),
    )
    return found[0] if found else None


def run() -> int:
    """Begin what has begun and end what is over; how many cases went. A missed or doubled run
    changes nothing: each absence is gone through until it is marked."""
    today = calendar.today()
    begun = Absence.objects.filter(begun_at=None, from_on__lte=today, until_on__gte=today)
    over = Absence.objects.filter(over_at=None, until_on__lt=today)
    return sum(begin(one) for one in begun.select_related("user", "deputy").order_by("pk")) + sum(
        finish(one) for one in over.select_related("user").order_by("pk")
    )


def begin(absence: Absence) -> int:
    """Hand over what falls due while the person is away, one transaction per case."""
    due = Application.objects.filter(
        queue_row__assignee=absence.user,
        queue_row__parked=False,
        queue_row__due_on__lte=absence.until_on,
    )
    handed = sum(hand_over(application=case, absence=absence) for case in due.order_by("pk"))
    Absence.objects.filter(pk=absence.pk, begun_at=None).update(begun_at=calendar.now())
    return handed


@transaction.atomic
def hand_over(*, application: Application, absence: Absence, only_deputy: bool = False) -> bool:
    """Give a case of somebody who is away to the deputy, or else to whom the rule chooses; False
    when there is nobody, or the case is no longer the person's: it then stays where it is."""
    case = workflow.lock(application)
    row = QueueRow.objects.select_for_update(of=("self",)).filter(application=case).first()
    if row is None or row.assignee_id != absence.user_id:
        return False
    until = {"until": absence.until_on.isoformat()}
    deputy = stand_in(absence, case)
    if deputy is not None:
        person, why, data = deputy, assignment.WHY_DEPUTY, until
    elif only_deputy:
        return False
    else:
        choice = choose(case, row, roster.of_office(case.office_id), without=[absence.user_id])
        if choice.member is None or choice.data.get("everybody_away"):
            return False
        person = User.objects.get(pk=choice.member.user_id)
        why, data = assignment.WHY_LEAST_LOADED, {**choice.data, **until}
    held = assignment.set_free(case, row, how=Assignment.Ended.AWAY)
    whose = held.instead_of or absence.user
    assignment.give(
        case,
        row,
        person,
        by=None,
        why=why,
        data=data,
        instead_of=whose if whose.pk != person.pk else None,
    )
    return True


def stand_in(absence: Absence, case: Application) -> User | None:
    """The deputy; where the deputy is away too, the deputy's own, and so on. None where the chain
    ends with nobody, comes back to where it began, or leads to somebody who may not have the case:
    nobody else has named who comes after them."""
    passed = {absence.user_id}
    away: Absence | None = absence
    while away is not None and away.deputy is not None and away.deputy_id not in passed:
        if fits(away.deputy, case):
            return away.deputy
        passed.add(away.deputy.pk)
        away = current(away.deputy)
    return None


def fits(person: User, case: Application) -> bool:
    """Whether somebody may work on the case and is there today."""
    return (
        has_role(
            person,
            case.office_id,
            StaffRole.REVIEWER,
            StaffRole.LEAD,
            programme_slug=case.programme.slug,
        )
        and current(person) is None
        and not conflicts.among([person.pk], case)
    )


def finish(absence: Absence) -> int:
    given = give_back(absence.user)
    now = calendar.now()
    # Nobody may have come by while it lasted: then it begins and ends here.
    Absence.objects.filter(pk=absence.pk, over_at=None).update(
        begun_at=absence.begun_at or now, over_at=now
    )
    return given


def give_back(person: User) -> int:
    """Give back what others took over for this person, unless they are still away."""
    if current(person) is not None:
        return 0
    held = Assignment.objects.filter(instead_of=person, ended_at=None).values("application")
    cases = Application.objects.filter(pk__in=held).order_by("pk")
    return sum(_give_back(application=case, person=person) for case in cases)


@transaction.atomic
def _give_back(*, application: Application, person: User) -> bool:
    case = workflow.lock(application)
    row = QueueRow.objects.select_for_update(of=("self",)).filter(application=case).first()
    held = case.assignments.filter(ended_at=None, instead_of=person).first()
    if row is None or held is None or not fits(person, case):
        return False
    if Decision.objects.filter(application=case, ended_at=None).exists():
        return False
    assignment.set_free(case, row, how=Assignment.Ended.BACK)
    assignment.give(case, row, person, by=None, why=assignment.WHY_BACK)
    return True


# --- by the outbox -------------------------------------------------------------------------------
def leave_word(person: User, key: str) -> None:
    """An absence was struck out: what was taken over is given back after this transaction."""
    outbox.enqueue(topic=TOPIC_OVER, key=key, payload={"person": str(person.public_id)})


def back(lease: Lease) -> None:
    """Outbox handler: the person is there after all. A repeat finds nothing left."""
    give_back(User.objects.get(public_id=UUID(lease.payload["person"])))
