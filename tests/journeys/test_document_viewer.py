"""The split page in a browser: pages appear by themselves, and tools leave what was typed alone."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from applications.stages import Stage
from tests.outbox import draw_pages
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def reading(town, person):
    """A reviewer, one file of a case, and where both meet."""
    story = World().at(Stage.DOCUMENT_REVIEW)
    held = story.case.documents.get(code="contract")
    address = reverse(
        "reviews:read",
        kwargs={"public_id": story.case.public_id, "document": held.public_id},
    )
    return person(story.reviewer.email.split("@")[0]), held, address


def test_pages_appear_when_they_have_been_drawn(reading):
    reviewer, held, address = reading
    page = reviewer.open(address).page
    expect(page.locator(".v-wait")).to_contain_text("쪽을 그림으로 만들고 있습니다.")
    page.get_by_label("메모 (보완이 필요하면 꼭 적기)").fill("서명이 없습니다.")
    draw_pages(held.stored)
    picture = page.locator(".v-sheet img")
    expect(picture).to_be_visible()
    expect(page.locator(".v-wait")).to_have_count(0)
    width = held.stored.page_images.get().width
    expect(picture).to_have_js_property("naturalWidth", width)
    expect(page.get_by_label("메모 (보완이 필요하면 꼭 적기)")).to_have_value("서명이 없습니다.")


def test_size_and_turn_keep_what_was_typed(reading):
    reviewer, held, address = reading
    draw_pages(held.stored)
    page = reviewer.open(address).page
    note = page.get_by_label("메모 (보완이 필요하면 꼭 적기)")
    note.fill("서명이 없습니다.")
    before = page.locator(".v-sheet").bounding_box()
    page.get_by_role("button", name="확대").click()
    expect(page.locator("[data-zoom-now]")).to_have_text("125%")
    assert page.locator(".v-sheet").bounding_box()["width"] > before["width"]
    page.locator(".v-pages").focus()
    page.keyboard.press("-")
    expect(page.locator("[data-zoom-now]")).to_have_text("100%")
    assert before["height"] > before["width"]
    page.keyboard.press("r")
    turned = page.locator(".v-sheet").bounding_box()
    assert turned["width"] > turned["height"]
    page.get_by_role("button", name="회전").click()
    upright = page.locator(".v-sheet").bounding_box()
    assert upright["height"] == pytest.approx(before["height"], abs=2)
    expect(note).to_have_value("서명이 없습니다.")
    assert page.url.endswith(address)


def test_everything_can_be_done_with_the_keyboard(reading):
    reviewer, held, address = reading
    draw_pages(held.stored)
    page = reviewer.open(address).page
    fine = page.locator('input[name="document_finding"][value="fine"]')
    fine.focus()
    page.keyboard.press("Space")
    expect(fine).to_be_checked()
    page.get_by_role("button", name="저장하고 다음 서류").focus()
    page.keyboard.press("Enter")
    reviewer.reads("저장했습니다: 고용계약서 사본")
    assert not page.url.endswith(address)
