"""The end of a letter by several people at once, and while the worker is about to show another.

First with the locks off: then only the database's last line holds, and nobody is told a sentence.
"""

import threading
from collections import Counter

import pytest
from django.db import IntegrityError

from applications import workflow
from applications.errors import CaseError
from applications.stages import Stage
from letters.models import Ending, Letter
from notifications import outbox
from programs import quota
from reviews.services import letter_ends
from tests.outbox import deliver_letters
from tests.races.test_sign_off_race import at_once
from tests.world import GYEONGGI

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

SLIP = {"candidate_name_ko": "바른이름"}


@pytest.fixture
def issued(live_world):
    story = live_world.at(Stage.APPROVED, slug=GYEONGGI)
    deliver_letters()
    return story


def asked(story) -> dict:
    return {"application": story.fresh(), "actor": story.reviewer, "reason": "오기"}


def confirmed_at_once(story, live_world, before=lambda: None):
    made = letter_ends.propose_correction(**asked(story), corrections=SLIP)
    leads = [story.lead, live_world.second_lead("gyeonggi")]
    before()

    def confirm(lead):
        def run():
            try:
                return letter_ends.confirm(ending=made, actor=lead)
            except IntegrityError as clash:
                return clash

        return run

    return at_once([confirm(lead) for lead in leads])


def test_without_the_locks_only_the_database_holds(issued, live_world, monkeypatch):
    both_have_read = threading.Barrier(2)

    def read_together(row):
        held = Ending.objects.select_related("letter__office", "proposed_by").get(pk=row.pk)
        both_have_read.wait(timeout=30)
        return held

    def unlocked():
        # Only while both confirm: the proposal before it has locks of its own.
        monkeypatch.setattr(workflow, "lock", lambda row: type(row).objects.get(pk=row.pk))
        monkeypatch.setattr(letter_ends.ends, "lock", read_together)

    results = confirmed_at_once(issued, live_world, before=unlocked)
    assert Counter(type(one).__name__ for one in results) == {"Letter": 1, "IntegrityError": 1}


def test_one_of_two_leads_confirms_and_the_other_is_told(issued, live_world):
    results = confirmed_at_once(issued, live_world)
    (refused,) = [one for one in results if isinstance(one, CaseError)]
    assert "이미 처리되었습니다" in str(refused)
    assert Letter.objects.filter(state="reserved").count() == 1


def test_of_two_proposals_at_once_one_stands(issued):
    results = at_once(
        [
            lambda: letter_ends.propose_revocation(**asked(issued)),
            lambda: letter_ends.propose_correction(**asked(issued), corrections=SLIP),
        ]
    )
    assert sum(isinstance(one, Ending) for one in results) == 1
    assert Ending.objects.count() == 1


def test_a_revocation_against_the_worker_leaves_one_end_and_no_valid_letter_of_both(issued):
    slip = letter_ends.propose_correction(**asked(issued), corrections=SLIP)
    letter_ends.confirm(ending=slip, actor=issued.lead)
    revocation = letter_ends.propose_revocation(**asked(issued))
    at_once(
        [
            lambda: letter_ends.confirm(ending=revocation, actor=issued.lead),
            lambda: outbox.drain(topic="letters.make"),
        ]
    )
    deliver_letters()
    old, new = Letter.objects.order_by("pk")
    assert (old.state, new.state) in {("revoked", "void"), ("superseded", "valid")}
    revocation.refresh_from_db()
    assert revocation.state == ("confirmed" if old.state == "revoked" else "lapsed")
    assert all(line.ok for line in quota.snapshot())
