"""What page tests share: the fields a page really has, text that hurts, and GETs that only read."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from urllib.parse import quote_from_bytes

from django.db import connection
from django.urls import reverse

from applications.models import Claim

FORM = "application/x-www-form-urlencoded"
# NUL, a right-to-left override, emoji of several code points, far too much, template and script
# syntax, a formula, and the bytes of a lone surrogate.
NAUGHTY = {
    "nul": b"a\x00b",
    "rtl": "\u202eabc\u202c".encode(),
    "emoji": "👩‍💻🇰🇷".encode(),
    "long": b"x" * 10_000,
    "braces": b"{{ 7|add:7 }}{% now 'Y' %}",
    "script": b"<script>alert(1)</script>\"'",
    "formula": b'=HYPERLINK("x")',
    "surrogate": b"\xed\xa0\x80\xed\xb0\x80",
    "blank": b"   ",
    "digits": b"9" * 5000,
    "odd digits": "٣²１".encode(),
}


class Fields(HTMLParser):
    """Names and values of the successful controls of a page's main part."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.inside = False
        self.select = ""
        self.textarea = ""

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "main":
            self.inside = True
        if not self.inside:
            return
        name, kind = given.get("name") or "", given.get("type") or "text"
        if tag == "input" and name and kind not in {"file", "submit"}:
            if kind in {"radio", "checkbox"}:
                if "checked" in given:
                    self.found[name] = given.get("value", "on") or ""
                else:
                    self.found.setdefault(name, "")
            else:
                self.found[name] = given.get("value") or ""
        elif tag == "select":
            self.select = name
            self.found[name] = ""
        elif tag == "option" and self.select and "selected" in given:
            self.found[self.select] = given.get("value") or ""
        elif tag == "textarea":
            self.textarea = name
            self.found[name] = ""

    def handle_endtag(self, tag):
        if tag == "main":
            self.inside = False
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            # A browser drops the line break that Django writes after the opening tag.
            self.found[self.textarea] = self.found[self.textarea].removeprefix("\n")
            self.textarea = ""

    def handle_data(self, data):
        if self.textarea:
            self.found[self.textarea] += data


def fields(response) -> dict[str, str]:
    """What a browser would send back from this page without touching it."""
    parser = Fields()
    parser.feed(response.content.decode())
    found = parser.found
    found.pop("csrfmiddlewaretoken", None)
    return found


def raw(data: dict[str, bytes]) -> bytes:
    """A form body of exactly these bytes, whether or not they are text."""
    return "&".join(
        f"{quote_from_bytes(name.encode())}={quote_from_bytes(value)}"
        for name, value in data.items()
    ).encode()


# What passes as text, and so gets as far as the database and back.
STORABLE = ("rtl", "emoji", "braces", "script", "formula", "blank")


def hurt(client, path: str, *, also: dict[str, str] | None = None, alone: tuple = ()) -> None:
    """Send every naughty text in every field; no answer may be a failure, and none may send a
    text back unescaped. All fields at once and turn by turn; the fields named `alone` also among
    good ones, so that the form is taken."""
    known = fields(client.get(path)) | (also or {})
    assert known, f"{path} has no fields"
    texts = list(NAUGHTY.values())
    good = {name: value.encode() for name, value in known.items()}
    bodies = [dict.fromkeys(known, text) for text in texts]
    bodies += [
        {name: texts[(turn + place) % len(texts)] for place, name in enumerate(known)}
        for turn in range(len(texts))
    ]
    bodies += [good | {name: NAUGHTY[word]} for name in alone for word in STORABLE]
    for body in bodies:
        answer = client.post(path, raw(body), content_type=FORM)
        assert answer.status_code < 500, f"{answer.status_code} for {body}"
        page = answer.content.decode()
        assert "<script>alert(1)" not in page
        assert ">14<" not in page


WRITES = ("INSERT", "UPDATE", "DELETE")


@contextmanager
def only_reading() -> Iterator[None]:
    """Fail on any statement that writes; the session's own table is not ours."""

    def watch(execute, sql, params, many, context):
        words = sql.lstrip().upper()
        if words.startswith(WRITES) and "DJANGO_SESSION" not in words:
            raise AssertionError(f"A GET wrote: {sql[:200]}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield


def text(response) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def at(name: str, case, *more) -> str:
    """The address of one of the applying side's pages of a case."""
    return reverse(f"applications:{name}", args=[case.public_id, *more])


def section(case, name: str) -> str:
    return at("edit", case, name)


def saved(case, kind: str) -> list:
    """The declared values of one kind, as stored."""
    claims = Claim.objects.filter(application=case, kind=kind).order_by("position")
    return [claim.declared for claim in claims]


def items_of(story) -> list:
    """The items of the open supplement request."""
    return list(story.fresh().supplements.get(closed_at=None).items.order_by("position"))
