"""`check --deploy` refuses what only a demonstration may do."""

import copy

import pytest
from django.conf import settings
from django.test import override_settings

from portal import checks

SQLITE = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}


def ids(found) -> list[str]:
    return [error.id for error in found]


@pytest.mark.parametrize(
    ("demonstration", "databases", "expected"),
    [(True, SQLITE, []), (False, SQLITE, ["portal.E001"]), (False, None, [])],
)
def test_sqlite_is_for_demonstrations(demonstration, databases, expected):
    ours = {"default": {"ENGINE": "django.db.backends.postgresql"}}
    kept = copy.deepcopy(settings.DATABASES)
    try:
        settings.DATABASES.clear()
        settings.DATABASES.update(databases or ours)
        with override_settings(DEMONSTRATION=demonstration):
            assert ids(checks.no_sqlite_in_production(None)) == expected
    finally:
        settings.DATABASES.clear()
        settings.DATABASES.update(kept)


@pytest.mark.parametrize(
    ("demonstration", "url", "expected"),
    [(True, "", []), (False, "", ["portal.E002"]), (False, "redis://localhost", [])],
)
def test_the_file_broker_is_for_demonstrations(demonstration, url, expected):
    with override_settings(DEMONSTRATION=demonstration, REDIS_URL=url):
        assert ids(checks.no_file_broker_in_production(None)) == expected


@pytest.mark.parametrize(
    ("demonstration", "url", "expected"),
    [
        (True, "http://localhost:8000", []),
        (False, "http://letters.example.kr", ["portal.E003"]),
        (False, "https://letters.example.kr", []),
    ],
)
def test_letters_print_an_address_that_lasts(demonstration, url, expected):
    with override_settings(DEMONSTRATION=demonstration, SITE_URL=url):
        assert ids(checks.addresses_are_said(None)) == expected
