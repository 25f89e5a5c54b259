"""The commands of a set-up: they do what changed, refuse what is wrong, and spoil nothing."""

import hashlib
import io

import polib
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from portal.management.commands import fetch_assets, setup


@pytest.fixture
def packages(tmp_path):
    folder = tmp_path / "node_modules"
    (folder / "kit").mkdir(parents=True)
    (folder / "kit" / "one.css").write_text('@import "two.css";a{color:red}')
    (folder / "kit" / "two.css").write_text(
        ":root{--krds-light-line:#111;--krds-high-contrast-line:#fff;--krds-light-only:#222}"
    )
    (folder / "kit" / "font.ttf").write_bytes(b"a font")
    return folder


def test_a_file_with_another_hash_is_refused(packages, tmp_path):
    rules = {"font.ttf": {"file": "kit/font.ttf", "sha256": hashlib.sha256(b"other").hexdigest()}}
    with pytest.raises(CommandError, match=r"font\.ttf is not the pinned file"):
        fetch_assets.build(rules, packages=packages, into=tmp_path / "out")
    assert not (tmp_path / "out" / "font.ttf").exists()


def test_a_file_with_its_hash_is_copied(packages, tmp_path):
    rules = {"a.ttf": {"file": "kit/font.ttf", "sha256": hashlib.sha256(b"a font").hexdigest()}}
    assert fetch_assets.build(rules, packages=packages, into=tmp_path / "out") == 1
    assert (tmp_path / "out" / "a.ttf").read_bytes() == b"a font"


def test_a_pattern_that_matches_nothing_is_refused(packages, tmp_path):
    with pytest.raises(CommandError, match=r"nothing matches kit/\*\.svg"):
        fetch_assets.build(
            {"img/": {"copy": ["kit/*.svg"]}}, packages=packages, into=tmp_path / "out"
        )


def test_style_sheets_become_one_that_follows_the_contrast_mode(packages):
    rule = {
        "join": ["kit/one.css", "kit/two.css"],
        "drop": ["@import[^;]*;"],
        "replace": [["red", "blue"]],
        "twin_modes": True,
    }
    text = fetch_assets.joined(rule, packages)
    assert "@import" not in text
    assert "a{color:blue}" in text
    assert text.rstrip().endswith(
        "[data-krds-mode=high-contrast]{--krds-light-line:var(--krds-high-contrast-line);}"
    )


@pytest.fixture
def installation(tmp_path, settings):
    """An assets folder of its own, and a `frontend/` without packages."""
    source = tmp_path / "frontend"
    source.mkdir()
    (source / "package.json").write_text('{"name": "none", "private": true}')
    (source / "package-lock.json").write_text("{}")
    (source / "assets.json").write_text('{"web": {"a.txt": {"file": "kit/a.txt"}}}')
    settings.BASE_DIR, settings.ASSETS_DIR = tmp_path, tmp_path / "assets"
    return tmp_path


def installing(text: str):
    def install(source, work, log):
        (work / "node_modules" / "kit").mkdir(parents=True)
        (work / "node_modules" / "kit" / "a.txt").write_text(text)

    return install


def test_nothing_is_fetched_twice_until_a_pin_changes(installation, monkeypatch):
    monkeypatch.setattr(fetch_assets, "install", installing("first"))
    call_command("fetch_assets", stderr=io.StringIO())
    monkeypatch.setattr(fetch_assets, "install", installing("second"))
    call_command("fetch_assets", stderr=io.StringIO())
    assert (installation / "assets" / "web" / "a.txt").read_text() == "first"
    (installation / "frontend" / "package-lock.json").write_text("{ }")
    call_command("fetch_assets", stderr=io.StringIO())
    assert (installation / "assets" / "web" / "a.txt").read_text() == "second"


def test_a_failed_fetch_leaves_the_old_files(installation, monkeypatch):
    monkeypatch.setattr(fetch_assets, "install", installing("first"))
    call_command("fetch_assets", stderr=io.StringIO())
    (installation / "frontend" / "assets.json").write_text('{"web": {"b/": {"copy": ["no"]}}}')
    with pytest.raises(CommandError):
        call_command("fetch_assets", stderr=io.StringIO())
    assert (installation / "assets" / "web" / "a.txt").read_text() == "first"
    assert {path.name for path in (installation / "assets").iterdir()} == {"web", "fetched"}


def test_npms_words_reach_the_person(tmp_path):
    with pytest.raises(CommandError, match=r"npm could not fetch[\s\S]*EINTEGRITY"):
        fetch_assets.run(
            ["sh", "-c", "echo EINTEGRITY; exit 1"], cwd=tmp_path, environment={}, what="npm"
        )


def test_translations_are_compiled_when_newer_and_fuzzy_ones_are_not_used(tmp_path, settings):
    settings.LOCALE_PATHS = [tmp_path]
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    catalogue.append(polib.POEntry(msgid="추천서", msgstr="Letter"))
    catalogue.append(polib.POEntry(msgid="보완", msgstr="Guess", flags=["fuzzy"]))
    catalogue.save(str(folder / "django.po"))

    call_command("compile_locale", stderr=io.StringIO())
    compiled = folder / "django.mo"
    assert {entry.msgid: entry.msgstr for entry in polib.mofile(str(compiled))} == {
        "추천서": "Letter"
    }
    said = io.StringIO()
    call_command("compile_locale", stderr=said)
    assert said.getvalue() == ""


def test_a_broken_translation_file_is_named(tmp_path, settings):
    settings.LOCALE_PATHS = [tmp_path]
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text("nonsense\n")
    with pytest.raises(CommandError, match=r"django\.po"):
        call_command("compile_locale", stderr=io.StringIO())


def test_a_database_out_of_reach_is_one_sentence(monkeypatch):
    def unreachable():
        raise OperationalError('connection to server at "db" failed: refused\nIs it running?')

    monkeypatch.setattr(setup.connection, "ensure_connection", unreachable)
    with pytest.raises(CommandError) as caught:
        setup.require_services()
    sentence = str(caught.value)
    assert sentence.startswith("The database ")
    assert sentence.endswith("failed: refused")
    assert "\n" not in sentence


def test_a_database_is_named_without_its_password():
    where = {"NAME": "cases", "HOST": "db", "PORT": 5432, "PASSWORD": "hidden", "USER": "me"}
    assert setup.place(where) == "cases at db:5432"


def test_redis_out_of_reach_is_one_sentence(monkeypatch, settings):
    monkeypatch.setattr(setup.connection, "ensure_connection", lambda: None)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(CommandError, match=r"^Redis cannot be reached \(REDIS_URL\): "):
        setup.require_services()
