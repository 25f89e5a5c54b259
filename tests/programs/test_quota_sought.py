"""The statements that find pools say what `read_sought` says in its own words."""

import random
import uuid
from datetime import date

import pytest
from django.db import transaction

from programs.calendar import now
from programs.models import Pool
from programs.quota.locked import vendor
from programs.quota.movements import Attempt, Result, Sought
from programs.quota.reading import read_sought
from tests.programs.pools import opened

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

PERIODS = ["2025", "2026", "2026-b", "2026-B"]
PATHS = ["total", "total/weld", "total/paint"]


@pytest.fixture(params=range(12), ids=lambda seed: f"draw {seed}")
def drawn(request):
    """Two programmes with pools of several periods, some of them closed, and what to seek."""
    draw = random.Random(request.param)
    trees = [opened(2, slug=slug) for slug in ("one", "two")]
    for tree in trees:
        Pool.objects.filter(programme=tree.programme).update(period_code="none")
        for code in draw.sample(PERIODS, draw.randint(1, len(PERIODS))):
            first = date(2026, draw.randint(1, 8), 1)
            root = None
            for path in PATHS[: draw.randint(1, 3)]:
                pool = Pool.objects.create(
                    programme=tree.programme,
                    period_code=code,
                    period_from=first,
                    period_to=date(2026, draw.randint(9, 12), 1),
                    path=path,
                    parent=root,
                    name_ko=path,
                    name_en=path,
                    size=draw.randint(0, 2),
                    closed_at=now() if draw.random() < 0.25 else None,
                )
                root = root or pool
    return [
        Sought(
            trees[0].programme.pk,
            draw.choice([*PERIODS, "another"]),
            date(2026, draw.randint(1, 12), 15),
            tuple(sorted(draw.sample(PATHS, draw.randint(1, 3)))),
        )
        for _time in range(20)
    ], trees[0].version


def test_what_is_locked_is_what_is_read(drawn):
    for sought in drawn[0]:
        read = [(pool.pk, pool.parent_id) for pool in read_sought(sought)]
        with transaction.atomic():
            assert vendor().lock_sought(sought) == read


@pytest.mark.parametrize("path", PATHS[:2])
def test_what_is_taken_at_once_is_what_is_read(drawn, path):
    for one in drawn[0]:
        sought = Sought(one.programme, one.period, one.day, (path,))
        attempt = Attempt(
            sought=sought,
            subject=uuid.uuid4(),
            public_id=uuid.uuid4(),
            version=drawn[1].pk,
            actor=None,
            reason="test",
            now=now(),
        )
        read = read_sought(sought)
        taken = vendor().take_at_once(attempt)
        if not read or not read[0].free:
            assert taken.result is Result.FULL
        else:
            assert (taken.result, taken.leaf) == (Result.HELD, read[0].pk)
