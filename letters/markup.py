"""The language of letter designs: variables, and blocks shown when a variable has a value.

    {{ candidate_name }}            the value, in Korean notation, escaped
    {{ issue_date.en }}             in English notation; `.iso` is the canonical value
    {{# valid_until }}…{{/ valid_until }}   only with a value
    {{^ valid_until }}…{{/ valid_until }}   only without one

Nothing else exists: no loops, filters, calls or comparisons, and what a value contains is never
read as markup. So an administrator may write designs, and a candidate be called `{{ number }}`.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from letters.errors import DesignError
from letters.variables import CATALOGUE, Value, has_value, printed

_TAG = re.compile(r"\{\{\s*([#^/]?)\s*([a-z][a-z0-9_]*)(?:\.(ko|en|iso))?\s*\}\}")


@dataclass(frozen=True, slots=True)
class Print:
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Block:
    name: str
    when: bool
    parts: tuple["Part", ...]


Part = str | Print | Block


@dataclass
class Filled:
    """The finished text, and the variables that were printed without having a value."""

    text: str = ""
    empty: list[str] = field(default_factory=list)


@lru_cache(maxsize=64)
def parse(source: str) -> tuple[Part, ...]:
    """Read a design. Raises DesignError with the line of the first mistake."""
    stack: list[tuple[str, bool, list[Part]]] = [("", True, [])]
    opened_at: list[int] = []
    position = 0
    for tag in _TAG.finditer(source):
        _append_text(stack[-1][2], source, position, tag.start())
        position = tag.end()
        sign, name, language = tag.groups()
        if name not in CATALOGUE:
            raise DesignError(
                f"{name} is not a variable",
                what="variable",
                line=line_of(source, tag.start()),
                name=name,
            )
        if sign == "/":
            opened, when, parts = stack.pop()
            if opened != name or not stack:
                raise DesignError(
                    f"{name} closes no block",
                    what="closes",
                    line=line_of(source, tag.start()),
                    name=name,
                )
            opened_at.pop()
            stack[-1][2].append(Block(opened, when, tuple(parts)))
        elif sign:
            stack.append((name, sign == "#", []))
            opened_at.append(tag.start())
        else:
            stack[-1][2].append(Print(name, language or "ko"))
    _append_text(stack[-1][2], source, position, len(source))
    if len(stack) > 1:
        raise DesignError(
            f"the block {stack[-1][0]} is never closed",
            what="open",
            line=line_of(source, opened_at[-1]),
            name=stack[-1][0],
        )
    return tuple(stack[0][2])


def _append_text(parts: list[Part], source: str, start: int, end: int) -> None:
    text = source[start:end]
    for stray in ("{{", "}}"):
        if stray in text:
            line = line_of(source, start + text.index(stray))
            raise DesignError(
                f"{stray} that is no variable and no block", what="stray", line=line, name=stray
            )
    if text:
        parts.append(text)


def line_of(source: str, position: int) -> int:
    """The line, from 1, of a place in a text."""
    return source.count("\n", 0, position) + 1


def fill(parts: tuple[Part, ...], values: Mapping[str, Value]) -> Filled:
    """Put the values in. Every value is escaped for HTML text and attributes."""
    filled = Filled()
    pieces: list[str] = []
    _fill(parts, values, pieces, filled.empty)
    filled.text = "".join(pieces)
    return filled


def _fill(
    parts: tuple[Part, ...], values: Mapping[str, Value], pieces: list[str], empty: list[str]
) -> None:
    for part in parts:
        if isinstance(part, str):
            pieces.append(part)
        elif isinstance(part, Print):
            text = printed(values, part.name, part.language)
            if not text and part.name not in empty:
                empty.append(part.name)
            pieces.append(html.escape(text))
        elif has_value(values, part.name) == part.when:
            _fill(part.parts, values, pieces, empty)


def names(parts: tuple[Part, ...]) -> Iterator[str]:
    """Every variable a design mentions, in order, with repeats."""
    for part in parts:
        if isinstance(part, Print):
            yield part.name
        elif isinstance(part, Block):
            yield part.name
            yield from names(part.parts)
