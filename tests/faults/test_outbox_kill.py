"""Workers killed with -9 in mid-handler: in the end every effect has happened once."""

import os
import signal
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Event
from notifications import outbox
from notifications.models import OutboxRow
from tests.faults.worker import Stage, wait_until

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=["filesystem", "redis"])
def stage(request, tmp_path):
    broker = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    with Stage(tmp_path, broker=broker) as made:
        yield made


def enqueue(topic):
    key = str(uuid.uuid4())
    row = outbox.enqueue(topic=f"faults.{topic}", key=key, payload={})
    # The hint at commit was lost, and the first sweep already thinks so.
    OutboxRow.objects.filter(pk=row.pk).update(hint_at=row.due_at)
    return key


def effects(key):
    return Event.objects.filter(name="faults.effect", subject_id=key).count()


def done(*keys):
    return OutboxRow.objects.filter(key__in=keys, done_at__isnull=False).count() == len(keys)


def test_whatever_a_killed_worker_was_doing_has_happened_once_in_the_end(stage):
    """One row for each place in a handler where kill -9 can strike, all struck at once."""
    steps = ("begun", "written", "committed")
    inside = {step: enqueue("inside") for step in steps}
    elsewhere = enqueue("outside")
    places = [(key, step) for step, key in inside.items()] + [(elsewhere, "written")]
    for key, step in places:
        stage.close_gate(key, step)
    first = stage.start_worker(concurrency=len(places))
    wait_until(lambda: all(stage.reached(*place) == 1 for place in places), worker=first)
    first.kill()
    assert {step: (effects(key), done(key)) for step, key in inside.items()} == {
        "begun": (0, False),
        "written": (0, False),  # its transaction went with it
        "committed": (1, True),
    }
    assert not done(elsewhere)
    for key, step in places:
        stage.open_gate(key, step)
    second = stage.start_worker()
    wait_until(lambda: done(elsewhere, *inside.values()), worker=second)
    assert {step: effects(key) for step, key in inside.items()} == dict.fromkeys(steps, 1)
    begun = {step: stage.reached(key, "begun") for step, key in inside.items()}
    assert begun == {"begun": 2, "written": 2, "committed": 1}
    assert [OutboxRow.objects.get(key=key).attempts for key in inside.values()] == [2, 2, 1]
    # Outside this database the row's key is what makes the second attempt none.
    assert stage.reached(elsewhere, "begun") == 2
    assert stage.reached(elsewhere, "recognised") == 1


def test_a_killed_child_of_a_living_worker_loses_nothing(stage):
    key = enqueue("inside")
    stage.close_gate(key, "begun")
    worker = stage.start_worker()
    wait_until(lambda: stage.reached(key, "begun") == 1, worker=worker)
    child = int((stage.steps / f"{key}.begun.reached").read_text())
    assert child != worker.process.pid
    os.kill(child, signal.SIGKILL)
    stage.open_gate(key, "begun")
    wait_until(lambda: done(key), worker=worker)
    assert effects(key) == 1


@pytest.mark.incident("T16")
def test_what_fell_due_while_nothing_ran_happens_once_after_the_restart(stage):
    keys = [enqueue("inside") for _ in range(20)] + [enqueue("again") for _ in range(5)]
    long_ago = timezone.now() - timedelta(hours=6)
    OutboxRow.objects.update(due_at=long_ago, hint_at=long_ago, created_at=long_ago)
    # Two of everything: two beats, two sweepers, every hint at least doubled.
    for _ in range(2):
        worker = stage.start_worker()
    wait_until(lambda: done(*keys), 60, worker=worker)
    assert [effects(key) for key in keys] == [1] * 25
    assert {stage.reached(key, "begun") for key in keys} == {1}
