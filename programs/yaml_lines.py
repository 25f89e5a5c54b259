"""YAML 1.2 read strictly, with the line of every value.

Plain data comes out (dict, list, str, int, bool, None) beside a map from path to line. What
YAML would quietly turn into something else is a problem at its line: a bare NO or yes, 0123,
2026-01-01, 1.5, a key given twice, an alias that contains itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from programs.yaml_slips import bad_character, slip

Path = tuple[str | int, ...]

LONGEST_FILE = 2_000_000
MOST_NODES = 200_000
DEEPEST = 60

_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
_SWITCH = re.compile(r"(?i:y|n|yes|no|on|off)")
_ZEROS = re.compile(r"[-+]?0[0-9_]+")
_DAY = re.compile(r"[0-9]{1,4}-[0-9]{1,2}-[0-9]{1,2}([Tt\s].*)?")
_OTHER_NUMBER = re.compile(
    r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?)|0[xob][0-9a-fA-F_]+"
    r"|[-+]?[0-9]+(:[0-9]{1,2})+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
_MISSPELT = {"TRUE", "True", "FALSE", "False", "NULL", "Null"}


@dataclass(frozen=True, slots=True, order=True)
class LineProblem:
    line: int
    sentence: str


@dataclass(slots=True)
class Read:
    """What a file held. `data` is None when it could not be read at all."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[LineProblem] = field(default_factory=list)
    # Where a value was written as YAML reads differently: that is told, and nothing more of it.
    slips: set[Path] = field(default_factory=set)

    def line_of(self, path: Path) -> int:
        """The line of the value at this path, or of the nearest thing around it."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)


@lru_cache(maxsize=16)
def read(text: str) -> Read:
    """Read one YAML document. Never raises for what the text says.

    Reading is slow (pure Python, a third of a second for a programme), so what was read is
    remembered and shared: do not change it.
    """
    if len(text) > LONGEST_FILE:
        return _hopeless(1, f"the file is too long, expected at most {LONGEST_FILE} characters")
    yaml = YAML(typ="rt", pure=True)
    yaml.version = (1, 2)
    try:
        root = yaml.compose(text)
    except MarkedYAMLError as error:
        return _hopeless(*slip(text, error))
    except (YAMLError, ValueError) as error:
        return _hopeless(*bad_character(text, error))
    except RecursionError:
        return _hopeless(1, "too deeply nested, expected a file people can read")
    except Exception:  # noqa: BLE001 - whatever the parser trips over is in the file
        return _hopeless(1, "nothing YAML's reader can make sense of, expected well-formed YAML")
    if root is None:
        return _hopeless(1, "the file is empty, expected a programme or figures")
    walk = _Walk()
    try:
        data = walk.value(root, ())
    except _TooMuch as too_much:
        return _hopeless(too_much.line, str(too_much))
    return Read(data, walk.lines, sorted(set(walk.problems)), walk.slips)


class _TooMuch(Exception):
    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


def _hopeless(line: int, sentence: str) -> Read:
    return Read(problems=[LineProblem(line, sentence)])


class _Walk:
    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.problems: list[LineProblem] = []
        self.slips: set[Path] = set()
        self.open: set[int] = set()
        self.seen = 0

    def value(self, node: Node, path: Path) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        self.seen += 1
        if self.seen > MOST_NODES or len(path) > DEEPEST:
            raise _TooMuch(line, "too much or too deeply nested, expected a file people can read")
        if isinstance(node, ScalarNode):
            before = len(self.problems)
            said = self._scalar(node, line)
            if len(self.problems) > before:
                self.slips.add(path)
            return said
        if id(node) in self.open:
            raise _TooMuch(line, "an alias contains itself, expected a finite document")
        self.open.add(id(node))
        try:
            if isinstance(node, MappingNode):
                return self._mapping(node, path)
            assert isinstance(node, SequenceNode)  # noqa: S101
            self._plain_tag(node, line)
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        finally:
            self.open.discard(id(node))

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        self._plain_tag(node, node.start_mark.line + 1)
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self._key(key_node, line) if isinstance(key_node, ScalarNode) else None
            if not isinstance(key, str):
                self._problem(line, "a key is not text, expected a name (in quotes if a number)")
                continue
            if key == "<<":
                self._problem(line, "a merge key `<<`, expected every value written out")
                continue
            if key in data:
                self._problem(line, f"the key `{key}` is given twice, expected once")
                continue
            self.lines[(*path, key)] = line
            data[key] = self.value(value_node, (*path, key))
        return data

    def _key(self, node: ScalarNode, line: int) -> Any:
        """`on` is a name of facts, and no key is a truth: it needs no quotes there."""
        return node.value if node.value == "on" else self._scalar(node, line)

    def _plain_tag(self, node: Node, line: int) -> None:
        if node.ctag.handle is not None:
            self._problem(line, f"the tag `{node.ctag}`, expected none")

    def _scalar(self, node: ScalarNode, line: int) -> Any:
        self._plain_tag(node, line)
        said: str = node.value
        if node.style is not None:
            return said
        if said in ("", "~", "null"):
            return None
        if said in ("true", "false"):
            return said == "true"
        if _WHOLE.fullmatch(said):
            return int(said[:40])
        expected = ""
        if _SWITCH.fullmatch(said) or said in _MISSPELT:
            expected = f'"{said}" in quotes, or true or false'
        elif _ZEROS.fullmatch(said) or _DAY.fullmatch(said):
            expected = f'"{said}" in quotes'
        elif _OTHER_NUMBER.fullmatch(said):
            expected = f'a whole number, or "{said}" in quotes'
        if expected:
            self._problem(line, f"bare {said}, expected {expected}")
        return said

    def _problem(self, line: int, sentence: str) -> None:
        self.problems.append(LineProblem(line, sentence))
