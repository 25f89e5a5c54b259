"""Reminders: said once for a last day, whatever the runs that were missed, doubled or late."""

from datetime import date, datetime, timedelta

import pytest

from accounts.models import StaffMembership, StaffRole
from applications.services import reminders, supplement
from applications.services.reminders import due_reminder
from applications.stages import Stage
from applications.tasks import remind_supplements
from notifications.models import Mail
from programs import calendar
from reviews.models import Evaluator, Invitation
from reviews.services import evaluation, panel
from reviews.tasks import remind_evaluations
from tests.outbox import deliver_letters

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def at(day: date, hour: int = 10):
    return calendar.frozen(datetime(day.year, day.month, day.day, hour, tzinfo=calendar.SEOUL))


def ran(task, day: date, *, times: int = 1, hour: int = 10) -> list[str]:
    """The subjects that this many runs on that day led to, sent and all."""
    with at(day, hour):
        before = set(Mail.objects.values_list("pk", flat=True))
        for _ in range(times):
            task()
            deliver_letters()
        return list(
            Mail.objects.exclude(pk__in=before).order_by("pk").values_list("subject", flat=True)
        )


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (10, ""),
        (4, ""),
        (3, "early"),
        (2, "early"),
        (1, "late"),
        (0, "late"),
        (-1, "overdue"),
        (-40, "overdue"),
    ],
)
def test_what_is_due_follows_from_the_day_alone(left, said):
    last = date(2026, 10, 26)
    assert due_reminder(last, date(2026, 10, 1), last - left * DAY) == said


def test_nobody_is_reminded_on_the_day_they_are_asked():
    today = date(2026, 10, 12)
    assert due_reminder(today + DAY, today, today) == ""
    assert due_reminder(today + DAY, today - DAY, today) == "late"


@pytest.fixture
def asked(world):
    """A case whose company has to answer; the first mails are out."""
    story = world.at(Stage.SUPPLEMENT)
    deliver_letters()
    story.last = story.fresh().supplements.get().due_on
    return story


class TestSupplement:
    def test_the_company_hears_three_days_before_one_day_before_and_after(self, asked):
        """After the last day the clock runs again: then the reviewer hears of it too."""
        heard = {}
        for left in range(6, -4, -1):
            if found := ran(remind_supplements, asked.last - left * DAY, times=3):
                heard[left] = found
        number = asked.case.receipt_no
        day = f"{asked.last.year}. {asked.last.month}. {asked.last.day}."
        soon = f"[KOTRA 고용추천서] 보완 기한이 다가옵니다 ({day}): {number}"
        assert heard == {
            3: [soon],
            1: [soon],
            -1: [
                f"[KOTRA 고용추천서] 보완 기한이 지났습니다: {number}",
                f"[KOTRA 고용추천서] 보완기한이 지났습니다: {number}",
            ],
        }
        to_staff = Mail.objects.get(subject__contains="보완기한이 지났습니다")
        assert to_staff.to == asked.reviewer.email
        reminded = Mail.objects.filter(subject__contains="보완 기한이")
        assert {mail.to for mail in reminded} == {"company@demo.example"}
        assert "흐리게 찍혀" in reminded.first().text

    @pytest.mark.incident("T16")
    def test_a_job_that_missed_two_days_and_then_runs_twice_says_what_is_true_once(self, asked):
        # Nothing ran three and two days before; on the day before, two runs.
        (once,) = ran(remind_supplements, asked.last - DAY, times=2)
        assert "다가옵니다" in once
        assert ran(remind_supplements, asked.last) == []
        # Nothing ran on the day after either.
        late = ran(remind_supplements, asked.last + 2 * DAY, times=2)
        # Once to the company, once to whoever has the case.
        assert len(late) == 2
        assert all("지났습니다" in subject for subject in late)
        assert ran(remind_supplements, asked.last + 9 * DAY, times=2) == []

    def test_nobody_is_woken_at_night(self, asked):
        day = asked.last - DAY
        assert ran(remind_supplements, day, hour=8) == []
        assert len(ran(remind_supplements, day, hour=9)) == 1

    def test_who_answered_is_left_alone_even_if_the_word_was_left(self, asked):
        with at(asked.last - DAY):
            assert reminders.remind_supplements() == 1
            asked.answer()
            before = Mail.objects.count()
            deliver_letters()
            assert Mail.objects.count() == before
        assert ran(remind_supplements, asked.last + DAY) == []

    def test_nobody_hears_that_a_day_has_passed_once_the_answers_are_there(self, asked):
        with at(asked.last + DAY):
            assert reminders.remind_supplements() == 1
            asked.answer()
            before = Mail.objects.count()
            deliver_letters()
            assert Mail.objects.count() == before

    def test_a_reminder_moves_nothing(self, asked):
        before = asked.fresh()
        ran(remind_supplements, asked.last + DAY)
        after = asked.fresh()
        assert (after.stage, after.revision, after.due_on) == (
            before.stage,
            before.revision,
            before.due_on,
        )

    def test_the_next_round_is_reminded_of_anew(self, asked):
        ran(remind_supplements, asked.last - DAY)
        asked.answer()
        item = supplement.Asked(text="한 번 더 필요합니다.", document_code="contract")
        again = supplement.request_supplement(
            application=asked.case, actor=asked.reviewer, items=[item]
        )
        deliver_letters()
        assert len(ran(remind_supplements, again.due_on - DAY)) == 1


