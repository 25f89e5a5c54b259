"""Every page of the URL configuration, as each person who is shown it, in a real browser.

One look in CI; `make test-all` takes all four; `make screenshots` keeps the pictures.
"""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.journeys.conftest import SHOTS
from tests.journeys.looking import EXEMPT, faults
from tests.journeys.steps import PATIENCE
from tests.scene import build
from tests.visits import APPLYING, OFFICE, Visit, client_of, visits
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ALL_LOOKS = [("ko", 390), ("ko", 1440), ("en", 390), ("en", 1440)]
LOOKS = ALL_LOOKS if os.environ.get("CHUCHEON_LOOKS") == "all" else ALL_LOOKS[:1]


def test_nobody_is_let_off():
    assert not EXEMPT


@pytest.mark.parametrize("who", [*APPLYING, *OFFICE])
@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_every_page_is_without_fault_and_fits(town, new_clean_page, who, language, width):
    scene = build(World())
    client = client_of(scene, who)
    pages = list(visits(scene, who, client))
    assert pages
    page = new_clean_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(PATIENCE)
    page.context.add_cookies(cookies(client, town.url, language))
    found = {}
    for number, visit in enumerate(pages):
        page.goto(town.url + visit.path)
        page.evaluate("document.fonts.ready")
        keep(page, visit, number, f"{language}-{width}")
        if problems := faults(page):
            found[visit.path] = problems
    assert found == {}


def cookies(client: Client, url: str, language: str) -> list[dict]:
    """The browser is who the client is, and has chosen a language."""
    kept = [(name, morsel.value) for name, morsel in client.cookies.items()]
    kept.append((settings.LANGUAGE_COOKIE_NAME, language))
    return [{"name": name, "value": value, "url": url} for name, value in kept]


def keep(page, visit: Visit, number: int, look: str) -> None:
    if SHOTS:
        name = f"{number:03d}-{visit.name.replace(':', '-')}.png"
        folder = Path(SHOTS) / look / visit.who
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / name, full_page=True)
