"""What the components of `templates/components/` take, as small frozen rows with defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Item:
    """A key and its value (pairs, card, summary)."""

    label: Any
    value: Any
    lang: str = ""
    href: str = ""
    days: int | None = None
    note: Any = ""


@dataclass(frozen=True)
class Tab:
    label: Any
    url: str
    current: bool = False
    count: Any = ""


@dataclass(frozen=True)
class Step:
    label: Any
    state: str
    url: str = ""


@dataclass(frozen=True)
class Action:
    """A button that posts, or that opens a form for a reason first."""

    url: str
    label: Any
    name: str
    kind: str = "primary"
    reason: str = ""
    reason_label: Any = ""
    hint: Any = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FileLine:
    name: str
    url: str = ""
    size: int = 0
    pages: int | None = None
    note: Any = ""
    state: str = ""
    remove_url: str = ""


@dataclass(frozen=True)
class DocumentLine:
    code: str
    name: str
    required: bool = False
    note: Any = ""
    assumed: bool = False
    error: str = ""
    files: tuple[FileLine, ...] = ()
    upload_url: str = ""
    remove_url: str = ""


@dataclass(frozen=True)
class Event:
    """One line of a timeline."""

    state: str
    title: Any
    at: datetime | None = None
    who: str = ""
    note: str = ""
    label: Any = ""
    tone: str = "gray"


@dataclass(frozen=True)
class Tile:
    label: Any
    value: Any
    unit: Any = ""
    tone: str = ""
    href: str = ""
    note: Any = ""
