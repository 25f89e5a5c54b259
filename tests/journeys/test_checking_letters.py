"""Checking a letter in a browser: a code by its signature, a file by its hash, nothing sent."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import Office
from letters import keys, services
from notifications import outbox
from tests.journeys.looking import faults
from tests.letters.samples import reserve
from tests.letters.test_codes import printed_code

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def letter(town):
    keys.ensure_specimen_key()
    made = reserve(Office.objects.get(code="kotra"))
    outbox.drain(topic="letters.make")
    made.refresh_from_db()
    return made


def answer(page) -> str:
    return page.locator("#code-said").inner_text()


@pytest.mark.parametrize("width", [390, 1440])
def test_the_browser_checks_a_code_with_the_published_keys(person, letter, tmp_path, width):
    text = printed_code(letter, tmp_path)
    anybody = person(viewport={"width": width, "height": 900})
    anybody.open("/verify/").shot("asks")
    page = anybody.page
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    icon = re.compile(r"\.(svg|woff2)$")
    page.fill("#id_code", text)
    page.click("#code-here")
    expect(page.locator("#code-said .result")).to_be_visible()
    said = answer(page)
    assert "견본입니다. 효력이 없습니다" in said
    for shown in (letter.number, "TRAN THI MAI LAN", "1994-03-07", "001-81-00002"):
        assert shown in said
    assert [each for each in sent if each.startswith("POST")] == []
    asked = [each.rpartition("/")[2] for each in sent if not icon.search(each)]
    assert asked == ["keys.json"]
    assert faults(page) == []
    anybody.shot("genuine")
    page.fill("#id_code", text.replace(text[60], "A" if text[60] != "A" else "B", 1))
    page.click("#code-here")
    expect(page.locator("#code-said")).to_contain_text("바뀐 코드입니다")
    assert "TRAN" not in answer(page)
    page.fill("#id_code", "hello")
    page.click("#code-here")
    expect(page.locator("#code-said")).to_contain_text("추천서의 코드가 아닙니다")
    page.fill("#id_code", text)
    page.click("#code-here")
    page.click(".status-link")
    expect(page.locator("main")).to_contain_text("견본입니다. 효력이 없습니다")
    expect(page.locator("main")).not_to_contain_text("TRAN THI MAI LAN")


def test_a_file_is_checked_without_leaving_the_machine(person, letter, tmp_path):
    path = tmp_path / "letter.pdf"
    path.write_bytes(services.read_file(letter))
    anybody = person(viewport={"width": 390, "height": 900})
    page = anybody.open("/verify/").page
    page.click("#file-here")
    expect(page.locator("#file-said")).to_have_text("파일을 먼저 골라 주세요.")
    bodies: list[int] = []
    page.on("request", lambda request: bodies.append(len(request.post_data or "")))
    page.set_input_files("#id_file", path)
    page.click("#file-here")
    expect(page.locator("main")).to_contain_text(letter.number)
    assert max(bodies) < 1000
    path.write_bytes(path.read_bytes() + b"\n")
    page = anybody.open("/verify/").page
    page.set_input_files("#id_file", path)
    page.click("#file-here")
    expect(page.locator("main")).to_contain_text("발급 대장에 없는 파일입니다")


def test_without_javascript_the_server_checks_both(person, letter, tmp_path):
    text = printed_code(letter, tmp_path)
    anybody = person(viewport={"width": 390, "height": 900}, java_script_enabled=False)
    page = anybody.open("/verify/").page
    expect(page.locator("#file-here, #code-here")).to_have_count(2)
    for hidden in ("#file-here", "#code-here"):
        expect(page.locator(hidden)).to_be_hidden()
    page.fill("#id_code", text)
    page.get_by_role("button", name=re.compile("^코드로 확인$")).click()
    expect(page.locator("main")).to_contain_text("TRAN THI MAI LAN")
    anybody.shot("said")
