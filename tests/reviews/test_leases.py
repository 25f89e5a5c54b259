"""Take next: the most urgent case one may and can review, held while it is worked on."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Office, StaffMembership, StaffRole
from applications.errors import NotAllowed, NotNow, StaleCase
from applications.models import QueueRow
from applications.stages import Stage
from audit.models import Event
from notifications.models import Mail
from programs import calendar
from reviews.models import Absence, Assignment, AssignmentRule, ReviewerProfile
from reviews.models.assigning import LEASE_HOURS, NOT_AGAIN_HOURS
from reviews.services import assignment, examination, leases
from tests.outbox import deliver_letters
from tests.person import Browser
from tests.world import GYEONGGI

pytestmark = pytest.mark.django_db


@pytest.fixture
def free(world):
    """A case in the free queue, as it is after submission; call it for another."""

    def one(slug=None, **row):
        story = world.story(slug) if slug else world.story()
        case = story.fill().submit().fresh()
        QueueRow.objects.filter(pk=case.pk).update(**row)
        return case

    return one


def later(**more):
    return calendar.frozen(calendar.now() + timedelta(**more))


def row_of(case):
    return QueueRow.objects.get(pk=case.pk)


# --- whose, and in which order -------------------------------------------------------------------
def test_the_most_urgent_comes_first_and_then_what_is_due_first(world, free):
    person = world["kotra.reviewer"]
    today = calendar.today()
    calm = free(due_on=today + timedelta(days=9))
    soon = free(due_on=today + timedelta(days=1))
    back = free(due_on=today + timedelta(days=20), urgency=1)
    free(GYEONGGI, due_on=today)
    free(parked=True, urgency=9)
    taken = [assignment.take_next(actor=person) for _ in range(4)]
    assert [one and one.application for one in taken] == [back, soon, calm, None]


def test_a_claim_asks_as_often_however_long_the_queue(world, free):
    person = world["kotra.reviewer"]
    counted = []
    for more in (2, 3):
        for _ in range(more):
            free()
        with CaptureQueriesContext(connection) as caught:
            assert assignment.take_next(actor=person) is not None
        counted.append(len(caught))
    assert counted[0] == counted[1] <= 7


def test_only_ones_own_programmes(world, free):
    case = free()
    post = world["kotra.reviewer"].staff_memberships.get()
    post.programmes = ["another"]
    post.save(update_fields=["programmes"])
    assert assignment.take_next(actor=world["kotra.reviewer"]) is None
    assert assignment.take_next(actor=world["kotra.reviewer2"]).application == case
    assert assignment.take_next(actor=world["kotra.admin"]) is None
    assert assignment.take_next(actor=world["company"]) is None


def test_who_works_for_two_offices_gets_the_more_urgent_of_both(world, free):
    person = world["kotra.reviewer"]
    StaffMembership.objects.create(
        office=Office.objects.get(code="gyeonggi"), user=person, role=StaffRole.REVIEWER
    )
    ours = free(due_on=calendar.today() + timedelta(days=2))
    theirs = free(GYEONGGI, due_on=calendar.today() + timedelta(days=1))
    assert assignment.take_next(actor=person).application == theirs
    assert assignment.take_next(actor=person).application == ours


def test_a_language_goes_to_those_who_read_it(world, free):
    """The candidate of the demonstration is Vietnamese: the papers are."""
    case = free()
    assert row_of(case).language == "vi"
    # While nobody here reads it, nobody is asked to.
    ReviewerProfile.objects.create(user=world["kotra.reviewer"], languages=["vi"])
    assert assignment.take_next(actor=world["kotra.reviewer2"]) is None
    assert assignment.take_next(actor=world["kotra.reviewer"]).application == case
    ReviewerProfile.objects.all().delete()
    other = free()
    assert assignment.take_next(actor=world["kotra.reviewer2"]).application == other


def test_an_occupation_goes_to_those_who_know_it(world, free):
    case = free()
    assert row_of(case).occupation == "2223"
    profile = ReviewerProfile.objects.create(user=world["kotra.reviewer"], occupations=["31"])
    assert assignment.take_next(actor=world["kotra.reviewer"]) is None
    profile.occupations = ["31", "222"]
    profile.save()
    assert assignment.take_next(actor=world["kotra.reviewer"]).application == case


def test_nothing_is_taken_during_ones_own_absence(world, free):
    free()
    person, today = world["kotra.reviewer"], calendar.today()
    Absence.objects.create(user=person, from_on=today, until_on=today, entered_at=calendar.now())
    with pytest.raises(NotNow, match="부재"):
        assignment.take_next(actor=person)
    with later(days=1):
        assert assignment.take_next(actor=person) is not None


# --- the lease -----------------------------------------------------------------------------------
def test_a_taken_case_is_held_for_the_offices_time(world, free):
    free(), free()
    person = world["kotra.reviewer"]
    taken = assignment.take_next(actor=person)
    hours = timedelta(hours=LEASE_HOURS)
    assert row_of(taken.application).lease_until == calendar.now() + hours
    AssignmentRule.objects.create(office=taken.application.office, lease_hours=5)
    taken = assignment.take_next(actor=person)
    assert row_of(taken.application).lease_until == calendar.now() + timedelta(hours=5)


def test_work_keeps_it_and_nothing_is_lost_when_it_runs_out(world, free):
    case, person = free(), world["kotra.reviewer"]
    assignment.take_next(actor=person)
    with later(hours=LEASE_HOURS - 1):
        point = case.manifest.checklist[0].code
        examination.mark(application=case, actor=person, code=point, finding="fulfilled")
    with later(hours=LEASE_HOURS + 1):
        assert leases.expire() == 0
        assert row_of(case).assignee == person
    with later(hours=2 * LEASE_HOURS):
        assert leases.expire() == 1
        assert leases.expire() == 0
        row = row_of(case)
        assert (row.assignee, row.assigned_at, row.lease_until) == (None, None, None)
        held = case.assignments.get()
        assert (held.ended_how, held.ended_at) == ("lease_expired", calendar.now())
        assert case.marks.get().code == point
        assert Event.objects.filter(name="review.lease_expired").count() == 1
        deliver_letters()
    mail = Mail.objects.get(about=case.public_id, user=person, subject__contains="대기열")
    assert "이미 점검한 내용은 그대로" in mail.text


def test_a_case_with_the_applicant_does_not_run_out(world, free):
    story = world.story().fill().submit()
    person = world["kotra.reviewer"]
    assignment.take_next(actor=person)
    story.ask()
    with later(hours=LEASE_HOURS + 1):
        assert leases.expire() == 0
        story.answer()
        assert row_of(story.case).lease_until == calendar.now() + timedelta(hours=LEASE_HOURS)


def test_a_given_case_has_no_lease(world, free):
    case = free()
    assignment.assign_least_loaded(application=case)
    assert row_of(case).lease_until is None
    with pytest.raises(NotNow):
        leases.keep(application=case, actor=row_of(case).assignee)


def test_the_reviewer_can_say_that_they_are_still_at_it(world, free):
    case, person = free(), world["kotra.reviewer"]
    assignment.take_next(actor=person)
    with later(hours=5):
        until = leases.keep(application=case, actor=person)
        assert until == calendar.now() + timedelta(hours=LEASE_HOURS)
        with pytest.raises(NotAllowed):
            leases.keep(application=case, actor=world["kotra.reviewer2"])


def test_ones_own_list_says_until_when(world, free):
    case, person = free(), world["kotra.reviewer"]
    assignment.take_next(actor=person)
    page = Browser(person).open(reverse("reviews:queue"))
    assert "2026. 10. 15. 10:00까지 유지" in page.words
    assert (
        "까지 유지"
        not in Browser(world["kotra.lead"]).open(reverse("reviews:queue") + "?tab=all").words
    )
    page = Browser(person).open(reverse("reviews:people", kwargs={"public_id": case.public_id}))
    with later(hours=1):
        page = page.do("keep")
    assert "신청을 계속 맡습니다." in page.words
    page = page.do("release")
    assert "필수" in page.words
    page = page.do("release", reason="다른 일이 많습니다.")
    assert "신청을 내려놓았습니다." in page.words
    assert row_of(case).assignee is None


def test_a_lease_needs_somebody_who_has_it(world, free):
    case = free()
    with pytest.raises(IntegrityError, match="queue_lease_has_assignee"), transaction.atomic():
        QueueRow.objects.filter(pk=case.pk).update(lease_until=calendar.now())


# --- letting go ----------------------------------------------------------------------------------
def test_what_one_lets_go_does_not_come_back_at_once(world, free):
    case, person = free(), world["kotra.reviewer"]
    assignment.take_next(actor=person)
    with pytest.raises(NotNow, match="사유"):
        assignment.release(application=case, actor=person, reason=" ")
    assignment.release(application=case, actor=person, reason="다른 전공이 필요합니다.")
    held = case.assignments.get()
    assert (held.ended_how, held.ended_because) == ("released", "다른 전공이 필요합니다.")
    assert assignment.take_next(actor=person) is None
    assert assignment.assign_least_loaded(application=case).assignee == world["kotra.reviewer2"]
    assignment.release(application=case, actor=world["kotra.lead"], reason="다시 나눕니다.")
    assert Assignment.objects.filter(ended_how="released").count() == 2
    with later(hours=NOT_AGAIN_HOURS + 1):
        assert assignment.take_next(actor=person).application == case


def test_nobody_lets_go_of_anothers_case_nor_of_one_that_moved_on(world, free):
    case, person = free(), world["kotra.reviewer"]
    assignment.take_next(actor=person)
    for login in ("kotra.reviewer2", "kotra.admin", "gyeonggi.lead", "company"):
        with pytest.raises(NotAllowed):
            assignment.release(application=case, actor=world[login], reason="x")
    with pytest.raises(StaleCase):
        assignment.release(
            application=case, actor=person, reason="x", expected_revision=case.revision + 1
        )
    assert row_of(case).assignee == person
    over = world.bare(Stage.REFUSED)
    with pytest.raises(NotNow):
        assignment.release(application=over, actor=world["kotra.lead"], reason="x")


def test_an_ended_stretch_says_how_it_ended(world, free):
    case = free()
    given = assignment.assign_least_loaded(application=case)
    with (
        pytest.raises(IntegrityError, match="assignment_ended_says_how"),
        transaction.atomic(),
    ):
        Assignment.objects.filter(pk=given.pk).update(ended_at=calendar.now())
