"""A section that saves by itself, in a browser: nothing typed is lost, whatever happens."""

import re

import pytest
from playwright.sync_api import expect

from applications.models import Application, Claim
from portal.demo import samples
from tests.journeys import steps
from tests.journeys.looking import faults
from tests.world import KOTRA, World

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]
SAVED = re.compile("에 저장했습니다")


@pytest.fixture
def draft(town) -> Application:
    return World().story(KOTRA).case


def address(case: Application, name: str) -> str:
    return f"/applications/{case.public_id}/edit/{name}/"


def said(person: steps.Person):
    return person.page.locator(".draft-said")


def aloud(person: steps.Person):
    return person.page.locator(".draft-failed[role=alert]")


def stored(case: Application, kind: str) -> list:
    return [claim.declared for claim in Claim.objects.filter(application=case, kind=kind)]


def test_what_is_typed_is_saved_and_what_is_wrong_is_said_without_a_jump(person, draft):
    company = person("company").open(address(draft, "candidate"))
    company.fill(surname="nguyen", birth_date="1994-13-45")
    company.fields("given_names").press_sequentially("thi")
    expect(said(company)).to_contain_text(SAVED)
    expect(said(company)).to_contain_text("고칠 것이 1가지 있습니다.")
    wrong = company.page.locator("#id_birth_date_error")
    expect(wrong).to_contain_text("실제 날짜를 연-월-일로 적어 주세요.")
    expect(company.fields("birth_date")).to_have_attribute("aria-invalid", "true")
    # Neither the focus nor anything typed has moved.
    expect(company.fields("given_names")).to_be_focused()
    expect(company.fields("surname")).to_have_value("nguyen")
    expect(company.page.locator("#map-lacks")).to_contain_text("이 항목에 남은 것")
    assert Application.objects.get().candidate.passport_name == "NGUYEN THI"
    # Another day: it is all there; put right, it is no longer called wrong.
    company.open(address(draft, "candidate"))
    expect(company.fields("birth_date")).to_have_value("1994-13-45")
    company.fill(birth_date="1994-03-17")
    expect(company.page.locator("#id_birth_date_error")).to_have_count(0)
    assert Application.objects.get().candidate.birth_date.isoformat() == "1994-03-17"


def test_what_is_typed_last_goes_along_when_one_leaves(person, draft):
    company = person("company").open(address(draft, "contract"))
    company.fill(title="서버 개발자")
    company.page.get_by_role("navigation", name="작성 항목").get_by_role(
        "link", name=re.compile("^학력")
    ).click()
    company.at("학력")

    def shown() -> str:
        return company.open(address(draft, "contract")).fields("title").input_value()

    # It travels beside the next page, so one look may come too early.
    assert any(shown() == "서버 개발자" for _look in range(10))


def test_rows_come_and_go_and_the_focus_follows(person, draft):
    company = person("company").open(address(draft, "degree"))
    company.fill(**{"rows-0-institution": "First"})
    company.press("학위 더 적기")
    expect(company.fields("rows-1-level")).to_be_focused()
    company.fill(**{"rows-1-institution": "Second"})
    expect(said(company)).to_contain_text(SAVED)
    company.press("학위 1 빼기")
    expect(company.button("학위 더 적기")).to_be_focused()
    expect(company.fields("rows-0-institution")).to_have_value("Second")
    company.press("저장하고 다음").at("경력")
    assert stored(draft, "degree") == [{"institution": "Second"}]


