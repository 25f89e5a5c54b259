"""What a page says after a press: mistakes named, answers given, and those pages without fault."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from applications.stages import Stage
from tests.journeys.looking import faults
from tests.journeys.steps import Person
from tests.journeys.test_every_page import LOOKS
from tests.world import KOTRA, World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def come(request, person, allowed_statuses):
    """Call it with a login: that person at a browser of this look. Found faults fail the test."""
    language, width = request.param
    allowed_statuses.update({400, 404, 422})
    found: dict[str, list[str]] = {}

    def arrive(login: str = "") -> Person:
        someone = person(login, viewport={"width": width, "height": 900})
        someone.page.context.add_cookies(
            [{"name": "django_language", "value": language, "url": someone.base}]
        )
        someone.seen = look
        return someone

    def look(page, name: str) -> None:
        page.evaluate("document.fonts.ready")
        if problems := faults(page):
            found[name] = problems

    yield arrive
    assert found == {}


def send(someone: Person, address: str, button: str = "main form[method=post] [type=submit]"):
    """Press the button on the page as it is, past the browser's own checks."""
    someone.open(address)
    someone.page.evaluate("document.querySelectorAll('form').forEach(f => f.noValidate = true)")
    someone.page.locator(button).last.click()
    someone.page.wait_for_load_state()


def test_mistakes_of_someone_new(come):
    anybody = come()
    for address in ("/accounts/signup/", "/accounts/login/", "/accounts/password/reset/"):
        send(anybody, address)
        expect(anybody.page.locator("main [aria-invalid=true]").first).to_be_visible()
        anybody.shot(address)
    send(anybody, reverse("letters:verify"), "main form:has([name=number]) [type=submit]")
    expect(anybody.page.locator("main [aria-invalid=true]").first).to_be_visible()
    anybody.shot("verify")
    anybody.open(reverse("letters:verify")).fill(
        number="KOTRA-2026-999999", birth_date="1990-01-01"
    )
    anybody.page.locator("main form:has([name=number]) [type=submit]").click()
    anybody.at("").shot("unknown letter")
    anybody.open("/no/such/page/").shot("404")
    send(
        anybody,
        reverse("precheck", args=[KOTRA]),
        'main button[name="check"]:not(.enter-saves)',
    )
    anybody.page.locator("#answer").wait_for()
    anybody.shot("pre-check")


def test_mistakes_of_a_company(come):
    draft = World().at(Stage.DRAFT)
    company = come("company")
    section = reverse("applications:edit", args=[draft.case.public_id, "career"])
    company.open(section).fill(**{"rows-0-from": "2017-13-41"})
    company.page.locator(".page-btns [type=submit]").last.click()
    expect(company.page.locator(".error-summary")).to_be_visible()
    company.shot("section")
    send(company, reverse("applications:check", args=[draft.case.public_id]))
    company.shot("check")
