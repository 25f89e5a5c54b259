"""The seal's picture is fetched before the case is locked, and believed only while it is the seal.

Storage may be slow or gone: whoever waits for it must not hold a case, a pool or a number.
"""

from io import BytesIO

import pytest
from django.conf import settings as configured
from django.core.files.storage import FileSystemStorage
from django.db import connection
from PIL import Image

from accounts.models import Office
from applications.errors import Incomplete
from applications.stages import Stage
from files import services as files
from letters import keys
from letters import services as letters
from letters.models import Letter
from programs import quota
from programs.models import Pool
from reviews.services import approval, decision, signing
from tests.world import GYEONGGI

OPENED: list[bool] = []


class Watched(FileSystemStorage):
    """A storage that notes whether a transaction is open when something is read from it."""

    def _open(self, name, mode="rb"):
        OPENED.append(connection.in_atomic_block)
        return super()._open(name, mode)


@pytest.fixture(autouse=True)
def _watched(settings, tmp_path):
    settings.STORAGES = {
        **configured.STORAGES,
        "sealed": {
            "BACKEND": "tests.reviews.test_seal_before_locks.Watched",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }
    OPENED.clear()


def sealed(world):
    """Give the office a seal of its own; its picture is in storage."""
    office = Office.objects.get(code="gyeonggi")
    out = BytesIO()
    Image.new("RGB", (40, 40), "#aa0000").save(out, format="PNG")
    stored = files.put(data=out.getvalue(), name="seal.png", content_type="image/png")
    return keys.register_seal(office=office, image=stored, actor=world["gyeonggi.admin"])


@pytest.mark.django_db(transaction=True)
def test_nothing_is_read_from_storage_while_a_case_is_locked(live_world):
    sealed(live_world)
    quota.resize(
        pool=Pool.objects.get(programme__slug=GYEONGGI, parent=None),
        size=1,
        actor=None,
        reason="test",
    )
    first = live_world.at(Stage.DECISION, slug=GYEONGGI)
    second = live_world.at(Stage.DECISION, slug=GYEONGGI)
    OPENED.clear()
    first.draft().sign_off()
    second.draft().sign_off()
    signing.take_back(application=first.fresh(), actor=first.lead, reason="착오")
    signing.accept_unit(application=second.fresh(), actor=second.lead)
    assert second.fresh().stage == Stage.APPROVED
    # Two drafts, two sign-offs, one accepted offer: each looked once, and none under a lock.
    assert OPENED == [False] * 5


@pytest.mark.django_db
def test_the_rig_sees_a_reading_under_a_lock(world):
    """The test above can fail: asked without the look taken before, storage is read at once."""
    sealed(world)
    story = world.at(Stage.DECISION, slug=GYEONGGI)
    OPENED.clear()
    assert approval.approval_problems(story.case) == []
    assert OPENED == [True]  # this test's own transaction


@pytest.mark.django_db
def test_a_seal_that_changed_meanwhile_is_not_believed(world):
    sealed(world)
    story = world.at(Stage.DECISION, slug=GYEONGGI).draft()
    look = letters.look_at_seal(story.case.office)
    assert approval.approval_problems(story.case, seal=look) == []
    sealed(world)
    (problem,) = approval.approval_problems(story.case, seal=look)
    assert "관인이 방금 바뀌었습니다" in problem
    assert approval.approval_problems(story.case) == []


@pytest.mark.django_db
@pytest.mark.incident("T8")
def test_a_seal_that_is_gone_stops_the_sign_off_and_nothing_moves(world):
    seal = sealed(world)
    story = world.at(Stage.DECISION, slug=GYEONGGI).draft()
    files.storage().delete(seal.image.path)
    with pytest.raises(Incomplete, match="관인"):
        signing.sign_off(decision=decision.live_decision(story.case), actor=story.lead)
    assert story.fresh().stage == Stage.DECISION
    assert not Letter.objects.exists()
    (line,) = (one for one in quota.snapshot() if one.pool.programme.slug == GYEONGGI)
    assert (line.pool.held, line.pool.issued, line.ok) == (0, 0, True)
