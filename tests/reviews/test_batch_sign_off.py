"""Many signatures: looked at first, one transaction each, a result for each."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Office, StaffMembership, StaffRole
from applications.stages import Stage
from letters.models import Letter
from programs import quota
from programs.models import Pool
from reviews.models import Decision
from reviews.permissions import Desk
from reviews.services import batch_sign_off as batch
from reviews.services import decision
from tests.person import Browser
from tests.world import GYEONGGI

pytestmark = pytest.mark.django_db

BATCH = reverse("reviews:batch_sign_off")


def held(story) -> Decision:
    return decision.live_decision(story.fresh())


def leave(free: int) -> None:
    pool = Pool.objects.get(programme__slug=GYEONGGI, parent=None)
    quota.resize(pool=pool, size=free, actor=None, reason="test")


def drafts(world, count: int):
    return [world.at(Stage.DECISION, GYEONGGI).draft() for _ in range(count)]


def test_looking_tells_what_signing_would_do_and_writes_nothing(world):
    first, second, own = drafts(world, 3)
    refused = world.at(Stage.DOCUMENT_REVIEW, GYEONGGI).draft("refuse", "확인할 수 없습니다.")
    lead = world["gyeonggi.lead"]
    Decision.objects.filter(application=own.case).update(drafted_by=lead)
    leave(1)
    chosen = batch.chosen(
        lead, Desk.of(lead), [held(one).public_id for one in (first, second, own, refused)]
    )
    rows = {row.decision.application_id: row for row in batch.look(decisions=chosen, actor=lead)}
    taken, waits = (rows[one.case.pk] for one in (first, second))
    assert (taken.before, taken.after, taken.place) == (1, 0, None)
    assert (waits.before, waits.place) == (0, 1)
    assert "쿼터가 모두 차서 대기합니다." in waits.warnings
    assert "자신이 기안한" in rows[own.case.pk].refusal
    assert (rows[refused.case.pk].refusal, rows[refused.case.pk].pool) == ("", None)
    assert not Letter.objects.exists()


def test_each_is_signed_by_itself_and_a_repeat_changes_nothing(world):
    first, second, third = drafts(world, 3)
    leave(1)
    lead = Browser(world["gyeonggi.lead"])
    ids = [str(held(one).public_id) for one in (first, second, third)]
    answer = lead.client.post(BATCH, {"decision": ids})
    assert not Letter.objects.exists()
    assert "3건을 결재할 수 있습니다." in answer.content.decode()
    seen = [
        f"{one}:{held(story).application.revision}"
        for one, story in zip(ids, (first, second, third), strict=True)
    ]
    decision.discard(decision=held(third), actor=third.reviewer)
    sent = {"decision": ids, "seen": seen, "do": "sign"}
    said = lead.client.post(BATCH, sent).content.decode()
    assert "2건을 결재했습니다." in said
    assert [one.fresh().stage for one in (first, second, third)] == [
        Stage.APPROVED,
        Stage.WAITING_QUOTA,
        Stage.DECISION,
    ]
    letters = list(Letter.objects.values_list("number", flat=True))
    again = lead.client.post(BATCH, sent).content.decode()
    assert "2건을 결재했습니다." in again
    assert list(Letter.objects.values_list("number", flat=True)) == letters


def test_a_case_that_changed_since_is_refused_by_itself(world):
    first, second = drafts(world, 2)
    lead = world["gyeonggi.lead"]
    decisions = batch.chosen(lead, Desk.of(lead), [held(one).public_id for one in (first, second)])
    revisions = {one.public_id: one.application.revision for one in decisions}
    revisions[held(first).public_id] -= 1
    done = {
        row.decision.application_id: row
        for row in batch.sign(decisions=decisions, revisions=revisions, actor=lead)
    }
    assert done[first.case.pk].refusal
    assert done[second.case.pk].result.letter.number == "경기-2026-0001"


@pytest.mark.incident("T18")
def test_anothers_decisions_do_not_exist(world):
    story = drafts(world, 1)[0]
    lead = Browser(world["kotra.lead"])
    sent = {"decision": [str(held(story).public_id)], "do": "sign"}
    assert "고른 결정이 없습니다." in lead.client.post(BATCH, sent).content.decode()
    assert Browser(world["gyeonggi.reviewer"]).client.post(BATCH, sent).status_code == 403
    assert story.fresh().stage == Stage.DECISION


@pytest.mark.incident("T25")
def test_ones_own_is_left_out(world):
    story = world.at(Stage.DECISION, GYEONGGI)
    both = story.reviewer
    StaffMembership.objects.create(
        office=Office.objects.get(code="gyeonggi"), user=both, role=StaffRole.LEAD
    )
    story.draft()
    sent = {"decision": [str(held(story).public_id)], "do": "sign"}
    sent["seen"] = [f"{held(story).public_id}:{story.fresh().revision}"]
    said = Browser(both).client.post(BATCH, sent).content.decode()
    assert "다른 사람이 결재해야 합니다" in said
    assert story.fresh().stage == Stage.DECISION


def test_looking_asks_the_same_for_one_and_three(world):
    stories = drafts(world, 3)
    lead = Browser(world["gyeonggi.lead"])
    ids = [str(held(one).public_id) for one in stories]
    lead.client.post(BATCH, {"decision": ids})
    with CaptureQueriesContext(connection) as one:
        lead.client.post(BATCH, {"decision": ids[:1]})
    with CaptureQueriesContext(connection) as three:
        lead.client.post(BATCH, {"decision": ids})
    assert len(three) == len(one)
