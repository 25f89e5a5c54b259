"""Reviewers who all press "take next" at once, on PostgreSQL, with real commits.

The race is first run with its protection off: by looking first and writing then, one case is given
to many.
"""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction

from accounts.models import Office, StaffMembership, StaffRole, User
from applications.errors import NotNow
from applications.models import QueueRow
from applications.stages import Stage
from programs import calendar
from reviews.models import Assignment, Conflict
from reviews.services import assignment
from tests.world import MONDAY

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

PEOPLE, CASES, PATIENCE = 8, 24, 30


@pytest.fixture
def rush(live_world):
    """More reviewers than cases for each, and a free queue."""
    office = Office.objects.get(code="kotra")
    people = []
    for number in range(PEOPLE):
        user = User.objects.create_user(email=f"rush{number}@demo.example", name=f"심사 {number}")
        StaffMembership.objects.create(office=office, user=user, role=StaffRole.REVIEWER)
        people.append(user)
    for _case in range(CASES):
        case = live_world.bare(Stage.DOCUMENT_REVIEW)
        QueueRow.objects.create(
            application=case,
            office=office,
            programme=case.programme,
            stage=case.stage,
            due_on=case.due_on,
        )
    return people


def at_once(people, job):
    """Each person in a thread of their own connection, all let go together."""
    gate = threading.Barrier(len(people))

    def run(person):
        try:
            with calendar.frozen(MONDAY):
                gate.wait(timeout=PATIENCE)
                return job(person)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(run, people))


def test_looking_first_and_writing_then_gives_one_case_to_many(rush):
    """The rig sees the race."""
    gate = threading.Barrier(len(rush))

    def naive(person):
        with transaction.atomic():
            row = QueueRow.objects.filter(assignee=None, parked=False).order_by(
                "rank", "due_on", "pk"
            )
            found = row.first()
            gate.wait(timeout=PATIENCE)
            QueueRow.objects.filter(pk=found.pk).update(assignee=person, assigned_at=calendar.now())
            return found.pk

    taken = at_once(rush, naive)
    assert max(Counter(taken).values()) == len(rush)


def test_every_case_is_taken_once_by_whoever_comes(rush):
    def until_none_is_left(person):
        found = []
        while (taken := assignment.take_next(actor=person)) is not None:
            found.append(taken.application_id)
        return found

    taken = [pk for mine in at_once(rush, until_none_is_left) for pk in mine]
    assert sorted(taken) == sorted(QueueRow.objects.values_list("pk", flat=True))
    assert Counter(taken).most_common(1)[0][1] == 1
    assert not QueueRow.objects.filter(assignee=None).exists()
    running = Assignment.objects.filter(ended_at=None)
    assert running.count() == CASES
    held = dict(QueueRow.objects.values_list("pk", "assignee"))
    assert {row.application_id: row.assignee_id for row in running} == held


def test_who_takes_by_name_and_who_takes_next_never_get_the_same(rush):
    """`take` waits where `take_next` skips: of a pair after one case, one gets it."""
    first = QueueRow.objects.order_by("rank", "due_on", "pk").first().application

    def one(person):
        if person == rush[0]:
            try:
                return assignment.take(application=first, actor=person).application_id
            except assignment.AlreadyDone:
                return None
        return assignment.take_next(actor=person).application_id

    taken = [pk for pk in at_once(rush, one) if pk is not None]
    assert max(Counter(taken).values()) == 1
    assert first.pk in taken


# --- A conflict of interest declared while a case is being given ---------------------------------
GATE = 3_112_026


@pytest.fixture
def slow_writing(rush):
    """Whoever writes a stretch waits at a gate that the test holds; `fn(job)` runs a job up to
    there, declares the conflict with the case on top, and opens the gate."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS"
            f" 'BEGIN PERFORM pg_advisory_xact_lock({GATE}); RETURN NEW; END'"
        )
        cursor.execute(
            "CREATE TRIGGER a_gate BEFORE INSERT ON reviews_assignment"
            " FOR EACH ROW EXECUTE FUNCTION wait_at_gate()"
        )

    def run(person, job):
        first = QueueRow.objects.order_by("rank", "due_on", "pk").first().application
        with ThreadPoolExecutor(1) as pool:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [GATE])
                try:
                    going = pool.submit(at_once, [person], lambda person: job(person, first))
                    until_somebody_waits(cursor)
                    Conflict.objects.create(
                        user=person,
                        kind=Conflict.Kind.DECLARED,
                        application=first,
                        declared_by=person,
                        declared_at=MONDAY,
                    )
                finally:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [GATE])
            try:
                (outcome,) = going.result(timeout=PATIENCE)
            except NotNow as refusal:
                outcome = refusal
        return first, outcome

    yield run
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER a_gate ON reviews_assignment")
        cursor.execute("DROP FUNCTION wait_at_gate()")


def until_somebody_waits(cursor):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s"
            " AND NOT granted",
            [GATE],
        )
        if cursor.fetchone()[0]:
            return
    pytest.fail("nobody came to the gate")


def test_take_next_leaves_out_what_became_barred_while_it_looked(rush, slow_writing):
    first, taken = slow_writing(rush[0], lambda person, _first: assignment.take_next(actor=person))
    assert taken.application_id != first.pk
    assert QueueRow.objects.get(pk=first.pk).assignee_id is None
    assert not Assignment.objects.filter(application=first).exists()


def test_take_by_name_says_what_became_barred_while_it_wrote(rush, slow_writing):
    first, refusal = slow_writing(
        rush[0], lambda person, first: assignment.take(application=first, actor=person)
    )
    assert isinstance(refusal, NotNow)
    assert "이해관계" in str(refusal)
    assert QueueRow.objects.get(pk=first.pk).assignee_id is None
