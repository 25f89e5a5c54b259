"""An objection: put off once, withdrawn, dismissed with what remains, or upheld."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Office, StaffMembership, StaffRole, User
from applications import workflow
from applications.errors import NotAllowed, NotNow
from applications.stages import Stage
from letters.models import Letter, LetterState
from notifications.models import Mail
from programs import calendar
from reviews.grounds import OTHER
from reviews.models import Assignment, Conflict, Decision, Objection
from reviews.services import assignment, conflicts, decision, objection, signing
from tests.outbox import deliver_letters
from tests.person import Browser
from tests.world import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def filed(world):
    story = world.at(Stage.VALIDATION).draft("refuse", "확인할 수 없습니다.")
    story.sign_off()
    deliver_letters()
    held = objection.file_objection(
        application=story.fresh(), actor=story.member, text="다시 보아 주세요."
    )
    return story, held


def test_it_is_due_in_ten_business_days_and_put_off_once_by_ten(world, filed):
    story, held = filed
    other = world.second_lead()
    assert held.due_on == date(2026, 10, 23)
    with pytest.raises(NotNow, match="사유"):
        objection.extend_objection(objection=held, actor=other, reason=" ")
    with pytest.raises(NotAllowed):
        objection.extend_objection(objection=held, actor=story.lead, reason="자료 확인")
    held = objection.extend_objection(objection=held, actor=other, reason="대학에 다시 물었습니다.")
    assert (held.first_due_on, held.due_on) == (date(2026, 10, 23), date(2026, 11, 6))
    deliver_letters()
    mail = Mail.objects.get(key__contains="objection_extended")
    assert "대학에 다시 물었습니다." in mail.text
    assert "2026. 11. 6." in mail.text
    with pytest.raises(NotNow, match="한 번만"):
        objection.extend_objection(objection=held, actor=other, reason="또")
    with pytest.raises(IntegrityError, match="extended_whole"), transaction.atomic():
        Objection.objects.filter(pk=held.pk).update(extended_because="")


def test_after_its_last_day_nothing_is_put_off(world, filed):
    _story, held = filed
    with calendar.frozen(MONDAY + timedelta(days=12)), pytest.raises(NotNow, match="지나"):
        objection.extend_objection(objection=held, actor=world.second_lead(), reason="늦음")


def test_a_withdrawn_objection_is_over_and_another_may_follow(world, filed):
    story, held = filed
    member = Browser(story.member)
    page = member.open(reverse("case", args=[story.case.public_id])).do("withdraw")
    assert "이의신청을 거두었습니다." in page.words
    held.refresh_from_db()
    assert (held.withdrawn_by, held.is_open) == (story.member, False)
    objection.withdraw_objection(objection=held, actor=story.member)  # a repeat changes nothing
    with pytest.raises(NotNow, match="거둔"):
        objection.decide_objection(
            objection=held, actor=world.second_lead(), upheld=True, answer="x"
        )
    again = objection.file_objection(
        application=story.fresh(), actor=story.member, text="다시 신청합니다."
    )
    assert again.pk != held.pk
    with pytest.raises(NotAllowed):
        objection.withdraw_objection(objection=again, actor=world["company2"])


def test_two_objections_at_once_are_one(filed):
    story, held = filed
    with pytest.raises(NotNow, match="이미"):
        objection.file_objection(application=story.fresh(), actor=story.member, text="둘째")
    with pytest.raises(IntegrityError, match="one_objection"), transaction.atomic():
        Objection.objects.create(
            decision=held.decision,
            filed_by=story.member,
            filed_at=MONDAY,
            text="x",
            due_on=MONDAY.date(),
        )


def test_a_dismissed_one_tells_what_remains(world, filed):
    story, held = filed
    objection.decide_objection(
        objection=held, actor=world.second_lead(), upheld=False, answer="새 자료가 없습니다."
    )
    deliver_letters()
    mail = Mail.objects.get(key__contains="objection_dismissed")
    assert "새 자료가 없습니다." in mail.text
    assert "행정심판" in mail.text
    page = Browser(story.member).open(reverse("case", args=[story.case.public_id]))
    assert "행정심판" in page.words
    assert Letter.objects.get().state == LetterState.VALID
    with pytest.raises(NotNow, match="이미 결정"):
        objection.withdraw_objection(objection=held, actor=story.member)


@pytest.fixture
def upheld(world, filed):
    story, held = filed
    judge = world.second_lead()
    objection.decide_objection(objection=held, actor=judge, upheld=True, answer="다시 봅니다.")
    deliver_letters()
    return story, judge


def test_an_upheld_one_ends_the_notice_and_goes_to_somebody_else(upheld):
    story, _judge = upheld
    assert Letter.objects.get().state == LetterState.REVOKED
    case = story.fresh()
    assert case.stage == Stage.DOCUMENT_REVIEW
    running = Assignment.objects.filter(application=case, ended_at=None)
    assert not running.filter(assignee=story.case.decisions.get().drafted_by).exists()
    assert Mail.objects.filter(key__contains="objection_upheld").exists()


def test_whoever_drafted_the_refusal_has_nothing_to_do_with_the_case_again(world, upheld):
    story, judge = upheld
    old = story.case.decisions.get().drafted_by
    case = story.fresh()
    if case.queue_row.assignee_id:
        assignment.release(application=case, actor=judge, reason="다시 배정")
        case = story.fresh()
    with pytest.raises(NotAllowed):
        assignment.take(application=case, actor=old)
    with pytest.raises(NotNow, match="이해관계"):
        assignment.reassign(application=case, actor=judge, to=old, reason="다시")
    taken = assignment.take_next(actor=old)
    assert taken is None or taken.application_id != case.pk
    with pytest.raises(NotAllowed):
        decision.draft(application=case, actor=old, outcome="refuse", reason="x", grounds=[OTHER])
    assert not workflow.may(case, workflow.ASSIGNEE, old)
    bar = Conflict.objects.get(application=case, user=old)
    with pytest.raises(NotNow, match="끝낼 수 없습니다"):
        conflicts.end(conflict=bar, actor=world["kotra.admin"])


def test_whoever_signed_it_drafts_no_decision_of_the_case_again(upheld):
    story, _judge = upheld
    with pytest.raises(NotAllowed, match="관여"):
        decision.draft(
            application=story.fresh(),
            actor=story.lead,
            outcome="refuse",
            reason="x",
            grounds=[OTHER],
        )


def test_the_database_refuses_both_too(upheld):
    story, judge = upheld
    past = story.case.decisions.get()
    case = story.fresh()
    case.assignments.filter(ended_at=None).update(ended_at=calendar.now(), ended_how="released")
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(
            application=case, assignee=past.drafted_by, assigned_at=MONDAY, why="x"
        )
    draft = {
        "application": case,
        "outcome": "refuse",
        "reason": "x",
        "grounds": [OTHER],
        "drafted_at": MONDAY,
    }
    for person in (past.drafted_by, past.signed_off_by):
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.create(drafted_by=person, **draft)
    assert Decision.objects.create(drafted_by=judge, **draft).pk


def test_a_second_refusal_has_a_notice_of_its_own(world, upheld):
    story, judge = upheld
    third = User.objects.create_user(email="third@demo.example", name="셋째심사")
    StaffMembership.objects.create(
        office=Office.objects.get(code="kotra"), user=third, role=StaffRole.REVIEWER
    )
    held = decision.draft(
        application=story.fresh(),
        actor=third,
        outcome="refuse",
        reason="새 자료로도 확인할 수 없습니다.",
        grounds=[OTHER],
    )
    signing.sign_off(decision=held, actor=judge)
    deliver_letters()
    states = list(Letter.objects.order_by("pk").values_list("number", "state"))
    assert states == [
        ("KOTRA-N-2026-000001", LetterState.REVOKED),
        ("KOTRA-N-2026-000002", LetterState.VALID),
    ]


def test_the_lead_extends_and_decides_on_the_page(world, filed):
    _story, held = filed
    other = Browser(world.second_lead())
    address = reverse("reviews:objection", args=[held.public_id])
    page = other.open(address)
    assert "그 밖의 사유" in page.words
    page = page.do("extend")
    assert "필수" in page.words
    page = page.do("extend", reason="대학의 답을 기다립니다.")
    assert "2026. 11. 6." in page.words
    assert not page.has_form(do="extend")
    page = page.do("decide", upheld="no", answer="새 자료가 없습니다.")
    assert "기각" in page.words
