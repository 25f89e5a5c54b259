"""An evaluator at a browser: what is typed is saved, whatever happens beside it."""

import re

import pytest
from playwright.sync_api import expect

from applications.stages import Stage
from reviews.models import Evaluator, Invitation
from reviews.services import evaluation
from tests.journeys import steps
from tests.journeys.looking import faults
from tests.outbox import draw_pages
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]
SAVED = re.compile("에 저장했습니다")


@pytest.fixture
def invitation(town) -> Invitation:
    """An invitation to a packet whose papers are drawn."""
    world = World()
    story = world.at(Stage.EXTERNAL_EVALUATION)
    for document in story.case.documents.filter(code__in=("contract", "degree_cert")):
        draw_pages(document.stored)
    return evaluation.invite(
        application=story.case,
        actor=story.reviewer,
        evaluator=Evaluator.objects.get(user=world["evaluator1"]),
    )


def address(invitation: Invitation) -> str:
    return f"/reviews/evaluations/{invitation.public_id}/"


def opened(person, invitation: Invitation, **options) -> steps.Person:
    evaluator = person("evaluator1", **options).open(address(invitation))
    evaluator.fill(ties="none").press("답하고 계속하기").reads("확인했습니다.")
    # What the page needs is there before anybody cuts the line.
    evaluator.page.wait_for_load_state("load")
    return evaluator


def leave(evaluator: steps.Person) -> None:
    """What is not saved yet goes along."""
    evaluator.open("/reviews/evaluations/").reads("요청받은 평가입니다.")


def comes_back(evaluator: steps.Person, invitation: Invitation, name: str, typed: str) -> bool:
    """Whoever comes back finds what they typed: it went along as the page was left, and may have
    arrived after the next one did."""
    return any(
        evaluator.open(address(invitation)).fields(name).input_value() == typed
        for _look in range(20)
    )


def said(evaluator: steps.Person):
    return evaluator.page.locator(".draft-said")


def aloud(evaluator: steps.Person):
    return evaluator.page.locator(".draft-failed[role=alert]")


def test_scores_are_saved_as_typed_beside_the_papers(person, invitation):
    evaluator = opened(person, invitation)
    evaluator.fields("points_technology").fill("11")
    evaluator.fields("points_expertise").fill("8")
    expect(said(evaluator)).to_contain_text(SAVED)
    expect(said(evaluator)).to_contain_text("고칠 것이 1가지 있습니다.")
    expect(evaluator.page.locator("#id_points_technology_error")).to_contain_text("10")
    expect(evaluator.page.locator("#running")).to_contain_text("4개 항목 중 1개를 매겼습니다.")
    expect(evaluator.page.locator("#running b")).to_have_text("32")
    # Another paper comes without the page, and what is half typed stays.
    evaluator.fields("comment_expertise").fill("아직 쓰는 중")
    evaluator.page.locator(".v-switch > summary").click()
    evaluator.page.locator(".v-switch a").get_by_text("학위증").click()
    expect(evaluator.page.locator(".v-now")).to_have_text("학위증")
    expect(evaluator.page.locator(".v-page img").first).to_be_visible()
    expect(evaluator.fields("comment_expertise")).to_have_value("아직 쓰는 중")
    expect(evaluator.page).to_have_url(re.compile(r"\?paper="))
    evaluator.page.locator(".v-tools [data-zoom='1']").click()
    expect(evaluator.page.locator("[data-zoom-now]")).to_have_text("125%")
    expect(evaluator.fields("comment_expertise")).to_have_value("아직 쓰는 중")
    leave(evaluator)
    assert comes_back(evaluator, invitation, "comment_expertise", "아직 쓰는 중")


def test_what_cannot_be_saved_is_said_aloud_and_saved_later(person, invitation, watch):
    evaluator = opened(person, invitation)
    evaluator.page.context.set_offline(True)
    evaluator.fields("opinion").fill("끊긴 동안 쓴 글")
    expect(aloud(evaluator)).to_contain_text("인터넷이 끊겨 저장하지 못했습니다.")
    expect(evaluator.fields("opinion")).to_have_value("끊긴 동안 쓴 글")
    expect(evaluator.page.get_by_role("button", name="지금 다시 저장")).to_be_visible()
    # Back on the net it saves by itself, which takes the button away: nobody has to press it.
    evaluator.page.context.set_offline(False)
    expect(said(evaluator)).to_contain_text(SAVED)
    expect(aloud(evaluator)).to_be_empty()
    assert Invitation.objects.get().opinion == "끊긴 동안 쓴 글"
    leave(evaluator)
    watch.seen.clear()  # the browser's own remarks about the request we broke


def test_another_window_is_announced_and_neither_is_lost(person, invitation, allowed_statuses):
    allowed_statuses.add(409)
    older = opened(person, invitation)
    newer = person("evaluator1").open(address(invitation))
    newer.fields("points_expertise").fill("9")
    expect(said(newer)).to_contain_text(SAVED)
    older.fields("points_expertise").fill("4")
    expect(aloud(older)).to_contain_text("먼저 저장된 내용이 있습니다.")
    expect(older.fields("points_expertise")).to_have_value("4")
    older.press("임시 저장")
    older.reads("다른 창에서 이 항목을 먼저 저장하셨습니다.")
    older.press("내가 적은 것으로 저장")
    older.reads("지금까지 입력한 내용을 저장했습니다.")
    assert Invitation.objects.get().scores.get().hundredths == 400
    leave(older)
    leave(newer)


@pytest.mark.parametrize("width", [390, 1440])
def test_every_state_of_a_packet_is_sound(person, invitation, width):
    evaluator = person("evaluator1", viewport={"width": width, "height": 900})
    evaluator.open(address(invitation))
    assert faults(evaluator.page) == []
    evaluator.page.get_by_text("평가를 맡을 수 없습니다").click()
    assert faults(evaluator.page) == []
    evaluator.fill(ties="none").press("답하고 계속하기")
    evaluator.page.get_by_text("신고하고 확인한 사실").click()
    assert faults(evaluator.page) == []
    for field in ("expertise", "technology", "contribution", "credibility"):
        evaluator.fill(**{f"points_{field}": "8"})
    evaluator.press("제출 전 확인").reads("이대로 제출됩니다.")
    assert faults(evaluator.page) == []
    evaluator.press("평가 제출").reads("다음 절차")
    assert faults(evaluator.page) == []
    evaluator.open("/reviews/evaluations/")
    assert faults(evaluator.page) == []
