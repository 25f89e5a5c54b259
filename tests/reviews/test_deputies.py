"""Somebody stands in during an absence, and gives back afterwards (T13 goes on)."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import StaffMembership, User
from applications.errors import Invalid
from applications.models import QueueRow
from applications.stages import Stage
from notifications.models import Mail
from programs import calendar
from reviews.models import Absence, Conflict
from reviews.permissions import Desk
from reviews.selectors import queue
from reviews.selectors.returning import changes
from reviews.services import deputies, returning
from tests.outbox import deliver_letters
from tests.person import Browser

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 12)
UNTIL = TODAY + timedelta(days=4)


def holder(case):
    return QueueRow.objects.get(pk=case.pk).assignee


def due(case, day):
    QueueRow.objects.filter(pk=case.pk).update(due_on=day)


@pytest.fixture
def away(world):
    """The first reviewer away from tomorrow, the second standing in; call it with other days."""

    def enter(first=TODAY, last=UNTIL, deputy="kotra.reviewer2", who="kotra.reviewer"):
        return returning.enter_absence(
            actor=world[who],
            user=world[who],
            from_on=first,
            until_on=last,
            deputy=world[deputy] if deputy else None,
        )

    return enter


def in_days(days):
    return calendar.frozen(calendar.now() + timedelta(days=days))


def test_what_falls_due_goes_to_the_deputy_and_comes_back(world, away):
    person, deputy = world["kotra.reviewer"], world["kotra.reviewer2"]
    soon, later = world.at(Stage.DOCUMENT_REVIEW), world.at(Stage.VALIDATION)
    for story, day in ((soon, UNTIL), (later, UNTIL + timedelta(days=1))):
        story.case.assignments.update(assignee=person)
        QueueRow.objects.filter(pk=story.case.pk).update(assignee=person)
        due(story.case, day)
    away(first=TODAY + timedelta(days=1))
    assert deputies.run() == 0
    with in_days(1):
        assert deputies.run() == 1
        assert deputies.run() == 0
        assert (holder(soon.case), holder(later.case)) == (deputy, person)
        given = soon.case.assignments.get(ended_at=None)
        assert (given.why, given.instead_of) == ("deputy", person)
        page = Browser(deputy).open(
            reverse("reviews:people", kwargs={"public_id": soon.case.public_id})
        )
        assert "부재 중 대리 · 원래 담당자 부재: 2026. 10. 16.까지" in page.words
        assert "부재로 대리자에게 넘김" in page.words
    with in_days(5):
        assert deputies.run() == 1
        assert deputies.run() == 0
        assert holder(soon.case) == person
        assert soon.case.assignments.get(ended_at=None).why == "back_from_absence"


def test_struck_out_early_it_goes_back_at_once(world, away):
    person = world["kotra.reviewer"]
    story = world.at(Stage.DOCUMENT_REVIEW)
    due(story.case, TODAY)
    absence = away()
    deputies.run()
    assert holder(story.case) == world["kotra.reviewer2"]
    returning.end_absence(actor=person, absence=Absence.objects.get(pk=absence.pk))
    deliver_letters()
    assert holder(story.case) == person


def test_what_the_deputy_has_drafted_stays_with_the_deputy(world, away):
    story = world.at(Stage.DECISION)
    due(story.case, TODAY)
    away()
    deputies.run()
    story.draft()
    with in_days(5):
        assert deputies.run() == 0
    assert holder(story.case) == world["kotra.reviewer2"]


def test_without_a_deputy_the_rule_chooses(world, away):
    story = world.at(Stage.DOCUMENT_REVIEW)
    due(story.case, TODAY)
    away(deputy=None)
    assert deputies.run() == 1
    given = story.case.assignments.get(ended_at=None)
    assert (given.assignee, given.why) == (world["kotra.reviewer2"], "least_loaded")
    assert given.instead_of == world["kotra.reviewer"]
    assert given.why_data["until"] == UNTIL.isoformat()


def test_a_deputy_with_a_conflict_gets_nothing(world, away):
    story = world.at(Stage.DOCUMENT_REVIEW)
    due(story.case, TODAY)
    other = world["kotra.reviewer2"]
    Conflict.objects.create(
        user=other,
        kind="family",
        company=story.case.company,
        declared_by=other,
        declared_at=calendar.now(),
    )
    away()
    assert deputies.run() == 0  # nobody else is there: it stays, and the lead sees it
    assert holder(story.case) == world["kotra.reviewer"]


@pytest.mark.incident("T13")
def test_a_resubmission_goes_to_the_deputys_top_with_its_diff_and_the_lead_hears(world, away):
    others = [world.at(Stage.DOCUMENT_REVIEW) for _ in range(2)]
    story = world.at(Stage.SUPPLEMENT)
    person, deputy = story.reviewer, world["kotra.reviewer2"]
    if person == deputy:
        deputy = world["kotra.reviewer"]
    returning.enter_absence(actor=person, user=person, from_on=TODAY, until_on=UNTIL, deputy=deputy)
    for one in others:
        one.case.assignments.filter(ended_at=None).update(assignee=deputy)
        QueueRow.objects.filter(pk=one.case.pk).update(assignee=deputy, due_on=TODAY)
    story.answer()
    assert holder(story.case) == person
    deliver_letters()
    assert holder(story.case) == deputy
    rows = queue.page(queue.TabName.MINE, Desk.of(deputy), deputy).entries
    assert rows[0].public_id == story.case.public_id
    assert rows[0].back
    assert changes(story.fresh()) is not None
    mail = Mail.objects.get(user=world["kotra.lead"], subject__contains="부재")
    assert f"대리자: {deputy.name}" in mail.text
    assert "대리자에게 넘겼습니다" in mail.text
    with in_days(5):
        deputies.run()
        assert holder(story.case) == person


# --- a deputy who is away too --------------------------------------------------------------------
@pytest.fixture
def third(world):
    """A third reviewer of the office."""
    person = User.objects.create_user(email="third@demo.example", password="x", name="삼심사")
    StaffMembership.objects.create(
        user=person, office=world["kotra.reviewer"].staff_memberships.get().office, role="reviewer"
    )
    return person


def enter(who, deputy, last=UNTIL, first=TODAY):
    return returning.enter_absence(actor=who, user=who, from_on=first, until_on=last, deputy=deputy)


def mine(world, story):
    """Make it the first reviewer's and due today."""
    story.case.assignments.filter(ended_at=None).update(assignee=world["kotra.reviewer"])
    QueueRow.objects.filter(pk=story.case.pk).update(assignee=world["kotra.reviewer"], due_on=TODAY)


