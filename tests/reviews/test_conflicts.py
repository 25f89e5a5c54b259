"""Conflicts of interest: whoever has one with a case has nothing to do with it, at every door."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import CompanyMembership
from applications import workflow
from applications.errors import CaseError, Invalid, NotAllowed, NotNow
from applications.models import Application
from applications.stages import Stage
from audit.models import Event
from programs import calendar
from reviews.models import Assignment, Conflict, Evaluator
from reviews.selectors.people import turns
from reviews.services import assignment, bulk, conflicts, decision, evaluation, examination, signing
from tests.outbox import deliver_letters
from tests.person import Browser
from tests.world import GYEONGGI

pytestmark = pytest.mark.django_db
WORDS = "배우자가 이 회사의 인사팀에서 일합니다."


def url(name, thing):
    return reverse(f"reviews:{name}", kwargs={"public_id": thing.public_id})


def declare(person, case, kind="family"):
    return conflicts.declare_for_case(actor=person, application=case, kind=kind, note=WORDS)


# --- declaring -----------------------------------------------------------------------------------
def test_declaring_recuses_and_reassigns_at_once(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    person, other = world["kotra.reviewer"], world["kotra.reviewer2"]
    assert story.reviewer == person
    page = Browser(person).open(url("people", story.case))
    page = page.do("conflict", kind="family", scope="case", note=WORDS)
    assert page.path == reverse("reviews:queue")
    assert "이해관계를 신고했습니다" in page.words
    held = story.case.assignments.get(ended_at=None)
    assert held.assignee == other
    assert held.why_data["passed"] == [
        {"person": str(person.public_id), "because": "conflict", "kind": "family"}
    ]
    ended = story.case.assignments.exclude(ended_at=None).get()
    assert (ended.ended_how, ended.ended_because) == ("conflict", "family")
    assert (
        "박심사 제외: 이해관계 (가족·친족)" in Browser(other).open(url("people", story.case)).words
    )
    assert turns(story.fresh())[-1].ended == "이해관계로 회피: 가족·친족"


def test_the_private_words_are_sealed_and_in_no_event(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    declare(story.reviewer, story.case)
    data = Event.objects.get(name="review.conflict_declared").data
    assert data == {
        "kind": "family",
        "company": None,
        "application": str(story.case.public_id),
    }
    assert Event.objects.get(name="review.recused").data == {"kind": "family"}
    assert not any(WORDS in str(row.data) for row in Event.objects.all())
    assert Conflict.objects.get().note == WORDS
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM reviews_conflict")
        assert WORDS.encode() not in bytes(cursor.fetchone()[0])
    for login, seen in (("kotra.reviewer", True), ("kotra.admin", True), ("kotra.lead", False)):
        assert (WORDS in Browser(world[login]).open(reverse("reviews:conflicts")).words) is seen


def test_one_with_a_company_takes_all_its_cases_away(world):
    person = world["kotra.reviewer"]
    mine = [world.at(Stage.DOCUMENT_REVIEW) for _ in range(3)]
    held = [one for one in mine if one.reviewer == person]
    assert len(held) == 2
    number = mine[0].case.company.business_no_dashed
    page = Browser(person).open(reverse("reviews:conflicts"))
    page = page.do("declare", kind="former_employer", business_no="101-81-14195")
    assert "사업자등록번호가 올바르지 않습니다." in page.words
    page = page.do("declare", kind="former_employer", business_no=number)
    assert "이해관계를 적었습니다" in page.words
    for one in held:  # before the worker has come by: shut all the same
        assert Browser(person).status(url("case", one.case)) == 403
    deliver_letters()
    assert {one.reviewer for one in mine} == {world["kotra.reviewer2"]}
    deliver_letters()
    page = Browser(person).open(reverse("reviews:conflicts"))
    page = page.do("declare", kind="family", business_no=number)
    assert "이미 신고한 이해관계입니다." in page.words


def test_a_kind_must_be_chosen_and_only_for_whom_one_may(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    with pytest.raises(Invalid):
        declare(story.reviewer, story.case, kind="x")
    for login in ("gyeonggi.reviewer", "company", "evaluator1"):
        with pytest.raises(NotAllowed):
            declare(world[login], story.case)
    company = story.case.company
    for actor, person in (
        ("kotra.lead", "kotra.reviewer"),
        ("gyeonggi.admin", "kotra.reviewer"),
        ("company", "company"),
    ):
        with pytest.raises(NotAllowed):
            conflicts.declare_for_company(
                actor=world[actor], person=world[person], company=company, kind="family"
            )
    conflicts.declare_for_company(
        actor=world["kotra.admin"], person=world["kotra.reviewer"], company=company, kind="family"
    )


def test_nobody_ends_their_own(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    conflict = declare(world["kotra.admin"], story.case)
    for login in ("kotra.admin", "kotra.lead", "kotra.reviewer", "gyeonggi.admin"):
        with pytest.raises(NotAllowed):
            conflicts.end(conflict=conflict, actor=world[login])
    with pytest.raises(IntegrityError, match="conflict_ended_by"), transaction.atomic():
        Conflict.objects.filter(pk=conflict.pk).update(
            ended_by=conflict.user, ended_at=calendar.now()
        )
    other = declare(world["kotra.reviewer"], story.case)
    assert Browser(world["kotra.reviewer"]).status(url("case", story.case)) == 403
    page = Browser(world["kotra.admin"]).open(reverse("reviews:conflicts"))
    page.do("end", conflict=other.public_id)
    assert Browser(world["kotra.reviewer"]).status(url("case", story.case)) == 200


# --- every door ----------------------------------------------------------------------------------
SECTIONS = ("case", "claims", "rules", "supplement", "evaluation", "decision", "people", "history")


def test_no_page_opens_and_nothing_is_done(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    person, case = story.reviewer, story.fresh()
    document, claim = case.documents.first(), case.claims.first()
    declare(person, case)
    browser = Browser(person)
    for name in SECTIONS:
        assert browser.status(url(name, case)) == 403, name
        assert browser.client.post(url(name, case), {"do": "x"}).status_code == 403, name
    for name, more in (
        ("document", {"document": document.public_id}),
        ("read", {"document": document.public_id}),
        ("document_pages", {"document": document.public_id}),
        ("document_page", {"document": document.public_id, "number": 1}),
        ("claim", {"claim": claim.public_id}),
    ):
        address = reverse(f"reviews:{name}", kwargs={"public_id": case.public_id, **more})
        assert browser.status(address) == 403, name
    for name in ("take", "step"):
        assert browser.client.post(url(name, case)).status_code == 403, name
    assert browser.client.get(reverse("api-cases")).json()["results"] == []
    assert browser.client.get(f"/api/v1/cases/{case.public_id}/").status_code in (403, 404)
    # The line in the office's list stays: that there is such a case is no secret.
    assert case.receipt_no in browser.open(reverse("reviews:queue") + "?tab=all").words


def test_the_services_refuse(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    person, case, lead = world["kotra.reviewer"], story.fresh(), world["kotra.lead"]
    declare(person, case)
    point = case.manifest.checklist[0].code
    for refused in (
        lambda: assignment.reassign(application=case, actor=lead, to=person, reason="x"),
        lambda: examination.mark(application=case, actor=person, code=point, finding="fulfilled"),
        lambda: workflow.apply(application=case, name="advance", actor=person),
        lambda: decision.draft(application=case, actor=person, outcome="refuse", reason="x"),
    ):
        with pytest.raises(CaseError):
            refused()
    assignment.release(application=case, actor=lead, reason="다시")
    with pytest.raises(NotAllowed):
        assignment.take(application=case, actor=person)
    assert assignment.take_next(actor=person) is None
    with calendar.frozen(calendar.now() + timedelta(days=9)):
        given = assignment.assign_least_loaded(application=case)
        assert given.assignee == world["kotra.reviewer2"]
    assert not workflow.available(case, person)


def test_a_lead_with_a_conflict_signs_nothing_and_moves_nothing(world):
    story = world.at(Stage.DECISION).draft()
    lead = story.lead
    drafted = story.case.decisions.get()
    declare(lead, story.case)
    for call in (
        lambda: signing.sign_off(decision=drafted, actor=lead),
        lambda: decision.discard(decision=drafted, actor=lead),
        lambda: assignment.reassign(
            application=story.case, actor=lead, to=world["kotra.reviewer2"], reason="x"
        ),
    ):
        with pytest.raises(NotAllowed):
            call()
    browser = Browser(lead)
    for name in ("sign_off", "draft_pdf", "draft_png"):
        assert browser.status(url(name, drafted)) == 403, name
    from reviews.permissions import Desk

    assert bulk.chosen(lead, Desk.of(lead), [story.case.public_id]) == []


def test_what_somebody_with_a_conflict_drafted_is_not_signed(world):
    story = world.at(Stage.DECISION).draft()
    drafted = story.case.decisions.get()
    declare(drafted.drafted_by, story.case)
    with pytest.raises(NotNow, match="기안한 사람에게 이해관계"):
        signing.sign_off(decision=drafted, actor=story.lead)
    with pytest.raises(NotAllowed):
        decision.discard(decision=drafted, actor=drafted.drafted_by)
    decision.discard(decision=drafted, actor=story.lead)


def test_a_member_of_the_company_is_in_conflict_without_a_word(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    person = world["kotra.reviewer"]
    assert Browser(person).status(url("case", story.case)) == 200
    CompanyMembership.objects.create(company=story.case.company, user=person)
    assert Browser(person).status(url("case", story.case)) == 403
    assert conflicts.among([person.pk], story.case) == {person.pk: "same_company"}


def test_an_evaluator_with_a_conflict_is_not_asked(world):
    story = world.at(Stage.EXTERNAL_EVALUATION)
    evaluator = Evaluator.objects.get(user=world["evaluator1"])
    Conflict.objects.create(
        user=evaluator.user,
        kind="former_employer",
        company=story.case.company,
        declared_by=world["kotra.admin"],
        declared_at=calendar.now(),
    )
    with pytest.raises(NotNow):
        evaluation.invite(application=story.case, actor=story.reviewer, evaluator=evaluator)


def test_a_conflict_is_with_one_thing_and_once(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    other = world.at(Stage.DOCUMENT_REVIEW, GYEONGGI)
    row = {
        "user": story.reviewer,
        "kind": "family",
        "declared_by": story.reviewer,
        "declared_at": calendar.now(),
    }
    for wrong, name in (
        ({}, "conflict_with_company_or_case"),
        ({"company": story.case.company, "application": story.case}, "conflict_with_company"),
        ({"company": story.case.company, "kind": "x"}, "conflict_kind_known"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Conflict.objects.create(**{**row, **wrong})
    Conflict.objects.create(**row, application=story.case)
    Conflict.objects.create(**row, application=other.case)
    with pytest.raises(IntegrityError, match="one_conflict_with_case"), transaction.atomic():
        Conflict.objects.create(**row, application=story.case)
    assert Application.objects.filter(conflicts.cases_barred_to(story.reviewer)).count() == 2


def _own_people(world, case, person):
    CompanyMembership.objects.create(user=person, company=case.company, role="member")


@pytest.mark.parametrize(
    "bar",
    [
        lambda world, case, person: declare(person, case),
        lambda world, case, person: Conflict.objects.create(
            user=person,
            kind="family",
            company=case.company,
            declared_by=person,
            declared_at=calendar.now(),
        ),
        _own_people,
    ],
    ids=["case", "company", "member"],
)
def test_the_database_gives_no_case_to_whom_a_conflict_bars(world, bar):
    """The last line, behind every service: no such row is written or made of another."""
    story = world.at(Stage.DOCUMENT_REVIEW)
    person = world["kotra.reviewer2"]
    held = story.case.assignments.get(ended_at=None)
    bar(world, story.case, person)
    with pytest.raises(IntegrityError, match="refused: conflict"), transaction.atomic():
        story.case.assignments.update(assignee=person)
    story.case.assignments.update(ended_at=calendar.now(), ended_how="released")
    with pytest.raises(IntegrityError, match="refused: conflict"), transaction.atomic():
        Assignment.objects.create(
            application=story.case, assignee=person, assigned_at=calendar.now(), why="taken"
        )
    Assignment.objects.create(
        application=story.case, assignee=held.assignee, assigned_at=calendar.now(), why="taken"
    )
