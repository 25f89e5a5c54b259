"""The guard rails themselves: each must be able to stop a test."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from django.conf import settings
from django.template import Context, Origin, Template, engines

from tests import conftest


def test_another_machine_is_out_of_reach():
    with socket.socket() as probe, pytest.raises(conftest.NetworkRefused):
        probe.connect(("192.0.2.1", 80))


def test_a_name_on_the_network_is_out_of_reach():
    with socket.socket() as probe, pytest.raises(conftest.NetworkRefused):
        probe.connect(("example.org", 80))


def test_this_machine_is_in_reach():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as probe,
    ):
        assert probe.getpeername() == server.getsockname()


def rendered(text: str, path: Path) -> str:
    engine = engines["django"].engine
    return Template(text, Origin(str(path)), engine=engine).render(Context({"known": "word"}))


@pytest.mark.parametrize("text", ["{{ unknown }}", "{{ known.unknown }}", "{{ unknown|upper }}"])
def test_our_templates_name_only_what_exists(text):
    with pytest.raises(conftest.UndefinedVariable, match="unknown"):
        rendered(text, settings.BASE_DIR / "templates" / "page.html")


def test_a_library_template_may_lean_on_missing_names(tmp_path):
    assert rendered("[{{ unknown }}]", tmp_path / "page.html") == "[]"


def test_a_condition_on_a_missing_name_is_no_mistake():
    page = settings.BASE_DIR / "templates" / "page.html"
    assert rendered("{% if unknown %}yes{% else %}no{% endif %}", page) == "no"


def test_data_and_keys_of_tests_are_their_own():
    ours = settings.BASE_DIR / "var"
    for folder in (settings.VAR_DIR, settings.KEYS_DIR, settings.FILES_DIR):
        assert folder != ours
        assert ours not in folder.parents


SERVICES = "import time; from tests import services\n"
HOLD = SERVICES + "with services.environment() as e: print(e['DATABASE_URL'], flush=True); input()"


@pytest.mark.fault
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_services_end_with_their_owner(number):
    owner = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address = owner.stdout.readline()
        assert "chucheon-service-" in address
        children = [pid for pid, parent in processes() if parent == owner.pid]
        assert len(children) == 2
        owner.send_signal(number)
        owner.wait(20)
        wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))
    finally:
        owner.kill()
        owner.communicate()


@pytest.mark.fault
def test_services_leave_nothing_when_told_to_stop_twice():
    owner = subprocess.Popen(
        [sys.executable, "-m", "tests.services", "sh", "-c", "echo $DATABASE_URL; exec sleep 600"],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        home = Path(unquote(urlsplit(owner.stdout.readline().strip()).netloc.partition("@")[2]))
        assert home.is_dir()
        owner.send_signal(signal.SIGTERM)
        owner.send_signal(signal.SIGTERM)
        assert owner.wait(30) == 128 + signal.SIGTERM
        assert not home.exists()
    finally:
        owner.kill()
        owner.communicate()


def processes() -> list[tuple[int, int]]:
    """(process, parent) of every process on the machine."""
    pairs = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[0] != "Z":
            pairs.append((int(stat.parent.name), int(fields[1])))
    return pairs


def wait_for(done, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "not done in time"
        time.sleep(0.05)


def test_a_dead_owners_folder_is_swept(tmp_path, monkeypatch):
    from tests import services

    monkeypatch.setattr(services.tempfile, "tempdir", str(tmp_path))
    nobody = next(pid for pid in range(4_000_000, 2, -1) if not Path(f"/proc/{pid}").exists())
    left, live = (tmp_path / f"{services.PREFIX}{pid}-x" for pid in (nobody, os.getpid()))
    left.mkdir()
    live.mkdir()
    with services.folder(None) as made:
        assert made.is_dir()
        assert not left.exists()
        assert live.is_dir()
    assert not made.exists()


@pytest.mark.browser
def test_coroutines_run_beside_an_open_browser(clean_page):
    async def answer() -> int:
        await asyncio.sleep(0)
        return 42

    clean_page.set_content("<p>before</p>")
    assert asyncio.run(answer()) == 42
    clean_page.set_content("<p>after</p>")
    assert clean_page.locator("p").inner_text() == "after"


CSP = "default-src 'none'; script-src 'nonce-ours'"


@pytest.mark.browser
@pytest.mark.parametrize(
    ("body", "noted"),
    [
        ("<script nonce=ours>console.error('oops')</script>", "console: oops"),
        ("<script nonce=ours>undefined_name()</script>", "script: undefined_name is not defined"),
        ("<p style='color:red'>text</p>", "console: CSP: style-src-attr"),
        ("<script>1</script>", "console: CSP: script-src-elem"),
        ("<script nonce=ours src=/missing.js></script>", "404 GET http://page.localhost/missing"),
        ("<script nonce=ours src=http://example.org/></script>", "failed: http://example.org/"),
        ("<p>nothing wrong</p>", ""),
    ],
)
def test_a_page_with_a_fault_is_noted(page, body, noted):
    def answer(route):
        if route.request.url.startswith("http://example.org"):
            return route.continue_()
        found = route.request.url == "http://page.localhost/"
        headers = {"content-type": "text/html", "content-security-policy": CSP}
        text = f"<!doctype html><title>t</title>{body}" if found else ""
        return route.fulfill(status=200 if found else 404, headers=headers, body=text)

    watch = conftest.Watch(allowed_statuses=set())
    page.route("**/*", answer)
    watch(page).goto("http://page.localhost/", wait_until="load")
    page.evaluate("document.title")  # a round trip: what was said before has arrived
    if noted:
        assert any(line.startswith(noted) for line in watch.seen), watch.seen
    else:
        assert watch.seen == []
