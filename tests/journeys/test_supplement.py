"""Answering a supplement in a browser: each answer is kept by itself."""

import re

import pytest
from playwright.sync_api import expect

from applications.stages import Stage
from portal.demo import samples
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]


def test_answers_are_kept_item_by_item_and_sent_together(person, town):
    story = World().at(Stage.SUPPLEMENT)
    company = person("company").open(f"/applications/{story.case.public_id}/supplement/")
    company.reads("1가지 요청 가운데 0가지에 답했습니다.")
    words = company.page.locator("main textarea").first
    words.fill("다시 찍어 올립니다.")
    expect(company.page.locator(".draft-said")).to_contain_text(re.compile("에 저장했습니다"))
    file = {
        "name": "보완.pdf",
        "mimeType": "application/pdf",
        "buffer": samples.paper("보완 서류").read(),
    }
    company.page.locator("main section.ask input[type=file]").set_input_files(file)
    newest = company.page.locator(".ask .doc-files li").first
    expect(newest).to_contain_text("보완.pdf")
    expect(newest).to_contain_text("새 파일")
    company.reads("1가지 요청 가운데 1가지에 답했습니다.").shot("answered")
    company.page.reload()
    expect(company.page.locator("main textarea").first).to_have_value("다시 찍어 올립니다.")
    company.press("저장하고 답변 보내기").reads("보완 답변을 보냈습니다.")
    assert story.fresh().stage == Stage.DOCUMENT_REVIEW
