"""A case's clock through the services: what stands it still, for how long, and what is aimed at."""

import hashlib
from contextlib import contextmanager
from datetime import date, datetime

import pytest
from django.db import IntegrityError, transaction

from applications import workflow
from applications.models import Application, ClockSegment
from applications.reckoning import reckoning
from applications.services import extension
from applications.services.supplement import Asked, request_supplement
from applications.stages import Stage
from programs import calendar
from programs.models import ProgrammeVersion
from reviews.services import evaluation
from tests.world import KOTRA

pytestmark = pytest.mark.django_db

# The world stands on Monday 2026-10-12; ten days end on Friday the 23rd.
DUE = date(2026, 10, 23)
MONDAY = date(2026, 10, 26)


@contextmanager
def on(day):
    with calendar.frozen(datetime(2026, 10, day, 10, tzinfo=calendar.SEOUL)):
        yield


def ask(story):
    return request_supplement(
        application=story.fresh(),
        actor=story.reviewer,
        items=[Asked(text="무엇이 다른지 적어 주세요.", optional=True)],
    )


def rules_say(**deadlines):
    """Another version of the programme's deadlines, in force for new cases."""
    version = ProgrammeVersion.objects.get(programme__slug=KOTRA, label="v1")
    document = version.document
    document["deadlines"] |= deadlines
    ProgrammeVersion.objects.filter(pk=version.pk).update(
        document=document, text_hash=hashlib.sha256(repr(deadlines).encode()).hexdigest()
    )


