"""The people of the demonstration, each in a browser of their own, on one Monday morning."""

import os
import re
from collections.abc import Callable
from contextvars import ContextVar
from datetime import date, datetime, time
from pathlib import Path

import pytest

from programs import calendar
from tests.journeys.steps import PATIENCE, Person, sign_in
from tests.world import MONDAY, furnished

SHOTS = os.environ.get("CHUCHEON_SHOTS", "")


@pytest.fixture
def monday_everywhere(monkeypatch):
    """Stop the calendar for the server's threads too, which `calendar.frozen` does not reach."""
    monkeypatch.setattr(calendar, "_frozen", ContextVar("frozen", default=MONDAY))
    return MONDAY


@pytest.fixture
def move_to(monday_everywhere, monkeypatch) -> Callable[..., None]:
    """Another day or hour, for the server's threads too."""

    def move(day: date, hour: int = 10) -> None:
        moment = datetime.combine(day, time(hour), calendar.SEOUL)
        monkeypatch.setattr(calendar, "_frozen", ContextVar("frozen", default=moment))

    return move


@pytest.fixture
def town(live_server, monday_everywhere, settings):
    """The catalogue and the people, behind a running server."""
    settings.SITE_URL = live_server.url
    furnished()
    return live_server


@pytest.fixture
def shot(request) -> Callable:
    """Keep pictures of the way in the folder CHUCHEON_SHOTS, if there is one."""

    def keep(page, name: str) -> None:
        if SHOTS:
            story = re.sub(r"\W+", "-", request.node.name)
            page.screenshot(path=Path(SHOTS) / f"{story}-{name}.png", full_page=True)

    return keep


@pytest.fixture
def person(town, new_clean_page, shot) -> Callable[..., Person]:
    """Call it for each person: `person("company")` has signed in, `person()` is anybody."""

    def come(login: str = "", **options) -> Person:
        page = new_clean_page(**options)
        page.set_default_timeout(PATIENCE)
        someone = Person(page, town.url, login, shot)
        return sign_in(someone) if login else someone

    return come
