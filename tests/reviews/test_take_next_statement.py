"""The one statement by which PostgreSQL claims a case says what the ORM says in its own words."""

import random
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import CompanyMembership, Office, StaffMembership, StaffRole, User
from applications.models import Application, QueueRow
from applications.stages import Stage
from audit.models import Event
from programs import calendar
from programs.models import Programme
from reviews.models import Absence, Assignment, AssignmentRule, Conflict, ReviewerProfile
from reviews.services import assignment, roster

pytestmark = pytest.mark.django_db

LANGUAGES = ["", "vi", "uz", "ne"]
OCCUPATIONS = ["", "222", "2223", "2321", "31"]
ROLES = [StaffRole.REVIEWER, StaffRole.LEAD, StaffRole.ADMINISTRATOR]
DRAWS = 16


def by_the_orm(person):
    """The case that `_takeable` puts first, of all offices."""
    rosters = roster.of_colleagues(person)
    firsts = []
    for people in rosters.values():
        member = people.members[person.pk]
        if member.away_until:
            return None
        firsts += (
            assignment._takeable(person, people, member)
            .order_by(*assignment.ORDER)
            .values_list("queue_row__rank", "queue_row__due_on", "pk")[:1]
        )
    return min(firsts)[-1] if firsts else None


def by_the_statement(person):
    """The case that the statement gives; nothing of it stays."""
    with transaction.atomic():
        taken = assignment._take_at_once(person)
        transaction.set_rollback(True)
    return taken and taken.application_id


@pytest.fixture(params=range(DRAWS), ids=lambda seed: f"draw {seed}")
def drawn(request, world):
    """Offices, people and cases of every kind that matters, drawn."""
    draw = random.Random(request.param)
    cases, people, now = [], [], calendar.now()
    programmes = list(Programme.objects.select_related("office").order_by("slug"))
    offices = list(Office.objects.filter(programmes__in=programmes).order_by("code").distinct())
    for _number in range(30):
        case = world.bare(Stage.DOCUMENT_REVIEW)
        programme = draw.choice(programmes)
        QueueRow.objects.create(
            application=case,
            office=programme.office,
            programme=programme,
            stage=case.stage,
            due_on=calendar.today() + timedelta(days=draw.randrange(4)),
            urgency=draw.randrange(3),
            parked=draw.random() < 0.1,
            language=draw.choice(LANGUAGES),
            occupation=draw.choice(OCCUPATIONS),
        )
        cases.append(case)
    for office in offices:
        if draw.random() < 0.5:
            AssignmentRule.objects.create(office=office, not_again_hours=draw.choice([0, 48]))
    for number in range(10):
        person = User.objects.create_user(email=f"drawn{number}@demo.example", name="심사")
        for office in draw.sample(offices, draw.randint(1, 2)):
            own = [one.slug for one in programmes if one.office_id == office.pk]
            for role in draw.sample(ROLES, draw.randint(1, 2)):
                slugs = draw.choice([[], own, own[:1], ["another"]])
                StaffMembership.objects.create(
                    office=office, user=person, role=role, programmes=slugs
                )
        if draw.random() < 0.6:
            ReviewerProfile.objects.create(
                user=person,
                languages=draw.sample(LANGUAGES[1:], draw.randrange(3)),
                occupations=draw.choice([[], ["222"], ["2", "31"], ["23"]]),
            )
        if draw.random() < 0.2:
            first = calendar.today() + timedelta(days=draw.randint(-3, 1))
            Absence.objects.create(
                user=person, from_on=first, until_on=first + timedelta(days=1), entered_at=now
            )
        if draw.random() < 0.2:
            CompanyMembership.objects.create(
                company=draw.choice(cases).company, user=person, role="member"
            )
        if draw.random() < 0.6:
            conflict(draw, person, draw.choice(cases))
        people.append(person)
    # What would be theirs is what they have let go.
    for person in people:
        for _time in range(3):
            if (first := by_the_orm(person)) is not None:
                let_go(draw, person, Application(pk=first))
    return people


def let_go(draw, person, case):
    ended = calendar.now() - timedelta(hours=draw.choice([1, 23, 25, 90]))
    Assignment.objects.create(
        application=case,
        assignee=person,
        assigned_at=ended - timedelta(hours=1),
        why="taken",
        ended_at=ended,
        ended_how=draw.choice(["released", "lease_expired", "reassigned"]),
    )


def conflict(draw, person, case):
    against = draw.choice([{"company": case.company}, {"application": case}])
    over = draw.random() < 0.3
    Conflict.objects.create(
        user=person,
        kind="family",
        declared_by=person,
        declared_at=calendar.now(),
        ended_by=User.objects.exclude(pk=person.pk).first() if over else None,
        ended_at=calendar.now() if over else None,
        **against,
    )


def test_it_gives_what_the_orm_would(drawn):
    expected = {person.email: by_the_orm(person) for person in drawn}
    assert len(set(expected.values())) > 1, "this draw tells nothing"
    assert {person.email: by_the_statement(person) for person in drawn} == expected


def test_it_is_one_statement_and_writes_all_of_it(world):
    case = world.bare(Stage.DOCUMENT_REVIEW)
    QueueRow.objects.create(
        application=case,
        office=case.office,
        programme=case.programme,
        stage=case.stage,
        due_on=case.due_on,
    )
    person = world["kotra.reviewer"]
    with CaptureQueriesContext(connection) as caught:
        taken = assignment.take_next(actor=person)
    assert [query["sql"].split()[0] for query in caught] == ["WITH"]
    assert Assignment.objects.get(pk=taken.pk) == taken
    written = Assignment.objects.get(application=case)
    for name in ("public_id", "assignee_id", "assigned_by_id", "assigned_at", "why", "why_data"):
        assert getattr(written, name) == getattr(taken, name)
    row = QueueRow.objects.get(application=case)
    assert (row.assignee_id, row.assigned_at) == (person.pk, taken.assigned_at)
    assert row.lease_until == taken.assigned_at + roster.numbers_of(case.office_id).lease
    event = Event.objects.get(name="review.assigned")
    assert (event.subject_id, event.actor_id) == (case.public_id, person.pk)
    assert event.data == {"assignee": str(person.public_id), "why": "taken"}
