"""Four eyes, numbers that are not reused, quorum: the rules of a decision, service and database."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.models import Office, StaffMembership, StaffRole
from applications.errors import NotAllowed, NotNow
from applications.stages import Stage
from audit.models import Event
from letters.models import Letter, LetterState
from programs import quota
from programs.models import ClaimState, Pool
from programs.quota import live_claim
from reviews.models import Decision, Evaluator
from reviews.services import decision, evaluation, signing
from reviews.standing import standing
from tests.outbox import deliver_letters
from tests.person import Browser
from tests.world import GYEONGGI

pytestmark = pytest.mark.django_db


def drafted_by_a_lead(world):
    """A case whose draft was written by someone who may also sign off."""
    story = world.at(Stage.DECISION, slug=GYEONGGI)
    both = story.reviewer
    StaffMembership.objects.create(
        office=Office.objects.get(code="gyeonggi"), user=both, role=StaffRole.LEAD
    )
    story.draft()
    return story, both


@pytest.mark.incident("T25")
def test_nobody_signs_off_their_own_draft(world):
    story, both = drafted_by_a_lead(world)
    with pytest.raises(NotAllowed, match="다른 사람"):
        signing.sign_off(decision=decision.live_decision(story.case), actor=both)
    assert story.fresh().stage == Stage.DECISION
    assert not Letter.objects.exists()


@pytest.mark.incident("T25")
def test_the_database_refuses_it_too(world):
    story, both = drafted_by_a_lead(world)
    held = Decision.objects.filter(application=story.case)
    signed = {"signed_off_by": both, "signed_off_at": "2026-10-12T10:00+09:00"}
    with pytest.raises(IntegrityError, match="decision_four_eyes"), transaction.atomic():
        held.update(**signed)


@pytest.mark.incident("T25")
def test_without_the_constraint_the_database_would_let_it_pass(world):
    """The test above can fail."""
    story, both = drafted_by_a_lead(world)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE reviews_decision DROP CONSTRAINT decision_four_eyes")
        held = Decision.objects.filter(application=story.case)
        assert held.update(signed_off_by=both, signed_off_at="2026-10-12T10:00+09:00") == 1
        transaction.set_rollback(True)


def units() -> tuple[int, int, bool]:
    """Held, issued, and whether counters, ledger and letters agree."""
    (line,) = (one for one in quota.snapshot() if one.pool.programme.slug == GYEONGGI)
    return line.pool.held, line.pool.issued, line.ok


@pytest.mark.incident("T2")
def test_a_void_number_is_not_used_again_and_its_unit_returns_once(world):
    story = world.at(Stage.APPROVED, slug=GYEONGGI)
    first = Letter.objects.get()
    assert units() == (1, 0, True)
    for _ in range(2):  # a repeat changes nothing
        signing.take_back(application=story.fresh(), actor=story.lead, reason="착오")
    assert units() == (0, 0, True)
    story.draft().sign_off()
    deliver_letters()
    first.refresh_from_db()
    second = Letter.objects.get(state=LetterState.VALID)
    assert first.state == LetterState.VOID
    assert (first.number, second.number) == ("경기-2026-0001", "경기-2026-0002")
    assert units() == (0, 1, True)


@pytest.mark.incident("T15")
def test_deciding_before_the_quorum_is_blocked_unless_a_lead_says_why(world):
    story = world.at(Stage.EXTERNAL_EVALUATION)
    with pytest.raises(NotNow, match="2건이 필요한데 0건"):
        story.advance()
    with pytest.raises(NotAllowed):
        evaluation.override_quorum(
            application=story.fresh(), actor=story.reviewer, reason="시간이 없습니다."
        )
    with pytest.raises(NotNow, match="사유"):
        evaluation.override_quorum(application=story.fresh(), actor=story.lead, reason=" ")
    evaluation.override_quorum(
        application=story.fresh(), actor=story.lead, reason="위원 두 명이 회피했습니다."
    )
    story.advance()
    assert story.fresh().stage == Stage.DECISION


@pytest.mark.incident("T15")
def test_one_opinion_of_three_is_too_few_unless_a_lead_says_why(world):
    story = world.at(Stage.EXTERNAL_EVALUATION)
    for login in ("evaluator1", "evaluator2", "evaluator3"):
        invitation = evaluation.invite(
            application=story.fresh(),
            actor=story.reviewer,
            evaluator=Evaluator.objects.get(user=world[login]),
        )
        if login == "evaluator1":
            story.answer_invitation(invitation, 90)
    now = standing(story.fresh())
    assert (now.answered, now.invited, now.quorum) == (1, 3, 2)
    with pytest.raises(NotNow, match="2건이 필요한데 1건"):
        story.advance()
    with pytest.raises(NotNow, match="결정 단계"):
        story.draft()
    assert story.fresh().stage == Stage.EXTERNAL_EVALUATION

    reason = "위원 두 명이 기한 안에 답하지 않았습니다."
    evaluation.override_quorum(application=story.fresh(), actor=story.lead, reason=reason)
    event = Event.objects.get(name="evaluation.quorum_overridden")
    assert (event.actor_id, event.subject_id) == (story.lead.pk, story.case.public_id)
    assert event.note.text == reason
    story.advance()
    story.draft()
    page = Browser(world["kotra.lead"]).open(
        reverse("reviews:sign_off", args=[decision.live_decision(story.fresh()).public_id])
    )
    assert f"정족수 예외: {story.lead}" in page.words
    assert reason in page.words
    assert "제출 1건 · 정족수 2건" in page.words
    story.sign_off()
    assert Letter.objects.get().state == LetterState.RESERVED


def waiting_pair(world):
    """The last unit is offered to the first of two who wait for it."""
    pool = Pool.objects.get(programme__slug=GYEONGGI, parent=None)
    quota.resize(pool=pool, size=1, actor=None, reason="test")
    holder = world.at(Stage.APPROVED, slug=GYEONGGI)
    first = world.at(Stage.WAITING_QUOTA, slug=GYEONGGI)
    second = world.at(Stage.WAITING_QUOTA, slug=GYEONGGI)
    signing.take_back(application=holder.fresh(), actor=holder.lead, reason="착오")
    assert [signing.claim_state(story.case) for story in (first, second)] == [
        ClaimState.OFFERED,
        ClaimState.WAITING,
    ]
    return first, second


def test_a_declined_offer_goes_to_the_next_and_the_case_back_to_its_decision(world):
    first, second = waiting_pair(world)
    with pytest.raises(NotNow, match="사유"):
        signing.decline_unit(application=first.fresh(), actor=first.lead, reason=" ")
    with pytest.raises(NotAllowed):
        signing.decline_unit(application=first.fresh(), actor=first.reviewer, reason="철회")
    with pytest.raises(NotNow, match="아직 배정된 자리가 없습니다"):
        signing.decline_unit(application=second.fresh(), actor=first.lead, reason="철회")
    assert units() == (1, 0, True)

    reason = "회사가 채용을 미루었습니다."
    signing.decline_unit(application=first.fresh(), actor=first.lead, reason=reason)
    assert first.fresh().stage == Stage.DECISION
    assert signing.claim_state(first.case) == ""
    assert signing.claim_state(second.case) == ClaimState.OFFERED
    assert units() == (1, 0, True)
    ended = first.case.decisions.order_by("-pk").first()
    assert (ended.ended_by, ended.ended_because) == (first.lead, reason)

    signing.accept_unit(application=second.fresh(), actor=second.lead)
    # Signed off again, the first joins the end of the list.
    first.draft().sign_off()
    assert first.fresh().stage == Stage.WAITING_QUOTA
    assert live_claim(first.case.public_id).place == 1
    assert units() == (1, 0, True)


def test_a_lead_accepts_or_declines_an_offer_on_its_page(world):
    first, second = waiting_pair(world)
    lead = Browser(world["gyeonggi.lead"])
    listed = lead.open(reverse("reviews:sign_offs"))
    assert "자리가 배정됨: 수락 필요" in listed.words
    assert "대기 1번" in listed.words
    address = reverse("reviews:sign_off", args=[decision.live_decision(first.case).public_id])
    page = lead.open(address)
    assert "쿼터 한 자리가 배정되었습니다." in page.words
    assert page.has_form(do="accept")
    page = page.do("decline")
    assert "필수" in page.words
    assert first.fresh().stage == Stage.WAITING_QUOTA
    page = page.do("decline", reason="회사가 채용을 미루었습니다.")
    assert "다음 순서로 넘겼습니다" in page.words
    assert first.fresh().stage == Stage.DECISION
    address = reverse("reviews:sign_off", args=[decision.live_decision(second.case).public_id])
    lead.open(address).do("accept")
    assert second.fresh().stage == Stage.APPROVED


def test_a_letter_rests_on_what_was_verified_not_on_what_was_declared(world):
    """A birth date put right at validation is what the letter prints."""
    from reviews.facts import claims_with_checks
    from reviews.services import examination
    from reviews.services.letter_inputs import letter_inputs

    story = world.at(Stage.VALIDATION, slug=GYEONGGI)
    for claim in claims_with_checks(story.case):
        corrected = claim.kind == "identity"
        examination.check_claim(
            application=story.case,
            actor=story.reviewer,
            claim=claim,
            verdict="corrected" if corrected else "confirmed",
            method="document",
            verified_value={"birth_date": "1994-03-18"} if corrected else None,
            note="여권에는 18일입니다." if corrected else "",
        )
    story.advance()
    assert str(story.fresh().candidate.birth_date) == "1994-03-17"
    assert letter_inputs(story.case)["birth_date"] == "1994-03-18"


def test_an_approval_is_refused_when_the_verified_facts_do_not_meet_the_rules(world):
    from reviews.facts import claims_with_checks
    from reviews.services import examination

    story = world.at(Stage.VALIDATION, slug=GYEONGGI)
    for claim in claims_with_checks(story.case):
        lost = claim.kind in {"degree", "career", "language"}
        examination.check_claim(
            application=story.case,
            actor=story.reviewer,
            claim=claim,
            verdict="rejected" if lost else "confirmed",
            method="document",
            note="발급기관이 모릅니다." if lost else "",
        )
    story.advance()
    with pytest.raises(NotNow, match="요건"):
        story.draft()
