"""One case from a panel of three to a refusal, an objection and another reviewer.

One evaluator is tied to the company, one never answers, two disagree and a third is asked.
"""

import re
from io import BytesIO

import pypdfium2
import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import expect

from applications.stages import Stage
from portal.demo import people
from programs import calendar
from tests.journeys import steps
from tests.journeys.steps import Person
from tests.outbox import deliver_letters
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SILENT, INSTEAD, THIRD = "나침묵", "다대신", "라셋째"
PANEL = {
    SILENT: ("silent@north.example", "북쪽연구원"),
    INSTEAD: ("instead@south.example", "남쪽연구원"),
    THIRD: ("third@east.example", "동쪽연구원"),
}
REASON = "제출된 경력으로는 직무에 필요한 전문성을 확인할 수 없습니다."
OBJECTION = "새 경력증명서를 보아 주시기 바랍니다."


def seat(admin: Person) -> None:
    """Whoever administrates the office takes one off the panel and puts three on it, by mail."""
    admin.open("/reviews/panels/").follow(people.PANEL)
    row = admin.page.locator("main tbody tr", has_text="Kim Evaluator")
    row.locator("summary").click()
    row.get_by_role("button", name="빼기").click()
    admin.reads("위원을 뺐습니다: Kim Evaluator")
    for name, (mail, institution) in PANEL.items():
        admin.fill(email=mail, name=name, institution=institution)
        admin.press("넣기").reads(f"위원을 넣었습니다: {name}")
    admin.shot("panel")


def ask(reviewer: Person, name: str) -> None:
    """Ask one of the panel for an opinion."""
    choice = reviewer.fields("evaluator")
    choice.select_option(choice.locator("option", has_text=name).get_attribute("value"))
    reviewer.press("평가 요청 보내기").reads(f"평가를 요청했습니다: {name}")


def evaluation(reviewer: Person, receipt: str) -> None:
    steps.open_case(reviewer, receipt)
    steps.tab(reviewer, "외부 평가")


def come_by_link(person, someone: Person, name: str) -> Person:
    """The evaluator without an account, at the packet that the newest mail's link opens."""
    mail = PANEL[name][0]
    found = (link for link in steps.links_to(someone, mail) if "/evaluations/link/" in link)
    evaluator = person().open(steps.address_of(next(found)))
    evaluator.at("전문가 평가").reads(f"{name} 위원님께 부탁드린 평가입니다.")
    return evaluator.press("평가 열기")


