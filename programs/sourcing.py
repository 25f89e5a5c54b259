"""Words in two languages, and where a value was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Korean and in English; `str()` is in the language of the moment."""

    ko: str
    en: str

    def __str__(self) -> str:
        return self.in_language(get_language() or "ko")

    def in_language(self, language: str) -> str:
        return self.en if language.startswith("en") else self.ko

    def as_dict(self) -> dict[str, str]:
        return {"ko": self.ko, "en": self.en}


NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a value comes from: a work listed under `sources` and the place in it."""

    key: str
    title: Text
    where: str = ""
    url: str = ""
    dated: str = ""

    def __str__(self) -> str:
        return f"{self.title}, {self.where}" if self.where else str(self.title)

    def as_dict(self) -> dict[str, Any]:
        return {
            "title": self.title.as_dict(),
            "where": self.where,
            "url": self.url,
            "dated": self.dated,
        }


@dataclass(frozen=True, slots=True)
class Sourced:
    """Where a value comes from, or that nobody found it: `assumed` values say so on pages."""

    citations: tuple[Citation, ...] = ()
    assumed: bool = False


UNSOURCED = Sourced()


@dataclass(frozen=True, slots=True)
class Named:
    code: str
    names: Text
    sourced: Sourced = UNSOURCED
