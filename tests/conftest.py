"""Guard rails for every test: what they forbid cannot slip in unseen.

No network but this machine's own, no template variable that does not exist, no console error
or failed request in a browser test, no SQLite where PostgreSQL was meant.
"""

import asyncio
import ipaddress
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.template import Node, engines
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import settings as hypothesis_settings

from portal import context
from tests.world import live_world, monday, world  # noqa: F401

# Once a browser was used, Playwright's sync API leaves its event loop registered as running in this
# thread. It is not: it sleeps until the next call. Without these two, Django would refuse queries
# in every later test, and `asyncio.run` (pyHanko) would refuse to work.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
plain_run = asyncio.run


def run_beside_playwright(main, **options):
    sleeping = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        return plain_run(main, **options)
    finally:
        asyncio._set_running_loop(sleeping)


asyncio.run = run_beside_playwright

# A busy machine is no counterexample; and a change is never blamed for an old mistake that chance
# finds today: CI runs the same examples each time, people explore new ones.
hypothesis_settings.register_profile(
    "suite", deadline=None, derandomize=bool(os.environ.get("CI")), print_blob=True
)
hypothesis_settings.load_profile("suite")

# --- The network ----------------------------------------------------------------------------


class NetworkRefused(AssertionError):
    """A test tried to reach another machine."""


def refuse_other_machines(address: object) -> None:
    if not isinstance(address, tuple):
        return  # a Unix socket
    host = str(address[0])
    if host in {"", "localhost"}:
        return
    try:
        if ipaddress.ip_address(host).is_loopback:
            return
    except ValueError:
        pass
    raise NetworkRefused(f"Tests reach no other machine than this one, and not {host}.")


def guarded(name: str) -> Callable:
    plain = getattr(socket.socket, name)

    def call(self, *args):
        refuse_other_machines(args[-1])
        return plain(self, *args)

    return call


def pytest_configure(config: pytest.Config) -> None:
    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, guarded(name))


# --- Templates ------------------------------------------------------------------------------


class UndefinedVariable(AssertionError):
    """One of our templates names a variable that its context does not have."""


class RefuseUndefined(str):
    """Django formats `string_if_invalid` with the missing name: that is where we refuse.

    Templates of libraries lean on missing variables; theirs stay empty, as in production.
    """

    __slots__ = ()

    def __mod__(self, name: object) -> str:
        origin = template_in_use()
        if origin and settings.BASE_DIR in origin.parents and ".venv" not in origin.parts:
            raise UndefinedVariable(f"{origin}: there is no `{name}` in the context.")
        return ""


def template_in_use() -> Path | None:
    frame = sys._getframe(1)
    while frame:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None):
            return Path(node.origin.name)
        frame = frame.f_back
    return None


@pytest.fixture(scope="session", autouse=True)
def _undefined_variables_fail() -> None:
    engines["django"].engine.string_if_invalid = RefuseUndefined("%s")


@pytest.fixture(autouse=True)
def _korean() -> Iterator[None]:
    """Each test begins in the source language, whatever the one before left behind."""
    with translation.override("ko"):
        yield


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Throttles count in the cache: no test pays for the requests of the one before. And the
    offices of that one's pages were rolled back."""
    cache.clear()
    context._remembered.clear()


@pytest.fixture(autouse=True)
def _offices_known_where_queries_are_counted(monkeypatch) -> None:
    """A process remembers the offices for a moment: the first page that a test opens would ask one
    question more than the next one. Every count begins with them known."""
    plain = CaptureQueriesContext.__enter__

    def known(self):
        if self.connection is connection:
            context.offices_of_the_site()
        return plain(self)

    monkeypatch.setattr(CaptureQueriesContext, "__enter__", known)


