"""The desk's way to a changed quota: two administrators confirm, or one rejects."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import StaffMembership, StaffRole
from programs.models import Pool, ProgrammeVersion, QuotaProposal
from tests.scene import proposed
from tests.world import GYEONGGI

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposal(world):
    version = ProgrammeVersion.objects.filter(programme__slug=GYEONGGI).latest("effective_from")
    return proposed(version)


def at_the_desk(world, login: str) -> Client:
    client = Client()
    client.force_login(world[login])
    return client


def page_of(proposal: QuotaProposal) -> str:
    return reverse("desk-quota-proposal", args=[proposal.public_id])


@pytest.fixture
def second(world):
    """Another administrator of the office."""
    StaffMembership.objects.create(
        user=world["gyeonggi.reviewer"],
        office=world["gyeonggi.admin"].staff_memberships.get().office,
        role=StaffRole.ADMINISTRATOR,
    )
    return at_the_desk(world, "gyeonggi.reviewer")


def total(proposal):
    return Pool.objects.get(programme=proposal.programme, path="total")


def test_two_administrators_confirm(world, proposal, second):
    before = total(proposal).size
    first = at_the_desk(world, "gyeonggi.admin")
    listed = first.get(reverse("desk-programmes")).content.decode()
    assert page_of(proposal) in listed
    said = first.get(page_of(proposal)).content.decode()
    assert f">{before}<" in said
    assert f">{before + 10}<" in said
    said = first.post(page_of(proposal), {"do": "confirm"}, follow=True).content.decode()
    assert "다른 운영자 한 사람이 더 확인하면 반영됩니다." in said
    assert total(proposal).size == before
    said = first.post(page_of(proposal), {"do": "confirm"}, follow=True).content.decode()
    assert "다른 운영자 한 사람이 더 확인해야 합니다." in said
    assert total(proposal).size == before
    said = second.post(page_of(proposal), {"do": "confirm"}, follow=True).content.decode()
    assert "쿼터 변경을 반영했습니다." in said
    assert total(proposal).size == before + 10
    assert Pool.objects.get(programme=proposal.programme, path="total/E-7-2").size == 30
    listed = first.get(reverse("desk-programmes")).content.decode()
    assert "끝난 제안 보기" in listed


def test_one_rejects_and_says_why(world, proposal):
    admin = at_the_desk(world, "gyeonggi.admin")
    refused = admin.post(page_of(proposal), {"do": "reject", "reason": " "})
    assert refused.status_code == 400
    proposal.refresh_from_db()
    assert proposal.state == "open"
    said = admin.post(page_of(proposal), {"do": "reject", "reason": "오기"}, follow=True)
    assert "오기" in said.content.decode()
    assert 'name="do"' not in said.content.decode()
    proposal.refresh_from_db()
    assert (proposal.state, proposal.closed_by) == ("rejected", world["gyeonggi.admin"])
    assert admin.post(page_of(proposal), {"do": "nothing"}).status_code == 400


def test_a_lead_looks_and_another_office_sees_nothing(world, proposal):
    lead = at_the_desk(world, "gyeonggi.lead")
    said = lead.get(page_of(proposal))
    assert said.status_code == 200
    assert 'name="do"' not in said.content.decode()
    assert lead.post(page_of(proposal), {"do": "confirm"}).status_code == 404
    for login in ("kotra.admin", "gyeonggi.reviewer", "company"):
        stranger = at_the_desk(world, login)
        for answer in (stranger.get(page_of(proposal)), stranger.post(page_of(proposal))):
            assert answer.status_code in {403, 404}
    assert page_of(proposal) not in (
        at_the_desk(world, "kotra.admin").get(reverse("desk-programmes")).content.decode()
    )
    proposal.refresh_from_db()
    assert proposal.confirmed_by is None


def test_below_what_is_used_is_shown_and_refused(world, proposal, second):
    Pool.objects.filter(pk=total(proposal).pk).update(held=7)
    proposal.tree["pools"][0]["size"] = 5
    proposal.changes = [{"do": "size", "path": "total", "before": 630, "after": 5}]
    proposal.save()
    first = at_the_desk(world, "gyeonggi.admin")
    assert "쓴 것보다 적음" in first.get(page_of(proposal)).content.decode()
    first.post(page_of(proposal), {"do": "confirm"})
    said = second.post(page_of(proposal), {"do": "confirm"}, follow=True).content.decode()
    assert "보다 작게 줄일 수 없습니다" in said
    assert total(proposal).size == 630
