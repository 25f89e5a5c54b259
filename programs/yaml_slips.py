"""What the YAML reader trips over, in words for whoever wrote the file: where to look and what to
write there. The reader's own words name its tokens, which nobody sees in a file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.tokens import ScalarToken

_INDENTED = "indented otherwise than its neighbours, expected as many spaces as they have"
_UNCLOSED = "look for a quote that is not closed on this line or above, expected quotes in pairs"
_UNOPENED = "a bracket or comma that nothing opens, expected `name: {…}` or text in quotes"
_LOOSE = re.compile(r"[\w-]+ +[{\[]")
_WANTED = re.compile(r"expected ',' or '([\]}])'")
_CHARACTER = re.compile(r"found character '(.+)' that cannot start")
_ALIAS = re.compile(r"found undefined alias '(.+)'")
_ESCAPE = re.compile(r"found unknown escape character '(.+)'")


def slip(text: str, error: MarkedYAMLError) -> tuple[int, str]:
    """(the line to look at, what is wrong and what was expected)."""
    mark = error.problem_mark or error.context_mark
    row, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.splitlines()
    line = lines[row] if row < len(lines) else ""
    said, context = str(error.problem or error.context or ""), str(error.context or "")
    start = error.context_mark.line if error.context_mark else row
    if "\t" in line[: len(line) - len(line.lstrip())] or "'\\t'" in said or "'\t'" in said:
        return row + 1, "a tab, expected spaces"
    if "quoted scalar" in context and "end of stream" in said:
        return start + 1, _UNCLOSED
    opened = [first for first, last in _broken_quotes(text, row) if last == row]
    if opened:
        return opened[-1] + 1, _UNCLOSED
    if "single document" in said or "another document" in said:
        return row + 1, "a second document after `---`, expected one in a file"
    if "could not find expected ':'" in said:
        return start + 1, "a line without a colon, expected `name: value`"
    if "mapping values" in said:
        return row + 1, _colon(line, column)
    if found := _WANTED.search(said):
        since = f" of line {start + 1}" if start != row else ""
        return row + 1, f"the bracket{since} goes on, expected `,` or `{found[1]}` before this"
    if "expected <block end>" in said:
        return row + 1, _block(said)
    if found := _ALIAS.search(said):
        return row + 1, f"nothing above is marked `&{found[1]}`, expected it before `*{found[1]}`"
    if found := _CHARACTER.search(said):
        return row + 1, f"text that begins with `{found[1]}`, expected it in quotes"
    if found := _ESCAPE.search(said):
        return row + 1, f"`\\{found[1]}` in double quotes, expected `\\\\` for a backslash"
    return row + 1, "not readable from here, expected `name: value` on lines of equal indentation"


def bad_character(text: str, error: YAMLError | ValueError) -> tuple[int, str]:
    """Of what is no text at all."""
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return line, "a character that cannot be seen, expected plain text"
    return 1, "nothing that can be read, expected a programme or figures"


def _broken_quotes(text: str, row: int) -> Iterator[tuple[int, int]]:
    """(first, last) row of each quoted text that goes over the end of a line, up to a row."""
    yaml = YAML(typ="rt", pure=True)
    yaml.version = (1, 2)
    try:
        for token in yaml.scan(text):
            if token.start_mark.line > row:
                return
            quoted = isinstance(token, ScalarToken) and token.style in ("'", '"')
            if quoted and token.start_mark.line != token.end_mark.line:
                yield token.start_mark.line, token.end_mark.line
    except (YAMLError, ValueError):
        return


def _colon(line: str, column: int) -> str:
    before = line[:column].lstrip()
    if before.startswith("-") and not before.startswith("- "):
        return "`-` without a space, expected one after it"
    if _LOOSE.match(before):
        return _UNOPENED
    if ": " in before:
        return "a second colon on this line, expected text with a colon in quotes"
    return _INDENTED


def _block(said: str) -> str:
    if "'<scalar>'" in said:
        return "text behind a closing quote, expected nothing there"
    if any(f"found '{sign}'" in said for sign in (",", "]", "}")):
        return _UNOPENED
    return _INDENTED
