"""Ulsan's electricians: a part of the quota that is full while the whole has room, three who wait
for it, and how each of them gets a unit or does not."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from applications.stages import Stage
from portal.demo import people
from portal.demo.story import Story
from programs import quota
from programs.models import Pool
from programs.quota import nightly
from tests.journeys import steps
from tests.outbox import deliver_letters

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]

ULSAN = "ulsan"
LETTER = "추천서 내려받기 (PDF)"


def part(name: str) -> Pool:
    return Pool.objects.get(programme__slug=ULSAN, path=f"total/{name}")


@pytest.fixture
def drafted(town):
    """One unit of the part is left, and four cases wait for their sign-off; their receipts."""
    people.seed(people.SECOND_ADMINISTRATORS)
    pool = part("electric")
    quota.opening(pool=pool, issued=pool.size - 1, actor=None, reason="opening balance")
    member = User.objects.get(email=f"company@{people.DOMAIN}")
    stories = [
        Story.begin(slug=ULSAN, member=member).reach(Stage.DECISION).draft() for _each in range(4)
    ]
    deliver_letters()
    return [story.fresh().receipt_no for story in stories]


def test_a_full_part_a_waiting_list_and_a_transfer_by_two_people(drafted, person):
    first, second, third, fourth = drafted
    lead, company = person("ulsan.lead"), person("company")

    # The first takes the last unit of the part; the whole has room, and still the others wait.
    for place, receipt in enumerate(drafted):
        steps.open_sign_off(lead, receipt)
        if place:
            lead.reads(f"남은 자리가 없습니다. 결재하면 대기 순서 {place}번으로 기다립니다.")
        steps.sign_off(lead)
    lead.reads("쿼터 대기 순서: 3번").shot("waiting")
    for place, receipt in enumerate((second, third, fourth), start=1):
        steps.open_own_case(company, receipt)
        company.reads(f"지금 순서는 {place}번째입니다.")
    company.shot("company-waiting")

    # The first is taken back before anybody has seen its letter: the second is offered the unit.
    steps.open_sign_off(lead, first)
    steps.take_back(lead, "결재 뒤에 계약이 바뀌었다고 알려 왔습니다.")
    steps.open_own_case(company, second)
    company.reads("쿼터 자리가 나서 이 신청에 배정되었습니다.").shot("company-offered")
    steps.open_own_case(company, third)
    company.reads("지금 순서는 1번째입니다.")

    # Declined, it is offered to the third; accepted, it becomes a letter.
    steps.open_sign_off(lead, second)
    lead.reads("쿼터 한 자리가 배정되었습니다.").shot("offered")
    steps.decline(lead, "회사가 채용을 미루었습니다.")
    steps.open_own_case(company, second)
    company.reads_not("번째입니다")
    steps.open_sign_off(lead, third)
    steps.accept(lead)
    deliver_letters()
    steps.open_own_case(company, third)
    expect(company.link(LETTER)).to_be_visible()
    steps.open_own_case(company, fourth)
    company.reads("지금 순서는 1번째입니다.")

    # A sibling gives up a unit: one administrator looks and proposes, another one approves.
    one, two = person("ulsan.admin"), person("ulsan.admin2")
    one.open("/desk/").follow("쿼터의 내력과 변경").shot("quota")
    one.page.locator("details.disclose > summary", has_text="쿼터 사이에 자리 옮기기").click()
    one.reads("법무부와 사전협의 필요")
    one.fill(
        source=part("paint").public_id,
        pool=part("electric").public_id,
        units="1",
        consent_reference="법무부 체류관리과-123 (2026-10-01)",
        reason="전기원 수요가 늘었습니다.",
    )
    one.press(re.compile("달라지는 것 먼저 보기.*자리 옮기기"))
    one.reads("아직 아무것도 바뀌지 않았습니다.").reads("55 → 56").reads("77 → 76").reads(fourth)
    one.shot("transfer-looked-at").press("이대로 제안하기")
    one.reads("제안했습니다. 다른 운영자가 승인하면 반영됩니다.").shot("transfer-proposed")
    expect(one.button("승인하고 반영하기")).to_have_count(0)
    two.open("/desk/programmes/").follow(re.compile("변경을 보고 답하기"))
    two.reads("55 → 56").reads(fourth).shot("transfer-to-answer")
    two.press("승인하고 반영하기").reads("쿼터 변경을 승인하고 반영했습니다.").shot("transferred")

    # The last who waits is offered the unit that came over.
    steps.open_own_case(company, fourth)
    company.reads("쿼터 자리가 나서 이 신청에 배정되었습니다.")
    steps.open_sign_off(lead, fourth)
    steps.accept(lead)
    deliver_letters()
    steps.open_own_case(company, fourth)
    expect(company.link(LETTER)).to_be_visible()
    pool = part("electric")
    assert (pool.size, pool.held, pool.issued) == (56, 0, 56)
    assert nightly.check(), "ledger, counters, claims and letters say the same"
    one.open("/desk/").reads("원장, 배정, 추천서의 수가 모두 같습니다.").shot("desk")
