"""Shipped files, each broken in one way: the checker names the right line and the right thing,
and nothing else. The variants are data: `broken/variants.yaml`."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings
from ruamel.yaml import YAML

from programs.catalogue_files import read_catalogue
from programs.loader import load
from programs.models import Figure, Programme

FILES = {
    "kotra": settings.CATALOGUE_DIR / "kotra-recommendation" / "2025-04-01.yaml",
    "gyeonggi": settings.CATALOGUE_DIR / "gyeonggi" / "2025-09-15.yaml",
    "figures": settings.CATALOGUE_DIR / "figures" / "wages.yaml",
}
VARIANTS = YAML(typ="safe").load(
    (Path(__file__).parent / "broken" / "variants.yaml").read_text(encoding="utf-8")
)


def patched(text, find, put, after=""):
    start = text.index(after) if after else 0
    assert find in text[start:], f"{find!r} is not in the file any more"
    return text[:start] + text[start:].replace(find, put, 1)


def written(variant, folder):
    """The broken file, in a folder of its own with the figures it may name."""
    if variant["of"] != "figures":
        shutil.copytree(settings.CATALOGUE_DIR / "figures", folder / "figures")
    text = FILES[variant["of"]].read_text(encoding="utf-8")
    if beside := variant.get("beside"):
        (folder / "a.yaml").write_text(patched(text, **beside), encoding="utf-8")
    file = folder / "b.yaml"
    file.write_text(
        patched(text, variant["find"], variant["put"], variant.get("after", "")), encoding="utf-8"
    )
    return file


def test_there_are_thirty():
    assert len(VARIANTS) >= 30
    assert len({variant["name"] for variant in VARIANTS}) == len(VARIANTS)


@pytest.mark.parametrize("variant", VARIANTS, ids=[variant["name"] for variant in VARIANTS])
def test_the_right_line_and_the_right_thing(variant, tmp_path):
    file = written(variant, tmp_path)
    lines = file.read_text(encoding="utf-8").splitlines()
    found = read_catalogue([tmp_path]).problems
    said = [(one.line, lines[one.line - 1].strip(), one.sentence) for one in found]
    assert [one.file for one in found] == [str(file)] * len(variant["expect"]), said
    for (line, text, sentence), expected in zip(said, variant["expect"], strict=True):
        assert expected["line"].strip() in text, said
        assert expected["says"] in sentence, said
        assert ", expected " in sentence, said
        if "under" in expected:
            above = next(text for text in reversed(lines[:line]) if "code: " in text)
            assert expected["under"] in above, said


@pytest.mark.django_db
@pytest.mark.parametrize("variant", VARIANTS[::6], ids=[one["name"] for one in VARIANTS[::6]])
def test_a_broken_file_never_reaches_the_database(variant, tmp_path):
    written(variant, tmp_path)
    loaded = load([tmp_path])
    assert loaded.problems
    assert loaded.lines == loaded.refused == []
    assert not Programme.objects.exists()
    assert not Figure.objects.exists()


@pytest.mark.django_db
def test_a_broken_file_never_stops_the_site(tmp_path, settings, client):
    load()
    written(VARIANTS[0], tmp_path)
    settings.CATALOGUE_DIR = tmp_path
    assert not load().done
    for path in ("/", "/programmes/", "/programmes/kotra-recommendation/", "/check/"):
        assert client.get(path).status_code == 200, path


HOSTILE = {
    "five megabytes": "a: " + "x" * 5_000_000,
    "nested without end": "a: " + "[" * 50_000,
    "nested and closed": "{a: " * 5_000 + "1" + "}" * 5_000,
    "a bomb of aliases": "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(
        f"{name}: &{name} [{', '.join([f'*{above}'] * 9)}]\n"
        for above, name in zip("abcdefgh", "bcdefghi", strict=True)
    ),
    "an alias in itself": "a: &a {b: *a}",
    "many documents": "---\na: 1\n" * 100,
    "a tag": "a: !!python/object/apply:os.system [ls]",
    "a control character": "programme: \x07",
    "a key that is a list": "? [a, b]\n: 1",
    "a long number": f"programme: {'9' * 5000}",
    "not a mapping": "- programme",
    "a word": "programme",
    "nothing": "",
    "a lone surrogate": 'a: "\\ud800"',
    "a percent directive": "%YAML 9.9\n---\na: 1",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("head", ["", "programme: x\n", "figures: {}\n"])
def test_hostile_files_give_sentences(text, head, tmp_path):
    file = tmp_path / "hostile.yaml"
    file.write_text(head + text, encoding="utf-8")
    problems = read_catalogue([file]).problems
    assert problems
    for problem in problems:
        assert 1 <= problem.line <= 101
        assert len(problem.sentence) < 1000
        assert ", expected " in problem.sentence
        assert "Traceback" not in problem.sentence
