"""Gyeonggi on the day its quota runs out: the last units, a waiting list, a unit given back."""

import re

import pytest
from playwright.sync_api import expect

from portal.demo import samples
from programs import quota
from programs.models import Pool
from tests.journeys import steps
from tests.outbox import deliver_letters
from tests.world import GYEONGGI

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]

SIZE = 630
LEFT = 2
NEWCOMER = steps.Newcomer("hr2@journey.example", "도인사", "0018700042", "둘째여정시연 주식회사")


@pytest.fixture
def nearly_full(town):
    """All but two units were issued before this installation began."""
    pool = Pool.objects.get(programme__slug=GYEONGGI)
    assert pool.size == SIZE
    quota.opening(pool=pool, issued=SIZE - LEFT, actor=None, reason="opening balance")


def test_the_last_units_the_waiting_list_and_a_unit_given_back(nearly_full, person):
    company, admin = person(), person("gyeonggi.admin")
    steps.sign_up(company.open("/applications/new/"), NEWCOMER)
    steps.register_company(company, NEWCOMER)
    company.at("추천 신청")
    reviewers = person("gyeonggi.reviewer"), person("gyeonggi.reviewer2")
    lead = person("gyeonggi.lead")
    shown = steps.figures(admin)
    assert (shown["발급"], shown["남음"]) == (str(SIZE - LEFT), str(LEFT))

    receipts = []
    for candidate in samples.CANDIDATES:
        receipt = steps.apply_for(company, GYEONGGI, candidate)
        assert re.fullmatch(r"경기-접수-2026-\d{6}", receipt)
        deliver_letters()
        steps.examine(steps.first_with(receipt, *reviewers), receipt)
        receipts.append(receipt)
    first, second, third = receipts

    # The first gets its letter.
    steps.open_sign_off(lead, first)
    lead.reads("쿼터").shot("quota-effect")
    steps.sign_off(lead)
    deliver_letters()
    steps.open_own_case(company, first)
    pdf = company.download(company.link("추천서 내려받기 (PDF)"))
    number = company.page.locator("#letter dd").first.inner_text()

    # The second takes the last unit; its letter is not made yet when the third is signed off.
    steps.open_sign_off(lead, second)
    steps.sign_off(lead)
    steps.open_sign_off(lead, third)
    lead.reads("남은 자리가 없습니다. 결재하면 대기 순서 1번으로 기다립니다.").shot("full")
    steps.sign_off(lead)
    lead.reads("쿼터 대기 순서: 1번").shot("waiting")
    steps.open_own_case(company, third)
    company.reads("지금 순서는 1번째입니다.").shot("company-waiting")
    shown = steps.figures(admin)
    admin.shot("desk")
    assert (shown["발급"], shown["배정"], shown["대기"], shown["남음"]) == (
        str(SIZE - 1), "1", "1", "0",
    )  # fmt: skip

    # The lead takes the second back before anybody has seen its letter: the third is offered it.
    steps.open_sign_off(lead, second)
    steps.take_back(lead, "결재 뒤에 계약이 바뀌었다고 알려 왔습니다.")
    steps.open_own_case(company, second)
    company.reads_not("추천서 내려받기 (PDF)")
    lead.open("/reviews/sign-offs/").reads("자리가 배정됨: 수락 필요").shot("offered")
    lead.follow(third)
    lead.press("배정 수락하기")
    expect(lead.button("배정 수락하기")).to_have_count(0)
    deliver_letters()
    steps.open_own_case(company, third)
    last = company.download(company.link("추천서 내려받기 (PDF)"))
    assert last.startswith(b"%PDF")
    assert last != pdf
    shown = steps.figures(admin)
    assert (shown["발급"], shown["배정"], shown["대기"], shown["남음"]) == (
        str(SIZE), "0", "0", "0",
    )  # fmt: skip

    # The number that was taken back stays a gap between the first letter's and the third's.
    year, first_place = number.rsplit("-", 1)
    assert company.page.locator("#letter dd").first.inner_text() == (
        f"{year}-{int(first_place) + 2:0{len(first_place)}}"
    )
    anybody = person()
    anybody.open("/verify/")
    anybody.fill(number=number, birth_date=samples.CANDIDATES[0]["birth_date"].isoformat())
    anybody.press("번호로 확인")
    steps.says_specimen(anybody, number)
