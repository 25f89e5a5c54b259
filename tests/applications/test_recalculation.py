"""A holiday that is added or taken away moves what is open, says so, and can be interrupted."""

from datetime import date

import pytest
from django.contrib.auth import get_user_model

from applications import workflow
from applications.models import Application, DueChange, QueueRow
from applications.services import recalculation
from applications.services.supplement import Asked, request_supplement
from applications.stages import Stage
from audit.models import Event
from notifications import outbox
from notifications.models import OutboxRow
from programs import calendar
from reviews.models import Evaluator
from reviews.services import evaluation
from tests.world import GYEONGGI

pytestmark = pytest.mark.django_db

# The world stands on Monday 2026-10-12; ten days end on Friday the 23rd.
DUE = date(2026, 10, 23)
DAY = date(2026, 10, 16)
MONDAY_AFTER = date(2026, 10, 26)


def close_offices(day=DAY, **more):
    return calendar.add_holiday(
        day=day, name_ko="임시공휴일", name_en="Temporary holiday", source="국무회의 의결", **more
    )


def settle_all():
    """What the workers do with the word of a change."""
    while outbox.drain(topic=calendar.TOPIC_CHANGED):
        pass


def operator():
    return get_user_model().objects.create_superuser(email="root@demo.example", name="관리자")


def test_a_temporary_holiday_moves_what_is_open_and_says_so(live_world):
    story = live_world.at(Stage.DOCUMENT_REVIEW)
    settle_all()
    assert (story.fresh().due_on, story.fresh().legal_due_on) == (DUE, DUE)
    close_offices(actor=operator())
    settle_all()
    case = story.fresh()
    assert (case.due_on, case.legal_due_on) == (MONDAY_AFTER, MONDAY_AFTER)
    assert QueueRow.objects.get(application=case).due_on == MONDAY_AFTER
    [change] = case.due_changes.all()
    assert (change.cause, change.due_before, change.due_after) == ("calendar", DUE, MONDAY_AFTER)
    assert change.calendar_revision == case.calendar_revision == calendar.current().revision
    assert (
        Event.objects.filter(name="application.due_moved", subject_id=case.public_id).count() == 1
    )


def test_taken_away_again_the_dates_come_back(live_world):
    story = live_world.at(Stage.DOCUMENT_REVIEW)
    close_offices()
    settle_all()
    calendar.remove_holiday(day=DAY, source="정정")
    settle_all()
    assert story.fresh().due_on == DUE
    assert story.case.due_changes.count() == 2


def test_done_twice_nothing_moves_twice(live_world):
    story = live_world.at(Stage.EXTERNAL_EVALUATION)
    invitation = evaluation.invite(
        application=story.case,
        actor=story.reviewer,
        evaluator=Evaluator.objects.get(user=live_world["evaluator1"]),
    )
    assert invitation.due_on == date(2026, 10, 19)
    close_offices()
    settle_all()
    OutboxRow.objects.filter(topic=calendar.TOPIC_CHANGED).update(done_at=None)
    settle_all()
    invitation.refresh_from_db()
    assert invitation.due_on == date(2026, 10, 20)
    assert story.fresh().due_on == MONDAY_AFTER
    assert sorted(story.case.due_changes.values_list("what", flat=True)) == [
        "evaluation",
        "processing",
    ]


def test_a_run_that_was_killed_goes_on_where_it_stopped(live_world, monkeypatch):
    stories = [live_world.at(Stage.DOCUMENT_REVIEW) for _ in range(3)]
    settle_all()
    monkeypatch.setattr(recalculation, "BATCH", 2)
    close_offices()
    plain = recalculation.recalculate

    def dies_at_the_second(application, table):
        if application.pk == stories[1].case.pk:
            raise KeyboardInterrupt
        return plain(application, table)

    monkeypatch.setattr(recalculation, "recalculate", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        settle_all()
    moved = Application.objects.filter(due_on=MONDAY_AFTER)
    assert moved.count() == 1
    monkeypatch.setattr(recalculation, "recalculate", plain)
    OutboxRow.objects.filter(topic=calendar.TOPIC_CHANGED, done_at=None).update(
        lease_token=None, lease_until=None
    )
    settle_all()
    assert moved.count() == 3
    assert DueChange.objects.count() == 3


def test_a_case_received_while_the_table_changed_is_found_later(live_world):
    story = live_world.at(Stage.DOCUMENT_REVIEW)
    close_offices()
    settle_all()
    assert not recalculation.catch_up()
    Application.objects.filter(pk=story.case.pk).update(
        due_on=DUE, legal_due_on=DUE, calendar_revision=1
    )
    assert recalculation.catch_up()
    settle_all()
    assert story.fresh().due_on == MONDAY_AFTER


def test_an_open_supplement_rolls_on_and_never_back(live_world):
    story = live_world.at(Stage.DOCUMENT_REVIEW)
    request = request_supplement(
        application=story.case,
        actor=story.reviewer,
        items=[Asked(text="여권을 다시 올려 주세요.", document_code="passport_copy")],
    )
    assert request.due_on == date(2026, 10, 22)
    day = date(2026, 10, 22)
    [processing, supplement] = recalculation.preview(
        after=calendar.current().plus({day: "임시공휴일"}), day=day
    ).moves
    close_offices(day)
    settle_all()
    request.refresh_from_db()
    assert request.due_on == supplement.after == date(2026, 10, 23)
    # What is asked for is not counted out to its last day: ten days from Monday 26.
    assert story.fresh().due_on == processing.after == date(2026, 11, 6)
    calendar.remove_holiday(day=day, source="정정")
    settle_all()
    request.refresh_from_db()
    assert request.due_on == date(2026, 10, 23)
    assert story.fresh().due_on == date(2026, 11, 6)


def test_closed_cases_keep_their_dates(live_world):
    story = live_world.at(Stage.DOCUMENT_REVIEW)
    workflow.apply(application=story.case, name="withdraw", actor=story.member)
    close_offices()
    settle_all()
    assert story.fresh().due_on == DUE
    assert not story.case.due_changes.exists()


def test_looking_first_says_what_would_move_and_moves_nothing(world):
    kotra = world.at(Stage.DOCUMENT_REVIEW)
    gyeonggi = world.at(Stage.DOCUMENT_REVIEW, GYEONGGI)
    before = {one.case.pk: one.fresh().due_on for one in (kotra, gyeonggi)}
    seen = recalculation.preview(after=calendar.current().plus({DAY: "임시공휴일"}), day=DAY)
    assert seen.cases == 2
    assert {move.case.pk: move.before for move in seen.moves} == before
    assert all(move.after > move.before for move in seen.moves)
    later = date(2026, 12, 1)
    assert not recalculation.preview(
        after=calendar.current().plus({later: "임시공휴일"}), day=later
    ).moves
    assert {one.case.pk: one.fresh().due_on for one in (kotra, gyeonggi)} == before


@pytest.mark.parametrize("login", ["kotra.admin", "kotra.lead", "company"])
def test_an_office_cannot_move_everybodys_dates(world, login):
    with pytest.raises(calendar.NotAnOperator):
        close_offices(actor=world[login])
    assert not calendar.current().holidays.get(DAY)


def test_what_somebody_else_changed_meanwhile_is_looked_at_first(world):
    seen = calendar.current().revision
    close_offices(date(2026, 11, 2))
    with pytest.raises(calendar.ChangedMeanwhile):
        close_offices(expected_revision=seen)