# --- Services -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Refuse SQLite by accident: row locks are silently absent there, so tests would lie."""
    meant = os.environ.get("CHUCHEON_TEST_SQLITE") == "1"
    if "sqlite" in settings.DATABASES["default"]["ENGINE"] and not meant:
        pytest.exit(
            "These tests need PostgreSQL. `make test ARGS=...` starts one; or set "
            "DATABASE_URL; or CHUCHEON_TEST_SQLITE=1 with `-m sqlite`.",
            returncode=2,
        )


LEFT_OPEN = """
SELECT pid, application_name, state, left(query, 200) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """End what still holds the database when the last test is over, and say what it was: the
    thread of a page that a browser has left may not be done yet, and nobody can drop a database
    in which somebody else is."""
    yield
    if connection.vendor != "postgresql":
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(LEFT_OPEN)
        for pid, *what in cursor.fetchall():
            print(f"\nstill in the test database at the end: {what}", file=sys.stderr)
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@pytest.fixture
def redis_url() -> Iterator[str]:
    """An empty Redis database of this test process's own."""
    import redis

    given = os.environ.get("TEST_REDIS_URL")
    if not given:
        pytest.fail("This test needs Redis: `make test` starts one, or set TEST_REDIS_URL.")
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1
    url = f"{given.rsplit('/', 1)[0]}/{number}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        yield url
        client.flushdb()


# --- The browser ----------------------------------------------------------------------------


def chromium() -> str:
    given = os.environ.get("CHROMIUM")
    for name in (given,) if given else ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    return pytest.fail(
        f"There is no browser at {given}."
        if given
        else "Browser tests need Chromium: apt-get install chromium, or set CHROMIUM to one."
    )


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    return {
        **browser_type_launch_args,
        "executable_path": chromium(),
        "headless": True,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            # A page that asks another machine for anything fails its test.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
        ],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    return {
        **browser_context_args,
        "locale": "ko-KR",
        "timezone_id": "Asia/Seoul",
        "reduced_motion": "reduce",
    }


CSP_LISTENER = """document.addEventListener("securitypolicyviolation",
    e => console.error(`CSP: ${e.violatedDirective} blocked ${e.blockedURI} ${e.sample}`))"""


@pytest.fixture
def allowed_statuses() -> set[int]:
    """The answers from 400 up that this test means to get: `allowed_statuses.add(404)`."""
    return set()


class Watch:
    """Notes what goes wrong on the pages it is called with."""

    def __init__(self, allowed_statuses: set[int]) -> None:
        self.allowed_statuses = allowed_statuses
        self.seen: list[str] = []

    def __call__(self, page):
        page.add_init_script(CSP_LISTENER)
        page.on("console", self.message)
        page.on("pageerror", lambda error: self.seen.append(f"script: {error} {error.stack}"))
        page.on("requestfailed", self.failure)
        page.on("response", self.answer)
        return page

    def message(self, event) -> None:
        # The browser's own remark about a status is left to `answer`.
        if event.type == "error" and not event.text.startswith("Failed to load resource"):
            self.seen.append(f"console: {event.text} ({event.location.get('url', '')})")

    def answer(self, response) -> None:
        if response.status >= 400 and response.status not in self.allowed_statuses:
            self.seen.append(f"{response.status} {response.request.method} {response.url}")

    def failure(self, request) -> None:
        # Aborted is no failure: a download, or a request that a newer one replaced.
        if request.failure != "net::ERR_ABORTED":
            self.seen.append(f"failed: {request.url} {request.failure}")


@pytest.fixture
def watch(allowed_statuses: set[int]) -> Iterator[Watch]:
    """Call it with a page: any console error, CSP violation, failed request or unexpected
    answer from 400 up on that page fails the test at its end."""
    watching = Watch(allowed_statuses)
    yield watching
    assert not watching.seen, "\n".join(watching.seen)


@pytest.fixture
def clean_page(page, watch):
    """A watched page."""
    return watch(page)


@pytest.fixture
def new_clean_page(new_context, watch):
    """Call it for each further person: a watched page in a browser context of its own."""
    return lambda **options: watch(new_context(**options).new_page())
