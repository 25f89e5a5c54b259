"""One case through external evaluation, page by page: a tie, a silence, a disagreement."""

import re
from datetime import datetime, time

import pytest
from django.urls import reverse

from applications.stages import Stage
from notifications.models import Mail
from programs import calendar
from reviews.models import Panel
from reviews.services import panels
from tests.outbox import deliver_letters
from tests.person import Browser
from tests.world import KOTRA

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def by_mail(address):
    """The packet's page, by the newest link sent to this address."""
    deliver_letters()
    text = Mail.objects.filter(to=address).order_by("-pk").first().text
    return Browser().open(re.search(r"/reviews/evaluations/link/[\w-]+/", text)[0]).do("open")


def score(page, points):
    page = page.do("declare", ties="none")
    fields = [name for name in page.form(do="save").fields if name.startswith("points_")]
    comments = {name.replace("points_", "comment_"): "자료를 보고 매겼습니다." for name in fields}
    return page.do("check", **dict.fromkeys(fields, points), **comments).do("submit")


@pytest.mark.incident("T15")
def test_a_tie_a_silence_and_a_disagreement(world):
    story = world.at(Stage.EXTERNAL_EVALUATION)
    board = Panel.objects.get(programme__slug=KOTRA)
    for name in ("expert4", "expert5"):
        panels.add_member(
            panel=board,
            actor=world["kotra.admin"],
            email=f"{name}@{name}.example",
            name=name,
            institution=f"{name} 연구원",
        )
    staff = reverse("reviews:evaluation", kwargs={"public_id": story.case.public_id})
    reviewer = Browser(story.reviewer)
    page = reviewer.open(staff)
    for login in ("evaluator1", "evaluator2", "evaluator3"):
        page = page.do("invite", evaluator=world[login].public_id)

    def packet(login):
        invitation = story.case.invitations.get(evaluator__user=world[login])
        address = reverse("reviews:packet", kwargs={"public_id": invitation.public_id})
        return Browser(world[login]).open(address)

    packet("evaluator1").do("declare", ties="coauthor")
    score(packet("evaluator3"), 9)
    # The second says nothing until the last day is over.
    last = story.case.invitations.get(evaluator__user=world["evaluator2"]).due_on
    morning = datetime.combine(calendar.add_business_days(last, 1), time(10), tzinfo=calendar.SEOUL)
    with calendar.frozen(morning):
        page = reviewer.open(staff)
        assert "기한 지남" in page.words
        assert "요청할 수 없는 위원 3명" in page.words  # one is tied, two were asked
        page = page.do("swap")
        assert "위원을 바꾸어 평가를 요청했습니다: expert4" in page.words
        assert score(by_mail("expert4@expert4.example"), 4).path == reverse(
            "reviews:evaluation_over"
        )
        page = reviewer.open(staff)
        assert "점수 차이가 50점으로 30점보다 커서 한 명의 평가가 더 필요합니다." in page.words
        assert "평균 65점" in page.words
        step = reverse("reviews:step", kwargs={"public_id": story.case.public_id})
        version = story.fresh().revision
        page = reviewer.send(step, {"step": "advance", "version": version})
        assert "한 명의 평가가 더 필요합니다." in page.words
        assert story.fresh().stage == Stage.EXTERNAL_EVALUATION
        page = reviewer.open(staff).do("third")
        assert "평가를 요청했습니다: expert5" in page.words
        # Until the third has answered nobody reads the others.
        assert "평균" not in reviewer.open(staff).words
        score(by_mail("expert5@expert5.example"), 8)
        assert "평균 70점" in reviewer.open(staff).words
        story.advance()
        assert story.fresh().stage == Stage.DECISION
