"""What an evaluator may answer beside scores, and what disagreement brings."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from applications.errors import CaseError, Invalid, NotNow
from applications.stages import Stage
from audit.models import Event
from reviews.models import Conflict, Evaluator, Invitation
from reviews.services import declaring, evaluation
from reviews.standing import standing
from tests.person import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(world):
    return world.at(Stage.EXTERNAL_EVALUATION)


def ask(world, story, login="evaluator1") -> Invitation:
    return evaluation.invite(
        application=story.fresh(),
        actor=story.reviewer,
        evaluator=Evaluator.objects.get(user=world[login]),
    )


def packet(invitation):
    return reverse("reviews:packet", kwargs={"public_id": invitation.public_id})


def page_of(story):
    return reverse("reviews:evaluation", kwargs={"public_id": story.case.public_id})


# --- declaring -----------------------------------------------------------------------------------
@pytest.mark.parametrize("tie", ["company", "school", "family", "coauthor"])
def test_a_declared_tie_recuses_and_is_kept(world, story, tie):
    invitation = ask(world, story)
    page = Browser(world["evaluator1"]).open(packet(invitation))
    page = page.do("declare", ties=tie, note="함께 논문을 썼습니다.")
    assert "이해관계를 접수했습니다." in page.words
    invitation.refresh_from_db()
    assert (invitation.state, invitation.recused_because) == ("recused", "conflict")
    assert invitation.ties == [tie]
    kept = Conflict.objects.get(user=world["evaluator1"], application=story.case)
    assert kept.note == "함께 논문을 썼습니다."
    assert not any("논문" in str(event.data) for event in Event.objects.all())
    assert Event.objects.get(name="evaluation.recused").data["ties"] == tie
    with pytest.raises(NotNow):
        ask(world, story)
    words = Browser(story.reviewer).open(page_of(story)).words
    assert str(Invitation.Tie(tie).label) in words
    assert "논문" not in words


def test_the_packet_opens_for_an_express_none_alone(world, story):
    invitation = ask(world, story)
    person = Browser(world["evaluator1"])
    page = person.open(packet(invitation)).do("declare")
    assert "없으면 마지막 칸을 골라 주세요." in page.words
    page = page.do("declare", ties=["none", "school"])
    assert "하나만 골라 주세요." in page.words
    invitation.refresh_from_db()
    assert invitation.state == "invited"
    page = page.do("declare", ties="none")
    invitation.refresh_from_db()
    assert (invitation.state, invitation.ties) == ("accepted", [])


def test_a_tie_learnt_later_is_kept_as_well(world, story):
    invitation = ask(world, story)
    evaluation.declare_no_conflict(invitation=invitation, actor=world["evaluator1"])
    evaluation.recuse(invitation=invitation, actor=world["evaluator1"], because="conflict")
    assert Conflict.objects.filter(user=world["evaluator1"], application=story.case).exists()


def test_an_unknown_tie_is_no_answer(world, story):
    invitation = ask(world, story)
    for ties in ([], ["none"], ["family", "x"]):
        with pytest.raises(Invalid):
            declaring.declare_ties(invitation=invitation, actor=world["evaluator1"], ties=ties)


def test_the_database_keeps_a_tied_evaluator_out(world, story):
    invitation = ask(world, story)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.filter(pk=invitation.pk).update(ties=["family"])


# --- abstaining ----------------------------------------------------------------------------------
def test_abstaining_is_no_zero_and_no_answer(world, story):
    first, second, third = (ask(world, story, f"evaluator{n}") for n in (1, 2, 3))
    story.answer_invitation(first, 80)
    person = Browser(world["evaluator2"])
    page = person.open(packet(second)).do("declare", ties="none")
    page = page.do("abstain")
    assert "필수" in page.words
    page = page.do("abstain", reason="이 분야를 판단할 수 없습니다.")
    assert "기권을 접수했습니다." in page.words
    second.refresh_from_db()
    assert second.state == "abstained"
    now = standing(story.fresh())
    assert (now.answered, now.invited, now.abstained, now.average) == (1, 2, 1, 8000)
    assert not now.quorum_met
    closed = person.open(packet(second))
    assert "기권하신 평가라서 자료를 볼 수 없습니다." in closed.words
    story.answer_invitation(third, 70)
    now = standing(story.fresh())
    assert (now.answered, now.average, now.quorum_met) == (2, 7500, True)
    words = Browser(story.reviewer).open(page_of(story)).words
    assert "기권 1명은 정족수와 평균에 들지 않습니다." in words
    assert "이 분야를 판단할 수 없습니다." in words
    # Who abstained is not asked again.
    with pytest.raises(NotNow):
        ask(world, story, "evaluator2")


def test_abstaining_needs_the_packet_and_a_reason(world, story):
    invitation = ask(world, story)
    actor = world["evaluator1"]
    with pytest.raises(NotNow):
        declaring.abstain(invitation=invitation, actor=actor, reason="글")
    evaluation.declare_no_conflict(invitation=invitation, actor=actor)
    with pytest.raises(Invalid):
        declaring.abstain(invitation=invitation, actor=actor, reason=" ")
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.filter(pk=invitation.pk).update(state="abstained")
    once = declaring.abstain(invitation=invitation, actor=actor, reason="글")
    again = declaring.abstain(invitation=invitation, actor=actor, reason="다른 글")
    assert (once.state, again.abstained_because) == ("abstained", "글")


# --- disagreement --------------------------------------------------------------------------------
def disagree(world, story, low=50, high=90):
    for login, share in (("evaluator1", low), ("evaluator2", high)):
        story.answer_invitation(ask(world, story, login), share)


def test_answers_far_apart_need_a_third(world, story):
    disagree(world, story)
    now = standing(story.fresh())
    assert (now.disagree, now.apart, now.needed, now.quorum_met) == (True, 4000, 3, False)
    with pytest.raises(CaseError, match="한 명의 평가가 더 필요합니다"):
        story.advance()
    page = Browser(story.reviewer).open(page_of(story))
    assert "필요한 평가 3건 가운데 2건이 제출되었습니다." in page.words
    page = page.do("third")
    assert "평가를 요청했습니다" in page.words
    third = story.case.invitations.get(state="invited")
    assert third.evaluator.user == world["evaluator3"]
    with pytest.raises(CaseError):
        story.advance()
    story.answer_invitation(third, 70)
    assert standing(story.fresh()).average == 7000
    story.advance()
    assert story.fresh().stage == Stage.DECISION


def test_answers_within_the_bound_agree(world, story):
    disagree(world, story, 55, 85)
    now = standing(story.fresh())
    assert (now.apart, now.most_apart, now.disagree, now.quorum_met) == (3000, 3000, False, True)


def test_a_lead_may_override_a_disagreement_with_a_reason(world, story):
    disagree(world, story)
    evaluation.override_quorum(
        application=story.fresh(), actor=story.lead, reason="같은 분야의 위원이 더 없습니다."
    )
    story.advance()
    assert story.fresh().stage == Stage.DECISION


def test_a_later_answer_in_between_does_not_hide_the_disagreement(world, story):
    disagree(world, story)
    third = ask(world, story, "evaluator3")
    story.answer_invitation(third, 90)
    now = standing(story.fresh())
    assert (now.disagree, now.needed, now.quorum_met) == (True, 3, True)


def test_the_invitation_keeps_the_version_it_was_judged_by(world, story):
    invitation = ask(world, story)
    version = story.case.version
    assert invitation.rubric["version"] == version.label
    assert invitation.rubric["rules_hash"] == version.rules_hash
