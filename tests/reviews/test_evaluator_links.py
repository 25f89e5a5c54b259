"""An evaluator without an account: one link opens one packet, and every way in which it dies."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from applications.stages import Stage
from audit.models import AccessLog, Event
from notifications.models import Mail, OutboxRow
from programs import calendar
from reviews.models import Evaluator, Invitation, Panel
from reviews.services import decision, declaring, evaluation, links, panel, panels, signing
from tests.outbox import deliver_letters, draw_pages
from tests.person import Browser
from tests.world import KOTRA

pytestmark = pytest.mark.django_db
MAIL = "expert@institute.example"


@pytest.fixture
def story(world):
    return world.at(Stage.EXTERNAL_EVALUATION)


@pytest.fixture
def expert(world) -> Evaluator:
    """Somebody whom an administrator put on a panel, by their address alone."""
    return panels.add_member(
        panel=Panel.objects.get(programme__slug=KOTRA),
        actor=world["kotra.admin"],
        email=MAIL,
        name="한전문",
        institution="바깥연구원",
    ).evaluator


@pytest.fixture
def invitation(world, story, expert) -> Invitation:
    found = evaluation.invite(application=story.case, actor=story.reviewer, evaluator=expert)
    deliver_letters()
    return found


def link() -> str:
    """The address in the newest mail to the expert."""
    text = Mail.objects.filter(to=MAIL).order_by("-pk").first().text
    return re.search(r"/reviews/evaluations/link/[\w-]+/", text)[0]


def packet(invitation):
    return reverse("reviews:packet", kwargs={"public_id": invitation.public_id})


def entered(address) -> tuple[Browser, object]:
    """A browser that nobody is signed in with, with the packet open."""
    person = Browser()
    page = person.open(address)
    return person, page.do("open")


def test_the_link_opens_the_packet_and_takes_the_scores(story, invitation, expert):
    person = Browser()
    page = person.open(link())
    name = story.case.candidate.surname
    assert "한전문 위원님께 부탁드린 평가입니다." in page.words
    assert name not in page.html
    assert page.response["Referrer-Policy"] == "same-origin"
    # Looking at the address opens nothing: what reads mails by itself gets no further.
    assert person.status(packet(invitation)) == 302
    page = page.do("open")
    assert page.path == packet(invitation)
    page = page.do("declare", ties="none")
    assert name in page.html
    document = story.case.documents.get(code="contract")
    draw_pages(document.stored)
    picture = reverse(
        "reviews:packet_page",
        kwargs={"public_id": invitation.public_id, "document": document.public_id, "number": 1},
    )
    assert person.status(picture) == 200
    assert AccessLog.objects.filter(what="document.viewed", user=expert.user).exists()
    codes = [criterion["code"] for criterion in invitation.rubric["criteria"]]
    page = page.do("check", **{f"points_{code}": "8" for code in codes}).do("submit")
    assert page.path == reverse("reviews:evaluation_over")
    invitation.refresh_from_db()
    assert (invitation.state, invitation.link_digest) == ("submitted", "")
    assert person.status(packet(invitation)) == 302
    assert person.status(picture) == 404


def test_only_a_digest_is_kept(invitation):
    token = link().split("/")[-2]
    invitation.refresh_from_db()
    assert invitation.link_digest == links.digest_of(token)
    assert token not in invitation.link_digest
    rows = [*OutboxRow.objects.exclude(topic="mail.send"), *Event.objects.all()]
    assert not any(token in str(vars(row)) for row in rows)


def test_one_link_opens_one_packet(world, invitation, expert):
    other = world.at(Stage.EXTERNAL_EVALUATION)
    second = evaluation.invite(application=other.case, actor=other.reviewer, evaluator=expert)
    person, _page = entered(link())
    assert person.status(packet(second)) == 302
    assert person.status(reverse("reviews:evaluations")) == 302
    assert person.status(reverse("reviews:case", args=[other.case.public_id])) == 302


# --- the ways it dies ----------------------------------------------------------------------------
def answered(world, story, invitation):
    story.answer_invitation(invitation, 80)


def recused(world, story, invitation):
    evaluation.recuse(invitation=invitation, actor=invitation.evaluator.user, because="time")


def tied(world, story, invitation):
    declaring.declare_ties(invitation=invitation, actor=invitation.evaluator.user, ties=["family"])


def abstained(world, story, invitation):
    user = invitation.evaluator.user
    evaluation.declare_no_conflict(invitation=invitation, actor=user)
    declaring.abstain(invitation=invitation, actor=user, reason="판단할 수 없습니다.")


def revoked(world, story, invitation):
    evaluation.revoke(invitation=invitation, actor=story.reviewer)


def replaced(world, story, invitation):
    panel.replace(
        invitation=invitation,
        actor=story.reviewer,
        evaluator=Evaluator.objects.get(user=world["evaluator1"]),
    )


def decided(world, story, invitation):
    evaluation.override_quorum(
        application=story.fresh(), actor=story.lead, reason="위원이 답하지 않습니다."
    )
    story.draft("refuse", "확인할 수 없습니다.")
    signing.sign_off(decision=decision.live_decision(story.fresh()), actor=story.lead)


def expired(world, story, invitation):
    # Its last day was yesterday, and no job came by.
    yesterday = calendar.today() - timedelta(days=1)
    Invitation.objects.filter(pk=invitation.pk).update(due_on=yesterday)


def in_another_account(world, story, invitation):
    assert Browser(world["evaluator2"]).status(link()) == 404


def dismissed(world, story, invitation):
    Evaluator.objects.filter(pk=invitation.evaluator_id).update(active=False)


def followed_by_a_newer_one(world, story, invitation):
    panel.remind(invitation=invitation, actor=story.reviewer)
    deliver_letters()


WAYS = [
    answered,
    recused,
    tied,
    abstained,
    revoked,
    replaced,
    decided,
    expired,
    in_another_account,
    dismissed,
    followed_by_a_newer_one,
]


@pytest.mark.incident("T14")
@pytest.mark.parametrize("way", WAYS)
def test_the_link_dies(world, story, invitation, way):
    address = link()
    person, page = entered(address)
    assert page.status == 200
    name = story.case.candidate.surname
    way(world, story, invitation)
    fresh = Browser()
    assert fresh.status(address) == 404
    assert fresh.client.post(address).status_code == 404
    # And so does the session that it opened.
    assert person.status(packet(invitation)) == 302
    late = person.client.post(packet(invitation), {"do": "declare", "ties": "none"})
    assert late.status_code == 302
    assert name not in person.open(packet(invitation)).html


@pytest.mark.incident("T14")
def test_the_office_sees_that_a_link_was_opened_elsewhere_and_sends_another(
    world, story, invitation
):
    first = link()
    in_another_account(world, story, invitation)
    assert Event.objects.filter(name="evaluation.link_misused").count() == 1
    staff = Browser(story.reviewer)
    page = staff.open(reverse("reviews:evaluation", kwargs={"public_id": story.case.public_id}))
    assert "다른 계정에서 열려 링크를 닫았습니다." in page.words
    page.do("remind")
    deliver_letters()
    assert link() != first
    _person, opened = entered(link())
    assert opened.path == packet(invitation)


def test_the_evaluators_own_account_needs_no_link(story, invitation, expert):
    person = Browser(expert.user)
    page = person.open(link())
    assert page.path == packet(invitation)
    invitation.refresh_from_db()
    assert invitation.link_digest


def test_an_unknown_link_looks_like_a_dead_one_and_guessing_is_stopped(invitation):
    address = reverse("reviews:evaluation_link", kwargs={"token": "x" * 32})
    assert "열 수 없는 평가 링크입니다" in Browser().open(address).words
    assert 429 in {Browser().status(address) for _ in range(61)}


def test_the_database_keeps_no_live_link_on_a_closed_invitation(story, invitation):
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.filter(pk=invitation.pk).update(state="revoked")


def test_whoever_has_an_account_is_sent_no_link(world, story):
    evaluation.invite(
        application=story.case,
        actor=story.reviewer,
        evaluator=Evaluator.objects.get(user=world["evaluator1"]),
    )
    deliver_letters()
    text = Mail.objects.filter(to=world["evaluator1"].email).order_by("-pk").first().text
    assert "/link/" not in text
