"""No decision, no refusal either, before enough evaluators have answered: T15."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from applications.errors import NotNow
from applications.stages import Stage
from audit.triggers import suspended
from programs import calendar
from reviews.grounds import OTHER
from reviews.models import Decision, Evaluator
from reviews.services import decision, evaluation
from tests.person import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.incident("T15")]
REASON = "제출된 자료로는 확인할 수 없습니다."


@pytest.fixture
def story(world):
    return world.at(Stage.EXTERNAL_EVALUATION)


def answer(world, story, login, share=80):
    invitation = evaluation.invite(
        application=story.fresh(),
        actor=story.reviewer,
        evaluator=Evaluator.objects.get(user=world[login]),
    )
    story.answer_invitation(invitation, share)


def turn_down(story, outcome):
    return decision.draft(
        application=story.fresh(),
        actor=story.reviewer,
        outcome=outcome,
        reason=REASON,
        grounds=[OTHER],
    )


def row(story) -> Decision:
    """A decision written past the services."""
    return Decision.objects.create(
        application=story.case,
        outcome="refuse",
        reason=REASON,
        grounds=[OTHER],
        drafted_by=story.reviewer,
        drafted_at=calendar.now(),
    )


@pytest.mark.parametrize("outcome", ["refuse", "return"])
def test_one_of_two_turns_nobody_down_unless_a_lead_says_why(world, story, outcome):
    answer(world, story, "evaluator1")
    with pytest.raises(NotNow, match="2건이 필요한데 1건"):
        turn_down(story, outcome)
    assert not story.case.decisions.exists()
    assert story.fresh().stage == Stage.EXTERNAL_EVALUATION
    evaluation.override_quorum(
        application=story.fresh(), actor=story.lead, reason="위원 한 명이 입원했습니다."
    )
    assert turn_down(story, outcome).outcome == outcome
    assert story.fresh().stage == Stage.DECISION


def test_two_who_disagree_are_too_few_as_well(world, story):
    answer(world, story, "evaluator1", 90)
    answer(world, story, "evaluator2", 20)
    with pytest.raises(NotNow, match="한 명의 평가가 더 필요합니다"):
        turn_down(story, "refuse")
    answer(world, story, "evaluator3", 30)
    assert turn_down(story, "refuse").outcome == "refuse"


def test_the_page_says_what_is_missing_and_keeps_what_was_typed(world, story):
    answer(world, story, "evaluator1")
    reviewer = Browser(story.reviewer)
    address = reverse("reviews:decision", args=[story.case.public_id])
    page = reviewer.open(address)
    assert "외부 평가 2건이 필요한데 1건이 제출되었습니다." in page.words
    assert not page.has_form(do="draft")
    forged = {
        "do": "draft",
        "version": story.fresh().revision,
        "outcome": "refuse",
        "grounds": OTHER,
        "reason": REASON,
    }
    page = reviewer.send(address, forged)
    assert "외부 평가 2건이 필요한데 1건이 제출되었습니다." in page.words
    assert REASON in page.html
    assert not story.case.decisions.exists()
    answer(world, story, "evaluator2")
    assert reviewer.open(address).has_form(do="draft")


def test_what_was_found_before_the_evaluation_needs_none(world):
    story = world.at(Stage.VALIDATION)
    assert turn_down(story, "refuse").outcome == "refuse"
    assert story.fresh().stage == Stage.DECISION


@pytest.mark.sqlite
def test_the_database_refuses_it_too(world, story):
    with pytest.raises(IntegrityError, match="beforequorum"), transaction.atomic():
        row(story)
    answer(world, story, "evaluator1")
    with pytest.raises(IntegrityError, match="beforequorum"), transaction.atomic():
        row(story)
    # The rule is what refuses: without it the row is written.
    with suspended(connection):
        row(story).delete()
    answer(world, story, "evaluator2")
    assert row(story).pk


@pytest.mark.sqlite
def test_the_database_knows_a_leads_exception(story):
    evaluation.override_quorum(
        application=story.fresh(), actor=story.lead, reason="위원이 답하지 않습니다."
    )
    assert row(story).pk
