"""An offered unit: who is told, what they see, and what happens when nobody accepts in time."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from applications.stages import Stage
from audit.models import Event
from notifications.models import Mail
from programs import calendar, quota
from programs.models import ClaimState, Pool
from reviews.services import decision, offers, signing
from tests.outbox import deliver_letters
from tests.world import GYEONGGI, MONDAY

pytestmark = pytest.mark.django_db

LATE = MONDAY + timedelta(days=9)  # the offer's last day is Monday the 19th


def offered(world):
    """The last unit is offered to the first of two who wait for it."""
    pool = Pool.objects.get(programme__slug=GYEONGGI, parent=None)
    quota.resize(pool=pool, size=1, actor=None, reason="test")
    holder = world.at(Stage.APPROVED, slug=GYEONGGI)
    first = world.at(Stage.WAITING_QUOTA, slug=GYEONGGI)
    second = world.at(Stage.WAITING_QUOTA, slug=GYEONGGI)
    signing.take_back(application=holder.fresh(), actor=holder.lead, reason="착오")
    deliver_letters()
    return first, second


def subjects(person):
    return [mail.subject for mail in Mail.objects.filter(to=person.email).order_by("pk")]


def about(story, word):
    """The mails to the company about this case that say so."""
    return [
        mail
        for mail in Mail.objects.filter(to=story.member.email, about=story.case.public_id)
        if word in mail.subject
    ]


def page(story):
    client = Client()
    client.force_login(story.member)
    return client.get(reverse("case", args=[story.case.public_id])).content.decode()


def test_lead_and_company_are_told_of_an_offer(world):
    first, second = offered(world)
    (mail,) = about(first, "쿼터 자리가 배정되었습니다")
    assert "2026" in mail.text
    assert "10" in mail.text
    assert not about(second, "쿼터 자리가 배정되었습니다")
    assert any("쿼터 자리가 났습니다" in said for said in subjects(first.lead))
    assert "쿼터 자리가 나서 이 신청에 배정되었습니다." in page(first)
    assert "지금 순서는 1번째입니다" in page(second)


def test_accepted_and_declined_are_told(world):
    first, second = offered(world)
    signing.decline_unit(application=first.fresh(), actor=first.lead, reason="채용 미룸")
    deliver_letters()
    assert about(first, "배정된 자리를 쓰지 않기로 했습니다")
    assert about(second, "쿼터 자리가 배정되었습니다")
    signing.accept_unit(application=second.fresh(), actor=second.lead)
    deliver_letters()
    assert about(second, "쿼터 자리가 확정되었습니다")


def test_a_late_offer_passes_on_once(world):
    first, second = offered(world)
    assert offers.pass_on_late() == 0, "not late yet"
    with calendar.frozen(LATE):
        assert offers.pass_on_late() == 1
        assert offers.pass_on_late() == 0, "a doubled run changes nothing"
        deliver_letters()
        assert signing.claim_state(second.case) == ClaimState.OFFERED
        claim = quota.live_claim(first.case.public_id)
        assert (claim.state, claim.place) == (ClaimState.WAITING, 1)
        # The approval stands: nobody has to sign again.
        assert first.fresh().stage == Stage.WAITING_QUOTA
        assert decision.live_decision(first.case).signed_off_by == first.lead
        (mail,) = about(first, "다음 순서로 넘어갔습니다")
        assert "승인은 그대로" in mail.text
        assert sum("다음 순서로 넘어갔습니다" in said for said in subjects(first.lead)) == 1
        assert about(second, "쿼터 자리가 배정되었습니다")
        assert Event.objects.filter(name="quota.offer_lapsed").count() == 1
        signing.accept_unit(application=second.fresh(), actor=second.lead)


def test_a_late_offer_that_nobody_else_can_take_stays_and_the_lead_is_reminded_once(world):
    first, second = offered(world)
    signing.take_back(application=second.fresh(), actor=second.lead, reason="착오")
    with calendar.frozen(LATE):
        for _night in range(2):
            assert offers.pass_on_late() == 0
            deliver_letters()
        assert signing.claim_state(first.case) == ClaimState.OFFERED
        late = [said for said in subjects(first.lead) if "수락 기한이 지났습니다" in said]
        assert len(late) == 1
        signing.accept_unit(application=first.fresh(), actor=first.lead)
        assert first.fresh().stage == Stage.APPROVED
