"""More than a draft and a signature: steps between, delegation, signing for who is away."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.models import Office, StaffMembership, StaffRole
from applications.errors import AlreadyDone, NotAllowed, NotNow
from applications.stages import Stage
from audit.models import Event
from letters.models import Letter
from notifications.models import Mail
from programs import calendar
from reviews.models import Absence, Decision, DecisionStep
from reviews.services import decision, line, signing
from reviews.services.line import Acting
from tests.outbox import deliver_letters
from tests.person import Browser
from tests.portal.test_api import client_of, step
from tests.reviews.lines import REVIEW, with_approval
from tests.world import GYEONGGI, MONDAY

pytestmark = pytest.mark.django_db


def lead_too(user):
    StaffMembership.objects.create(
        office=Office.objects.get(code="gyeonggi"), user=user, role=StaffRole.LEAD
    )
    return user


@pytest.fixture
def drafted(world):
    """A draft in a programme that wants a review before the signature."""
    with_approval(GYEONGGI, steps=[REVIEW])
    return world.at(Stage.DECISION, GYEONGGI).draft()


def held(story) -> Decision:
    return decision.live_decision(story.fresh())


def test_the_signature_waits_for_the_review(world, drafted):
    second = world.second_lead("gyeonggi")
    with pytest.raises(NotNow, match="먼저 거쳐야 하는 단계가 있습니다: 검토"):
        drafted.sign_off()
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=held(drafted).pk).update(
            signed_off_by=drafted.lead, signed_off_at=MONDAY
        )
    taken = line.pass_step(decision=held(drafted), actor=second, note="이상 없습니다.")
    assert line.pass_step(decision=held(drafted), actor=second).pk == taken.pk
    event = Event.objects.get(name="decision.step_passed")
    assert (event.actor_id, event.data["step"]) == (second.pk, "review")
    drafted.sign_off()
    assert Letter.objects.get().reserved_by == drafted.lead


@pytest.mark.incident("T25")
def test_nobody_takes_two_places_in_a_line(world, drafted):
    """Service, API, pages, admin and database: the drafter takes no later step, nor does whoever
    took one sign."""
    author, second = lead_too(drafted.reviewer), world.second_lead("gyeonggi")
    with pytest.raises(NotAllowed, match="자신이 기안한"):
        line.pass_step(decision=held(drafted), actor=author)
    with pytest.raises(IntegrityError), transaction.atomic():
        DecisionStep.objects.create(
            decision=held(drafted), place=1, code="review", done_by=author, done_at=MONDAY
        )
    line.pass_step(decision=held(drafted), actor=second)
    with pytest.raises(NotAllowed, match="앞 단계"):
        signing.sign_off(decision=held(drafted), actor=second)
    for person in (author, second):
        assert step(client_of(person), drafted.case, "approve").status_code == 403
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=held(drafted).pk).update(
            signed_off_by=second, signed_off_at=MONDAY
        )
    page = Browser(second).open(reverse("reviews:sign_off", args=[held(drafted).public_id]))
    assert not page.has_form(do="sign")
    assert drafted.fresh().stage == Stage.DECISION


@pytest.mark.incident("T25")
def test_the_admin_signs_nothing(world, drafted, admin_user, client):
    client.force_login(admin_user)
    row = held(drafted)
    address = reverse("admin:reviews_decision_change", args=[row.pk])
    sent = {"signed_off_by": row.drafted_by_id, "signed_off_at_0": "2026-10-12"}
    assert client.post(address, sent).status_code in (302, 403)
    assert client.post(reverse("admin:reviews_decisionstep_add"), {}).status_code in (302, 403)
    row.refresh_from_db()
    assert row.signed_off_by is None
    assert not DecisionStep.objects.exists()


@pytest.mark.incident("T25")
def test_without_its_trigger_the_database_would_let_the_drafter_review(drafted):
    """The test above can fail."""
    row = held(drafted)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE reviews_decisionstep DISABLE TRIGGER USER")
        DecisionStep.objects.create(
            decision=row, place=1, code="review", done_by=row.drafted_by, done_at=MONDAY
        )
        transaction.set_rollback(True)


def test_the_line_is_seen_and_gone_through_on_the_pages(world, drafted):
    second = Browser(world.second_lead("gyeonggi"))
    address = reverse("reviews:sign_off", args=[held(drafted).public_id])
    page = second.open(address)
    assert "결재선" in page.words
    assert not page.has_form(do="sign")
    page = page.do("pass", reason="자료를 확인했습니다.")
    assert "검토를 마쳤습니다" in page.words
    assert "자료를 확인했습니다." in page.words
    page = Browser(drafted.lead).open(address).do("sign")
    assert "추천서를 만들고 있습니다" in page.words


def test_a_reviewer_takes_a_step_that_is_theirs_on_the_cases_page(world):
    with_approval(GYEONGGI, steps=[{**REVIEW, "by": "reviewer"}])
    story = world.at(Stage.DECISION, GYEONGGI).draft()
    login = "gyeonggi.reviewer2"
    other = world[login] if story.reviewer.email != f"{login}@demo.example" else None
    other = other or world["gyeonggi.reviewer"]
    page = Browser(other).open(reverse("reviews:decision", args=[story.case.public_id]))
    page.do("pass")
    assert DecisionStep.objects.get().done_by == other


def test_a_changed_line_is_not_that_of_a_draft(world):
    story = world.at(Stage.DECISION, GYEONGGI).draft()
    with_approval(GYEONGGI, steps=[REVIEW])
    story.sign_off()
    assert story.fresh().stage == Stage.APPROVED


# --- in whose place ----------------------------------------------------------------------------
def test_a_signature_is_ones_own_where_no_rule_delegates_it(world):
    story = world.at(Stage.APPROVED, GYEONGGI)
    assert held(story).signed_as == "own"
    page = Browser(story.lead).open(reverse("reviews:sign_off", args=[held(story).public_id]))
    assert "전결" not in page.words


def test_a_signature_by_delegation_says_so(world):
    with_approval(GYEONGGI, delegated={"ko": "위임전결 규정에 따른 전결", "en": "By delegation"})
    story = world.at(Stage.DECISION, GYEONGGI).draft()
    story.sign_off()
    assert held(story).signed_as == "delegated"
    page = Browser(story.lead).open(reverse("reviews:sign_off", args=[held(story).public_id]))
    assert "전결" in page.words


@pytest.fixture
def away(world):
    """A draft, and the second lead who is away today."""
    story = world.at(Stage.DECISION, GYEONGGI).draft()
    person = world.second_lead("gyeonggi")
    today = calendar.today()
    Absence.objects.create(
        user=person,
        from_on=today,
        until_on=today + timedelta(days=3),
        entered_at=MONDAY,
    )
    return story, person


def test_acting_for_the_absent_is_recorded_and_reported(away):
    story, person = away
    lead = Browser(story.lead)
    address = reverse("reviews:sign_off", args=[held(story).public_id])
    page = lead.open(address).do("sign", acted_for=str(person.public_id))
    assert "대결하는 사유를 적어 주세요." in page.words
    page = page.do("sign", because="출장 중")
    row = held(story)
    assert (row.signed_as, row.acted_for, row.acted_because) == ("acting", person, "출장 중")
    assert "아직 보고받지 않음" in page.words
    deliver_letters()
    mail = Mail.objects.get(key__contains=":acted")
    assert (mail.user, "출장 중" in mail.text) == (person, True)
    with pytest.raises(NotAllowed):
        line.hear_report(decision=row, actor=story.lead)
    page = Browser(person).open(address).do("hear")
    assert "대결 보고를 확인했습니다." in page.words
    assert held(story).reported_at is not None


def test_nobody_acts_for_who_is_there_for_the_drafter_or_for_themselves(world, away):
    story, person = away
    row = held(story)
    Absence.objects.update(until_on=calendar.today(), from_on=calendar.today())
    with calendar.frozen(MONDAY + timedelta(days=1)), pytest.raises(NotNow, match="부재"):
        signing.sign_off(decision=row, actor=story.lead, acting=Acting(person, "x"))
    for wrong in (story.lead, story.reviewer):
        with pytest.raises(NotNow, match="기안자가 아닌"):
            signing.sign_off(decision=row, actor=story.lead, acting=Acting(wrong, "x"))
    acted = {"signed_as": "acting", "acted_because": "x", "signed_off_at": MONDAY}
    for wrong in (story.lead, story.reviewer):
        with pytest.raises(IntegrityError, match="acting_for_another"), transaction.atomic():
            Decision.objects.filter(pk=row.pk).update(
                **acted, signed_off_by=story.lead, acted_for=wrong
            )


# --- a delay -----------------------------------------------------------------------------------
def test_an_approval_is_not_seen_before_its_delay_is_over(world):
    with_approval(GYEONGGI, release={"hours": 24, "assumed": True})
    story = world.at(Stage.APPROVED, GYEONGGI)
    letter = Letter.objects.get()
    assert letter.not_before == MONDAY + timedelta(hours=24)
    deliver_letters()
    assert story.fresh().stage == Stage.APPROVED
    from notifications.models import OutboxRow

    OutboxRow.objects.filter(topic="letters.make").update(due_at=MONDAY)
    deliver_letters()  # even a worker that is early shows nothing
    letter.refresh_from_db()
    assert (letter.state, letter.delivered_at) == ("reserved", None)
    signing.take_back(application=story.fresh(), actor=story.lead, reason="다시 봅니다.")
    assert story.fresh().stage == Stage.DECISION
    story.draft().sign_off()
    with calendar.frozen(MONDAY + timedelta(hours=25)):
        OutboxRow.objects.filter(topic="letters.make").update(due_at=MONDAY)
        deliver_letters()
        assert story.fresh().stage == Stage.ISSUED
        with pytest.raises(AlreadyDone):
            signing.take_back(application=story.fresh(), actor=story.lead, reason="늦음")
    shown = Letter.objects.get(state="valid")
    with pytest.raises(IntegrityError, match="delivered_early"), transaction.atomic():
        Letter.objects.filter(pk=shown.pk).update(delivered_at=MONDAY)
