"""What people do on the pages, one small step each. No step knows more than its page shows."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pypdfium2
import zxingcpp
from playwright.sync_api import Locator, Page, expect

from portal.demo import people, samples
from programs.facts import CLAIM_KINDS

# Half a dozen tests may share two cores with this one.
PATIENCE = 90_000
expect.set_options(timeout=PATIENCE)

ROWS = {"degree", "career", "language", "licence", "training"}
NOT_A_PDF = b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 400


def address_of(url: str) -> str:
    """The path of an address, as one would type it after the host."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


@dataclass
class Person:
    """Someone at a browser of their own."""

    page: Page
    base: str
    login: str = ""
    seen: Callable[[Page, str], None] = field(default=lambda page, name: None)

    # --- moving about --------------------------------------------------------------------
    def open(self, address: str) -> "Person":
        self.page.goto(self.base + address.removeprefix(self.base))
        return self

    def link(self, name: str | re.Pattern) -> Locator:
        return self.page.locator("main").get_by_role("link", name=name)

    def button(self, name: str | re.Pattern) -> Locator:
        return self.page.locator("main").get_by_role("button", name=name)

    def press(self, name: str | re.Pattern) -> "Person":
        self.button(name).click()
        return self

    def follow(self, name: str | re.Pattern) -> "Person":
        self.link(name).first.click()
        return self

    def reads(self, words: str | re.Pattern) -> "Person":
        """The page says this somewhere a person can see it."""
        expect(self.page.locator("main").get_by_text(words).first).to_be_visible()
        return self

    def reads_not(self, words: str) -> "Person":
        expect(self.page.locator("main").get_by_text(words)).to_have_count(0)
        return self

    def at(self, heading: str | re.Pattern) -> "Person":
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading)
        return self

    def shot(self, name: str) -> "Person":
        self.seen(self.page, name)
        return self

    # --- forms ---------------------------------------------------------------------------
    def fields(self, name: str) -> Locator:
        return self.page.locator(f'main [name="{name}"]')

    def fill(self, **values: Any) -> "Person":
        """Fill in fields by name, each in its own way. A field that is not there is an error."""
        for name, value in values.items():
            self._fill(name, value)
        return self

    def fill_if_asked(self, **values: Any) -> "Person":
        for name, value in values.items():
            if self.fields(name).count():
                self._fill(name, value)
        return self

    def _fill(self, name: str, value: Any) -> None:
        control = self.fields(name).first
        control.wait_for(state="attached")
        tag, kind = control.evaluate("e => [e.tagName, e.type]")
        text = {True: "true", False: "false"}.get(value, str(value))
        if kind == "radio" or (kind == "checkbox" and value is not True):
            chosen = self.page.locator(f'main [name="{name}"][value="{text}"]')
            self.page.locator(f'label[for="{chosen.get_attribute("id")}"]').click()
            expect(chosen).to_be_checked()
        elif kind == "checkbox":
            self.page.locator(f'label[for="{control.get_attribute("id")}"]').click()
            expect(control).to_be_checked()
        elif tag == "SELECT":
            options = control.evaluate("e => [...e.options].map(o => o.value)")
            # An occupation's option also names the edition its code is from.
            control.select_option(
                text if text in options else next(one for one in options if one.startswith(text))
            )
        else:
            control.fill(text)

    # --- files ---------------------------------------------------------------------------
    def download(self, press: Locator) -> bytes:
        with self.page.expect_download() as waiting:
            press.click()
        return waiting.value.path().read_bytes()


# --- signing in ------------------------------------------------------------------------------
def sign_in(person: Person) -> Person:
    """Through the login page, as the start page of a demonstration says."""
    return sign_in_here(person.open("/accounts/login/").at("로그인"))


def sign_in_here(person: Person) -> Person:
    person.page.get_by_label("이메일").fill(f"{person.login}@{people.DOMAIN}")
    person.page.get_by_label("비밀번호").fill(people.PASSWORD)
    person.page.locator("main form").get_by_role("button", name="로그인").click()
    expect(person.page.locator("details.account")).to_be_attached()
    return person


# --- signing up ------------------------------------------------------------------------------
@dataclass(frozen=True)
class Newcomer:
    """Someone without an account, and the company that nobody has registered yet."""

    email: str
    name: str
    business_no: str
    company: str


