"""Kleene's three-valued logic: True, False, and None for unknown."""

from __future__ import annotations

from collections.abc import Iterable

Truth = bool | None

MET, NOT_MET, UNKNOWN = "met", "not_met", "unknown"
_WORDS: dict[Truth, str] = {True: MET, False: NOT_MET, None: UNKNOWN}


def word(truth: Truth) -> str:
    return _WORDS[truth]


def every(truths: Iterable[Truth]) -> Truth:
    """False if one is false, else unknown if one is unknown."""
    seen = list(truths)
    if False in seen:
        return False
    return None if None in seen else True


def some(truths: Iterable[Truth]) -> Truth:
    """True if one is true, else unknown if one is unknown."""
    seen = list(truths)
    if True in seen:
        return True
    return None if None in seen else False


def opposite(truth: Truth) -> Truth:
    return None if truth is None else not truth


def at_least(count: int, truths: Iterable[Truth]) -> Truth:
    """Whether at least `count` are true, as far as known."""
    seen = list(truths)
    sure, possible = seen.count(True), len(seen) - seen.count(False)
    if sure >= count:
        return True
    return None if possible >= count else False
