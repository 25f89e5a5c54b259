"""A letter template in a programme's folder: checked with it, handed on when it is loaded."""

import shutil

import pytest
from django.conf import settings

from programs import registry
from programs.catalogue_files import read_catalogue
from programs.loader import load
from programs.models import ProgrammeVersion

KOTRA = settings.CATALOGUE_DIR / "kotra-recommendation" / "2025-04-01.yaml"


@pytest.fixture
def folder(tmp_path):
    """The KOTRA programme in a folder "own" that names its own template."""
    folder = tmp_path / "own"
    folder.mkdir()
    shutil.copytree(settings.CATALOGUE_DIR / "figures", tmp_path / "figures")
    text = KOTRA.read_text(encoding="utf-8")
    named = text.replace("template: kotra-recommendation", "template: own")
    (folder / "2025-04-01.yaml").write_text(named, encoding="utf-8")
    return folder


@pytest.fixture
def rooms(monkeypatch):
    """What a room that makes letters is asked and given."""
    given = []
    monkeypatch.setattr(
        registry,
        "_template_checks",
        [lambda code, html, css: [(2, f"{code} is bad, expected good")] if "bad" in html else []],
    )
    monkeypatch.setattr(
        registry,
        "_template_takers",
        [lambda code, html, css, manifest: given.append((code, html, css, manifest.label)) or code],
    )
    return given


def problems(folder):
    return [
        (one.file.rpartition("/")[2], one.line, one.sentence)
        for one in read_catalogue([folder]).problems
    ]


def test_a_template_that_is_nowhere_is_a_problem_at_its_line(folder):
    ((file, line, sentence),) = problems(folder)
    said = (folder / file).read_text(encoding="utf-8").splitlines()[line - 1]
    assert said.strip() == "template: own"
    assert sentence.startswith("unknown letter template `own`, expected one of: ")
    (folder / "letter.html").write_text("<p>{{ number }}</p>", encoding="utf-8")
    assert "unknown letter template" not in str(problems(folder))


def test_what_is_wrong_with_a_template_is_said_at_its_line(folder, rooms):
    (folder / "letter.html").write_text("<p>\nbad</p>", encoding="utf-8")
    assert problems(folder) == [("letter.html", 2, "own is bad, expected good")]
    (folder / "letter.html").write_bytes(b"<p>\n\xff</p>")
    assert problems(folder) == [("letter.html", 2, "not UTF-8, expected UTF-8 text")]


def test_a_template_that_no_version_names(folder, rooms):
    (folder / "letter.html").write_text("<p></p>", encoding="utf-8")
    file = folder / "2025-04-01.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("template: own", "template: kotra-recommendation"), "utf-8")
    assert problems(folder) == [
        ("letter.html", 1, "no version here uses it, expected `letter: {template: own}`")
    ]


@pytest.mark.django_db
def test_loading_hands_the_template_to_whoever_makes_letters(folder, rooms):
    (folder / "letter.html").write_text("<p>good</p>", encoding="utf-8")
    (folder / "letter.css").write_text("p { color: red }", encoding="utf-8")
    loaded = load([folder.parent])
    assert rooms == [("own", "<p>good</p>", "p { color: red }", "v1")]
    assert loaded.lines[-1] == "own"
    (folder / "letter.html").write_text("<p>bad</p>", encoding="utf-8")
    assert not load([folder.parent]).done
    assert len(rooms) == 1
    assert ProgrammeVersion.objects.count() == 1
