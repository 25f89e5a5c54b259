"""T5: a worker killed with -9 anywhere in a letter's making. The same letter, the same number."""

from datetime import timedelta

import pytest
from django.utils import timezone

from applications.models import Application
from applications.stages import Stage as CaseStage
from audit import services as audit
from files import services as files
from letters.models import Letter, LetterState
from letters.verification import check_bytes
from notifications.models import Mail, OutboxRow
from programs import quota
from tests.faults.worker import Stage, wait_until
from tests.world import GYEONGGI

pytestmark = [
    pytest.mark.fault,
    pytest.mark.incident("T5"),
    pytest.mark.django_db(transaction=True),
]

PLACES = ("after_lease", "after_render", "after_store", "after_register")


def expire_the_lease(letter: Letter) -> None:
    """Let the time pass in which the dead worker's lease holds others off."""
    past = timezone.now() - timedelta(seconds=1)
    row = OutboxRow.objects.filter(topic="letters.make", key=str(letter.public_id))
    row.exclude(lease_until=None).update(lease_until=past)
    row.update(hint_at=past)


def state_of(letter: Letter) -> str:
    return Letter.objects.values_list("state", flat=True).get(pk=letter.pk)


@pytest.mark.parametrize(
    ("place", "broker"),
    [(place, "filesystem") for place in PLACES] + [("after_render", "redis")],
)
def test_the_same_letter_is_finished_with_the_same_number(
    live_world, tmp_path, request, place, broker
):
    url = request.getfixturevalue("redis_url") if broker == "redis" else ""
    with Stage(tmp_path, broker=url) as stage:
        stage.close_gate("letter", place)
        story = live_world.at(CaseStage.DECISION, slug=GYEONGGI).draft()
        letter = story.sign_off().letter
        first = stage.start_worker(queues=("default", "letters"))
        expire_the_lease(letter)
        wait_until(lambda: stage.reached("letter", place) == 1, 60, worker=first)
        first.kill()
        assert state_of(letter) == LetterState.RESERVED
        files_before = list(letter.files.values_list("sha256", flat=True))
        assert len(files_before) == (1 if place == "after_register" else 0)

        stage.open_gate("letter", place)
        second = stage.start_worker(queues=("default", "letters"))
        expire_the_lease(letter)
        wait_until(lambda: state_of(letter) == LetterState.VALID, 60, worker=second)
        row = OutboxRow.objects.filter(topic="letters.make", key=str(letter.public_id))
        wait_until(lambda: row.filter(done_at__isnull=False).exists(), worker=second)
        said = Mail.objects.filter(about=story.case.public_id, key__contains=":issued")
        wait_until(lambda: said.filter(sent_at__isnull=False).count() == 2, worker=second)

    made = Letter.objects.get(subject=story.case.public_id)
    assert (made.pk, made.number) == (letter.pk, letter.number)
    assert made.files.count() == 1
    if files_before:
        assert made.files.get().sha256 == files_before[0]
    verdict = check_bytes(files.read(made.current_file().stored), trust=None, offline=False)
    assert verdict.word == "specimen"
    assert Application.objects.get(pk=story.case.pk).stage == CaseStage.ISSUED
    for line in quota.snapshot():
        assert line.ok, line
    audit.seal()
    assert audit.verify().ok
