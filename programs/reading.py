"""A cursor over a document that gathers every problem instead of stopping at the first.

Each getter returns a value of the right type whatever it finds, and notes a problem at the
path when it had to make one up; the result is used only when there are no problems. Sentences
say what is wrong and what was expected (English: they are read at the command line).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

from programs.facts.validation import parse_day
from programs.sourcing import NOTHING, Citation, Sourced, Text
from programs.yaml_lines import Path

CODE = re.compile(r"[\w./-]+(?: [\w./-]+)*")
SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
# In the place of a day that could not be read.
NO_DAY = date.min
HANGUL = re.compile("[\uac00-\ud7a3]")
SOURCING = frozenset({"source", "assumed"})


@dataclass(frozen=True, slots=True)
class DocumentProblem:
    path: Path
    sentence: str

    def __str__(self) -> str:
        return f"{dotted(self.path)}: {self.sentence}"


def dotted(path: Path) -> str:
    """("routes", 0, "text") as "routes[0].text"."""
    shown = ""
    for part in path:
        shown += f"[{part}]" if isinstance(part, int) else f".{part}" if shown else part
    return shown


@dataclass(slots=True)
class Notes:
    """What one reading gathers: problems, and the paths of values without a source."""

    problems: list[DocumentProblem] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    sources: dict[str, Citation] = field(default_factory=dict)
    missing: set[Path] = field(default_factory=set)
    stray: set[Path] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class At:
    """A place in the document. `inherited` is the sourcing of the nearest block around it."""

    value: Any
    path: Path
    notes: Notes
    inherited: Sourced | None = None

    def problem(self, sentence: str) -> None:
        """Of a place that is missing, which has been told, there is nothing more to tell."""
        if any(self.path[:end] in self.notes.missing for end in range(1, len(self.path) + 1)):
            return
        self.notes.problems.append(DocumentProblem(self.path, sentence))

    def __getitem__(self, key: str) -> At:
        """The place under a key; its value is None when there is none."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return At(value, (*self.path, key), self.notes, self.inherited)

    def get(self, key: str) -> At | None:
        """The place under a key, or None when there is no such key."""
        if key not in self:
            return None
        return self[key]

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    @property
    def stray(self) -> bool:
        """Whether an unknown key has been told here: what seems missing may be it."""
        return self.path in self.notes.stray

    # --- shapes ---------------------------------------------------------------------------
    def mapping(self, *, required: tuple[str, ...] = (), allowed: tuple[str, ...] = ()) -> bool:
        """Whether this is a mapping with these keys; each stray or missing key is a problem."""
        if not isinstance(self.value, dict):
            self.problem(f"{_kind(self.value)}, expected a mapping")
            return False
        known = {*required, *allowed}
        for key in self.value:
            if key not in known:
                self.notes.stray.add(self.path)
                self[key].problem(unknown("key", str(key), sorted(known)))
        self.needs(*required)
        return True

    def needs(self, *keys: str, expected: str = "") -> None:
        """A problem where keys are missing, all in one sentence."""
        missing = [key for key in keys if key not in self]
        if missing:
            named = ", ".join(f"`{key}`" for key in missing)
            if expected:
                self.problem(f"{named} is missing, expected {expected}")
            elif len(missing) == 1:
                self.problem(f"{named} is missing, expected it here")
            else:
                self.problem(f"{named} are missing, expected them here")
            self.notes.missing |= {(*self.path, key) for key in missing}

    def items(self, *, at_least: int = 0) -> Iterator[At]:
        if not isinstance(self.value, list):
            self.problem(f"{_kind(self.value)}, expected a list")
            return
        if len(self.value) < at_least:
            self.problem(f"{len(self.value)} items, expected at least {at_least}")
        for index, item in enumerate(self.value):
            yield At(item, (*self.path, index), self.notes, self.inherited)

    def pairs(self) -> Iterator[tuple[str, At]]:
        if not isinstance(self.value, dict):
            self.problem(f"{_kind(self.value)}, expected a mapping")
            return
        for key in self.value:
            yield key, self[key]

    # --- values ---------------------------------------------------------------------------
    def text(self, *, pattern: re.Pattern[str] | None = None, expected: str = "text") -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            quoted = ' in quotes ("…")' if isinstance(self.value, int) else ""
            self.problem(f"{_kind(self.value)}, expected {expected}{quoted}")
            # What is listed under a number is known by it, so that the number is told once.
            return str(self.value) if type(self.value) is int and pattern is CODE else ""
        if pattern is not None and not pattern.fullmatch(self.value):
            self.problem(f"`{self.value}`, expected {expected}")
            return ""
        return self.value

    def code(self) -> str:
        return self.text(pattern=CODE, expected="a code (letters, digits, . _ / -)")

    def slug(self) -> str:
        return self.text(pattern=SLUG, expected="a name of a-z, 0-9, - and _")

    def one_of(self, values: tuple[str, ...]) -> str:
        if self.value not in values or not isinstance(self.value, str):
            meant = did_you_mean(self.value, values) if isinstance(self.value, str) else ""
            self.problem(f"{_shown(self.value)}{meant}, expected one of: {', '.join(values)}")
            return values[0]
        return self.value

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            self.problem(f"{_kind(self.value)}, expected true or false")
            return False
        return self.value

    def whole(self, lowest: int, highest: int) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            quoted = isinstance(self.value, str) and re.fullmatch("-?[0-9]+", self.value)
            without = " without quotes" if quoted else ""
            self.problem(f"{_kind(self.value)}, expected a whole number{without}")
            return lowest
        if not lowest <= self.value <= highest:
            self.problem(f"{self.value}, expected a number from {lowest} to {highest}")
            return lowest
        return self.value

    def day(self) -> date:
        day = parse_day(self.value) if isinstance(self.value, str) else None
        if day is None:
            self.problem(f'{_shown(self.value)}, expected a date in quotes, "YYYY-MM-DD"')
            return NO_DAY
        return day

    def end(self, first: date) -> date:
        """A last day, which may not lie before the first."""
        last = self.day()
        if NO_DAY not in (first, last) and last < first:
            self.problem(f"an end on {last} before the start on {first}, expected a later day")
            return NO_DAY
        return last

    def words(self) -> Text:
        """Korean and English. English words may not still contain Hangul."""
        if not self.mapping(required=("ko", "en")):
            return NOTHING
        if "ko" not in self or "en" not in self:
            return NOTHING
        text = Text(self["ko"].text(), self["en"].text())
        if HANGUL.search(text.en):
            self["en"].problem("Hangul in the English text, expected a translation")
        return text

    def optional(self, key: str, read: Callable[[At], Any], default: Any = None) -> Any:
        """`read` of the place under a key, or the default where the key is absent."""
        return read(self[key]) if key in self else default

    # --- sources --------------------------------------------------------------------------
    def sourced(self) -> Sourced:
        """Where this block's values come from: its own `source` or `assumed`, else that of the
        nearest block around it; neither is a problem."""
        if "assumed" in self and self["assumed"].flag():
            self.notes.assumed.append(dotted(self.path))
            return Sourced(self._citations() if "source" in self else (), assumed=True)
        if "source" in self:
            return Sourced(self._citations())
        if self.inherited is None:
            self.problem("a value without a source, expected `source: …` or `assumed: true`")
            return Sourced()
        return self.inherited

    def with_sources(self) -> tuple[At, Sourced]:
        """This place with its sourcing passed on to everything inside it."""
        sourced = self.sourced()
        return At(self.value, self.path, self.notes, sourced), sourced

    def _citations(self) -> tuple[Citation, ...]:
        place = self["source"]
        places = list(place.items(at_least=1)) if isinstance(place.value, list) else [place]
        found = []
        for one in places:
            key, _space, where = one.text(expected="a source").partition(" ")
            work = self.notes.sources.get(key)
            if work is not None:
                found.append(Citation(work.key, work.title, where.strip(), work.url, work.dated))
            elif key:
                known = sorted(self.notes.sources)
                meant, names = did_you_mean(key, known), some(key, known, of="`sources`")
                one.problem(f"unknown source `{key}`{meant}, expected {names}")
        return tuple(found)


