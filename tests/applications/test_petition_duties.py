"""Duties of the civil petitions act and its decree, each under the number of its article."""

from contextlib import contextmanager
from datetime import date, datetime

import pytest
from django.db import IntegrityError, transaction

from accounts.models import StaffMembership
from accounts.services.offices import change_contact
from applications.errors import AlreadyDone, Invalid, NotAllowed, NotNow
from applications.models import PeriodExtension
from applications.services import extension, reminders
from applications.stages import Stage
from notifications.models import Mail
from programs import calendar
from tests.outbox import deliver_letters

pytestmark = pytest.mark.django_db

DUE = date(2026, 10, 23)


@contextmanager
def on(day, hour=10):
    moment = datetime(day.year, day.month, day.day, hour, tzinfo=calendar.SEOUL)
    with calendar.frozen(moment):
        yield


def extend(story, amount=5, reason="학교의 회신이 늦어지고 있습니다.", actor=None):
    return extension.extend(
        application=story.fresh(), actor=actor or story.lead, amount=amount, reason=reason
    )


class TestDecree21:
    """처리기간의 연장: once within the period's own length, once more by consent, in writing."""

    def test_the_first_is_in_force_at_once_and_told_with_reason_and_date(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        made = extend(story)
        case = story.fresh()
        # Five business days after Friday 23 October.
        assert (case.due_on, case.legal_due_on) == (date(2026, 10, 30), date(2026, 10, 30))
        assert case.queue_row.due_on == date(2026, 10, 30)
        assert (made.number, made.state) == (1, "in_force")
        assert (made.legal_before, made.legal_after) == (DUE, date(2026, 10, 30))
        deliver_letters()
        mail = Mail.objects.get(key__contains=":extended")
        assert "학교의 회신이 늦어지고 있습니다." in mail.text
        assert "2026. 10. 30." in mail.text
        assert mail.to == "company@demo.example"

    @pytest.mark.parametrize("amount", [0, 11, 9999])
    def test_not_by_more_than_the_period_itself(self, world, amount):
        story = world.at(Stage.DOCUMENT_REVIEW)
        with pytest.raises(Invalid) as refused:
            extend(story, amount)
        assert "amount" in refused.value.errors
        assert extend(story, 10).legal_after == date(2026, 11, 6)

    def test_not_without_a_reason(self, world):
        with pytest.raises(Invalid) as refused:
            extend(world.at(Stage.DOCUMENT_REVIEW), reason="  ")
        assert list(refused.value.errors) == ["reason"]

    def test_the_second_only_once_the_applicant_agrees(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        extend(story)
        asked = extend(story, 3, "한 번 더 필요합니다.")
        assert (asked.number, asked.state) == (2, "asked")
        assert story.fresh().legal_due_on == date(2026, 10, 30)
        with pytest.raises(NotNow):
            extend(story, 3)
        extension.answer(application=story.case, actor=story.member, agree=True)
        assert story.fresh().legal_due_on == date(2026, 11, 4)
        deliver_letters()
        assert Mail.objects.filter(key__contains=":extension_asked").count() == 1
        assert Mail.objects.filter(key__contains=":extended").count() == 2
        with pytest.raises(NotNow):
            extend(story, 1)

    def test_the_applicant_may_say_no_and_be_asked_again(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        extend(story)
        extend(story, 3)
        extension.answer(application=story.case, actor=story.member, agree=False)
        extension.answer(application=story.case, actor=story.member, agree=False)
        assert story.fresh().legal_due_on == date(2026, 10, 30)
        with pytest.raises(AlreadyDone):
            extension.answer(application=story.case, actor=story.member, agree=True)
        assert extend(story, 2).number == 2

    def test_silence_is_no_consent(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        extend(story)
        asked = extend(story, 3)
        with on(date(2026, 10, 30)):
            assert extension.lapse() == 0
        with on(date(2026, 11, 2)):
            with pytest.raises(NotNow):
                extension.answer(application=story.case, actor=story.member, agree=True)
            assert (extension.lapse(), extension.lapse()) == (1, 0)
        asked.refresh_from_db()
        assert asked.state == "lapsed"
        assert story.fresh().legal_due_on == date(2026, 10, 30)

    def test_not_after_the_period_is_over(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        with on(DUE):
            extend(story)
        with on(date(2026, 11, 2)), pytest.raises(NotNow):
            extend(story, 3)

    def test_a_lead_extends_and_a_member_consents(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        for login in ("kotra.reviewer", "gyeonggi.lead", "kotra.admin", "company"):
            with pytest.raises(NotAllowed):
                extend(story, actor=world[login])
        extend(story)
        extend(story, 3)
        for login in ("company2", "kotra.lead"):
            with pytest.raises(NotAllowed):
                extension.answer(application=story.case, actor=world[login], agree=True)

    @pytest.mark.parametrize(
        "said",
        [
            {"number": 3, "state": "in_force"},
            {"number": 1, "state": "asked"},
            {"number": 2, "state": "in_force"},
            {"number": 1, "state": "in_force", "reason": ""},
            {"number": 1, "state": "in_force", "amount": 0},
        ],
    )
    def test_the_database_holds_it_too(self, world, said):
        story = world.at(Stage.DOCUMENT_REVIEW)
        with pytest.raises(IntegrityError), transaction.atomic():
            PeriodExtension.objects.create(
                **{
                    "application": story.case,
                    "amount": 1,
                    "reason": "x",
                    "legal_before": DUE,
                    "legal_after": DUE,
                    "actor": story.lead,
                    "at": calendar.now(),
                    **said,
                }
            )


class TestDecree23:
    """처리진행상황 등의 통지: after 30 days the applicant hears how far the case is."""

    def test_once_after_thirty_days(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        with on(date(2026, 11, 10), 23):
            assert reminders.tell_progress() == 0
        with on(date(2026, 11, 11), 8):
            assert reminders.tell_progress() == 0
        with on(date(2026, 11, 11)):
            assert (reminders.tell_progress(), reminders.tell_progress()) == (1, 0)
            deliver_letters()
        [mail] = Mail.objects.filter(key__contains=":progress")
        assert "서류를 심사하고 있습니다" in mail.text
        assert "2026. 10. 23." in mail.text
        assert story.fresh().progress_told_on == date(2026, 11, 11)

    def test_late_is_still_once(self, world):
        world.at(Stage.DOCUMENT_REVIEW)
        with on(date(2027, 2, 1)):
            assert (reminders.tell_progress(), reminders.tell_progress()) == (1, 0)

    def test_not_of_a_case_that_is_decided(self, world):
        world.at(Stage.VALIDATION).draft("return", "서류가 없습니다.").sign_off()
        with on(date(2026, 11, 30)):
            assert reminders.tell_progress() == 0


class TestDecree31:
    """담당자의 명시: each notice names the officer's department, name and telephone."""

    def test_every_notice_names_the_officer(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        officer = story.reviewer
        change_contact(
            office=story.case.office,
            actor=officer,
            department_ko="외국인재팀",
            department_en="Talent team",
            phone="02-3460-9999",
        )
        story.ask()
        extend(story)
        deliver_letters()
        mails = Mail.objects.filter(key__regex=":(supplement|extended)")
        assert mails.count() == 2
        for mail in mails:
            for said in (officer.name, "외국인재팀", "02-3460-9999"):
                assert said in mail.text
                assert said in mail.html

    def test_before_anybody_has_it_the_lead_answers(self, world):
        story = world.story().fill()
        StaffMembership.objects.filter(role="reviewer").delete()
        story.submit()
        deliver_letters()
        mail = Mail.objects.get(key__regex=":receipt:[0-9]+$")
        assert "정결재" in mail.text
        assert "02-3460-7388" in mail.text

    def test_after_the_case_has_left_the_queue_its_last_officer_answers(self, world):
        story = world.at(Stage.VALIDATION)
        officer = story.reviewer
        story.draft("refuse", "확인할 수 없습니다.").sign_off()
        deliver_letters()
        assert officer.name in Mail.objects.get(key__contains=":refused").text
