"""Asking for what is missing: ready reasons, what reading found, the last day, and a preview."""

from datetime import date, timedelta
from html import unescape

import pytest
from django.urls import reverse

from applications.models import Application, SupplementRequest
from applications.services import drafting, more_time, supplement
from applications.stages import Stage
from notifications.models import Mail
from portal.demo import samples
from programs import calendar
from programs.supplement_reasons import general
from reviews.models import ClaimCheck, DocumentCheck
from reviews.permissions import Desk
from reviews.selectors import queue
from reviews.selectors.supplement import due
from tests.outbox import deliver_letters
from tests.person import Browser

pytestmark = pytest.mark.django_db
REASONS = {code: names.ko for code, names in general().items()}


@pytest.fixture
def story(world):
    return world.at(Stage.DOCUMENT_REVIEW)


def page_of(story):
    key = {"public_id": story.case.public_id}
    return Browser(story.reviewer).open(reverse("reviews:supplement", kwargs=key))


def items(page):
    values = page.form(do="ask").values
    rows = int(values["items-TOTAL_FORMS"][0])
    return [
        (values[f"items-{row}-document_code"][0], values[f"items-{row}-text"][0])
        for row in range(rows)
    ]


def test_what_was_found_wanting_is_there_to_be_asked(story):
    paper = story.case.documents.get(code="contract")
    DocumentCheck.objects.create(
        document=paper,
        finding="wanting",
        note="서명이 없습니다.",
        checked_by=story.reviewer,
        checked_at=calendar.now(),
    )
    claim = story.case.claims.get(kind="degree")
    ClaimCheck.objects.create(
        claim=claim,
        verdict="rejected",
        method="document",
        note="졸업을 확인할 수 없습니다.",
        checked_by=story.reviewer,
        checked_at=calendar.now(),
    )
    assert items(page_of(story)) == [
        ("contract", "서명이 없습니다."),
        (
            "degree_cert",
            "학력 · Sample University of Technology · 컴퓨터공학: 졸업을 확인할 수 없습니다.",
        ),
    ]


def test_a_ready_reason_is_a_whole_request(story):
    page = page_of(story)
    page = page.do("ask", **{"items-0-document_code": "contract", "items-0-reason": "unreadable"})
    request = SupplementRequest.objects.get()
    assert request.items.get().said == REASONS["unreadable"]
    assert "보완을 요구했습니다." in page.words


def test_own_words_follow_the_ready_reason(story):
    page_of(story).do(
        "ask",
        **{
            "items-0-document_code": "contract",
            "items-0-reason": "pages",
            "items-0-text": "3쪽이 없습니다.",
        },
    )
    text = SupplementRequest.objects.get().items.get().said
    assert text == f"{REASONS['pages']} 3쪽이 없습니다."


def test_a_preview_shows_what_is_sent_and_sends_nothing(story):
    page = page_of(story)
    form = page.form(do="ask")
    page = page.send(
        form,
        **{
            "items-0-document_code": "contract",
            "items-0-reason": "unsigned",
            "days": "5",
            "do": "preview",
        },
    )
    assert "신청인에게 보이는 내용" in page.words
    assert REASONS["unsigned"] in page.words
    assert "2026. 10. 19." in page.words  # five days end on a Saturday
    assert "2026. 10. 17.이 쉬는 날이어서" in page.words
    assert not SupplementRequest.objects.exists()
    assert Application.objects.get(pk=story.case.pk).stage == Stage.DOCUMENT_REVIEW
    page.do("ask")
    assert SupplementRequest.objects.get().due_on == date(2026, 10, 19)


def test_a_preview_of_something_wrong_says_what_is_wrong(story):
    page = page_of(story)
    page = page.send(page.form(do="ask"), **{"items-0-reason": "unsigned", "do": "preview"})
    assert "공고된 서류를 지정하거나 선택 제출로 표시해야 합니다." in page.words
    assert "신청인에게 보이는 내용" not in page.words


def test_a_further_row_keeps_what_was_chosen(story):
    page = page_of(story)
    page = page.send(
        page.form(do="ask"),
        **{"items-0-reason": "pages", "items-0-document_code": "contract", "do": "add_row"},
    )
    values = page.form(do="ask").values
    assert values["items-0-reason"] == ["pages"]
    assert values["items-1-reason"] == [""]


def test_the_last_day_is_explained(story):
    plain = due(story.case, 10)
    assert (plain.last, plain.moved) == (date(2026, 10, 22), False)
    moved = due(story.case, 5)
    assert (moved.counted, moved.last, moved.moved) == (
        date(2026, 10, 17),
        date(2026, 10, 19),
        True,
    )
    page = page_of(story)
    assert "보완기한: 2026. 10. 22." in page.words
    assert "오늘(2026. 10. 12.)은 세지 않고 10일째 되는 날입니다." in page.words


def test_the_preview_is_the_mail_word_for_word(story):
    page = page_of(story)
    typed = {
        "items-0-document_code": "contract",
        "items-0-reason": "unsigned",
        "items-0-text": "2쪽",
        "items-0-formats": "pdf",
        "days": "7",
    }
    page = page.send(page.form(do="ask"), **typed, do="preview")
    page.do("ask")
    deliver_letters()
    mail = Mail.objects.filter(user__email="company@demo.example").latest("pk")
    assert "받는 형식: PDF" in mail.text
    assert unescape(page.html).count(mail.text.strip()) == 1
    assert mail.subject in page.words


