"""T13: a case that comes back is at the top of its reviewer's queue, with what has changed; when
that reviewer is away, the lead hears."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from applications.errors import Invalid, NotAllowed
from applications.services import drafting, supplement
from applications.stages import Stage
from audit.models import Event
from notifications.models import Mail, OutboxRow
from portal.demo import samples
from programs import calendar
from reviews.models import Absence, DeclaredBefore
from reviews.permissions import Desk
from reviews.selectors import queue
from reviews.selectors.returning import changes
from reviews.services import assignment, returning
from tests.outbox import deliver_letters
from tests.person import Browser

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 12)


def url(name, case):
    return reverse(f"reviews:{name}", kwargs={"public_id": case.public_id})


def answered(story, **claims):
    """The company answers, changing claims of these kinds."""
    for kind, items in claims.items():
        drafting.save_claims(application=story.fresh(), actor=story.member, kind=kind, items=items)
    return story.answer()


def degree(story):
    return dict(story.case.claims.get(kind="degree").declared)


# --- the same reviewer's queue -------------------------------------------------------------------
@pytest.mark.incident("T13")
def test_a_resubmission_lands_at_the_top_of_the_same_reviewers_queue(world):
    early = [world.at(Stage.DOCUMENT_REVIEW) for _ in range(3)]
    story = world.at(Stage.SUPPLEMENT)
    reviewer = story.reviewer
    for one in early:
        one.case.assignments.filter(ended_at=None).update(assignee=reviewer)
        one.case.queue_row.__class__.objects.filter(pk=one.case.pk).update(
            assignee=reviewer, due_on=TODAY
        )
    answered(story)
    rows = queue.page(queue.TabName.MINE, Desk.of(reviewer), reviewer).entries
    assert rows[0].public_id == story.case.public_id
    assert rows[0].back
    assert [row.back for row in rows[1:]] == [False] * 3
    assert story.case.assignments.get(ended_at=None).assignee == reviewer


# --- what has changed ----------------------------------------------------------------------------
@pytest.mark.incident("T13")
def test_old_and_new_answers_and_files_stand_side_by_side(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    held = story.case.documents.get(code="contract")
    name = str(next(d.names for d in story.case.manifest.documents if d.code == "contract"))
    story.ask()
    with calendar.frozen(calendar.now() + timedelta(days=1)):
        drafting.upload_document(
            application=story.fresh(),
            actor=story.member,
            code="contract",
            upload=samples.paper("계약서", name="new-contract.pdf"),
            replaces=held,
        )
        other = {**degree(story), "institution": "Another University", "level": "master"}
        drafting.save_candidate(
            application=story.fresh(), actor=story.member, fields={"surname": "OTHER"}
        )
        answered(story, degree=[other, degree(story)], language=[])
        found = changes(story.fresh())
        assert not found.nothing
        told = {(claim.title, claim.how) for claim in found.claims}
        assert ("인적사항", "changed") in told
        assert {how for _title, how in told} == {"changed", "new", "gone"}
        lines = {
            (str(fact.label), fact.before, fact.after)
            for claim in found.claims
            if claim.how == "changed"
            for fact in claim.facts
        }
        assert ("교육기관", "Sample University of Technology", "Another University") in lines
        assert any(after == "OTHER" for _label, _before, after in lines)
        replaced = next(file for file in found.files if file.name == "new-contract.pdf")
        assert replaced.old_name == held.stored.name

        page = Browser(story.reviewer).open(url("case", story.case))
        assert "1차 보완으로 바뀐 내용" in page.words
        assert "Another University" in page.words
        assert "new-contract.pdf" in page.words
        assert f"{name}" in page.words
        assert "요청하신 내용을 보완했습니다." in page.words


def test_what_was_not_touched_is_not_shown_as_changed(world):
    story = world.at(Stage.SUPPLEMENT)
    code = story.case.supplements.get().items.get().document_code
    before = story.case.documents.get(code=code).stored.name
    with calendar.frozen(calendar.now() + timedelta(days=1)):
        answered(story, degree=[degree(story)])
        found = changes(story.fresh())
    assert found.claims == []
    assert [(file.old_name, file.name) for file in found.files] == [(before, "보완 서류.pdf")]
    assert found.removed == []


def test_each_round_is_compared_with_what_was_before_it(world):
    story = world.at(Stage.SUPPLEMENT)
    first = degree(story)
    answered(story, degree=[{**first, "institution": "Second University"}])
    story.ask()
    answered(story, degree=[{**first, "institution": "Third University"}])
    (claim,) = changes(story.fresh()).claims
    assert [(fact.before, fact.after) for fact in claim.facts] == [
        ("Second University", "Third University")
    ]
    assert changes(story.fresh()).request.round == 2


def test_nothing_is_compared_while_the_applicant_still_has_it(world):
    assert changes(world.at(Stage.DOCUMENT_REVIEW).fresh()) is None
    assert changes(world.at(Stage.SUPPLEMENT).fresh()) is None


def test_what_was_declared_is_kept_sealed(world):
    world.at(Stage.SUPPLEMENT)
    kept = DeclaredBefore.objects.get()
    assert {row["kind"] for row in kept.claims} >= {"identity", "degree", "contract"}
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT claims FROM reviews_declaredbefore")
        assert b"Sample University" not in bytes(cursor.fetchone()[0])


# --- when the reviewer is away -------------------------------------------------------------------
@pytest.fixture
def gone(world):
    """A case with its applicant, and its reviewer away this week."""
    story = world.at(Stage.SUPPLEMENT)
    returning.enter_absence(
        actor=story.reviewer,
        user=story.reviewer,
        from_on=TODAY,
        until_on=TODAY + timedelta(days=4),
    )
    return story


def told(case):
    rows = Mail.objects.filter(about=case.public_id, subject__contains="부재 중")
    return set(rows.values_list("user__email", flat=True))


@pytest.mark.incident("T13")
def test_when_the_reviewer_is_away_the_leads_hear(world, gone):
    second = world.second_lead()
    answered(gone)
    assert told(gone.case) == set()  # nothing is written in the case's transaction
    deliver_letters()
    assert told(gone.case) == {world["kotra.lead"].email, second.email}
    mail = Mail.objects.filter(about=gone.case.public_id, user=second).get(subject__contains="부재")
    assert gone.reviewer.name in mail.text
    assert "2026. 10. 16." in mail.text
    assert url("people", gone.case) in mail.text
    # It stays with its reviewer until somebody decides otherwise.
    assert gone.case.assignments.get(ended_at=None).assignee == gone.reviewer
    OutboxRow.objects.filter(topic=returning.TOPIC_RETURNED).update(done_at=None)
    deliver_letters()
    assert Mail.objects.filter(about=gone.case.public_id, user=second).count() == 1


@pytest.mark.incident("T13")
def test_nobody_is_told_of_a_reviewer_who_is_there(world):
    story = world.at(Stage.SUPPLEMENT)
    for days in ((-3, -1), (1, 5)):
        Absence.objects.create(
            user=story.reviewer,
            from_on=TODAY + timedelta(days=days[0]),
            until_on=TODAY + timedelta(days=days[1]),
            entered_at=calendar.now(),
        )
    answered(story)
    deliver_letters()
    assert told(story.case) == set()


def test_a_case_given_to_somebody_else_meanwhile_needs_no_mail(world, gone):
    answered(gone)
    assignment.reassign(
        application=gone.fresh(),
        actor=world["kotra.lead"],
        to=world["kotra.reviewer2"],
        reason="휴가",
    )
    deliver_letters()
    assert told(gone.case) == set()


def test_a_new_case_goes_to_somebody_who_is_there(world):
    reviewers = [world["kotra.reviewer"], world["kotra.reviewer2"]]
    returning.enter_absence(actor=reviewers[0], user=reviewers[0], from_on=TODAY, until_on=TODAY)
    for _ in range(2):
        case = world.story().fill().submit().fresh()
        given = assignment.assign_least_loaded(application=case)
        assert given.assignee == reviewers[1]
    returning.enter_absence(actor=reviewers[1], user=reviewers[1], from_on=TODAY, until_on=TODAY)
    case = world.story().fill().submit().fresh()
    # Somebody must have it, so that the clock runs in somebody's list.
    assert assignment.assign_least_loaded(application=case).assignee == reviewers[0]


# --- entering absences ---------------------------------------------------------------------------
def test_one_enters_ones_own_absence_and_strikes_it_out(world):
    page = Browser(world["kotra.reviewer"]).open(reverse("reviews:absences"))
    page = page.do("enter", from_on="2026-10-14", until_on="2026-10-12")
    assert "마지막 날은 첫날보다 빠를 수 없습니다." in page.words
    page = page.do("enter", until_on="20261016")
    assert "부재를 적었습니다." in page.words
    absence = Absence.objects.get()
    assert (absence.user, absence.until_on) == (world["kotra.reviewer"], date(2026, 10, 16))
    page = page.do("end")
    assert not Absence.objects.exists()
    assert list(
        Event.objects.filter(name__startswith="review.absence").values_list("name", flat=True)
    ) == ["review.absence_entered", "review.absence_ended"]


def test_a_lead_enters_it_for_the_people_of_the_office_only(world):
    lead = Browser(world["kotra.lead"])
    page = lead.open(reverse("reviews:absences"))
    reviewer = world["kotra.reviewer2"]
    assert "gyeonggi" not in page.html
    page = page.do("enter", who=reviewer.public_id, from_on="2026-10-12", until_on="2026-10-13")
    assert Absence.objects.get().user == reviewer
    assert "부재 중" in page.words
    stranger = Browser(world["gyeonggi.lead"])
    assert reviewer.name not in stranger.open(reverse("reviews:absences")).words
    stranger.client.post(
        reverse("reviews:absences"), {"do": "end", "absence": Absence.objects.get().public_id}
    )
    assert Absence.objects.exists()
    for actor, user in (("kotra.reviewer", "kotra.reviewer2"), ("gyeonggi.lead", "kotra.reviewer")):
        with pytest.raises(NotAllowed):
            returning.enter_absence(
                actor=world[actor], user=world[user], from_on=TODAY, until_on=TODAY
            )
    for login in ("company", "evaluator1"):
        assert Browser(world[login]).status(reverse("reviews:absences")) == 403


def test_an_absence_has_an_end_and_is_not_over(world):
    person: User = world["kotra.reviewer"]
    for first, last in (
        (TODAY, TODAY - timedelta(days=1)),
        (TODAY - timedelta(days=9), TODAY - timedelta(days=1)),
        (TODAY, TODAY + timedelta(days=366)),
    ):
        with pytest.raises(Invalid):
            returning.enter_absence(actor=person, user=person, from_on=first, until_on=last)
    with pytest.raises(IntegrityError), transaction.atomic():
        Absence.objects.create(
            user=person,
            from_on=TODAY,
            until_on=TODAY - timedelta(days=1),
            entered_at=calendar.now(),
        )


def test_a_supplement_taken_back_late_shows_what_is_still_missing(world):
    story = world.at(Stage.SUPPLEMENT)
    with calendar.frozen(calendar.now() + timedelta(days=30)):
        supplement.end_supplement(application=story.fresh(), actor=story.reviewer)
        page = Browser(story.reviewer).open(url("case", story.case))
    assert "답하지 않은 항목이 1건 있습니다." in page.words
    assert "바뀐 사실이나 파일이 없습니다." in page.words
