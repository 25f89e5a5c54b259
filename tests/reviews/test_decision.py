"""Four eyes, numbers that are not reused, quorum: the rules of a decision, service and database."""

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Office, StaffMembership, StaffRole
from applications.errors import NotAllowed, NotNow
from applications.stages import Stage
from letters.models import Letter, LetterState
from programs import quota
from reviews.models import Decision
from reviews.services import decision, evaluation
from tests.outbox import deliver_letters
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
        decision.sign_off(decision=decision.live_decision(story.case), actor=both)
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
    (line,) = quota.snapshot()
    return line.pool.held, line.pool.issued, line.ok


@pytest.mark.incident("T2")
def test_a_void_number_is_not_used_again_and_its_unit_returns_once(world):
    story = world.at(Stage.APPROVED, slug=GYEONGGI)
    first = Letter.objects.get()
    assert units() == (1, 0, True)
    for _ in range(2):  # a repeat changes nothing
        decision.take_back(application=story.fresh(), actor=story.lead, reason="착오")
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
            method="issuer",
            note="발급기관이 모릅니다." if lost else "",
        )
    story.advance()
    with pytest.raises(NotNow, match="요건"):
        story.draft()