@pytest.mark.incident("T23")
def test_a_conflict_is_announced_and_nothing_typed_is_lost(person, draft, allowed_statuses):
    allowed_statuses.add(409)
    first = person("company").open(address(draft, "degree"))
    second = person("company").open(address(draft, "degree"))
    elsewhere = person("company").open(address(draft, "career"))
    second.fill(**{"rows-0-institution": "Second University"})
    expect(said(second)).to_contain_text(SAVED)
    # Another section minds nothing of this.
    elsewhere.fill(**{"rows-0-employer": "A Company"})
    expect(said(elsewhere)).to_contain_text(SAVED)

    first.fill(**{"rows-0-institution": "First University"})
    expect(aloud(first)).to_contain_text("먼저 저장된 내용이 있습니다.")
    conflict = first.page.locator("section.conflict[role=alert]")
    expect(conflict).to_contain_text("다른 창에서 이 항목을 먼저 저장하셨습니다.")
    line = conflict.locator("tbody tr")
    expect(line).to_have_count(1)
    expect(line).to_contain_text("First University")
    expect(line).to_contain_text("Second University")
    expect(first.fields("rows-0-institution")).to_have_value("First University")
    # Typing on overwrites nothing; it waits for the choice.
    first.fill(**{"rows-0-field": "컴퓨터공학"})
    first.page.wait_for_timeout(2000)
    assert stored(draft, "degree") == [{"institution": "Second University"}]
    first.shot("conflict")
    assert faults(first.page) == []
    first.press("내가 적은 것으로 저장").reads("저장했습니다.")
    expect(first.fields("rows-0-field")).to_have_value("컴퓨터공학")
    assert stored(draft, "degree") == [{"institution": "First University", "field": "컴퓨터공학"}]
    # And the other way round.
    second.fill(**{"rows-0-institution": "Third University"})
    expect(second.page.locator("section.conflict")).to_be_visible()
    second.follow("저장된 것 쓰기")
    expect(second.fields("rows-0-institution")).to_have_value("First University")


@pytest.mark.incident("T23")
@pytest.mark.parametrize("fault", ["refused", "unreachable"])
def test_a_failed_save_is_announced_and_made_good(person, draft, allowed_statuses, fault, watch):
    allowed_statuses.add(503)
    company = person("company").open(address(draft, "contract"))
    broken = f"**{address(draft, 'contract')}"

    def fail(route):
        if route.request.method != "POST":
            route.continue_()
        elif fault == "refused":
            route.fulfill(status=503, body="<p>Service Unavailable</p>", content_type="text/html")
        else:
            route.abort()

    company.page.route(broken, fail)
    company.fill(title="서버 개발자")
    expect(aloud(company)).to_contain_text("저장하지 못했습니다.")
    expect(aloud(company)).to_contain_text("적으신 내용은 이 화면에 그대로 있습니다.")
    expect(company.fields("title")).to_have_value("서버 개발자")
    company.fill(annual_pay="52,000,000")
    assert stored(draft, "contract") == []
    company.shot(f"failed-{fault}")
    assert faults(company.page) == []
    company.page.unroute(broken)
    # By itself, without a press or a reload.
    expect(said(company)).to_contain_text(SAVED)
    expect(aloud(company)).to_be_empty()
    assert stored(draft, "contract") == [{"title": "서버 개발자", "annual_pay": 52_000_000}]
    if fault == "unreachable":
        watch.seen.clear()  # the browser's own remarks about the request we broke


@pytest.mark.incident("T23")
def test_a_session_that_ends_while_typing_costs_nothing(person, draft, allowed_statuses):
    allowed_statuses.add(403)
    company = person("company").open(address(draft, "contract"))
    company.page.context.clear_cookies(name="sessionid")
    company.fill(title="서버 개발자")
    expect(aloud(company)).to_contain_text("로그인이 끝나 저장하지 못했습니다.")
    with company.page.context.expect_page() as opened:
        company.link("새 창에서 로그인").click()
    again = steps.Person(opened.value, company.base, "company")
    steps.sign_in_here(again)
    expect(said(company)).to_contain_text(SAVED)
    assert stored(draft, "contract") == [{"title": "서버 개발자"}]


def test_the_samples_fill_a_section_without_a_press(person, draft):
    company = person("company").open(address(draft, "employer"))
    company.fill_if_asked(**samples.claims(KOTRA)["employer"][0])
    expect(said(company)).to_contain_text(SAVED)
    company.page.reload()
    expect(company.fields("insured_nationals")).to_have_value("23")