def sign_up(person: Person, newcomer: Newcomer) -> None:
    """From the login page to a company of one's own, by way of the mail that confirms the address.

    The person ends where they were going before they were asked to sign in.
    """
    person.at("로그인").follow("회원가입").at("회원가입")
    password = "가나다 열두 자 비밀번호"
    person.fill(
        email=newcomer.email, name=newcomer.name, password1=password, password2=password
    ).shot("sign-up")
    person.press("가입하기").at("메일을 확인해 주세요").shot("mail-sent")
    person.follow("시연용 메일함 열기").at("메일함")
    person.page.locator("main tbody a").first.click()
    person.shot("confirmation-mail")
    person.page.locator(".m-page a, .mail-text a").first.click()
    person.at("이메일 주소 확인").press("확인")
    if person.page.locator("main [name=login]").count():
        person.fill(login=newcomer.email, password=password)
        person.page.locator("main form").get_by_role("button", name="로그인").click()
    expect(person.page.locator("details.account")).to_be_attached()


def register_company(person: Person, newcomer: Newcomer) -> None:
    person.at("우리 회사").shot("company-start")
    person.follow(re.compile("회사 등록하기")).at("회사 등록")
    person.fill(
        business_no=newcomer.business_no,
        name_ko=newcomer.company,
        name_en="Journey Demo Co., Ltd.",
        representative="한대표",
        address="경기도 성남시 분당구 시연로 2",
        phone="031-000-0001",
    ).shot("company-register")
    person.press("회사 등록")


# --- the company -----------------------------------------------------------------------------
def typed(item: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    return {f"{prefix}{name}": value for name, value in item.items()}


def ask_before(someone: Person, slug: str, candidate: dict[str, Any]) -> None:
    """The pre-check: what is known about candidate, contract and company."""
    someone.open(f"/check/{slug}/").at("신청 자격 확인")
    known = {name: candidate[name] for name in ("birth_date", "nationality", "in_korea")}
    someone.fill_if_asked(**typed(known, "candidate-"))
    for kind, items in samples.claims(slug).items():
        group = CLAIM_KINDS[kind]
        row = "-0-" if kind in ROWS else "-"
        someone.fill_if_asked(**typed(items[0], f"{group}{row}"))
    someone.press("결과 보기")


def begin(company: Person, slug: str) -> None:
    company.open("/applications/new/").fill(programme=slug)
    company.press("신청서 작성 시작").at("외국인 정보")


def fill_candidate(company: Person, candidate: dict[str, Any]) -> None:
    company.fill(**candidate)
    company.press("저장하고 다음")


def fill_claims(company: Person, slug: str) -> None:
    """Every section after the candidate's, in the order in which the form leads."""
    wanted = samples.claims(slug)
    for kind, title in (
        ("degree", "학력"),
        ("career", "경력"),
        ("contract", "고용계약"),
        ("employer", "회사 현황"),
        ("language", "한국어 능력"),
    ):
        company.at(title)
        # The samples know more than each programme asks.
        company.fill_if_asked(**typed(wanted[kind][0], "rows-0-" if kind in ROWS else ""))
        company.press("저장하고 다음")


def upload(company: Person, code: str, name: str, data: bytes) -> None:
    """Choose a file for one document; it is sent at once, or by the button without JavaScript."""
    row = company.page.locator(f"#document-{code}")
    row.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/pdf", "buffer": data}
    )
    if (send := row.get_by_role("button", name="올리기")).is_visible():
        send.click()


def go_to_documents(company: Person) -> None:
    company.page.get_by_role("navigation", name="작성 항목").get_by_role(
        "link", name=re.compile("^서류")
    ).click()
    company.at("서류")


def needed_documents(company: Person) -> list[tuple[str, str]]:
    """Code and name of each document the page asks for and does not have yet."""
    rows = company.page.locator("li.doc:not(.ok):has(.outline-danger)")
    return [
        (row.get_attribute("id").removeprefix("document-"), row.locator("strong").inner_text())
        for row in rows.all()
    ]


def upload_needed(company: Person) -> None:
    for code, name in needed_documents(company):
        upload(company, code, f"{name}.pdf", samples.paper(name).read())
        expect(company.page.locator(f"#document-{code}.ok")).to_contain_text(f"{name}.pdf")


def submit(company: Person) -> str:
    """Check the answers and submit them; the receipt number."""
    company.page.get_by_role("link", name="확인하고 제출하기").click()
    company.at("확인하고 제출").reads("제출에 필요한 내용을 모두 갖추었습니다.").shot("check")
    company.fill(declared=True).press("제출하기")
    company.at("접수증").reads("신청을 접수했습니다.").shot("receipt")
    return company.page.locator("main .result code").first.inner_text().strip()