def give(evaluator: Person, share: int) -> None:
    """Nothing ties the evaluator; every criterion gets this share of its points."""
    evaluator.fill(ties="none").press("답하고 계속하기").reads("자료와 평가표")
    for criterion in evaluator.page.locator("fieldset.criterion").all():
        most = int(re.search(r"0~(\d+)", criterion.locator("label").first.inner_text())[1])
        criterion.locator("input").fill(str(most * share // 100))
        criterion.locator("textarea").fill("제출한 경력과 계획을 견주어 매겼습니다.")
    evaluator.press("제출 전 확인").reads("이대로 제출됩니다.").press("평가 제출")


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(BytesIO(pdf)) as document:
        return "".join(page.get_textpage().get_text_range() for page in document)


def test_a_panel_a_refusal_and_an_objection(person, move_to):
    world = World()
    story = world.at(Stage.EXTERNAL_EVALUATION)
    receipt = str(story.case.receipt_no)
    login = story.reviewer.email.partition("@")[0]
    other_login = {"kotra.reviewer": "kotra.reviewer2", "kotra.reviewer2": "kotra.reviewer"}[login]
    reviewer, company = person(login), person("company")

    seat(person("kotra.admin"))
    evaluation(reviewer, receipt)
    for name in ("오평가", "서평가", SILENT):
        ask(reviewer, name)
    deliver_letters()
    reviewer.reads("필요한 평가 2건 가운데 0건이 제출되었습니다.").shot("asked-three")

    # One has written with the candidate: the packet stays closed, and nobody asks them again.
    tied = person("evaluator1").open("/reviews/evaluations/")
    tied.page.locator("main table th a").first.click()
    tied.fill(ties="coauthor").press("답하고 계속하기")
    tied.reads("이해관계를 접수했습니다.").shot("tied")
    # One answers.
    first = person("evaluator2").open("/reviews/evaluations/")
    first.page.locator("main table th a").first.click()
    give(first, 90)
    first.reads("다음 절차")
    evaluation(reviewer, receipt)
    reviewer.reads("공동 연구나 공동 저술").reads(
        "점수와 의견은 요청한 위원이 모두 답한 뒤에 보입니다."
    )
    offered = reviewer.page.locator("main select[name=evaluator] option", has_text="오평가")
    expect(offered).to_have_count(0)
    reviewer.open("/reviews/?tab=mine").reads("평가 2건 중 1건").shot("one-of-two")
    # Nothing is decided on one opinion of two.
    steps.open_case(reviewer, receipt)
    steps.tab(reviewer, "결정")
    reviewer.reads("외부 평가 2건이 필요한데 1건이 제출되었습니다.").shot("too-early")
    expect(reviewer.button("기안하기")).to_have_count(0)

    # One opens the packet and then says nothing until the last day is over: the link is dead.
    silent = come_by_link(person, company, SILENT)
    silent.fill(ties="none").press("답하고 계속하기").reads("자료와 평가표")
    packet = silent.page.url
    last = story.case.invitations.get(evaluator__user__name=SILENT).due_on
    late = calendar.add_business_days(last, 1)
    move_to(late)
    silent.open(packet)
    silent.at("로그인")
    evaluation(reviewer, receipt)
    reviewer.reads("기한이 지난 위원이 있어 정족수를 채울 수 없습니다.").shot("silent")
    waiting = reviewer.page.locator("main ul.asked-panel > li", has_text=SILENT)
    waiting.locator("summary", has_text="다른 위원으로 바꾸기").click()
    choice = waiting.locator("select[name=instead]")
    choice.select_option(choice.locator("option", has_text=INSTEAD).get_attribute("value"))
    waiting.get_by_role("button", name="위원 바꾸기").click()
    reviewer.reads(f"위원을 바꾸어 평가를 요청했습니다: {INSTEAD}")
    deliver_letters()

    # The one asked instead sees it quite differently: a third opinion is called for.
    instead = come_by_link(person, company, INSTEAD)
    give(instead, 20)
    instead.at("전문가 평가").reads("감사합니다").shot("thanks")
    evaluation(reviewer, receipt)
    reviewer.reads("점수 차이가 70점으로 30점보다 커서 한 명의 평가가 더 필요합니다.").shot("apart")
    steps.tab(reviewer, "결정")
    reviewer.reads("한 명의 평가가 더 필요합니다.")
    expect(reviewer.button("기안하기")).to_have_count(0)
    steps.tab(reviewer, "외부 평가")
    reviewer.press(f"{THIRD} 위원에게 요청").reads(f"평가를 요청했습니다: {THIRD}")
    deliver_letters()
    reviewer.reads_not("평균 55점")
    give(come_by_link(person, company, THIRD), 40)
    evaluation(reviewer, receipt)
    reviewer.reads("평균 50점 · 기준 60점").reads("기준 미달")
    reviewer.reads("한 명의 평가를 더 받았습니다.").shot("three-answers")

    # The reviewer drafts a refusal and cannot sign it; the lead does.
    steps.advance(reviewer)
    steps.tab(reviewer, "결정")
    reviewer.fill(outcome="refuse", grounds="rubric:average", reason=REASON).shot("drafting")
    reviewer.press("기안하기").reads("결재 대기")
    expect(reviewer.page.get_by_text("결재하기")).to_have_count(0)
    lead = person("kotra.lead")
    steps.open_sign_off(lead, receipt)
    steps.sees_picture(lead, "통지서 초안 미리보기")
    lead.reads("외부 평가: 평균이 기준에 미치지 못합니다.").shot("sign-off")
    lead.page.locator("details.transition > summary", has_text="결재하기").click()
    lead.press("결재하기: 불허")
    expect(lead.button("결재하기: 불허")).to_have_count(0)
    deliver_letters()

    # The refusal says why and what can be done about it, on the page and in its letter.
    steps.open_own_case(company, receipt)
    company.reads(REASON).reads("외부 평가: 평균이 기준에 미치지 못합니다.").shot("refused")
    pdf = company.download(company.link(re.compile("내려받기 [(]PDF")))
    letter = re.sub(r"\s+", "", text_of(pdf))
    for words in (REASON, "60일이내", "이의신청", "행정심판"):
        assert re.sub(r"\s+", "", words) in letter
    company.follow("이의신청하기").at("이의신청")
    company.fill(text=OBJECTION).press("이의신청 제출").reads("이의를 신청했습니다.").shot(
        "objected"
    )

    # Whoever refused may not judge the objection; somebody else does.
    objection = story.fresh().decisions.get().objections.get()
    judge = world.second_lead()
    judge.set_password(people.PASSWORD)
    judge.save()
    EmailAddress.objects.create(user=judge, email=judge.email, verified=True, primary=True)
    address = f"/reviews/objections/{objection.public_id}/"
    lead.open(address).reads("불허를 기안하거나 결재한 사람은 이의신청을 결정할 수 없습니다.")
    expect(lead.button("결정하기")).to_have_count(0)
    second = person(judge.email.partition("@")[0]).open("/reviews/sign-offs/")
    second.page.locator("#objections ~ *").get_by_role("link", name=receipt).first.click()
    second.reads(OBJECTION).shot("objection")
    second.fill(upheld="yes", answer="새 증명서를 다시 보겠습니다.").press("결정하기")
    second.reads("인용").shot("upheld")
    deliver_letters()

    # Another reviewer has it now; whoever drafted the refusal has nothing to do with it any more.
    steps.open_own_case(company, receipt)
    company.reads_not(REASON).shot("reopened")
    other = person(other_login).open("/reviews/?tab=mine").reads(receipt)
    steps.open_case(other, receipt)
    other.reads("서류").shot("again")
    reviewer.open("/reviews/?tab=mine").at("심사 업무")
    expect(reviewer.link(receipt)).to_have_count(0)
