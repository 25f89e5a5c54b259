"""Facts typed at a pre-check, on their way into an application of the same browser session.

Kept only when the person asks to start an application; gone once it has begun, or with the
session. Nothing is written to a case before someone with a company has signed in.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

KEY = "precheck"


@dataclass(frozen=True)
class Carried:
    slug: str
    facts: dict[str, Any]


def carry(session: SessionBase, *, slug: str, facts: dict[str, Any]) -> None:
    """Keep well-formed facts for the application of that programme."""
    session[KEY] = {"slug": slug, "facts": facts}


def carried(session: SessionBase) -> Carried | None:
    kept = session.get(KEY)
    return Carried(kept["slug"], kept["facts"]) if kept else None


def forget(session: SessionBase) -> None:
    session.pop(KEY, None)
