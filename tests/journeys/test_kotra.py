"""KOTRA: one candidate from the first question to a letter that anybody can verify."""

import re
from functools import partial

import pytest
from playwright.sync_api import expect

from portal.demo import samples
from tests.journeys import steps
from tests.outbox import deliver_letters
from tests.world import KOTRA

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]

CANDIDATE = samples.CANDIDATES[0]
BORN = CANDIDATE["birth_date"].isoformat()

NEWCOMER = steps.Newcomer("hr@journey.example", "남인사", "0018700038", "여정시연 주식회사")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_the_first_question_to_a_letter_that_verifies(person, scripts):
    come = partial(person, java_script_enabled=scripts)
    company = come()

    # Anybody asks, and is told why.
    steps.ask_before(company, KOTRA, CANDIDATE)
    company.reads("확인 결과").reads("추천 요건을 충족합니다.").shot("precheck")
    company.press("이 내용으로 신청 시작")

    # Signing up and registering a company leads on to the application, which knows what was said.
    steps.sign_up(company, NEWCOMER)
    steps.register_company(company, NEWCOMER)
    company.at("추천 신청").reads("자격 확인에서 입력한 내용을 이 신청서에 옮겨 적습니다")
    company.press("신청서 작성 시작")
    company.at("외국인 정보").reads("자격 확인에서 입력한 내용을 옮겨 적었습니다.")
    steps.fill_candidate(company, CANDIDATE)
    company.at("학력")
    expect(company.fields("rows-0-level")).to_have_value("bachelor")
    steps.fill_claims(company, KOTRA)

    # A program that calls itself a PDF is refused beside its document; nothing is lost.
    steps.go_to_documents(company)
    asked = steps.needed_documents(company)
    (first, first_name), (second, _its_name) = asked[:2]
    steps.upload(company, first, f"{first_name}.pdf", samples.paper(first_name).read())
    steps.upload(company, second, "계약서.pdf", steps.NOT_A_PDF)
    expect(company.page.locator(f"#document-{second} [role=alert]")).to_be_visible()
    expect(company.page.locator(f"#document-{first}.ok")).to_contain_text(f"{first_name}.pdf")
    company.shot("refused-file")
    steps.upload_needed(company)
    receipt = steps.submit(company)
    assert re.fullmatch(r"KOTRA-R-2026-\d{6}", receipt)
    company.reads("처리 기한").follow("진행 상황 보기")
    company.at(receipt).shot("case")
    deliver_letters()

    # The office: whoever got the case looks at the papers and asks for one again.
    reviewer = steps.first_with(receipt, come("kotra.reviewer"), come("kotra.reviewer2"))
    steps.open_case(reviewer, receipt)
    reviewer.shot("review")
    steps.mark_all(reviewer)
    steps.ask_supplement(reviewer, second, "흐리게 찍혀 다시 필요합니다.")
    deliver_letters()
    steps.open_own_case(company, receipt)
    company.reads("까지 보완 답변을 보내 주세요.").shot("asked")
    company.follow("보완 답변")
    steps.answer_supplement(company, "다시 찍어 올립니다.")
    deliver_letters()

    # Papers, then facts: one career ended a month earlier than was said.
    steps.open_case(reviewer, receipt)
    # What came back is read before the case goes on.
    steps.judge_answers(reviewer)
    steps.mark_all(reviewer)
    steps.advance(reviewer)
    steps.check_claims(reviewer, {"경력": {"to": "2023-01-31"}})
    reviewer.reads("2023").reads("다른 내용으로 확인")
    steps.advance(reviewer)

    # Two experts, who know each other's judgement no more than the reviewer does.
    steps.tab(reviewer, "외부 평가")
    for login in ("evaluator1", "evaluator2"):
        steps.invite(reviewer, login)
    deliver_letters()
    for login, points in (("evaluator1", 85), ("evaluator2", 90)):
        steps.evaluate(come(login), points)
    steps.open_case(reviewer, receipt)
    steps.tab(reviewer, "외부 평가")
    reviewer.reads("기준 이상").shot("evaluation")
    steps.advance(reviewer)

    # The reviewer drafts and cannot sign; the lead signs.
    steps.draft_approval(reviewer)
    reviewer.reads("자신이 기안한 결정은 다른 사람이 결재합니다.")
    expect(reviewer.page.get_by_text("결재하기")).to_have_count(0)
    lead = come("kotra.lead")
    steps.open_sign_off(lead, receipt)
    steps.sees_picture(lead, "추천서 초안 미리보기")
    lead.shot("sign-off")
    steps.sign_off(lead)
    deliver_letters()

    # The letter: the same file for the company and for the candidate.
    steps.open_own_case(company, receipt)
    company.reads("견본").shot("issued")
    pdf = company.download(company.link("추천서 내려받기 (PDF)"))
    assert pdf.startswith(b"%PDF")
    number = company.page.locator("#letter dd").first.inner_text()
    assert re.fullmatch(r"KOTRA-2026-\d{6}", number)
    candidate = come()
    mails = steps.links_to(company, CANDIDATE["email"])
    candidate.open(steps.address_of(next(link for link in mails if "/my/link/" in link)))
    candidate.shot("candidate-enter")
    candidate.fill(name=f"{CANDIDATE['surname']} {CANDIDATE['given_names']}", birth_date=BORN)
    candidate.page.locator("main form button").click()
    expect(candidate.page.locator("#letter")).to_be_visible()
    candidate.shot("candidate")
    assert candidate.download(candidate.page.locator("#letter a[download]")) == pdf

    # And anybody can ask whether it is genuine, in three ways.
    anybody = come()
    anybody.open("/verify/").fill(number=number, birth_date=BORN).press("번호로 확인")
    steps.says_specimen(anybody, number)
    anybody.shot("verified")
    anybody.open(steps.address_of(steps.qr_of(pdf)))
    steps.says_specimen(anybody, number)
    anybody.open("/verify/").fields("file").set_input_files(
        {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": pdf}
    )
    anybody.press("파일로 확인")
    steps.says_specimen(anybody, number)
