"""Key pages with a case in them: nothing a machine finds wrong, at a desk and on a telephone."""

import pytest
from django.urls import reverse

from applications.stages import Stage
from portal.demo.story import Story
from reviews.services.decision import live_decision
from tests.journeys import steps
from tests.journeys.looking import faults
from tests.outbox import deliver_letters
from tests.world import GYEONGGI, KOTRA, World

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]

LOOKS = [("ko", 1440), ("ko", 390), ("en", 390)]


@pytest.fixture
def cases(town) -> dict[str, Story]:
    """One case asked for a supplement, one in validation, one to sign, one with its letter."""
    world = World()
    told = {
        "asked": world.at(Stage.SUPPLEMENT),
        "checking": world.at(Stage.VALIDATION),
        "drafted": world.at(Stage.DECISION, GYEONGGI).draft(),
        "issued": world.at(Stage.APPROVED, GYEONGGI),
        "draft": world.at(Stage.DRAFT),
    }
    deliver_letters()
    return told


def addresses(cases: dict[str, Story]) -> dict[str, list[str]]:
    """Which key pages each person looks at."""
    key = {name: [story.case.public_id] for name, story in cases.items()}
    decision = live_decision(cases["drafted"].fresh())
    assert decision is not None
    return {
        "company": [
            reverse("home"),
            reverse("applications:list"),
            reverse("applications:edit", args=[*key["draft"], "career"]),
            reverse("applications:documents", args=key["draft"]),
            reverse("applications:check", args=key["draft"]),
            reverse("case", args=key["asked"]),
            reverse("applications:supplement", args=key["asked"]),
            reverse("case", args=key["issued"]),
        ],
        cases["checking"].reviewer.email.split("@")[0]: [
            reverse("reviews:queue"),
            reverse("reviews:case", args=key["checking"]),
            reverse("reviews:claims", args=key["checking"]),
            reverse("reviews:rules", args=key["checking"]),
            reverse("reviews:history", args=key["checking"]),
        ],
        "gyeonggi.lead": [
            reverse("reviews:sign_offs"),
            reverse("reviews:sign_off", args=[decision.public_id]),
            reverse("desk"),
        ],
    }


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_pages_have_no_fault_and_fit(cases, person, language, width):
    found = {}

    def look(someone: steps.Person, address: str) -> None:
        someone.open(address)
        someone.page.wait_for_load_state("networkidle")
        someone.shot(f"{language}-{width}-{address.strip('/').replace('/', '-') or 'home'}")
        if problems := faults(someone.page):
            found[address] = problems

    def come(login: str = "") -> steps.Person:
        someone = person(login, viewport={"width": width, "height": 900})
        someone.page.context.add_cookies(
            [{"name": "django_language", "value": language, "url": someone.base}]
        )
        return someone

    for login, pages in addresses(cases).items():
        someone = come(login)
        for address in pages:
            look(someone, address)
    anybody = come()
    look(anybody, reverse("home"))
    look(anybody, reverse("letters:verify"))
    anybody.open(reverse("precheck", args=[KOTRA])).page.locator(
        'main button[name="check"]:not(.enter-saves)'
    ).last.click()
    anybody.page.locator("#answer").wait_for()
    anybody.shot(f"{language}-{width}-precheck-answer")
    if problems := faults(anybody.page):
        found["pre-check"] = problems
    assert found == {}