def read_sources(place: At) -> None:
    """Fill the notes with the works a file's `source:` lines may name."""
    for key, work in place.pairs():
        if not SLUG.fullmatch(key):
            work.problem(f"`{key}`, expected a name of a-z, 0-9, - and _")
        if not work.mapping(required=("title",), allowed=("url", "dated", "note")):
            continue
        place.notes.sources[key] = Citation(
            key=key,
            title=work["title"].words() if "title" in work else NOTHING,
            url=work.optional("url", _url, ""),
            dated=work.optional("dated", At.text, ""),
        )
        work.optional("note", At.words)


def _url(place: At) -> str:
    return place.text(
        pattern=re.compile(r"https?://[^\s<>\"]+"), expected="an address that begins with https://"
    )


_MOST_SHOWN = 12


def unknown(what: str, said: str, known: Iterable[str]) -> str:
    """The sentence about a name that is none of the known ones: what may have been meant, and
    the first dozen of them, the nearest in front."""
    names = list(dict.fromkeys(known))
    meant = did_you_mean(said, names)
    return f"unknown {what} `{said}`{meant}, expected {some(said, names)}"


def did_you_mean(said: str, known: Iterable[str], *, cutoff: float = 0.7) -> str:
    near = _near(said, known, cutoff)
    return f" (did you mean `{near[0]}`?)" if near else ""


def some(said: str, known: Iterable[str], *, of: str = "") -> str:
    """ "one of: …", the nearest in front, at most a dozen."""
    names = [name for name in known if name]
    near = _near(said, names)
    shown = [*near, *(name for name in names if name not in near)]
    rest = f" and {len(shown) - _MOST_SHOWN} more" if len(shown) > _MOST_SHOWN else ""
    listed = ", ".join(shown[:_MOST_SHOWN]) or "none is listed"
    return f"one of{f' {of}' if of else ''}: {listed}{rest}"


def _near(said: str, known: Iterable[str], cutoff: float = 0.7) -> list[str]:
    return get_close_matches(said, [name for name in known if name], n=3, cutoff=cutoff)


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"the number {value}"
    if isinstance(value, str):
        return _shown(value) if value else "empty text"
    return "a list" if isinstance(value, list) else "a mapping"


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"`{value[:60]}`"
    return _kind(value)
