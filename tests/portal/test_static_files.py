"""Production names each static file through a manifest and fails on one that is not there;
tests and `runserver` would not notice."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

TAG = re.compile(r"""{%\s*static\s+(['"])(?P<name>[^'"]+)\1\s*(?:as\s+\w+\s*)?%}""")
ANY_TAG = re.compile(r"{%\s*static\s")
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.*"))


def test_there_are_templates():
    assert TEMPLATES


@pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR))
)
def test_every_static_file_that_a_template_names_exists(path: Path):
    text = path.read_text("utf-8")
    names = [found["name"] for found in TAG.finditer(text)]
    assert len(names) == len(ANY_TAG.findall(text)), "a computed name cannot be checked"
    assert [name for name in names if not finders.find(name)] == []
