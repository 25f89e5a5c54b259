"""T11: the same supplement opened twice at once, on PostgreSQL, with real commits.

The race is first run with its protections off, one after the other: without the lock and without
the constraint both requests are opened; with the constraint alone the database refuses the second.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction

from applications.errors import AlreadyDone, CaseError
from applications.models import ClockSegment, SupplementRequest
from applications.services import supplement
from applications.stages import Stage
from notifications.models import OutboxRow
from programs import calendar
from tests.world import MONDAY

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.incident("T11"),
]

PATIENCE = 30
ASKED = [supplement.Asked(text="여권 사본", document_code="passport_copy")]


def at_once(jobs):
    """Run the jobs in threads of their own connections, all let go together; what they returned,
    or the error they raised."""
    gate = threading.Barrier(len(jobs))

    def run(job):
        try:
            with calendar.frozen(MONDAY):
                gate.wait(timeout=PATIENCE)
                return job()
        except (CaseError, IntegrityError) as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def naive(case, person, number, both_have_read):
    """Look whether one is open, then open one: nothing locked in between."""

    def open_one():
        with transaction.atomic():
            is_open = SupplementRequest.objects.filter(application=case, closed_at=None).exists()
            both_have_read.wait(timeout=PATIENCE)
            if is_open:
                return "too late"
            return SupplementRequest.objects.create(
                application=case,
                round=number,
                requested_by=person,
                requested_at=calendar.now(),
                due_on=calendar.today() + timedelta(days=10),
            )

    return open_one


def race(story):
    """Two people who both have seen that nothing is open. Their rounds have numbers of their own:
    only `one_open_supplement` is asked here."""
    gate = threading.Barrier(2)
    people = (story.reviewer, story.lead)
    return at_once(
        [naive(story.case, person, number, gate) for number, person in enumerate(people, 1)]
    )


@pytest.fixture
def without_the_constraint(live_world) -> Iterator[None]:
    constraint = next(
        one for one in SupplementRequest._meta.constraints if one.name == "one_open_supplement"
    )
    with connection.schema_editor() as editor:
        editor.remove_constraint(SupplementRequest, constraint)
    yield
    SupplementRequest.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(SupplementRequest, constraint)


def test_with_nothing_in_the_way_two_are_opened(live_world, without_the_constraint):
    """The rig sees the race."""
    story = live_world.at(Stage.DOCUMENT_REVIEW)
    results = race(story)
    assert [type(one) for one in results] == [SupplementRequest, SupplementRequest]
    assert story.case.supplements.filter(closed_at=None).count() == 2


def test_the_database_refuses_the_second(live_world):
    story = live_world.at(Stage.DOCUMENT_REVIEW)
    results = race(story)
    refused = [one for one in results if isinstance(one, IntegrityError)]
    assert len(refused) == 1
    assert "one_open_supplement" in str(refused[0])
    assert story.case.supplements.filter(closed_at=None).count() == 1


def test_the_service_opens_one_and_tells_the_other_who_was_first(live_world):
    story = live_world.at(Stage.DOCUMENT_REVIEW)
    case, people = story.fresh(), (story.reviewer, story.lead)
    results = at_once(
        [
            lambda person=person: supplement.request_supplement(
                application=case, actor=person, items=ASKED
            )
            for person in people
        ]
    )
    (opened,) = [one for one in results if isinstance(one, SupplementRequest)]
    (told,) = [one for one in results if isinstance(one, AlreadyDone)]
    assert str(opened.requested_by) in str(told)
    assert case.supplements.get().items.count() == 1
    assert ClockSegment.objects.filter(application=case).count() == 1
    assert story.fresh().stage == Stage.SUPPLEMENT
    notices = OutboxRow.objects.filter(topic="applications.notice", key__endswith=":supplement")
    assert notices.count() == 1


def test_eight_at_once_are_one(live_world):
    """The same person in two tabs, and everybody else."""
    story = live_world.at(Stage.DOCUMENT_REVIEW)
    case, people = story.fresh(), (story.reviewer, story.lead) * 4
    results = at_once(
        [
            lambda person=person: supplement.request_supplement(
                application=case, actor=person, items=ASKED
            )
            for person in people
        ]
    )
    assert sum(isinstance(one, SupplementRequest) for one in results) == 1
    assert sum(isinstance(one, AlreadyDone) for one in results) == 7
    assert case.supplements.count() == 1
