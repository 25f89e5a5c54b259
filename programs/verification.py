"""How a programme wants its claims verified: which methods suit which claim, and how long an
institution is given to reply.

A programme file may say so under `validation`; what it does not say is taken from here. No source
states any of these: they are assumed, and pages say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

METHODS = (
    "apostille",
    "issuer",
    "employer",
    "register",
    "original",
    "interview",
    "document",
)
IDENTITY = "identity"
# The usual way first: pages offer them in this order.
SUITABLE: Mapping[str, tuple[str, ...]] = {
    IDENTITY: ("document", "original", "register", "interview"),
    "degree": ("issuer", "apostille", "register", "original", "document", "interview"),
    "career": ("employer", "register", "apostille", "original", "document", "interview"),
    "contract": ("document", "original", "employer", "interview"),
    "employer": ("register", "issuer", "original", "document", "interview"),
    "language": ("issuer", "register", "original", "document", "interview"),
    "licence": ("issuer", "register", "apostille", "original", "document", "interview"),
    "training": ("issuer", "register", "original", "document", "interview"),
    "person": ("register", "issuer", "original", "document", "interview"),
    "status": ("register", "original", "document", "interview"),
    "income": ("register", "employer", "original", "document", "interview"),
    "penalty": ("register", "apostille", "original", "document", "interview"),
    "achievement": ("issuer", "register", "original", "document", "interview"),
    "recommendation": ("issuer", "original", "document", "interview"),
    "headcount": ("register", "original", "document", "interview"),
    "foreigner": ("register", "original", "document", "interview"),
    "own": ("issuer", "employer", "register", "apostille", "original", "document", "interview"),
}


@dataclass(frozen=True, slots=True)
class Ways:
    """The methods that do for one kind of claim, the usual one first."""

    methods: tuple[str, ...]
    assumed: bool = True


@dataclass(frozen=True, slots=True)
class Replies:
    """Calendar days from sending to the last day for a reply, and to each reminder."""

    answer_days: int = 14
    reminder_days: tuple[int, ...] = (7, 14, 21)
    assumed: bool = True


@dataclass(frozen=True, slots=True)
class Verification:
    stated: Mapping[str, Ways] = field(default_factory=dict)
    replies: Replies = Replies()

    def ways(self, kind: str) -> Ways:
        """What the programme says about a kind of claim, or what is assumed of it."""
        return self.stated.get(kind) or Ways(SUITABLE[kind])


ASSUMED = Verification()
