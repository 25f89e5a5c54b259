"""Asking for what is missing: ready reasons, what reading found, the last day, and a preview."""

from datetime import date

import pytest
from django.urls import reverse

from applications.models import Application, SupplementRequest
from applications.stages import Stage
from programs import calendar
from reviews.models import ClaimCheck, DocumentCheck
from reviews.selectors.supplement import due
from reviews.supplement_forms import REASONS
from tests.person import Browser

pytestmark = pytest.mark.django_db


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
    assert request.items.get().text == str(REASONS["unreadable"])
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
    text = SupplementRequest.objects.get().items.get().text
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
    assert str(REASONS["unsigned"]) in page.words
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
