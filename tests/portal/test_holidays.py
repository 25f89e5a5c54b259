"""The holiday table's pages: who sees them, who changes them, and what is said first."""

from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from applications.stages import Stage
from notifications import outbox
from programs import calendar
from programs.models import CalendarRevision

pytestmark = pytest.mark.django_db

DAY = date(2026, 10, 16)
ADD = {
    "what": "add",
    "day": "2026-10-16",
    "name_ko": "임시공휴일",
    "name_en": "Temporary holiday",
    "kind": "temporary",
    "source": "국무회의 의결",
}


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def operator(world):
    return signed_in(get_user_model().objects.get(email="operator@demo.example"))


def open_page(client, **data):
    return client.post(reverse("holidays"), data) if data else client.get(reverse("holidays"))


def words(response):
    return response.content.decode()


def test_staff_look_at_it_and_cannot_change_it(world):
    for login in ("kotra.reviewer", "kotra.lead", "kotra.admin"):
        client = signed_in(world[login])
        assert "한글날" in words(open_page(client))
        assert "공휴일 넣기" not in words(open_page(client))
        assert open_page(client, **ADD, do="apply").status_code == 403
    assert calendar.current().is_business_day(DAY)


def test_it_is_not_for_others(world):
    for login in ("company", "evaluator1"):
        assert open_page(signed_in(world[login])).status_code == 403
    assert Client().get(reverse("holidays")).status_code == 302


def test_a_change_is_looked_at_and_then_made(world, operator):
    story = world.at(Stage.DOCUMENT_REVIEW)
    look = open_page(operator, **ADD)
    assert "진행 중인 신청 1건의 기한이 바뀝니다." in words(look)
    assert story.fresh().receipt_no in words(look)
    assert "2026. 10. 23." in words(look)
    assert "2026. 10. 26." in words(look)
    assert calendar.current().is_business_day(DAY)
    revision = look.context["revision"]
    done = open_page(operator, **ADD, do="apply", revision=revision)
    assert done.status_code == 302
    assert not calendar.current().is_business_day(DAY)
    assert "개정 2" in words(open_page(operator))
    assert "국무회의 의결" in words(open_page(operator))


def test_what_was_changed_meanwhile_is_not_overwritten(world, operator):
    revision = open_page(operator, **ADD).context["revision"]
    calendar.add_holiday(day=date(2026, 11, 2), name_ko="다른 날", name_en="Other", source="x")
    open_page(operator, **ADD, do="apply", revision=revision)
    assert calendar.current().is_business_day(DAY)
    assert CalendarRevision.objects.count() == 2


def test_a_day_is_taken_out_again(world, operator):
    story = world.at(Stage.DOCUMENT_REVIEW)
    calendar.add_holiday(day=DAY, name_ko="임시공휴일", name_en="Temporary", source="x")
    outbox_done(story)
    said = {"what": "remove", "day": "2026-10-16", "source": "정정"}
    look = open_page(operator, **said)
    assert "1건의 기한이 바뀝니다." in words(look)
    open_page(operator, **said, do="apply", revision=look.context["revision"])
    assert calendar.current().is_business_day(DAY)


def outbox_done(story):
    from applications.services.recalculation import recalculate

    recalculate(story.case, calendar.current())
    assert outbox.unhandled() == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"day": "2030-01-01"}, "공휴일표에 없습니다"),
        ({"day": "2026-10-09"}, "이미 공휴일로 등록"),
        ({"day": "someday"}, "실제 날짜를"),
        ({"source": ""}, "필수"),
    ],
)
def test_bad_input_is_said_at_its_field_and_kept(world, operator, wrong, sentence):
    answer = open_page(operator, **{**ADD, **wrong})
    assert answer.status_code == 400
    assert sentence in words(answer)
    assert "국무회의 의결" in words(answer) or "source" in wrong
    assert CalendarRevision.objects.count() == 1


def test_a_whole_year_is_taken_in_and_never_guessed(world, operator):
    days = "2028-01-01 신정 / New Year's Day\n2028-12-25 기독탄신일 / Christmas Day\n"
    said = {"what": "year", "year": "2028", "days": days, "source": "관보"}
    for wrong in (
        {"days": "2028-01-01 신정"},
        {"days": "2028-02-30 신정 / New Year"},
        {"days": "2027-01-01 신정 / New Year"},
        {"days": ""},
        {"year": "2026"},
    ):
        assert open_page(operator, **{**said, **wrong}).status_code == 400
    look = open_page(operator, **said)
    assert "Christmas Day" in words(look)
    open_page(operator, **said, do="apply", revision=look.context["revision"])
    table = calendar.current()
    assert 2028 in table.years
    assert not table.is_business_day(date(2028, 12, 25))
