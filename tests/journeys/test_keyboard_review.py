"""A case's papers and its checklist, reviewed without a mouse."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from applications.models import Application
from applications.stages import Stage
from reviews import checklist
from tests.outbox import draw_pages
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_case_is_reviewed_by_keyboard_alone(town, person):
    story = World().at(Stage.DOCUMENT_REVIEW)
    first = checklist.current_with_readings(story.case)[0]
    draw_pages(first.stored)
    reviewer = person(story.reviewer.email.split("@")[0])
    address = reverse(
        "reviews:read",
        kwargs={"public_id": story.case.public_id, "document": first.public_id},
    )
    page = reviewer.open(address).page
    press = page.keyboard.press

    # What is typed is typed, shortcuts or not.
    note = page.get_by_label("메모 (보완이 필요하면 꼭 적기)")
    note.focus()
    page.keyboard.type("jknpvdc?")
    expect(note).to_have_value("jknpvdc?")
    for _letter in "jknpvdc?":
        press("Backspace")
    assert page.url.endswith(address)
    # Switched off, a letter does nothing; and the browser remembers.
    press("Escape")
    page.locator(".v-pages").focus()
    press("?")
    switch = page.get_by_label("단축키 사용")
    press("Tab")
    expect(switch).to_be_focused()
    press("Space")
    page.reload()
    page.locator(".v-pages").focus()
    press("d")
    expect(page.locator(".v-pages")).to_be_focused()
    page.locator(".keys > summary").focus()
    press("Enter")
    press("Tab")
    press("Space")
    # Pages and papers.
    press("v")
    expect(page.locator(".v-pages")).to_be_focused()
    press("n")
    page.wait_for_url(lambda url: not url.endswith(address))
    press("p")
    page.wait_for_url(lambda url: url.endswith(address))

    # Every paper fits; on the first, every other point too.
    papers = len(checklist.current_with_readings(story.case))
    points = [one for one in checklist.points_of(fresh(story)) if not one.by_files]
    for number in range(papers):
        here = page.url
        press("d")
        expect(page.locator("[data-finding] input[value=fine]")).to_be_focused()
        press("Space")
        if number == 0:
            for _point in points:
                press("c")
                press("Space")
            expect(page.locator("fieldset[data-point] input:checked")).to_have_count(len(points))
        press("Control+Enter")
        page.wait_for_url(lambda url, here=here: url != here)
    assert not [one for one in checklist.points_of(fresh(story)) if one.open]

    # Onwards: the button is reached by Tab, and its focus is seen.
    for _stop in range(80):
        press("Tab")
        if page.evaluate("document.activeElement.textContent.includes('다음 단계로 넘기기')"):
            break
    press("Enter")
    reviewer.reads("신청이 넘어갔습니다.")
    assert fresh(story).at == Stage.VALIDATION


def fresh(story) -> Application:
    return Application.objects.get(pk=story.case.pk)
