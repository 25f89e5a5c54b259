"""A case's history says in plain words what has happened, not which buttons there are."""

import pytest
from django.urls import reverse

from applications.stages import Stage
from applications.workflow import TRANSITIONS
from reviews.selectors.history import SAID, record_counts, timeline
from tests.person import Browser

pytestmark = pytest.mark.django_db


def test_every_step_of_the_table_has_its_words():
    assert set(SAID) == set(TRANSITIONS)


def test_a_case_tells_its_story(world):
    story = world.at(Stage.SUPPLEMENT)
    story.answer()
    story.check_documents()
    told = [(event.title, event.note) for event in timeline(story.fresh())]
    due = "2026. 10. 22."
    assert told == [
        ("신청서가 제출되어 접수되었습니다.", ""),
        ("보완을 요구했습니다.", f"1차 · 요구한 항목 1건 · 보완기한 {due}"),
        ("보완 답변이 도착했습니다.", ""),
        ("다음 단계로 넘어갔습니다: 서류 심사 마침", ""),
        # The calendar stands still here: who has had the case, and how its last day has moved,
        # come after what happened then. Ten business days from the 12th; the ten days to answer
        # do not count; answered at once, only the day itself does not.
        ("담당자가 정해졌습니다: 박심사", "자동 배정: 맡은 신청이 가장 적음 (최대 20건 중 0건)"),
        ("기한 변경", "처리 기한 2026. 10. 23. → 2026. 11. 5.\n보완 기간 불산입"),
        ("기한 변경", "처리 기한 2026. 11. 5. → 2026. 10. 26.\n보완 기간 불산입"),
    ]
    page = Browser(story.reviewer).open(
        reverse("reviews:history", kwargs={"public_id": story.case.public_id})
    )
    assert "보완 답변이 도착했습니다." in page.words


def test_counts_of_the_record_are_of_this_case_only(world):
    case = world.at(Stage.DOCUMENT_REVIEW).case
    other = world.at(Stage.DOCUMENT_REVIEW).case
    reviewer = Browser(world["kotra.reviewer"])
    document = other.documents.first()
    reviewer.open(
        reverse(
            "reviews:read", kwargs={"public_id": other.public_id, "document": document.public_id}
        )
    )
    assert record_counts(other)["opened"] == 1
    counts = record_counts(case)
    assert counts["opened"] == counts["sealed"] == 0
    assert counts["events"] > 3