def test_a_deputy_who_is_away_hands_on_to_their_own(world, third):
    """A is away for B, and B for C: C has it, for A."""
    one, two = world["kotra.reviewer"], world["kotra.reviewer2"]
    story = world.at(Stage.DOCUMENT_REVIEW)
    mine(world, story)
    enter(one, two)
    enter(two, third)
    assert deputies.run() == 1
    assert deputies.run() == 0
    held = story.case.assignments.get(ended_at=None)
    assert (held.assignee, held.why, held.instead_of) == (third, "deputy", one)
    with in_days(5):
        deputies.run()
        assert holder(story.case) == one


def test_what_a_deputy_has_taken_over_goes_on_when_the_deputy_leaves_and_back_to_whose_it_is(
    world, third
):
    one, two = world["kotra.reviewer"], world["kotra.reviewer2"]
    story = world.at(Stage.DOCUMENT_REVIEW)
    mine(world, story)
    enter(one, two, last=TODAY + timedelta(days=9))
    deputies.run()
    assert holder(story.case) == two
    with in_days(1):
        enter(two, third, first=TODAY + timedelta(days=1), last=TODAY + timedelta(days=3))
        deputies.run()
        held = story.case.assignments.get(ended_at=None)
        assert (held.assignee, held.instead_of) == (third, one)
    with in_days(4):
        # The second is back: it was never theirs, and stays until the first is.
        deputies.run()
        assert holder(story.case) == third
    with in_days(10):
        deputies.run()
        assert holder(story.case) == one
        assert story.case.assignments.get(ended_at=None).instead_of is None


