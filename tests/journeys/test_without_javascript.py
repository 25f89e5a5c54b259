"""The forms of an application in a browser that runs no scripts."""

import pytest
from playwright.sync_api import expect

from portal.demo import samples
from tests.journeys import steps
from tests.world import KOTRA

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]


def test_signing_in_a_section_more_rows_and_a_file(person):
    company = person("company", java_script_enabled=False)
    steps.begin(company, KOTRA)
    steps.fill_candidate(company, samples.CANDIDATES[0])

    # A second row, taken away again: what was typed in the first is still there.
    company.at("학력")
    degree = samples.claims(KOTRA)["degree"][0]
    company.fill(**{f"rows-0-{name}": value for name, value in degree.items()})
    company.press("학위 더 적기")
    expect(company.fields("rows-1-level")).to_have_count(1)
    company.press("학위 2 빼기")
    expect(company.fields("rows-1-level")).to_have_count(0)
    expect(company.fields("rows-0-institution")).to_have_value(degree["institution"])
    company.press("저장하고 다음").at("경력")

    # A mistake is named at the top, and at its field with what was typed.
    company.fill(**{"rows-0-from": "2017-13-41"}).press("저장하고 다음")
    expect(company.page.locator(".error-summary")).to_be_visible()
    expect(company.fields("rows-0-from")).to_have_value("2017-13-41")

    steps.go_to_documents(company)
    code, name = steps.needed_documents(company)[0]
    steps.upload(company, code, f"{name}.pdf", steps.NOT_A_PDF)
    expect(company.page.locator(f"#document-{code} [role=alert]")).to_be_visible()
    steps.upload(company, code, f"{name}.pdf", samples.paper(name).read())
    expect(company.page.locator(f"#document-{code}.ok")).to_contain_text(f"{name}.pdf")
    company.shot("uploaded")
