"""Due dates that come near: said once each, whatever happens to the scheduler."""

from contextlib import contextmanager
from datetime import date, datetime

import pytest

from applications.services.supplement import Asked, request_supplement
from applications.stages import Stage
from notifications.models import Mail
from programs import calendar
from reviews.services import due_warnings
from tests.outbox import deliver_letters

pytestmark = pytest.mark.django_db

# The world stands on Monday 2026-10-12; ten days end on Friday the 23rd.
DUE = date(2026, 10, 23)


@contextmanager
def at(day, hour=10):
    with calendar.frozen(datetime(2026, 10, day, hour, tzinfo=calendar.SEOUL)):
        yield


def run():
    count = due_warnings.warn()
    deliver_letters()
    return count


def said():
    """Who heard what, in order."""
    mails = Mail.objects.filter(key__regex=":(legal|target):").order_by("pk")
    return [(mail.key.split(":")[3], mail.to.split("@")[0]) for mail in mails]


def test_three_days_one_day_and_overdue_to_the_reviewer_then_the_lead(world):
    reviewer = world.at(Stage.DOCUMENT_REVIEW).reviewer.email.split("@")[0]
    heard = []
    for day in range(12, 30):
        with at(day):
            heard += [day] * run()
    # Tuesday 20 is three business days before, Thursday 22 one; Saturday 24 is after it.
    assert heard == [20, 22, 24]
    assert said() == [
        ("early", reviewer),
        ("late", reviewer),
        ("overdue", reviewer),
        ("overdue", "kotra.lead"),
    ]


def test_a_holiday_in_between_brings_the_warning_forward(world):
    world.at(Stage.DOCUMENT_REVIEW)
    calendar.add_holiday(
        day=date(2026, 10, 21), name_ko="임시공휴일", name_en="Temporary", source="test"
    )
    with at(19):
        deliver_letters()
        # The case itself moves to Monday 26; three business days before is Tuesday 20, 22, 23.
        assert run() == 0
    with at(20):
        assert run() == 1


@pytest.mark.incident("T16")
def test_after_six_hours_without_a_scheduler_everything_due_is_said_once(world):
    for _each in range(3):
        world.at(Stage.DOCUMENT_REVIEW)
    with at(20, 8):
        assert run() == 0
    # Down from 9 to 15; then two schedulers start at once, and the tasks run late again.
    with at(20, 15):
        assert (run(), run()) == (3, 0)
    with at(20, 23):
        assert run() == 0
    assert len(said()) == 3


@pytest.mark.incident("T16")
def test_after_days_without_a_scheduler_the_latest_warning_is_said_once(world):
    reviewer = world.at(Stage.DOCUMENT_REVIEW).reviewer.email.split("@")[0]
    with at(28):
        assert (run(), run()) == (1, 0)
    assert said() == [("overdue", reviewer), ("overdue", "kotra.lead")]


def test_nobody_has_it_the_lead_hears(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    story.case.queue_row.__class__.objects.update(assignee=None, assigned_at=None)
    with at(20):
        run()
    assert said() == [("early", "kotra.lead")]


def test_a_case_that_waits_for_its_applicant_is_not_warned_of(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    request_supplement(
        application=story.case,
        actor=story.reviewer,
        items=[Asked(text="여권", document_code="passport_copy")],
        days=30,
    )
    with at(28):
        assert run() == 0


def test_a_date_that_moved_while_the_mail_waited_is_not_warned_of(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    with at(20):
        assert due_warnings.warn() == 1
        type(story.case).objects.update(due_on=date(2026, 10, 30), legal_due_on=date(2026, 10, 30))
        deliver_letters()
    assert said() == []


def test_warning_changes_nothing(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    before = (story.fresh().revision, story.case.due_on, story.case.stage)
    with at(28):
        run()
    assert (story.fresh().revision, story.case.due_on, story.case.stage) == before