@pytest.mark.parametrize("somebody_there", [True, False])
def test_two_who_stand_in_for_each_other_lead_to_whom_the_rule_chooses(
    world, request, somebody_there
):
    one, two = world["kotra.reviewer"], world["kotra.reviewer2"]
    others = [request.getfixturevalue("third")] if somebody_there else []
    story = world.at(Stage.DOCUMENT_REVIEW)
    mine(world, story)
    enter(one, two)
    Absence.objects.create(
        user=two, deputy=one, from_on=TODAY, until_on=UNTIL, entered_at=calendar.now()
    )
    assert deputies.run() == len(others)
    assert deputies.run() == 0
    assert holder(story.case) == (others[0] if others else one)
    with in_days(5):
        deputies.run()
        assert holder(story.case) == one


def test_back_while_another_absence_goes_on_nothing_is_given_back(world):
    one, two = world["kotra.reviewer"], world["kotra.reviewer2"]
    story = world.at(Stage.DOCUMENT_REVIEW)
    mine(world, story)
    enter(one, two, last=TODAY + timedelta(days=1))
    enter(one, two, last=TODAY + timedelta(days=6))
    deputies.run()
    with in_days(3):
        deputies.run()
        assert holder(story.case) == two
    with in_days(7):
        deputies.run()
        assert holder(story.case) == one


def test_who_may_stand_in(world, away):
    for wrong in ("kotra.reviewer", "gyeonggi.reviewer", "kotra.admin", "company"):
        with pytest.raises(Invalid) as caught:
            away(deputy=wrong)
        assert set(caught.value.errors) == {"deputy"}
    away(who="kotra.reviewer2", deputy=None, first=UNTIL, last=UNTIL)
    with pytest.raises(Invalid):
        away()
    away(last=UNTIL - timedelta(days=1))
    person = world["kotra.lead"]
    with pytest.raises(IntegrityError, match="absence_deputy_is_another"), transaction.atomic():
        Absence.objects.create(
            user=person, deputy=person, from_on=TODAY, until_on=TODAY, entered_at=calendar.now()
        )


def test_the_deputy_and_the_lead_see_the_cases_and_nobody_else(world, away):
    story = world.at(Stage.DOCUMENT_REVIEW)
    person = world["kotra.reviewer"]
    address = reverse("reviews:away", kwargs={"public_id": person.public_id})
    deputy = Browser(world["kotra.reviewer2"])
    assert deputy.status(address) == 404
    away()
    page = deputy.open(address)
    assert story.case.receipt_no in page.words
    assert 'name="case"' not in page.html
    page = deputy.open(reverse("reviews:absences"))
    assert person.name in page.words
    assert not page.has_form(do="end")
    lead = Browser(world["kotra.lead"])
    page = lead.open(address)
    assert "박심사" in page.words
    assert 'name="case"' in page.html
    for login in ("kotra.admin", "gyeonggi.lead", "gyeonggi.reviewer", "company", "evaluator1"):
        assert Browser(world[login]).status(address) == 404, login


def test_entered_on_the_page(world):
    page = Browser(world["kotra.reviewer"]).open(reverse("reviews:absences"))
    page = page.do(
        "enter",
        from_on="2026-10-12",
        until_on="2026-10-13",
        deputy=world["kotra.reviewer2"].public_id,
    )
    assert "부재를 적었습니다." in page.words
    assert Absence.objects.get().deputy == world["kotra.reviewer2"]
    assert world["kotra.reviewer2"].name in page.words
