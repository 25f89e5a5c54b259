"""The look in a real browser: no fault that a machine can find, with and without JavaScript."""

import pytest
from allauth.account.models import EmailAddress
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = ["/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/",
         "/styles/", "/styles/?errors", "/no/such/page/"]  # fmt: skip


def faults(page) -> list[str]:
    answer = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in answer["violations"]
        for node in violation["nodes"]
    ]


def look(page, live_server, address, *, width=1440, language="ko", contrast=""):
    page.set_viewport_size({"width": width, "height": 900})
    cookies = {"django_language": language} | ({"contrast": contrast} if contrast else {})
    page.context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
    )
    page.goto(live_server.url + address)


def scrolls_sideways(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize(("width", "language"), [(1440, "ko"), (390, "ko"), (390, "en")])
def test_pages_have_no_fault_and_fit(clean_page, live_server, allowed_statuses, width, language):
    allowed_statuses.add(404)
    found = {}
    for address in PAGES:
        look(clean_page, live_server, address, width=width, language=language)
        problems = faults(clean_page) + (["sideways"] if scrolls_sideways(clean_page) else [])
        if problems:
            found[address] = problems
    assert found == {}


def test_high_contrast_has_no_fault(clean_page, live_server):
    look(clean_page, live_server, "/styles/?errors", contrast="high")
    assert clean_page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(0, 0, 0)"
    assert faults(clean_page) == []


def test_pages_fit_at_320(clean_page, live_server):
    wide = []
    for address in ("/", "/styles/?errors", "/accounts/signup/"):
        look(clean_page, live_server, address, width=320)
        if scrolls_sideways(clean_page):
            wide.append(address)
    assert wide == []


def test_mistakes_get_the_focus_and_lead_to_their_field(clean_page, live_server):
    look(clean_page, live_server, "/styles/?errors")
    assert clean_page.evaluate("document.activeElement.className") == "error-summary"
    assert clean_page.title().startswith("오류: ")
    clean_page.locator(".error-summary a").first.click()
    assert clean_page.evaluate("document.activeElement.id") == "id_born"


def test_the_skip_link_is_the_first_stop(clean_page, live_server):
    look(clean_page, live_server, "/accounts/login/")
    clean_page.keyboard.press("Tab")
    assert clean_page.evaluate("document.activeElement.hash") == "#main"
    clean_page.keyboard.press("Enter")
    assert clean_page.evaluate("document.activeElement.id") == "main"


def test_every_stop_of_the_keyboard_can_be_seen(clean_page, live_server):
    look(clean_page, live_server, "/accounts/login/")
    unseen = []
    for _stop in range(14):
        clean_page.keyboard.press("Tab")
        ring = clean_page.evaluate(
            "(e => [e.outerHTML.slice(0, 80), getComputedStyle(e).outlineStyle != 'none'"
            " || getComputedStyle(e).boxShadow != 'none'])(document.activeElement)"
        )
        if not ring[1]:
            unseen.append(ring[0])
    assert unseen == []


def test_the_menu_of_a_phone_is_a_dialog(clean_page, live_server):
    look(clean_page, live_server, "/", width=390)
    clean_page.get_by_role("button", name="전체메뉴").click()
    menu = clean_page.get_by_role("dialog", name="전체메뉴")
    assert menu.get_by_role("link", name="로그인").is_visible()
    assert faults(clean_page) == []
    clean_page.keyboard.press("Escape")
    assert not menu.is_visible()


def test_without_javascript_the_menu_is_at_the_foot(new_clean_page, live_server):
    page = new_clean_page(java_script_enabled=False)
    look(page, live_server, "/", width=390)
    page.get_by_role("link", name="전체메뉴").click()
    assert page.url.endswith("#site-menu")
    page.locator("#site-menu").get_by_role("link", name="로그인").click()
    assert page.get_by_role("heading", name="로그인").is_visible()


def test_without_javascript_a_file_can_be_chosen_and_a_reason_given(new_clean_page, live_server):
    page = new_clean_page(java_script_enabled=False)
    look(page, live_server, "/styles/")
    assert page.locator("#file-career").is_visible()
    assert not page.locator("label[for=file-career]").is_visible()
    page.locator("details.transition summary").first.click()
    assert page.locator("#reason-withdraw").is_visible()


def test_a_chosen_file_is_named_in_the_page_s_language(clean_page, live_server):
    look(clean_page, live_server, "/styles/")
    name = clean_page.locator("output[for=id_file]")
    assert name.inner_text() == "선택한 파일이 없습니다."
    clean_page.locator("#id_file").set_input_files(
        {"name": "계약서.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    )
    assert name.inner_text() == "계약서.pdf"


def test_eight_digits_become_a_date(clean_page, live_server):
    look(clean_page, live_server, "/styles/")
    field = clean_page.locator("#id_born")
    field.fill("19940517")
    field.blur()
    assert field.input_value() == "1994-05-17"
    field.fill("1994년")
    field.blur()
    assert field.input_value() == "1994년", "what was typed stays"


def test_signing_in_and_out(clean_page, live_server):
    person = User.objects.create_user(
        email="one@example.org", password="a-long-password", name="한사람"
    )
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    page = clean_page
    look(page, live_server, reverse("account_login"))
    form = page.locator("main form")
    page.get_by_label("이메일").fill("one@example.org")
    page.get_by_label("비밀번호").fill("not-the-password")
    form.get_by_role("button", name="로그인").click()
    page.wait_for_function("document.activeElement.className == 'error-summary'")
    page.get_by_label("비밀번호").fill("a-long-password")
    form.get_by_role("button", name="로그인").click()
    assert page.get_by_role("heading", name="한사람 님, 무엇을 하시겠습니까?").is_visible()
    account = page.locator("details.account")
    account.locator("summary").click()
    assert faults(page) == []
    page.keyboard.press("Escape")
    assert account.get_attribute("open") is None
    account.locator("summary").click()
    account.get_by_role("button", name="로그아웃").click()
    assert page.get_by_text("로그아웃되었습니다.").is_visible()
