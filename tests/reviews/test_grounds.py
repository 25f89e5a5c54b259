"""What a refusal may rest on: rules, papers, points and criteria, each in words."""

import pytest
from django.urls import reverse

from applications.stages import Stage
from letters.models import Letter
from portal.demo import samples
from reviews.grounds import AVERAGE, OTHER, possible_grounds
from reviews.models import Evaluator
from reviews.selectors.examination import judged_verified
from reviews.services import decision, evaluation, examination
from tests.outbox import deliver_letters
from tests.person import Browser
from tests.world import GYEONGGI

pytestmark = pytest.mark.django_db


def grounds(story) -> dict[str, str]:
    case = story.fresh()
    return possible_grounds(case, judged_verified(case).tree)


def test_every_unmet_rule_is_offered_with_what_was_found_and_asked(world):
    story = world.story(GYEONGGI)
    claims = samples.claims(GYEONGGI)
    claims["contract"][0]["annual_pay"] = 31_000_000
    story.fill(claims).submit().assign().check_documents().check_claims()
    found = grounds(story)
    assert "31,000,000원" in found["rule:pay-year-e-7-1"]
    assert list(found)[-1] == OTHER


def test_what_the_checklist_found_wanting_is_offered(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    point = story.case.manifest.checklist[0]
    examination.mark(
        application=story.fresh(),
        actor=story.reviewer,
        code=point.code,
        finding="missing",
        note="이름이 다릅니다.",
    )
    found = grounds(story)
    assert str(point.names) in found[f"checklist:{point.code}"]


def test_low_scores_are_offered_criterion_by_criterion(world):
    story = world.at(Stage.EXTERNAL_EVALUATION)
    for login in ("evaluator1", "evaluator2"):
        invitation = evaluation.invite(
            application=story.fresh(),
            actor=story.reviewer,
            evaluator=Evaluator.objects.get(user=world[login]),
        )
        story.answer_invitation(invitation, 10)
    story.advance()
    found = grounds(story)
    criteria = {one.code for one in story.case.manifest.rubric.criteria}
    assert AVERAGE in found
    assert {f"rubric:{code}" for code in criteria} <= set(found)


def test_what_is_ticked_becomes_grounds_and_the_notices_words(world):
    story = world.at(Stage.VALIDATION)
    reviewer = Browser(story.reviewer)
    address = reverse("reviews:decision", args=[story.case.public_id])
    page = reviewer.open(address).do("draft", outcome="refuse", reason="확인할 수 없습니다.")
    assert "불허에는 근거가 하나 이상 필요합니다." in page.words
    page.do("draft", grounds=["rule:route-1", OTHER])
    held = decision.live_decision(story.fresh())
    assert (held.grounds, held.evaluation is not None) == (["rule:route-1", OTHER], True)
    story.sign_off()
    deliver_letters()
    inputs = Letter.objects.get().inputs
    assert "석사 이상" in inputs
    assert "2. 그 밖의 사유" in inputs


def test_the_api_takes_grounds_too(world):
    from tests.portal.test_api import client_of, step

    story = world.at(Stage.VALIDATION)
    reviewer = client_of(story.reviewer)
    sent = {"outcome": "refuse", "reason": "확인할 수 없습니다."}
    answer = step(reviewer, story.case, "close_review", **sent)
    assert answer.status_code == 409
    answer = step(reviewer, story.case, "close_review", **sent, grounds=[OTHER])
    assert answer.status_code == 200, answer.json()
    answer = step(client_of(story.lead), story.case, "turn_down")
    assert answer.json()["stage"] == Stage.NOTIFYING
    from rest_framework.reverse import reverse as address

    seen = client_of(story.member).get(
        address("api-case", kwargs={"public_id": story.case.public_id})
    )
    assert seen.json()["stage"] == Stage.VALIDATION  # the examination, ended early, is not told
    assert step(client_of(story.lead), story.case, "refuse").status_code == 403
