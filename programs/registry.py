"""Names that a catalogue file may use and a higher room gives meaning to.

Rooms register in AppConfig.ready(); a system check fails when a shipped file names something
that nobody registered.
"""

from collections.abc import Callable, Collection
from typing import Literal

Kind = Literal["stage", "letter template"]
KINDS: tuple[Kind, ...] = ("stage", "letter template")

_known: dict[str, Callable[[], Collection[str]]] = {}


def register(kind: Kind, names: Callable[[], Collection[str]]) -> None:
    """Say which names of this kind there are; asked when the check runs."""
    _known[kind] = names


def known(kind: Kind) -> frozenset[str]:
    """The names of a kind; none when nobody registered any."""
    return frozenset(_known[kind]()) if kind in _known else frozenset()
