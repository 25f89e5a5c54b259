"""The reviewers' days: ten cases, two reviewers and a lead, from the free queue to an absence."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from applications.models import Application
from applications.stages import Stage
from portal.demo import samples
from tests.journeys import steps
from tests.journeys.steps import Person
from tests.outbox import deliver_letters
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAPER = {"name": "보완.pdf", "mimeType": "application/pdf"}


def taken(reviewer: Person) -> str:
    """Take the next case; its receipt number."""
    reviewer.open("/reviews/").press("다음 신청 맡기")
    expect(reviewer.page.locator(".next")).to_be_visible()
    key = re.search(r"/cases/([0-9a-f-]{36})/", reviewer.page.url)
    assert key is not None
    return str(Application.objects.get(public_id=key[1]).receipt_no)


def mine(reviewer: Person) -> list[str]:
    """The receipt numbers of the person's own list, in its order."""
    reviewer.open("/reviews/?tab=mine").at("심사 업무")
    cells = reviewer.page.locator("main tbody th a.num, main tbody th a")
    return [said for said in cells.all_inner_texts() if re.fullmatch(r"KOTRA-R-\d{4}-\d{6}", said)]


def supplement(reviewer: Person, receipt: str, tab: str) -> None:
    reviewer.open(f"/reviews/?tab={tab}").follow(receipt)
    steps.tab(reviewer, "보완")


def test_ten_cases_two_reviewers_and_a_lead(person, move_to):
    world = World()
    cases = [world.story().fill().submit() for _case in range(10)]
    receipts = {str(story.fresh().receipt_no) for story in cases}
    ann, ben = person("kotra.reviewer"), person("kotra.reviewer2")
    lead, company = person("kotra.lead"), person("company")

    # Nobody has a case yet: each takes the next one, and never the same.
    first, second = taken(ann), taken(ben)
    assert first != second
    assert {first, second} < receipts

    # The rest is given out by rule, to whoever has the fewest.
    deliver_letters()
    of_ann, of_ben = mine(ann), mine(ben)
    assert len(of_ann) == len(of_ben) == 5
    assert set(of_ann) | set(of_ben) == receipts

    # Two things are asked for; one is answered, and the clock stays where it is.
    story = next(one for one in cases if one.fresh().receipt_no == first)
    steps.open_case(ann, first)
    steps.mark_all(ann)
    ann.follow("보완 요구하기")
    listed = [one.code for one in story.case.manifest.documents if one.required is True][:2]
    ann.fill(**{"items-0-document_code": listed[0], "items-0-text": "흐리게 찍혀 있습니다."})
    if not ann.fields("items-1-text").count():
        ann.press("항목 추가")
    ann.fill(**{"items-1-document_code": listed[1], "items-1-text": "마지막 쪽이 없습니다."})
    ann.press("보완 요구 보내기").reads("신청인의 보완을 기다리고 있습니다.")
    deliver_letters()
    due = story.fresh().supplements.get().due_on
    assert first not in mine(ann)
    ann.open("/reviews/?tab=waiting").reads(first).shot("waiting")

    answer = f"/applications/{story.case.public_id}/supplement/"
    company.open(answer)
    files = company.page.locator("main section.ask input[type=file]")
    files.first.set_input_files({**PAPER, "buffer": samples.paper("보완 하나").read()})
    company.reads("2가지 요청 가운데 1가지에 답했습니다.")
    company.press("답한 것만 먼저 보내기")
    assert story.fresh().stage == Stage.SUPPLEMENT
    supplement(ann, first, "waiting")
    ann.reads("답변 1 / 2").shot("partly-answered")

    # What came is not what was asked for: it is asked for again.
    ann.page.locator("details", has_text="다시 요구하기").first.locator("summary").click()
    ann.page.locator("details[open] textarea").first.fill("이번에도 흐립니다.")
    ann.press("다시 요구")
    deliver_letters()

    # More time is asked for and granted.
    company.open(answer)
    company.fill(until="2026-11-06", reason="발급 기관의 휴무로 늦어집니다.").press("연장 요청")
    supplement(ann, first, "waiting")
    ann.press("연장하기")
    extended = story.fresh().supplements.get().due_on
    assert extended == date(2026, 11, 6) > due

    # Nothing comes in time: it is asked for a second time, for ten days at most.
    move_to(date(2026, 11, 9))
    supplement(ann, first, "waiting")
    ann.reads("기한 지남").shot("overdue")
    ann.press("재보완 요구")
    deliver_letters()
    move_to(date(2026, 11, 9), hour=15)
    company.open(answer).reads("지난 보완 요구에 기한까지 답이 오지 않아")
    for item in company.page.locator("main section.ask").all():
        item.locator("input[type=file]").set_input_files(
            {**PAPER, "buffer": samples.paper("보완 둘").read()}
        )
        expect(item.locator(".doc-files li").first).to_contain_text("보완.pdf")
    company.press("저장하고 답변 보내기").reads("보완 답변을 보냈습니다.")
    deliver_letters()

    # Back at the top of the same list; then papers and facts. One career was shorter than was said,
    # and the page says that this claim made the difference.
    assert mine(ann)[0] == first
    steps.open_case(ann, first)
    expect(ann.page.locator("#changes")).to_contain_text("2차 보완으로 바뀐 내용")
    expect(ann.page.locator("#changes li", has_text="보완.pdf")).to_have_count(2)
    steps.judge_answers(ann)
    steps.mark_all(ann)
    steps.advance(ann)
    steps.check_claims(ann, {"경력": {"to": "2017-09-30"}})
    expect(ann.page.locator(".cmp")).to_contain_text("확인한 사실이 판단을 바꾸었습니다")
    ann.shot("difference")

    # Ann will be away: the lead looks at what she has, and gives all of it to Ben.
    lead.open("/reviews/absences/")
    lead.fill(
        who=str(world["kotra.reviewer"].public_id), from_on="2026-11-10", until_on="2026-11-20"
    )
    lead.press("적기")
    held = mine(ann)
    move_to(date(2026, 11, 10))
    lead.open("/reviews/absences/").follow(re.compile("맡은 신청 보기"))
    lead.press("담당자 정하기")
    lead.fill(to=str(world["kotra.reviewer2"].public_id), reason="부재").press("다시 미리 보기")
    lead.reads("처리하면").shot("reassigning").press(re.compile(r"^\d+건 처리하기$"))
    lead.reads(f"{len(held)}건을 처리했습니다.").shot("reassigned")
    assert set(held) <= set(mine(ben))
    assert mine(ann) == []