@pytest.mark.incident("T12")
class TestSupplements:
    def test_asked_and_answered_on_one_day_that_day_does_not_count(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        ask(story)
        story.answer()
        assert story.fresh().legal_due_on == MONDAY
        assert story.case.queue_row.due_on == MONDAY

    def test_twice_on_one_day_it_is_left_out_once(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        for _each in range(2):
            ask(story)
            story.answer()
        assert story.fresh().legal_due_on == MONDAY
        assert story.case.clock_segments.count() == 2

    def test_both_ends_are_left_out_and_the_weekend_between_was_never_counted(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        with on(15):
            ask(story)
        with on(19):
            story.answer()
        # Thursday 15, Friday 16 and Monday 19: three days later than the 23rd.
        assert story.fresh().legal_due_on == date(2026, 10, 28)
        change = story.case.due_changes.order_by("pk").last()
        assert (change.cause, change.due_after) == ("supplement", date(2026, 10, 28))

    def test_while_it_is_not_answered_it_lasts_to_its_last_day_unless_answered_today(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        assert ask(story).due_on == date(2026, 10, 22)
        with on(14):
            # Ten days from Friday 23.
            assert story.fresh().legal_due_on == date(2026, 11, 5)
            # Monday, Tuesday and Wednesday are lost so far.
            assert reckoning(story.case, for_office=True).if_today == date(2026, 10, 28)

    def test_a_holiday_that_is_announced_within_it_is_not_lost_twice(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        ask(story)
        calendar.add_holiday(
            day=date(2026, 10, 14), name_ko="임시공휴일", name_en="Temporary", source="test"
        )
        with on(15):
            story.answer()
        # 12 to 15 are left out, the 14th once: ten days from Friday 16.
        assert story.fresh().legal_due_on == date(2026, 10, 29)

    def test_withdrawing_ends_it(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        ask(story)
        with on(14):
            workflow.apply(application=story.fresh(), name="withdraw", actor=story.member)
        assert story.fresh().clock_segments.get().until_on == date(2026, 10, 14)


class TestSegments:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"reason": "lunch"},
            {"from_on": date(2026, 10, 15), "until_on": date(2026, 10, 14)},
        ],
    )
    def test_the_database_refuses(self, world, wrong):
        case = world.bare(Stage.DOCUMENT_REVIEW)
        said = {"reason": "hearing", "from_on": date(2026, 10, 12), "until_on": None, **wrong}
        with pytest.raises(IntegrityError), transaction.atomic():
            ClockSegment.objects.create(application=case, **said)

    @pytest.mark.incident("T12")
    @pytest.mark.parametrize(
        ("first", "until", "allowed"),
        [
            (13, 13, False),
            (13, 15, False),
            (9, 13, False),
            (9, 19, False),
            (13, None, False),
            (9, None, False),
            # The day on which one ends may be the other's first.
            (9, 12, True),
            (14, 20, True),
            (12, 12, True),
            (14, None, True),
            (15, None, True),
        ],
    )
    def test_two_of_a_case_do_not_overlap(self, world, first, until, allowed):
        case, other = world.bare(Stage.DOCUMENT_REVIEW), world.bare(Stage.DOCUMENT_REVIEW)

        def keep(of, first, until):
            ends = date(2026, 10, until) if until else None
            return ClockSegment.objects.create(
                application=of, reason="hearing", from_on=date(2026, 10, first), until_on=ends
            )

        held = keep(case, 12, 14)
        moved = keep(case, 1, 2)
        keep(other, first, until)
        if allowed:
            keep(case, first, until)
            held.save()
            return
        with pytest.raises(IntegrityError), transaction.atomic():
            keep(case, first, until)
        moved.from_on, moved.until_on = (
            date(2026, 10, first),
            date(2026, 10, until) if until else None,
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            moved.save()
        with pytest.raises(IntegrityError), transaction.atomic():
            ClockSegment.objects.filter(pk=moved.pk).update(
                from_on=moved.from_on, until_on=moved.until_on
            )

    def test_external_evaluation_counts_unless_the_programme_says_otherwise(self, world):
        world.at(Stage.EXTERNAL_EVALUATION)
        assert not ClockSegment.objects.exists()

    def test_external_evaluation_left_out_by_the_programmes_file(self, world):
        rules_say(excluded={"reasons": ["external_evaluation"], "assumed": True})
        story = world.at(Stage.EXTERNAL_EVALUATION)
        segment = story.case.clock_segments.get()
        assert (segment.reason, segment.until_on) == ("external_evaluation", None)
        with on(14):
            evaluation.override_quorum(
                application=story.fresh(), actor=story.lead, reason="심사할 서류가 없습니다."
            )
            story.draft("return", "서류가 없습니다.")
        segment.refresh_from_db()
        assert segment.until_on == date(2026, 10, 14)
        # 12, 13 and 14 are left out.
        assert story.fresh().legal_due_on == date(2026, 10, 28)
        assert story.case.due_changes.get().cause == "exclusion"


class TestTarget:
    def test_is_the_legal_date_where_the_programme_names_none(self, world):
        case = world.at(Stage.DOCUMENT_REVIEW).fresh()
        assert case.due_on == case.legal_due_on == DUE

    def test_may_be_shorter_and_moves_with_an_extension(self, world):
        rules_say(target={"period": "7d", "assumed": True})
        story = world.at(Stage.DOCUMENT_REVIEW)
        case = story.fresh()
        assert (case.due_on, case.legal_due_on) == (date(2026, 10, 20), DUE)
        assert case.queue_row.due_on == date(2026, 10, 20)
        extension.extend(application=case, actor=story.lead, amount=2, reason="회신이 늦습니다.")
        case = story.fresh()
        assert (case.due_on, case.legal_due_on) == (date(2026, 10, 22), date(2026, 10, 27))

    def test_the_applicant_is_told_the_date_of_the_law(self, world):
        rules_say(target={"period": "7d", "assumed": True})
        story = world.at(Stage.DOCUMENT_REVIEW)
        theirs = reckoning(story.fresh(), for_office=False)
        assert "2026. 10. 20." not in str(theirs.lines)
        assert "2026. 10. 23." in str(theirs.lines)
        assert "2026. 10. 20." in str(reckoning(story.case, for_office=True).lines)

    def test_never_later_than_the_law(self, world):
        case = world.bare(Stage.DOCUMENT_REVIEW)
        with pytest.raises(IntegrityError), transaction.atomic():
            Application.objects.filter(pk=case.pk).update(due_on=MONDAY, legal_due_on=DUE)


class TestReckoning:
    def test_says_every_step_on_the_way(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        ask(story)
        story.answer()
        extension.extend(
            application=story.fresh(), actor=story.lead, amount=2, reason="회신이 늦습니다."
        )
        told = reckoning(story.fresh(), for_office=False)
        assert [line.value for line in told.lines] == [
            "2026. 10. 12. 10:00",
            "10일",
            "2026. 10. 12. ~ 2026. 10. 12.",
            "2일",
            "2026. 10. 28.",
        ]
        assert [move.before for move in told.moves] == [DUE, date(2026, 11, 5), MONDAY]
        assert all(move.who == "" for move in told.moves)

    def test_names_the_holidays_in_between(self, world):
        with calendar.frozen(datetime(2026, 9, 22, 19, tzinfo=calendar.SEOUL)):
            story = world.story().fill().submit()
            told = reckoning(story.fresh(), for_office=False)
        # Received after hours: Wed 23 | 28 29 30 1 2 | 6 7 8 | 12.
        assert story.case.legal_due_on == date(2026, 10, 12)
        assert [day for day, _name in told.closed] == [
            date(2026, 9, 24),
            date(2026, 9, 25),
            date(2026, 10, 5),
            date(2026, 10, 9),
        ]
        assert "근무시간이 끝난 뒤" in told.lines[0].note