@pytest.fixture
def judged(world):
    """A case with two evaluators asked, both of whom are needed."""
    story = world.at(Stage.EXTERNAL_EVALUATION)
    story.asked = [
        evaluation.invite(
            application=story.case,
            actor=story.reviewer,
            evaluator=Evaluator.objects.get(user=world[login]),
        )
        for login in ("evaluator1", "evaluator2")
    ]
    deliver_letters()
    story.last = story.asked[0].due_on
    return story


class TestEvaluation:
    def test_an_evaluator_hears_twice_and_the_office_then_every_working_day(self, judged):
        story, heard = judged, {}
        story.answer_invitation(story.asked[1], 80)
        for left in range(5, -8, -1):
            if found := ran(remind_evaluations, story.last - left * DAY, times=2):
                heard[story.last - left * DAY] = found
        assert story.last == date(2026, 10, 19)
        soon = "[KOTRA 고용추천서] 평가 기한이 다가옵니다 (기한 2026. 10. 19.)"
        over = f"[KOTRA 고용추천서] 외부 평가 기한이 지났습니다: {story.case.receipt_no}"
        assert heard == {
            # Three business days before, and one: not on the Sunday.
            date(2026, 10, 14): [soon],
            date(2026, 10, 16): [soon],
            date(2026, 10, 20): [over],
            date(2026, 10, 21): [over],
            date(2026, 10, 22): [over],
            # After three days the lead hears too; nobody on Saturday and Sunday.
            date(2026, 10, 23): [over, over],
            date(2026, 10, 26): [over, over],
        }
        told = Mail.objects.filter(subject=over).order_by("pk")
        assert [mail.to for mail in told[:4]] == [story.reviewer.email] * 4
        assert {mail.to for mail in told} == {story.reviewer.email, story.lead.email}
        evaluator = story.asked[0].evaluator.user
        assert {mail.to for mail in Mail.objects.filter(subject=soon)} == {evaluator.email}

    @pytest.mark.incident("T16")
    def test_a_job_that_missed_two_days_and_then_runs_twice(self, judged):
        late = judged.last + 3 * DAY
        assert len(ran(remind_evaluations, late, times=2)) == 1
        assert ran(remind_evaluations, late, times=2) == []
        assert len(ran(remind_evaluations, late + DAY, times=2)) == 2

    def test_a_case_that_has_enough_answers_coming_is_left_alone(self, judged, world):
        with at(judged.last):
            evaluation.invite(
                application=judged.fresh(),
                actor=judged.reviewer,
                evaluator=Evaluator.objects.get(user=world["evaluator3"]),
            )
            deliver_letters()
        judged.asked[1].refresh_from_db()
        with at(judged.last):
            judged.answer_invitation(judged.asked[1], 80)
        assert ran(remind_evaluations, judged.last + DAY) == []

    def test_more_time_is_reminded_of_anew(self, judged):
        assert ran(remind_evaluations, judged.last - DAY) == []
        assert len(ran(remind_evaluations, judged.last - 3 * DAY)) == 2
        later = judged.last + 4 * DAY
        with at(judged.last):
            panel.extend(invitation=judged.asked[0], actor=judged.reviewer, due_on=later)
            deliver_letters()
        again, over = ran(remind_evaluations, later - DAY)
        assert "기한 2026. 10. 23." in again
        # The other evaluator was given none.
        assert "지났습니다" in over

    def test_the_office_hears_when_somebody_steps_back(self, judged, world):
        evaluation.recuse(invitation=judged.asked[0], actor=world["evaluator1"])
        next_day = judged.last - 6 * DAY
        wanted = f"[KOTRA 고용추천서] 평가위원이 더 필요합니다: {judged.case.receipt_no}"
        assert ran(remind_evaluations, next_day, times=2) == [wanted]
        mail = Mail.objects.get(subject=wanted)
        assert mail.to == judged.reviewer.email
        assert "답할 수 있는 위원이 모자랍니다." in mail.text
        assert "기한이 지난 위원" not in mail.text
        evaluation.override_quorum(
            application=judged.fresh(), actor=judged.lead, reason="한 명으로 충분합니다."
        )
        assert wanted not in ran(remind_evaluations, next_day + DAY)

    def test_leads_hear_when_nobody_has_the_case(self, judged):
        lead = judged.lead
        judged.case.assignments.update(ended_at=calendar.now(), ended_how="closed")
        (once,) = ran(remind_evaluations, judged.last + DAY)
        assert Mail.objects.get(subject=once).to == lead.email
        StaffMembership.objects.filter(user=lead, role=StaffRole.LEAD).delete()
        assert ran(remind_evaluations, judged.last + 2 * DAY) == []

    def test_an_invitation_that_ended_meanwhile_is_not_mailed_about(self, judged):
        with at(judged.last - 3 * DAY):
            assert panel.remind_evaluations() == 2
            evaluation.recuse(
                invitation=judged.asked[0], actor=judged.asked[0].evaluator.user, because="time"
            )
            before = Mail.objects.count()
            deliver_letters()
            assert Mail.objects.count() == before + 1
        assert Invitation.objects.get(pk=judged.asked[0].pk).state == "recused"
