"""A mail's HTML form: fragments with classes only, made into a document when the mail is sent.

What is stored is a fragment without styles, so that a page under our content security policy can
show it with `static/portal/mail.css`. Mail programs keep neither style sheets nor, some of them,
`<style>`: `document` writes the same rules into each element (docs/decisions/0009).
"""

import re
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

STYLES = "portal/mail.css"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Rules of plain classes at the left margin; what stands in @media has no place in an attribute.
RULE = re.compile(r"^(\.[\w-]+(?:,\s*\.[\w-]+)*)\s*\{([^}]*)\}", re.MULTILINE)
CLASSES = re.compile(r'class="([\w -]+)"')
ADDRESS = re.compile(r"https?://\S+")


def document(fragment: str, *, language: str, subject: str) -> str:
    """The whole HTML part of a mail. `fragment` is what one of our templates rendered: any quote in
    what people typed is escaped there, so every `class="` in it is ours."""
    styled = CLASSES.sub(lambda found: f'style="{_style(found[1])}"', fragment)
    return render_to_string(
        "mail/document.html",
        {
            "language": language,
            "subject": subject,
            "styles": mark_safe(_sheet()),  # noqa: S308 - our own file
            "body_style": _style("m-page"),
            "fragment": mark_safe(styled),  # noqa: S308 - escaped by its template
        },
    )


def paragraphs(text: str) -> list[dict[str, str]]:
    """A plain text taken apart for `mail/written.html`: each paragraph is `text`, an `address` on a
    line of its own, or, after a line of two dashes, `foot`."""
    found: list[dict[str, str]] = []
    kind = "text"
    for paragraph in re.split(r"\n{2,}", text.strip()):
        words = paragraph.strip()
        if words.startswith("--\n"):
            kind, words = "foot", words.removeprefix("--\n")
        if words:
            alone = kind == "text" and ADDRESS.fullmatch(words)
            found.append({"kind": "address" if alone else kind, "words": words})
    return found


def _style(classes: str) -> str:
    return ";".join(filter(None, (_rules().get(name, "") for name in classes.split())))


@cache
def _rules() -> dict[str, str]:
    """What each class is made of, in the order of the sheet: `{"m-button": "color:#fff;…"}`."""
    rules: dict[str, str] = {}
    for names, declarations in RULE.findall(_sheet()):
        style = ";".join(
            re.sub(r"\s*:\s*", ":", line.strip(), count=1)
            for line in declarations.replace("\n", " ").split(";")
            if line.strip()
        ).replace('"', "'")
        for name in re.findall(r"[\w-]+", names):
            rules[name] = ";".join(filter(None, (rules.get(name, ""), style)))
    return rules


@cache
def _sheet() -> str:
    path = finders.find(STYLES)
    if path is None:
        raise FileNotFoundError(STYLES)
    return COMMENT.sub("", Path(path).read_text("utf-8")).strip()
