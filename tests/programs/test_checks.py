"""System checks of the shipped catalogue."""

import shutil

import pytest
from django.conf import settings

from programs import checks, registry

FILE = settings.CATALOGUE_DIR / "kotra-recommendation" / "2025-04-01.yaml"


@pytest.fixture
def catalogue(settings, tmp_path):
    """A catalogue of one changed file and the figures, in place of the shipped one."""
    shutil.copytree(FILE.parent.parent / "figures", tmp_path / "figures")

    def catalogue(old, new):
        text = FILE.read_text(encoding="utf-8")
        assert old in text
        (tmp_path / "one.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
        settings.CATALOGUE_DIR = tmp_path

    return catalogue


def test_the_shipped_catalogue_passes():
    assert checks.shipped_catalogue_is_sound(None) == []


def test_a_broken_file_is_said(catalogue):
    catalogue("quorum: 2", "quorum: 3")
    assert checks.shipped_catalogue_is_sound(None) == []
    catalogue("quorum: 2", "quorum: two")
    (error,) = checks.shipped_catalogue_is_sound(None)
    assert (error.id, "one.yaml" in error.msg) == ("programs.E001", True)


def test_a_letter_template_that_nobody_has(catalogue):
    catalogue("template: kotra-recommendation", "template: nobody-has-it")
    (error,) = checks.shipped_catalogue_is_sound(None)
    assert "unknown letter template `nobody-has-it`, expected one of: " in error.msg


def test_stages_that_nobody_registered(monkeypatch):
    monkeypatch.setattr(registry, "_known", {**registry._known, "stage": lambda: ["decision"]})
    found = checks.shipped_catalogue_is_sound(None)
    assert {error.msg.split("unknown ")[1].split(",")[0] for error in found} == {
        "stage `document_review`",
        "stage `validation`",
        "stage `external_evaluation`",
    }