def apply_for(company: Person, slug: str, candidate: dict[str, Any]) -> str:
    """A whole application from the start to its receipt number."""
    begin(company, slug)
    fill_candidate(company, candidate)
    fill_claims(company, slug)
    go_to_documents(company)
    upload_needed(company)
    return submit(company)


def open_own_case(company: Person, receipt: str) -> None:
    company.open("/applications/").follow(re.compile(receipt))
    company.at(receipt)


# --- the reviewer ----------------------------------------------------------------------------
def first_with(receipt: str, *reviewers: Person) -> Person:
    """Whichever of these reviewers was given the case."""
    for reviewer in reviewers:
        reviewer.open("/reviews/").at("심사 업무")
        if reviewer.link(receipt).count():
            return reviewer.shot("queue")
    raise AssertionError(f"None of {[one.login for one in reviewers]} has {receipt}.")


def open_case(reviewer: Person, receipt: str) -> None:
    reviewer.open("/reviews/").follow(receipt)
    expect(reviewer.page.locator(".next")).to_be_visible()


def tab(reviewer: Person, name: str) -> None:
    reviewer.page.locator("main nav").get_by_role("link", name=name).click()


def mark_all(reviewer: Person) -> None:
    """Every paper is read and fits; then every other point of the checklist is fulfilled."""
    reviewer.page.locator(".read-go a").click()
    while reviewer.page.url.rstrip("/").endswith("/read"):
        fits(reviewer, reviewer.page.locator("fieldset.seg-row").first, "fine")
        reviewer.press(re.compile("^저장하고"))
    for point in reviewer.page.locator("fieldset[data-point]").all():
        fits(reviewer, point, "fulfilled")
    reviewer.press("점검 결과 저장")


def fits(reviewer: Person, point: Locator, finding: str) -> None:
    chosen = point.locator(f'input[value="{finding}"]')
    point.locator(f'label[for="{chosen.get_attribute("id")}"]').click()


def judge_answers(reviewer: Person) -> None:
    """What came back is what the page asks for first, answer by answer; then the case again."""
    back = reviewer.page.url
    reviewer.follow("답변 확인하기")
    for left in range(reviewer.button(re.compile("^확인했음")).count(), 0, -1):
        reviewer.button(re.compile("^확인했음")).first.click()
        expect(reviewer.button(re.compile("^확인했음"))).to_have_count(left - 1)
    reviewer.open(back)
    expect(reviewer.link("답변 확인하기")).to_have_count(0)


def advance(reviewer: Person) -> None:
    reviewer.press("다음 단계로 넘기기")
    reviewer.reads("신청이 넘어갔습니다.")


def check_claims(reviewer: Person, corrected: dict[str, dict[str, Any]] | None = None) -> None:
    """Check each claim against its papers, page after page; those named are put right."""
    reviewer.follow("이어서 하기")
    while reviewer.page.url.split("/claims/")[1]:
        title = reviewer.page.locator(".krds-breadcrumb-wrap [aria-current=page]").inner_text()
        right = next((one for kind, one in (corrected or {}).items() if title.startswith(kind)), {})
        reviewer.fill(verdict="corrected" if right else "confirmed", method="document")
        if right:
            reviewer.fill(note="경력증명서의 퇴사일이 신고한 날과 다릅니다.")
            reviewer.page.locator("details.correct summary").click()
            reviewer.fill(**typed(right, "value-")).shot("claim")
        reviewer.press(re.compile("^저장"))
        reviewer.reads(f"확인 결과를 저장했습니다: {title}")
    reviewer.shot("claims")


def ask_supplement(reviewer: Person, code: str, words: str) -> None:
    reviewer.follow("보완 요구하기")
    reviewer.fill(**{"items-0-document_code": code, "items-0-text": words})
    reviewer.shot("supplement-asking").press(re.compile("^보완 요구"))
    reviewer.reads("신청인의 보완을 기다리고 있습니다.")


def answer_supplement(company: Person, words: str) -> None:
    """Answer the one thing that is asked, with a new paper, and send it."""
    answer = company.page.locator("main textarea").first
    answer.fill(words)
    company.page.locator("main section.ask input[type=file]").set_input_files(
        {
            "name": "보완.pdf",
            "mimeType": "application/pdf",
            "buffer": samples.paper("보완 서류").read(),
        }
    )
    company.shot("supplement").press("저장하고 답변 보내기")
    company.reads("보완 답변을 보냈습니다.")


