"""Validation in a browser: an institution is asked, its reply corrects a career, and the page says
that this claim changed the verdict."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from applications.stages import Stage
from reviews.services import examination
from reviews.verifying import needed_unchecked
from tests.journeys.looking import faults
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def looked_at(reviewer):
    """The page is without fault, on a desk and on a phone."""
    for width in (390, 1440):
        reviewer.page.set_viewport_size({"width": width, "height": 900})
        reviewer.page.reload()
        assert faults(reviewer.page) == [], reviewer.page.url


def test_a_shorter_career_changes_the_verdict_and_the_page_says_so(town, person):
    story = World().at(Stage.VALIDATION)
    for claim in needed_unchecked(story.fresh()):
        if claim.kind != "career":
            examination.check_claim(
                application=story.case,
                actor=story.reviewer,
                claim=claim,
                verdict="confirmed",
                method="document",
            )
    career = story.case.claims.get(kind="career")
    reviewer = person(story.reviewer.email.split("@")[0])
    reviewer.open(reverse("reviews:claims", kwargs={"public_id": story.case.public_id}))
    reviewer.reads("확인하지 않은 사실 가운데 요건에 필요한 것이 1건 있습니다.")
    looked_at(reviewer)

    # By keyboard alone, to the claim and to its employer.
    reviewer.link("다음 미확인").focus()
    reviewer.page.keyboard.press("Enter")
    reviewer.at("경력")
    looked_at(reviewer)
    reviewer.button("조회 메일 쓰기").focus()
    reviewer.page.keyboard.press("Enter")
    reviewer.at("기관에 조회하기")
    expect(reviewer.fields("name")).to_have_value(career.declared["employer"])
    looked_at(reviewer)
    reviewer.fill(method="employer", to="hr@firm.example", language="ko")
    reviewer.press("메일 초안 만들기").at(career.declared["employer"])
    looked_at(reviewer)

    # Without its reference no reply can be found: said at the field, and nothing is lost.
    written = reviewer.fields("text").input_value()
    reviewer.fill(subject="확인 부탁", text="확인해 주세요.")
    reviewer.press("보내기")
    reviewer.reads("조회 번호")
    expect(reviewer.fields("text")).to_have_value("확인해 주세요.")
    reviewer.fill(text=written).press("보내기").reads("조회 메일을 보냈습니다.")
    looked_at(reviewer)

    reviewer.fill(answer="2017년 9월까지만 근무했습니다.").press("회신 기록하기")
    reviewer.follow("이 회신으로 사실 확인하기").at("경력")
    expect(reviewer.fields("method")).to_have_value("employer")
    expect(reviewer.fields("note")).to_have_value("2017년 9월까지만 근무했습니다.")
    reviewer.fill(verdict="corrected")
    reviewer.page.locator("main summary").filter(has_text="확인한 값").click()
    reviewer.fill(**{"value-to": "2017-09-30"})
    reviewer.page.locator("main .panel-foot button").click()

    reviewer.open(reverse("reviews:claims", kwargs={"public_id": story.case.public_id}))
    difference = reviewer.page.locator(".cmp")
    expect(difference).to_contain_text("확인한 사실이 판단을 바꾸었습니다")
    expect(difference.locator("li")).to_contain_text(career.declared["employer"])
    expect(difference).to_contain_text("214일")
    looked_at(reviewer)
    # The route of the degree is what is left, and it is not checked.
    reviewer.reads("확인하지 않은 사실 가운데 요건에 필요한 것이")
