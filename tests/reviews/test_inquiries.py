"""Inquiries to institutions: drafted, sent through the outbox, reminded of, answered or closed."""

from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.db import IntegrityError, transaction

from applications.errors import Invalid, NotAllowed, NotNow
from applications.stages import Stage
from notifications import outbox
from notifications.models import Mail
from programs import calendar
from reviews.models import Inquiry, Institution
from reviews.services import examination, inquiries
from reviews.services.inquiries import TOPIC
from tests.outbox import deliver_letters
from tests.world import MONDAY

pytestmark = pytest.mark.django_db
SCHOOL = "registrar@school.example"


@pytest.fixture
def story(world):
    return world.at(Stage.VALIDATION)


def drafted(story, *, language="ko", kind="degree", method="issuer", to=SCHOOL, claim=None):
    claim = claim or story.case.claims.filter(kind=kind).first()
    return inquiries.draft(
        application=story.fresh(),
        actor=story.reviewer,
        claim=claim,
        method=method,
        name="Sample University of Technology",
        kind="school",
        to=to,
        language=language,
    )


def sent(story, **kwargs):
    inquiry = drafted(story, **kwargs)
    return inquiries.send(
        inquiry=inquiry,
        actor=story.reviewer,
        to=inquiry.to,
        subject=inquiry.subject,
        text=inquiry.text,
    )


def at_day(monkeypatch, days, hour=10):
    moment = (MONDAY + timedelta(days=days)).replace(hour=hour)
    monkeypatch.setattr(calendar, "now", lambda: moment)


def test_a_draft_tells_no_more_than_is_needed(story):
    inquiry = drafted(story)
    claim = story.case.claims.get(kind="degree")
    candidate = story.case.candidate
    assert inquiry.reference == f"{story.case.receipt_no}-Q1"
    for told in (
        inquiry.reference,
        candidate.passport_name,
        "1994",
        claim.declared["institution"],
        claim.declared["field"],
        story.case.office.name_ko,
        story.reviewer.name,
        story.reviewer.email,
    ):
        assert told in inquiry.text
    for kept in (candidate.passport_no, candidate.email, story.case.company.name_ko, "연봉"):
        assert kept not in inquiry.text


def test_it_is_sent_once_through_the_outbox_with_the_officers_address(story):
    inquiry = sent(story)
    assert inquiry.due_on == (MONDAY + timedelta(days=14)).date()
    outbox.drain(topic=TOPIC)
    outbox.drain()
    outbox.drain()
    (message,) = [one for one in django_mail.outbox if SCHOOL in one.to]
    assert message.reply_to == [story.reviewer.email]
    assert inquiry.reference in message.subject
    assert not message.attachments
    with pytest.raises(NotNow):
        inquiries.send(
            inquiry=inquiry, actor=story.reviewer, to=SCHOOL, subject="다시", text="다시"
        )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"text": "조회 번호가 없습니다."}, "text"),
        ({"to": "no-address"}, "to"),
        ({"subject": ""}, "subject"),
        ({"text": "{reference} 여권 z 0000-0001"}, "text"),
    ],
)
def test_what_may_not_be_sent_is_said_at_its_field(story, changed, field):
    inquiry = drafted(story)
    said = {"to": inquiry.to, "subject": inquiry.subject, "text": inquiry.text} | {
        name: value.format(reference=inquiry.reference) for name, value in changed.items()
    }
    if field == "text":
        said["subject"] = "확인 부탁"
    with pytest.raises(Invalid) as refused:
        inquiries.send(inquiry=inquiry, actor=story.reviewer, **said)
    assert list(refused.value.errors) == [field]
    assert not Mail.objects.filter(to=SCHOOL).exists()


@pytest.mark.incident("T16")
def test_each_reminder_is_sent_once_and_a_missed_one_is_not_made_up_for(story, monkeypatch):
    inquiry = sent(story)
    outbox.drain()

    def reminded(days, hour=10):
        at_day(monkeypatch, days, hour)
        count = inquiries.remind_inquiries()
        outbox.drain()
        return count

    assert reminded(6) == 0
    assert reminded(7, hour=8) == 0  # nobody is reminded of anything at night
    assert reminded(7) == 1
    assert reminded(7) == 0
    # The scheduler was down over the second and the third: one mail, and no more after it.
    assert reminded(22) == 1
    assert reminded(23) == 0
    assert reminded(60) == 0
    inquiry.refresh_from_db()
    assert inquiry.reminders == 3
    mails = [one for one in django_mail.outbox if SCHOOL in one.to]
    assert len(mails) == 3
    assert inquiry.reference in mails[1].subject
    assert inquiry.text.strip()[:40] in mails[1].body