def invite(reviewer: Person, login: str) -> None:
    name = next(person.name for person in people.PEOPLE if person.login == login)
    choice = reviewer.fields("evaluator")
    option = choice.locator("option", has_text=name).get_attribute("value")
    choice.select_option(option)
    reviewer.press("평가 요청 보내기")
    expect(reviewer.page.locator("main table").get_by_text(name).first).to_be_visible()


def draft_approval(reviewer: Person) -> None:
    tab(reviewer, "결정")
    reviewer.fill(outcome="approve").press("기안하기")
    reviewer.reads("결재 대기").shot("drafted")


def examine(reviewer: Person, receipt: str) -> None:
    """A case without surprises, from the queue to the drafted approval."""
    open_case(reviewer, receipt)
    mark_all(reviewer)
    advance(reviewer)
    check_claims(reviewer)
    advance(reviewer)
    draft_approval(reviewer)


# --- the evaluator ---------------------------------------------------------------------------
def evaluate(evaluator: Person, points: int) -> None:
    """Declare no conflict, score every criterion, submit."""
    evaluator.open("/reviews/evaluations/").page.locator("main table th a").first.click()
    evaluator.fill(ties="none").press("답하고 계속하기")
    evaluator.reads("자료와 평가표")
    for criterion in evaluator.page.locator("fieldset.criterion").all():
        most = int(re.search(r"0~(\d+)", criterion.locator("label").first.inner_text())[1])
        criterion.locator("input").fill(str(most * points // 100))
        criterion.locator("textarea").fill("제출 자료와 경력이 직무에 잘 맞습니다.")
    evaluator.fill(opinion="추천할 만합니다.").shot("scores").press("제출 전 확인")
    evaluator.reads("이대로 제출됩니다.").shot("scores-check").press("평가 제출")
    evaluator.reads("다음 절차").shot("scores-thanks")


# --- the lead --------------------------------------------------------------------------------
def open_sign_off(lead: Person, receipt: str) -> None:
    lead.open("/reviews/sign-offs/").follow(receipt)
    lead.reads("결정 내용")


def sees_picture(lead: Person, name: str) -> None:
    """A picture by that name has arrived and has something in it."""
    picture = lead.page.get_by_role("img", name=re.compile(name))
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 0


def sign_off(lead: Person) -> None:
    """Open the last question, then sign."""
    lead.page.locator("details.transition > summary", has_text="결재하기").click()
    lead.press("결재하기: 추천 승인")
    expect(lead.button("결재하기: 추천 승인")).to_have_count(0)


def take_back(lead: Person, reason: str) -> None:
    _with_reason(lead, "결재 취소", reason)


def decline(lead: Person, reason: str) -> None:
    """Let the offered unit go on to the next."""
    _with_reason(lead, "배정 사양하기", reason)


def _with_reason(lead: Person, name: str, reason: str) -> None:
    action = lead.page.locator("details.transition", has_text=name)
    action.locator("summary").click()
    action.locator("textarea").fill(reason)
    action.locator("button").click()
    expect(action).to_have_count(0)


def accept(lead: Person) -> None:
    """Accept the offered unit."""
    lead.press("배정 수락하기")
    expect(lead.button("배정 수락하기")).to_have_count(0)


def figures(lead: Person) -> dict[str, str]:
    """The first programme's quota figures on the desk."""
    tiles = lead.open("/desk/").page.locator("section:has(h2#quota-1) ul.tiles > li")
    expect(tiles).to_have_count(5)
    return {
        tile.locator(".tile-l").inner_text(): tile.locator("b").inner_text().split("명")[0].strip()
        for tile in tiles.all()
    }


# --- the letter ------------------------------------------------------------------------------
def links_to(reader: Person, address: str) -> Iterator[str]:
    """The links in the mails to this address, newest mail first, as the mailbox shows them."""
    reader.open("/mailbox/")
    mails = reader.page.locator("main tbody tr", has_text=address).get_by_role("link")
    for mail in [link.get_attribute("href") for link in mails.all()]:
        reader.open(mail)
        for link in reader.page.locator(".mail-text a").all():
            yield link.get_attribute("href")


def says_specimen(person: Person, number: str) -> None:
    """The verdict on a letter of a demonstration: ours, and without effect."""
    person.at("진위확인 결과").reads("견본입니다. 효력이 없습니다").reads(number)


def qr_of(pdf: bytes) -> str:
    """What a telephone's camera reads from the letter's first page."""
    with pypdfium2.PdfDocument(BytesIO(pdf)) as document:
        picture = document[0].render(scale=4).to_pil()
    return zxingcpp.read_barcode(picture).text
