"""After the letter: the visa's result, reminders that are said once, and the programme's tasks."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from applications.errors import NotAllowed, NotNow
from applications.models import FollowUp, VisaReport
from applications.services import aftermath
from applications.stages import Stage
from letters.models import Letter
from notifications.models import Mail
from programs import calendar
from reviews.services import letter_ends
from tests.outbox import deliver_letters
from tests.person import Browser
from tests.world import GYEONGGI, MONDAY

pytestmark = pytest.mark.django_db

ISSUED = date(2026, 10, 12)
LAST = date(2027, 4, 12)


@pytest.fixture
def issued(world):
    story = world.at(Stage.APPROVED, slug=GYEONGGI)
    deliver_letters()
    return story


@pytest.fixture
def welder(world):
    """A case of Ulsan whose letter is there."""
    case = world.bare(Stage.ISSUED, slug="ulsan")
    aftermath.open_follow_ups(case, occupation="7430", issued_on=ISSUED, valid_until=LAST)
    return case


def on(day: date):
    return calendar.frozen(datetime(day.year, day.month, day.day, 10, tzinfo=calendar.SEOUL))


def said(day: date) -> list[str]:
    """The words that are said on a day, however often it is asked."""
    before = set(Mail.objects.values_list("key", flat=True))
    with on(day):
        for _run in range(2):
            aftermath.remind()
            deliver_letters()
    new = Mail.objects.exclude(key__in=before).order_by("pk")
    return [f"{mail.key.split(':')[2]} {mail.to}" for mail in new]


def test_what_follows_is_written_down_when_the_letter_is_seen(issued):
    held = {one.code: one for one in issued.case.follow_ups.all()}
    assert set(held) == {FollowUp.VALIDITY, FollowUp.RESULT}
    validity, result = held[FollowUp.VALIDITY], held[FollowUp.RESULT]
    assert (validity.due_on, validity.remind_on) == (LAST, LAST - timedelta(days=30))
    assert (result.due_on, result.remind_on) == (None, ISSUED + timedelta(days=30))


def test_each_word_is_said_once_and_expiry_changes_nothing_else(issued):
    letter = Letter.objects.get(subject=issued.case.public_id)
    company, candidate = issued.member.email, issued.case.candidate.email
    assert said(ISSUED + timedelta(days=29)) == []
    asked = [f"result_asked {company}", f"result_asked {candidate}"]
    assert said(ISSUED + timedelta(days=30)) == asked
    assert said(ISSUED + timedelta(days=59)) == []
    # A run that was missed for weeks says it once, not for every week.
    assert said(LAST - timedelta(days=60)) == asked
    expiring = said(LAST - timedelta(days=30))
    assert expiring[:2] == [f"letter_expiring {company}", f"letter_expiring {candidate}"]
    assert said(LAST) == asked
    assert said(LAST + timedelta(days=1)) == [
        f"letter_expired {company}",
        f"letter_expired {candidate}",
    ]
    # Asked once more after the letter has expired, and then never again.
    assert said(LAST + timedelta(days=40)) == asked
    assert said(LAST + timedelta(days=400)) == []
    letter.refresh_from_db()
    assert (letter.state, issued.fresh().stage) == ("valid", Stage.ISSUED)


def test_a_result_ends_the_questions(issued):
    with on(date(2026, 11, 20)):
        page = Browser(issued.member).open(reverse("case-after", args=[issued.case.public_id]))
        page = page.do(
            "result", outcome="granted", decided_on="2026-11-18", entered_on="", words="고맙습니다"
        )
    assert "결과를 적었습니다" in page.words
    assert "2026. 11. 18." in page.words
    report = VisaReport.objects.get()
    assert (report.outcome, report.reported_by) == ("granted", issued.member)
    assert said(LAST + timedelta(days=1)) == []
    assert not issued.case.follow_ups.filter(done_on=None, ended_at=None).exists()
    seen = Browser(issued.reviewer).open(reverse("reviews:letter", args=[issued.case.public_id]))
    assert "고맙습니다" in seen.words


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"outcome": ""}, "결과를 골라 주세요."),
        ({"outcome": "granted"}, "결과가 나온 날을 적어 주세요."),
        ({"outcome": "granted", "decided_on": "2030-01-01"}, "앞으로 올 날은"),
        ({"outcome": "granted", "decided_on": "어제"}, "올바른 날짜"),
        (
            {"outcome": "granted", "decided_on": "2026-10-12", "entered_on": "2026-10-11"},
            "앞섭니다",
        ),
    ],
)
def test_what_cannot_be_is_said_at_the_form_and_nothing_typed_is_lost(issued, typed, sentence):
    browser = Browser(issued.member)
    address = reverse("case-after", args=[issued.case.public_id])
    page = browser.send(address, {"do": "result", "words": "적은 말", **typed})
    assert page.status == 400
    assert sentence in page.words
    assert "적은 말" in page.html
    assert not VisaReport.objects.exists()


def test_a_welder_has_a_year_from_the_entry(welder, world):
    company = world["company"]
    licence = welder.follow_ups.get(code="class-society-licence")
    assert (licence.due_on, licence.remind_on) == (None, None)
    with on(date(2026, 12, 1)):
        told = {"application": welder, "outcome": "granted", "actor": company}
        aftermath.report_result(**told, decided_on=date(2026, 11, 30))
        licence.refresh_from_db()
        assert licence.due_on is None
    with on(date(2027, 1, 10)):
        entered = {"decided_on": date(2026, 11, 30), "entered_on": date(2027, 1, 5)}
        first = aftermath.report_result(**told, **entered)
        assert aftermath.report_result(**told, **entered) == first
    licence.refresh_from_db()
    assert (licence.due_on, licence.remind_on) == (date(2028, 1, 5), date(2027, 11, 6))
    assert said(date(2027, 11, 5)) == []
    assert said(date(2027, 11, 6)) == [f"follow_up_due {company.email}"]
    assert said(date(2028, 1, 5)) == []
    assert said(date(2028, 1, 6)) == [f"follow_up_overdue {company.email}"]
    assert said(date(2029, 1, 6)) == []
    with on(date(2028, 2, 1)):
        with pytest.raises(NotNow):
            aftermath.finish(follow_up=licence, done_on=date(2028, 2, 2), actor=company)
        aftermath.finish(follow_up=licence, done_on=date(2028, 1, 31), actor=company)
    licence.refresh_from_db()
    assert (licence.done_on, licence.done_by) == (date(2028, 1, 31), company)


def test_only_whom_the_file_names_has_the_task(world):
    case = world.bare(Stage.ISSUED, slug="ulsan")
    aftermath.open_follow_ups(case, occupation="76212", issued_on=ISSUED, valid_until=LAST)
    assert set(case.follow_ups.values_list("code", flat=True)) == set(FollowUp.OWN)
    assert (
        aftermath.open_follow_ups(case, occupation="76212", issued_on=ISSUED, valid_until=LAST) == 0
    )


def test_a_refused_visa_ends_the_task_and_a_correction_brings_it_back(welder, world):
    with on(date(2026, 12, 1)):
        told = {"application": welder, "actor": world["company"], "decided_on": date(2026, 11, 30)}
        aftermath.report_result(**told, outcome="refused")
        licence = welder.follow_ups.get(code="class-society-licence")
        assert licence.ended_because == "no_visa"
        aftermath.report_result(**told, outcome="granted", entered_on=date(2026, 12, 1))
        licence.refresh_from_db()
        assert (licence.is_open, licence.due_on) == (True, date(2027, 12, 1))
    assert VisaReport.objects.count() == 2


def test_others_report_nothing(issued, world):
    for stranger in (world["company2"], issued.reviewer, issued.lead):
        with pytest.raises(NotAllowed):
            aftermath.report_result(application=issued.fresh(), outcome="not_asked", actor=stranger)
        address = reverse("case-after", args=[issued.case.public_id])
        assert Browser(stranger).client.get(address).status_code == 404
    assert Browser().client.get(reverse("candidate-after")).status_code == 404
    with pytest.raises(NotNow):
        aftermath.report_result(
            application=world.bare(Stage.DECISION), outcome="not_asked", actor=world["company"]
        )


def test_a_revoked_letter_has_no_aftermath(issued):
    proposal = letter_ends.propose_revocation(
        application=issued.fresh(), actor=issued.reviewer, reason="위조"
    )
    letter_ends.confirm(ending=proposal, actor=issued.lead)
    assert set(issued.case.follow_ups.values_list("ended_because", flat=True)) == {"revoked"}
    deliver_letters()
    assert said(LAST + timedelta(days=1)) == []


def test_the_database_keeps_reports_whole_and_as_they_are(welder):
    whole = {"application": welder, "reported_at": MONDAY}
    for wrong in (
        {"outcome": "granted"},
        {"outcome": "not_asked", "decided_on": ISSUED},
        {"outcome": "refused", "decided_on": ISSUED, "entered_on": ISSUED},
        {"outcome": "granted", "decided_on": ISSUED, "entered_on": ISSUED - timedelta(days=1)},
        {"outcome": "invented", "decided_on": ISSUED},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            VisaReport.objects.create(**whole, **wrong)
    kept = VisaReport.objects.create(**whole, outcome="refused", decided_on=ISSUED)
    with pytest.raises(IntegrityError), transaction.atomic():
        VisaReport.objects.filter(pk=kept.pk).update(outcome="granted")
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUp.objects.create(application=welder, code=FollowUp.RESULT)
    with pytest.raises(IntegrityError), transaction.atomic():
        welder.follow_ups.filter(code=FollowUp.RESULT).update(done_on=ISSUED)
