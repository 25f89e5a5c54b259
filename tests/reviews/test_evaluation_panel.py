"""The office's panel: more time, someone else, a reminder; and what its pages cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.errors import Invalid, NotAllowed, NotNow, StaleCase
from applications.stages import Stage
from audit.models import Event
from notifications.models import Mail
from programs import calendar
from reviews.models import Evaluator, Invitation
from reviews.services import evaluation, panel
from reviews.standing import standing
from tests.outbox import deliver_letters, draw_pages
from tests.person import Browser
from tests.test_queries import MOST, own

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def story(world):
    return world.at(Stage.EXTERNAL_EVALUATION)


def who(world, login) -> Evaluator:
    return Evaluator.objects.get(user=world[login])


def ask(world, story, login="evaluator1") -> Invitation:
    return evaluation.invite(
        application=story.fresh(), actor=story.reviewer, evaluator=who(world, login)
    )


def page_of(story):
    return reverse("reviews:evaluation", kwargs={"public_id": story.case.public_id})


def expire(*invitations):
    for invitation in invitations:
        Invitation.objects.filter(pk=invitation.pk).update(due_on=calendar.today() - DAY)
        invitation.refresh_from_db()


@pytest.mark.incident("T14")
def test_more_time_opens_an_expired_packet_again_with_all_that_was_typed(world, story):
    invitation = ask(world, story)
    evaluation.declare_no_conflict(invitation=invitation, actor=world["evaluator1"])
    person = Browser(world["evaluator1"])
    packet = reverse("reviews:packet", kwargs={"public_id": invitation.public_id})
    person.open(packet).do("save", opinion="절반쯤 썼습니다.")
    expire(invitation)
    closed = person.open(packet)
    assert "평가 기한이 지나 자료가 닫혔습니다." in closed.words
    assert "절반쯤" not in closed.words
    with pytest.raises(NotNow):
        evaluation.declare_no_conflict(invitation=invitation, actor=world["evaluator1"])
    later = calendar.today() + 7 * DAY
    page = Browser(story.reviewer).open(page_of(story))
    assert "기한 지남" in page.words
    page = page.do("extend", due_on=later.isoformat())
    assert "기한을 늘리고 위원에게 알렸습니다." in page.words
    assert person.open(packet).form(do="save").values["opinion"] == ["절반쯤 썼습니다."]
    deliver_letters()
    told = Mail.objects.filter(to=world["evaluator1"].email, subject__contains="기한을 늘렸습니다")
    assert told.count() == 1
    assert Event.objects.get(name="evaluation.extended").data["due_on"] == later.isoformat()


@pytest.mark.parametrize("days", [-3, 0, 61])
def test_more_time_is_later_and_bounded(world, story, days):
    invitation = ask(world, story)
    expire(invitation)
    with pytest.raises(Invalid):
        panel.extend(
            invitation=invitation,
            actor=story.reviewer,
            due_on=calendar.today() + days * DAY,
        )
    page = Browser(story.reviewer).open(page_of(story))
    typed = (calendar.today() + days * DAY).isoformat()
    page = page.do("extend", due_on=typed)
    assert "60일 안인 날을 적어 주세요." in page.words
    assert page.form(do="extend").values["due_on"] == [typed]


def test_an_earlier_day_is_not_more_time(world, story):
    invitation = ask(world, story)
    with pytest.raises(Invalid):
        panel.extend(invitation=invitation, actor=story.reviewer, due_on=invitation.due_on - DAY)


def test_someone_else_instead_is_one_step_or_none(world, story):
    first = ask(world, story)
    page = Browser(story.reviewer).open(page_of(story))
    page = page.do("replace", instead=world["evaluator2"].public_id)
    assert "위원을 바꾸어 평가를 요청했습니다" in page.words
    first.refresh_from_db()
    second = story.case.invitations.get(state="invited")
    assert (first.state, second.evaluator.user) == ("revoked", world["evaluator2"])
    # Who cannot be asked leaves the first as they were.
    Evaluator.objects.filter(user=world["evaluator3"]).update(active=False)
    with pytest.raises(NotNow):
        panel.replace(invitation=second, actor=story.reviewer, evaluator=who(world, "evaluator3"))
    second.refresh_from_db()
    assert second.state == "invited"
    deliver_letters()
    told = Mail.objects.filter(subject__contains="거두었습니다")
    assert [mail.to for mail in told] == [world["evaluator1"].email]


def test_a_reminder_goes_out_once_a_day(world, story):
    invitation = ask(world, story)
    deliver_letters()
    reviewer = Browser(story.reviewer)
    page = reviewer.open(page_of(story)).do("remind")
    assert "알림 메일을 보냅니다" in page.words
    page = reviewer.open(page_of(story)).do("remind")
    assert page.status == 409
    assert "오늘은 이미 알림을 보냈습니다." in page.words
    deliver_letters()
    assert Mail.objects.filter(subject__contains="다가옵니다").count() == 1
    with calendar.frozen(calendar.now() + DAY):
        panel.remind(invitation=invitation, actor=story.reviewer)
        deliver_letters()
    assert Mail.objects.filter(subject__contains="다가옵니다").count() == 2
    expire(invitation)
    with pytest.raises(NotNow):
        panel.remind(invitation=invitation, actor=story.reviewer)


def test_who_does_not_work_on_the_case_changes_nothing(world, story):
    invitation = ask(world, story)
    stranger = world["gyeonggi.reviewer"]
    later = calendar.today() + 20 * DAY
    with pytest.raises(NotAllowed):
        panel.extend(invitation=invitation, actor=stranger, due_on=later)
    with pytest.raises(NotAllowed):
        panel.remind(invitation=invitation, actor=stranger)
    with pytest.raises(NotAllowed):
        panel.replace(invitation=invitation, actor=stranger, evaluator=who(world, "evaluator2"))
    with pytest.raises(StaleCase):
        panel.extend(invitation=invitation, actor=story.reviewer, due_on=later, expected_revision=0)
    assert [one.state for one in story.case.invitations.all()] == ["invited"]


def test_an_invitation_of_another_case_is_not_there(world, story):
    other = world.at(Stage.EXTERNAL_EVALUATION)
    foreign = ask(world, other)
    ask(world, story, "evaluator2")
    reviewer = Browser(story.reviewer)
    form = reviewer.open(page_of(story)).form(do="revoke")
    sent = form.filled(invitation=foreign.public_id)
    assert reviewer.client.post(page_of(story), sent).status_code == 404
    foreign.refresh_from_db()
    assert foreign.state == "invited"


def test_an_expired_invitation_counts_for_nobody(world, story):
    first, second = ask(world, story), ask(world, story, "evaluator2")
    assert not standing(story.fresh()).short
    expire(first)
    now = standing(story.fresh())
    assert (now.invited, now.expired, now.answered, now.short) == (2, 1, 0, True)
    words = Browser(story.reviewer).open(page_of(story)).words
    assert "기한이 지난 위원이 있어 정족수를 채울 수 없습니다." in words
    story.answer_invitation(second, 80)
    # Its opinion is still hidden: the other may yet be given time.
    words = Browser(story.reviewer).open(page_of(story)).words
    assert "80점" not in words
    evaluation.revoke(invitation=first, actor=story.reviewer)
    words = Browser(story.reviewer).open(page_of(story)).words
    assert "평균 80점" in words


# --- what a page costs ----------------------------------------------------------------------
def cost(user, path) -> int:
    browser = Browser(user)
    browser.open(path)
    with CaptureQueriesContext(connection) as queries:
        assert browser.client.get(path).status_code == 200
    return len(own(queries))


def test_the_evaluators_pages_stay_within_their_budget(world, story):
    invitation = ask(world, story)
    packet = reverse("reviews:packet", kwargs={"public_id": invitation.public_id})
    user = world["evaluator1"]
    found = {"declare": cost(user, packet)}
    evaluation.declare_no_conflict(invitation=invitation, actor=user)
    for document in story.case.documents.all():
        draw_pages(document.stored)
    found["score"] = cost(user, packet)
    page = Browser(user).open(packet)
    codes = [criterion["code"] for criterion in invitation.rubric["criteria"]]
    page = page.do("check", **{f"points_{code}": "8" for code in codes})
    found["check"] = cost(user, page.path)
    page.do("submit")
    found["thanks"] = cost(user, packet)
    found["list"] = cost(user, reverse("reviews:evaluations"))
    assert {name: count for name, count in found.items() if count > MOST} == {}


def test_the_panel_costs_the_same_with_one_and_with_three(world, story):
    path = page_of(story)
    ask(world, story)
    one = cost(story.reviewer, path)
    ask(world, story, "evaluator2")
    ask(world, story, "evaluator3")
    assert cost(story.reviewer, path) == one <= MOST
