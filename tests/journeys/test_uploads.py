"""Files sent as they are chosen, in a browser: each with its own progress and its own result."""

import re

import pytest
from playwright.sync_api import expect

from applications.models import Application
from portal.demo import samples
from tests.journeys import steps
from tests.journeys.looking import faults
from tests.world import KOTRA, World

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]
SEVERAL, ONE = "degree_cert", "passport_copy"


@pytest.fixture
def draft(town) -> Application:
    return World().story(KOTRA).case


@pytest.fixture
def company(person, draft) -> steps.Person:
    return person("company").open(f"/applications/{draft.public_id}/documents/").at("서류")


def pdf(name: str, data: bytes | None = None) -> dict:
    data = samples.paper(name).read() if data is None else data
    return {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": data}


def row(company: steps.Person, code: str):
    return company.page.locator(f"#document-{code}")


def choose(company: steps.Person, code: str, *files: dict) -> None:
    row(company, code).locator("input[type=file]").set_input_files(list(files))


def names(draft: Application, code: str) -> list[str]:
    current = draft.documents.filter(code=code, replaced_at=None).order_by("part")
    return [document.stored.name for document in current.select_related("stored")]


def test_one_refused_file_does_not_stop_the_others(company, draft):
    choose(company, SEVERAL, pdf("학사"), pdf("도구", steps.NOT_A_PDF), pdf("석사"))
    files = row(company, SEVERAL).locator(".doc-files .fn")
    expect(files).to_have_text(["학사.pdf", "석사.pdf"])
    refused = row(company, SEVERAL).locator(".uploads li.refused")
    expect(refused).to_have_count(1)
    expect(refused.locator(".fn")).to_have_text("도구.pdf")
    expect(refused.get_by_role("alert")).to_be_visible()
    expect(company.page.locator("#upload-status")).to_contain_text("올렸습니다: 석사.pdf")
    assert names(draft, SEVERAL) == ["학사.pdf", "석사.pdf"]
    company.shot("uploads")
    assert faults(company.page) == []
    # The map knows without a new page.
    expect(company.page.locator("#documents-lacking")).to_contain_text("아직 올리지 않은")
    row(company, SEVERAL).get_by_role("button", name=re.compile("삭제.*학사")).click()
    expect(files).to_have_text(["석사.pdf"])
    expect(row(company, SEVERAL).locator("input[type=file]")).to_be_focused()
    expect(company.page.locator("#upload-status")).to_have_text("뺐습니다: 학사.pdf")
    # The next choice settles what was refused.
    choose(company, SEVERAL, pdf("박사"))
    expect(files).to_have_text(["박사.pdf", "석사.pdf"])
    expect(refused).to_have_count(0)


def test_a_document_of_one_file_keeps_the_newest_and_says_so(company, draft):
    choose(company, ONE, pdf("여권"))
    expect(row(company, ONE).locator(".doc-files .fn")).to_have_text(["여권.pdf"])
    expect(row(company, ONE).locator("label")).to_contain_text("파일 바꾸기")
    company.page.evaluate(
        """id => {
            const form = document.querySelector(`#document-${id} form[data-upload]`);
            const data = new DataTransfer();
            for (const name of ["하나.txt", "둘.txt"]) data.items.add(new File(["x"], name));
            form.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
        }""",
        ONE,
    )
    second = row(company, ONE).locator(".uploads li.refused", has_text="둘.txt")
    expect(second).to_contain_text("파일 하나만 받습니다.")


def test_progress_is_shown_and_an_upload_can_be_given_up(company, draft):
    slow = company.page.context.new_cdp_session(company.page)
    slow.send("Network.enable")
    line = {"offline": False, "latency": 0, "downloadThroughput": -1}
    slow.send("Network.emulateNetworkConditions", {**line, "uploadThroughput": 60_000})
    big = samples.paper("큰 서류").read() + b"\n%" + b"0" * 2_000_000
    choose(company, SEVERAL, pdf("큰 서류", big))
    bar = row(company, SEVERAL).get_by_role("progressbar", name="큰 서류.pdf")
    expect(bar).to_be_visible()
    percent = row(company, SEVERAL).locator(".uploads .fs")
    expect(percent).to_have_text(re.compile(r"^[1-9]\d?%$"))
    company.shot("progress")
    assert faults(company.page) == []
    row(company, SEVERAL).get_by_role("button", name="취소").click()
    expect(bar).to_have_count(0)
    expect(row(company, SEVERAL).locator("input[type=file]")).to_be_focused()
    slow.send("Network.emulateNetworkConditions", {**line, "uploadThroughput": -1})
    choose(company, SEVERAL, pdf("학사"))
    expect(row(company, SEVERAL).locator(".doc-files .fn")).to_have_text(["학사.pdf"])
    assert names(draft, SEVERAL) == ["학사.pdf"]


def test_an_upload_that_fails_can_be_tried_again(company, draft, allowed_statuses):
    allowed_statuses.add(503)
    address = "**/upload/"
    company.page.route(address, lambda route: route.fulfill(status=503, body="later"))
    choose(company, ONE, pdf("여권"))
    refused = row(company, ONE).locator(".uploads li.refused")
    expect(refused).to_contain_text("올리지 못했습니다.")
    company.page.unroute(address)
    refused.get_by_role("button", name="다시 시도").click()
    expect(row(company, ONE).locator(".doc-files .fn")).to_have_text(["여권.pdf"])
    expect(refused).to_have_count(0)
