"""The transition table, row by row: what happens, and everything that is refused."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import StaffMembership, StaffRole
from applications import guards, workflow
from applications.errors import AlreadyDone, NotAllowed, NotNow, StaleCase
from applications.models import Application, QueueRow, StageChange
from applications.services import delivery, drafting, own_change, supplement, withdrawal
from applications.stages import CLOSED, OPEN, Stage
from applications.workflow import ASSIGNEE, LEAD, MEMBER, SYSTEM, TRANSITIONS
from audit.models import Event
from letters.models import Letter, LetterState
from programs import calendar
from programs.document import text_hash
from reviews.services import correction, objection, signing
from tests.outbox import deliver_letters
from tests.world import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

LOGIN = {MEMBER: "company", ASSIGNEE: "kotra.reviewer", LEAD: "kotra.lead", SYSTEM: None}
# Everyone who is not what a row asks for, other companies and offices included.
EVERYONE = (
    "company",
    "company2",
    "kotra.reviewer",
    "kotra.lead",
    "kotra.admin",
    "gyeonggi.reviewer",
    "gyeonggi.lead",
    "gyeonggi.admin",
    "evaluator1",
    None,
)
ALLOWED = {
    MEMBER: {"company"},
    ASSIGNEE: {"kotra.reviewer", "kotra.lead"},
    LEAD: {"kotra.lead"},
    SYSTEM: {None},
}


def actor_for(world, login):
    return None if login is None else world[login]


def as_it_is(case):
    """Everything a refused step must leave alone."""
    case = Application.objects.get(pk=case.pk)
    return (
        case.stage,
        case.revision,
        case.closed_at,
        StageChange.objects.filter(application=case).count(),
        QueueRow.objects.filter(application=case).count(),
        Event.objects.filter(subject_id=case.public_id).count(),
    )


def wrong_stages():
    return [
        pytest.param(row.name, stage, id=f"{row.name}-from-{stage.value}")
        for row in TRANSITIONS.values()
        for stage in Stage
        if stage not in row.sources
    ]


def wrong_people():
    return [
        pytest.param(row.name, login, id=f"{row.name}-by-{login or 'system'}")
        for row in TRANSITIONS.values()
        for login in EVERYONE
        if login not in ALLOWED[row.who]
    ]


@pytest.mark.parametrize(("name", "stage"), wrong_stages())
def test_a_step_is_refused_from_every_other_stage(world, name, stage):
    case = world.bare(stage)
    before = as_it_is(case)
    with pytest.raises(NotNow, match=str(TRANSITIONS[name].label)):
        workflow.apply(
            application=case,
            name=name,
            actor=actor_for(world, LOGIN[TRANSITIONS[name].who]),
            reason="사유",
        )
    assert as_it_is(case) == before


@pytest.mark.parametrize(("name", "login"), wrong_people())
def test_a_step_is_refused_to_everyone_else(world, name, login):
    row = TRANSITIONS[name]
    case = world.bare(sorted(row.sources)[0])
    before = as_it_is(case)
    with pytest.raises(NotAllowed):
        workflow.apply(application=case, name=name, actor=actor_for(world, login), reason="사유")
    assert as_it_is(case) == before
    assert row not in workflow.available(case, actor_for(world, login))


# Nothing stands in the way in a bare case: no visible letter, no drafted decision. The tests after
# the next one bring that about.
FREE_UNTIL_MORE_IS_DONE = {"take_back", "reopen_documents", "reopen_validation"}


@pytest.mark.parametrize(
    "name", [row.name for row in TRANSITIONS.values() if row.guard != "always"]
)
def test_a_step_is_refused_until_its_guard_is_content(world, name):
    row = TRANSITIONS[name]
    actor = actor_for(world, LOGIN[row.who])
    for stage in sorted(row.sources):
        case = world.bare(stage)
        if name in FREE_UNTIL_MORE_IS_DONE:
            assert guards.refusal(row.guard, case, actor) is None
            continue
        before = as_it_is(case)
        sentence = guards.refusal(row.guard, case, actor)
        assert sentence
        with pytest.raises(NotNow) as refused:
            workflow.apply(application=case, name=name, actor=actor, reason="사유")
        assert str(refused.value) == sentence
        assert as_it_is(case) == before


def test_taking_back_is_refused_once_the_letter_is_visible(world):
    story = world.at(Stage.APPROVED)
    letter = Letter.objects.filter(subject=story.case.public_id)
    letter.update(state=LetterState.VALID, delivered_at=calendar.now())
    before = as_it_is(story.case)
    with pytest.raises(NotNow, match="도달"):
        signing.take_back(application=story.fresh(), actor=story.lead, reason="착오")
    assert as_it_is(story.case) == before


@pytest.mark.parametrize("name", ["reopen_documents", "reopen_validation"])
def test_going_back_is_refused_while_a_decision_is_drafted(world, name):
    story = world.at(Stage.DECISION).draft()
    before = as_it_is(story.case)
    with pytest.raises(NotNow, match="기안된 결정"):
        workflow.apply(application=story.fresh(), name=name, actor=story.lead, reason="착오")
    assert as_it_is(story.case) == before


@pytest.mark.parametrize("stage", sorted(TRANSITIONS["reopen_validation"].sources))
def test_nothing_goes_back_to_a_validation_that_its_programme_does_not_have(world, stage):
    case = world.bare(stage)
    document = case.version.document
    stages = document["stages"]
    stages["items"] = [one for one in stages["items"] if one["kind"] != "validation"]
    case.version.text_hash = text_hash(document)
    case.version.save(update_fields=["document", "text_hash"])
    case = Application.objects.get(pk=case.pk)
    before = as_it_is(case)
    with pytest.raises(NotNow, match="검증 단계가 없습니다"):
        workflow.apply(
            application=case, name="reopen_validation", actor=world["kotra.lead"], reason="착오"
        )
    assert as_it_is(case) == before


@pytest.mark.parametrize("name", [row.name for row in TRANSITIONS.values() if row.needs_reason])
def test_a_step_that_needs_a_reason_is_refused_without_one(world, name):
    row = TRANSITIONS[name]
    case = world.bare(sorted(row.sources)[0])
    before = as_it_is(case)
    with pytest.raises(NotNow, match="사유"):
        workflow.apply(
            application=case, name=name, actor=actor_for(world, LOGIN[row.who]), reason="  "
        )
    assert as_it_is(case) == before


# --- What each row does when nothing stands in its way ------------------------------------------


def submit(world):
    return world.story().fill().submit().fresh()


def request_supplement(world):
    return world.at(Stage.SUPPLEMENT).fresh()


def answer_supplement(world):
    return world.at(Stage.SUPPLEMENT).answer().fresh()


def supplement_unasked(world):
    story = world.at(Stage.VALIDATION)
    own_change.begin(application=story.fresh(), actor=story.member)
    drafting.save_candidate(
        application=story.fresh(), actor=story.member, fields={"address": "새길 7"}
    )
    return own_change.send(application=story.fresh(), actor=story.member, words="이사")


def end_supplement(world):
    story = world.at(Stage.SUPPLEMENT)
    request = story.case.supplements.get()
    day_after = datetime.combine(request.due_on + timedelta(days=1), MONDAY.timetz())
    with calendar.frozen(day_after):
        supplement.end_supplement(application=story.fresh(), actor=story.reviewer)
    return story.fresh()


def demand_again(world):
    story = world.at(Stage.SUPPLEMENT)
    request = story.case.supplements.get()
    day_after = datetime.combine(request.due_on + timedelta(days=1), MONDAY.timetz())
    with calendar.frozen(day_after):
        supplement.demand_again(application=story.fresh(), actor=story.reviewer)
    return story.fresh()


def treat_as_withdrawn(world):
    story = world.at(Stage.SUPPLEMENT)
    people = {"application": story.case, "actor": story.reviewer}
    delivery.note_undelivered(**people, attempt=1, words="되돌아옴")
    delivery.deliver_again(**people, to="other@company.example")
    delivery.note_undelivered(**people, attempt=2, words="되돌아옴")
    delivery.treat_as_withdrawn(
        application=story.fresh(), actor=story.lead, reason="두 번 송달되지 않음"
    )
    return story.fresh()


def advance(world):
    return world.at(Stage.VALIDATION).fresh()


def close_review(world):
    return world.at(Stage.VALIDATION).draft("refuse", "학위를 확인할 수 없습니다.").fresh()


def approve(world):
    return world.at(Stage.APPROVED).fresh()


def wait_for_quota(world):
    fill_the_pool("gyeonggi")
    return world.at(Stage.WAITING_QUOTA, slug="gyeonggi").fresh()


def accept_unit(world):
    fill_the_pool("gyeonggi", leave=1)
    first = world.at(Stage.APPROVED, slug="gyeonggi")
    second = world.at(Stage.WAITING_QUOTA, slug="gyeonggi")
    signing.take_back(application=first.fresh(), actor=first.lead, reason="착오")
    signing.accept_unit(application=second.fresh(), actor=second.lead)
    return second.fresh()


def turn_down(world):
    story = world.at(Stage.VALIDATION).draft("refuse", "학위를 확인할 수 없습니다.")
    story.sign_off()
    return story.fresh()


def refuse(world):
    story = world.at(Stage.VALIDATION).draft("refuse", "학위를 확인할 수 없습니다.")
    story.sign_off()
    deliver_letters()
    return story.fresh()


def return_case(world):
    story = world.at(Stage.DOCUMENT_REVIEW).draft("return", "보완하지 않았습니다.")
    story.sign_off()
    deliver_letters()
    return story.fresh()


def take_back(world):
    story = world.at(Stage.APPROVED)
    signing.take_back(application=story.fresh(), actor=story.lead, reason="착오")
    return story.fresh()


def issue(world):
    story = world.at(Stage.APPROVED)
    deliver_letters()
    return story.fresh()


def withdraw(world):
    story = world.at(Stage.VALIDATION)
    withdrawal.withdraw(application=story.fresh(), actor=story.member)
    return story.fresh()


def reopen(world):
    story = world.at(Stage.VALIDATION).draft("refuse", "학위를 확인할 수 없습니다.")
    story.sign_off()
    deliver_letters()
    filed = objection.file_objection(
        application=story.fresh(), actor=story.member, text="학위증명서를 다시 확인해 주세요."
    )
    objection.decide_objection(
        objection=filed, actor=world.second_lead(), upheld=True, answer="확인했습니다."
    )
    return story.fresh()


def reopen_documents(world):
    story = world.at(Stage.VALIDATION)
    return correction.reopen(
        application=story.case, actor=story.lead, name="reopen_documents", reason="서류 누락"
    )


def reopen_validation(world):
    story = world.at(Stage.EXTERNAL_EVALUATION)
    return correction.reopen(
        application=story.case, actor=story.lead, name="reopen_validation", reason="새 회신"
    )


HAPPY = {
    "submit": submit,
    "request_supplement": request_supplement,
    "answer_supplement": answer_supplement,
    "supplement_unasked": supplement_unasked,
    "end_supplement": end_supplement,
    "demand_again": demand_again,
    "treat_as_withdrawn": treat_as_withdrawn,
    "advance": advance,
    "close_review": close_review,
    "approve": approve,
    "wait_for_quota": wait_for_quota,
    "accept_unit": accept_unit,
    "turn_down": turn_down,
    "refuse": refuse,
    "return": return_case,
    "take_back": take_back,
    "issue": issue,
    "withdraw": withdraw,
    "reopen": reopen,
    "reopen_documents": reopen_documents,
    "reopen_validation": reopen_validation,
}


def test_every_row_of_the_table_has_its_story():
    assert set(HAPPY) == set(TRANSITIONS)


@pytest.mark.parametrize("name", sorted(HAPPY))
def test_a_step_moves_the_case_and_leaves_its_traces(world, name):
    case = HAPPY[name](world)
    row = TRANSITIONS[name]
    last = case.changes.filter(transition=name).order_by("-id").first()
    assert last is not None
    assert Stage(last.from_stage) in row.sources
    expected = row.target or Stage(last.to_stage)
    assert last.to_stage == expected
    assert last.revision <= case.revision
    assert Event.objects.filter(subject_id=case.public_id, name=f"application.{name}").exists()
    assert (case.closed_at is not None) == (case.at in CLOSED)
    queue = QueueRow.objects.filter(application=case).first()
    assert (queue is not None) == (case.at in OPEN - {Stage.DRAFT})
    if queue is not None:
        assert queue.stage == case.stage


def test_the_story_goes_through_every_stage_of_the_published_steps(world):
    story = world.at(Stage.APPROVED)
    stages = list(story.case.changes.order_by("id").values_list("to_stage", flat=True))
    assert stages == [
        "document_review",
        "validation",
        "external_evaluation",
        "decision",
        "approved",
    ]


def test_a_programme_without_external_evaluation_goes_straight_to_the_decision(world):
    story = world.at(Stage.DECISION, slug="gyeonggi")
    stages = list(story.case.changes.order_by("id").values_list("to_stage", flat=True))
    assert stages == ["document_review", "validation", "decision"]


# --- The door itself -----------------------------------------------------------------------------


def test_an_old_form_is_noticed(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    seen = story.fresh().revision
    story.check_documents()
    before = as_it_is(story.case)
    with pytest.raises(StaleCase):
        workflow.apply(
            application=story.fresh(),
            name="withdraw",
            actor=story.member,
            expected_revision=seen,
        )
    assert as_it_is(story.case) == before


def test_a_repeat_by_the_same_person_is_the_same_result(world):
    story = world.at(Stage.VALIDATION)
    first = withdrawal.withdraw(application=story.fresh(), actor=story.member)
    again = withdrawal.withdraw(application=story.fresh(), actor=story.member)
    assert again.revision == first.revision
    assert story.case.changes.filter(transition="withdraw").count() == 1


def test_someone_else_is_told_who_was_first(world):
    story = world.at(Stage.DOCUMENT_REVIEW).draft("return", "보완하지 않았습니다.")
    story.sign_off()
    first, second = story.lead, world["kotra.reviewer2"]
    StaffMembership.objects.create(office=story.case.office, user=second, role=StaffRole.LEAD)
    with pytest.raises(AlreadyDone) as refused:
        workflow.apply(application=story.fresh(), name="turn_down", actor=second)
    assert str(first) in str(refused.value)


def test_the_company_is_not_told_who_signed_before_it_may_know(world):
    story = world.at(Stage.DOCUMENT_REVIEW).draft("return", "보완하지 않았습니다.")
    story.sign_off()
    with pytest.raises(NotNow) as refused:
        workflow.apply(application=story.fresh(), name="withdraw", actor=story.member)
    assert str(story.lead) not in str(refused.value)
    assert str(Stage.NOTIFYING.label) not in str(refused.value)


def test_the_database_knows_every_stage(world):
    case = world.bare(Stage.DOCUMENT_REVIEW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=case.pk).update(stage="somewhere")


def test_the_database_keeps_received_cases_numbered(world):
    case = world.bare(Stage.DOCUMENT_REVIEW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=case.pk).update(receipt_no=None)


def test_the_database_ties_the_end_to_the_stage(world):
    case = world.bare(Stage.DOCUMENT_REVIEW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=case.pk).update(closed_at=timezone.now())


def fill_the_pool(slug: str, leave: int = 0) -> None:
    """Let all but `leave` units of the programme's pool have been issued before we began."""
    from programs import quota
    from programs.models import Pool

    for pool in Pool.objects.filter(programme__slug=slug, parent=None):
        quota.opening(pool=pool, issued=pool.size - leave, actor=None, reason="test")