@pytest.fixture
def answered(world):
    """Asked for a document and a field; the document is prepared, nothing is sent."""
    story = world.at(Stage.DOCUMENT_REVIEW)
    supplement.request_supplement(
        application=story.case,
        actor=story.reviewer,
        days=10,
        items=[
            supplement.Asked(document_code="contract", reason="unsigned"),
            supplement.Asked(section="degree", field="institution", reason="incomplete"),
        ],
    )
    supplement.answer_item(
        application=story.case,
        actor=story.member,
        item=request_of(story).items.get(position=0),
        answer="아직 비밀",
        upload=samples.paper("계약", name="secret-contract.pdf"),
    )
    changed = dict(story.case.claims.get(kind="degree").declared) | {"institution": "SECRET U"}
    drafting.save_claims(
        application=story.fresh(), actor=story.member, kind="degree", items=[changed]
    )
    return story


def request_of(story):
    return story.fresh().supplements.order_by("round").last()


@pytest.mark.parametrize("name", ["case", "claims", "supplement", "history", "rules"])
def test_no_page_of_the_office_shows_what_was_not_sent(answered, name):
    key = {"public_id": answered.case.public_id}
    page = Browser(answered.reviewer).open(reverse(f"reviews:{name}", kwargs=key))
    for secret in ("secret-contract", "SECRET U", "아직 비밀"):
        assert secret not in page.html
    if name == "supplement":
        assert "답변 0 / 2" in page.words


@pytest.mark.incident("T26")
def test_a_case_that_is_answered_in_part_stays_in_the_waiting_tab(answered):
    supplement.send_part(
        application=answered.case,
        actor=answered.member,
        items=[request_of(answered).items.get(position=0)],
    )
    reviewer = answered.reviewer
    waiting = queue.page(queue.TabName.WAITING, Desk.of(reviewer), reviewer).entries
    assert answered.case.public_id in [row.public_id for row in waiting]


def test_an_answer_is_accepted_and_another_asked_again(answered):
    supplement.send_part(
        application=answered.case,
        actor=answered.member,
        items=[request_of(answered).items.get(position=0)],
    )
    page = page_of(answered)
    assert "secret-contract" in page.html
    assert "답변 1 / 2" in page.words
    form = page.form(do="accept")
    again = page.send(form, do="again")
    assert "무엇이 더 필요한지 적어 주세요." in again.words
    page = page.send(form, do="accept")
    assert request_of(answered).items.get(position=0).verdict == "accepted"
    assert "확인 1" in page_of(answered).words


def test_two_demands_unanswered_are_returned_with_the_ready_reason(answered):
    with calendar.frozen(calendar.now() + timedelta(days=14)):
        page = page_of(answered)
        assert "처리기간이 다시 흐르고 있습니다." in page.words
        too_long = page.send(page.form(do="demand_again"), do="demand_again", days="11")
        assert request_of(answered).demand == "first"
        assert too_long.words
        page.send(page.form(do="demand_again"), do="demand_again", days="10")
    assert request_of(answered).demand == "again"
    with calendar.frozen(calendar.now() + timedelta(days=30)):
        page = page_of(answered)
        assert "제25조에 따라 반려합니다." in page.words
        page.send(page.form(do="draft_return"), do="draft_return")
        held = answered.fresh().decisions.get(ended_at=None)
        assert held.outcome == "return"
        assert "2026. 10. 22." in held.reason
        assert answered.case.stage == Stage.DECISION


def test_more_time_is_granted_on_the_page(answered):
    more_time.ask_for_time(
        application=answered.case,
        actor=answered.member,
        reason="번역에 시간이 걸립니다.",
        until=date(2026, 10, 31),
    )
    page = page_of(answered)
    assert "번역에 시간이 걸립니다." in page.words
    refused = page.send(page.form(do="grant"), do="refuse_time")
    assert "연장하지 않는 이유를 적어 주세요." in refused.words
    page.send(page.form(do="grant"), do="grant")
    assert request_of(answered).due_on == date(2026, 11, 2)


def test_answers_that_have_come_back_are_the_next_thing_to_do(world):
    story = world.at(Stage.SUPPLEMENT).answer()
    key = {"public_id": story.fresh().public_id}
    home = Browser(story.reviewer).open(reverse("reviews:case", kwargs=key))
    assert "보완 답변 1건이 도착했습니다." in home.words
    page = page_of(story)
    # Above the form for asking more.
    assert page.words.index("보완 요구 내역") < page.words.index("보완 항목 1")
    page.send(page.form(do="accept"), do="accept")
    home = Browser(story.reviewer).open(reverse("reviews:case", kwargs=key))
    assert "보완 답변 1건이 도착했습니다." not in home.words
    assert "서류 심사 단계의 할 일이 남아 있습니다." in home.words
    assert page_of(story).words.index("보완 항목 1") < page_of(story).words.index("보완 요구 내역")
