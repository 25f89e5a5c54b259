"""The pre-check in a browser: one question at a time, a result to print and to pass on."""

import re

import pytest
from playwright.sync_api import expect

from portal.demo import samples
from programs.facts import CLAIM_KINDS
from tests.journeys import steps
from tests.journeys.looking import faults
from tests.world import KOTRA

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]
ADDRESS = f"/check/{KOTRA}/questions/"


def answers() -> dict[str, object]:
    found = {}
    for kind, items in samples.claims(KOTRA).items():
        row = "-0-" if kind in steps.ROWS else "-"
        found |= steps.typed(items[0], f"{CLAIM_KINDS[kind]}{row}")
    return found


def answer_all(anybody: steps.Person) -> int:
    """Answer what is asked until there is a result; how many questions that took."""
    known, number = answers(), 0
    while not anybody.page.locator("#answer").count():
        number += 1
        anybody.reads(re.compile(rf"^질문 {number}\b"))
        for name, value in known.items():
            if anybody.page.locator(f'main [name="{name}"]:not([type=hidden])').count():
                anybody.fill(**{name: value})
        anybody.button("다음").last.click()
        anybody.page.wait_for_load_state()
    return number


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without"])
def test_a_few_questions_lead_to_a_result(person, scripts):
    anybody = person(viewport={"width": 390, "height": 844}, java_script_enabled=scripts)
    anybody.open("/check/").link(re.compile(r"자격 확인\s*: KOTRA")).click()
    anybody.at("어느 기술 분야의 일인가요?").shot("question")
    if scripts:
        assert faults(anybody.page) == []
    assert answer_all(anybody) <= 9
    anybody.reads("추천 요건을 충족합니다.").shot("answer")
    expect(anybody.page.locator("[data-print]")).to_be_visible(visible=scripts)
    if scripts:
        assert faults(anybody.page) == []
    anybody.page.get_by_role("button", name=re.compile("어떤 직종")).click()
    expect(anybody.page.locator("select[name=job-occupation]")).to_have_value("2223@moj-2026")


def test_a_link_to_the_result_carries_the_answers_and_tells_the_server_nothing(person):
    anybody = person()
    anybody.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    anybody.open(ADDRESS)
    answer_all(anybody)
    anybody.press("답이 담긴 링크 복사").reads("링크를 복사했습니다.")
    link = anybody.page.evaluate("navigator.clipboard.readText()")
    assert link.partition("#")[0].endswith(ADDRESS)
    other = person()
    asked = []
    other.page.on("request", lambda request: asked.append(request.url))
    other.open(link)
    other.reads("추천 요건을 충족합니다.")
    assert not [url for url in asked if "52" in url.partition("?")[2]]
    other.press("이 내용으로 신청 시작").at("로그인")