def test_nobody_is_reminded_on_a_holiday(story, monkeypatch):
    sent(story)
    at_day(monkeypatch, 12)  # a Saturday
    assert inquiries.remind_inquiries() == 0
    at_day(monkeypatch, 14)
    assert inquiries.remind_inquiries() == 1


def test_a_reply_ends_the_reminders_even_on_their_way(story, monkeypatch):
    inquiry = sent(story)
    outbox.drain()
    at_day(monkeypatch, 8)
    assert inquiries.remind_inquiries() == 1
    inquiries.answered(
        inquiry=inquiry, actor=story.reviewer, on=calendar.today(), answer="기록과 같습니다."
    )
    outbox.drain()
    assert len([one for one in django_mail.outbox if SCHOOL in one.to]) == 1
    at_day(monkeypatch, 30)
    assert inquiries.remind_inquiries() == 0


def test_a_closed_case_reminds_nobody(story, monkeypatch):
    sent(story)
    story.draft("refuse", "확인할 수 없습니다.").sign_off()
    deliver_letters()
    at_day(monkeypatch, 30)
    assert inquiries.remind_inquiries() == 0


@pytest.mark.parametrize(
    ("days", "answer", "field"),
    [(1, "같습니다.", "answered_on"), (-1, "같습니다.", "answered_on"), (0, " ", "answer")],
)
def test_a_reply_has_a_day_that_can_be_and_words(story, days, answer, field):
    inquiry = sent(story)
    with pytest.raises(Invalid) as refused:
        inquiries.answered(
            inquiry=inquiry,
            actor=story.reviewer,
            on=calendar.today() + timedelta(days=days),
            answer=answer,
        )
    assert list(refused.value.errors) == [field]


def test_a_reply_becomes_a_check_with_its_days(story):
    inquiry = sent(story)
    inquiry = inquiries.answered(
        inquiry=inquiry, actor=story.reviewer, on=calendar.today(), answer="기록과 같습니다."
    )
    check = examination.check_claim(
        application=story.case,
        actor=story.reviewer,
        claim=inquiry.claim,
        verdict="confirmed",
        method="issuer",
        inquiry=inquiry,
    )
    assert (check.asked_on, check.answered_on) == (MONDAY.date(), MONDAY.date())


def test_a_reply_without_its_day_is_no_check(story):
    claim = story.case.claims.get(kind="degree")
    with pytest.raises(Invalid) as refused:
        examination.check_claim(
            application=story.case,
            actor=story.reviewer,
            claim=claim,
            verdict="confirmed",
            method="issuer",
        )
    assert list(refused.value.errors) == ["answered_on"]


def test_a_method_that_does_not_suit_the_claim_is_refused(story):
    claim = story.case.claims.get(kind="contract")
    with pytest.raises(Invalid) as refused:
        examination.check_claim(
            application=story.case,
            actor=story.reviewer,
            claim=claim,
            verdict="confirmed",
            method="apostille",
        )
    assert list(refused.value.errors) == ["method"]


def test_the_next_inquiry_finds_the_address(story, world):
    sent(story)
    office = story.case.office
    found = inquiries.known_institution(office, "school", "sample university  of Technology.")
    assert found is not None
    assert found.email == SCHOOL
    other = world.at(Stage.VALIDATION)
    drafted(other, to="new@school.example")
    assert Institution.objects.get().email == "new@school.example"
    gyeonggi = world.at(Stage.VALIDATION, "gyeonggi").case.office
    assert inquiries.known_institution(gyeonggi, "school", found.name) is None


def test_one_open_inquiry_for_a_claim_and_an_institution(story):
    first = drafted(story)
    with pytest.raises(NotNow):
        drafted(story)
    with pytest.raises(IntegrityError), transaction.atomic():
        Inquiry.objects.create(
            application=story.case,
            claim=first.claim,
            claim_kind="degree",
            method="issuer",
            institution=first.institution,
            reference="another",
            to=SCHOOL,
            language="ko",
            subject="s",
            text="t",
            drafted_by=story.reviewer,
            drafted_at=calendar.now(),
        )
    inquiries.close(inquiry=first, actor=story.reviewer, why="주소가 틀렸습니다.")
    assert drafted(story).reference.endswith("-Q2")


def test_another_offices_people_ask_nobody(story, world):
    with pytest.raises(NotAllowed):
        inquiries.draft(
            application=story.case,
            actor=world["gyeonggi.reviewer"],
            claim=story.case.claims.get(kind="degree"),
            method="issuer",
            name="School",
            kind="school",
            to=SCHOOL,
            language="ko",
        )


def test_a_foreign_institution_is_written_to_in_english(story):
    from django.utils import translation

    inquiry = drafted(story, language="en")
    with translation.override("en"):
        assert str(translation.gettext("조회 번호")) in inquiry.text
