"""How a finished letter becomes visible, told by the room that knows what its subject is.

`fn(letter) -> bool` runs with no transaction open. It opens its own, locks in the design's order,
checks that the subject is still approved, calls `letters.services.make_visible(letter=letter)` and
returns True; or it makes the letter void (or leaves it) and returns False when the subject has
left that state. Rooms register in AppConfig.ready(), by the `subject_kind` they reserve with
("application" unless they say otherwise).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Office
from letters.errors import NoRelease
from letters.models import Letter

Release = Callable[[Letter], bool]
_releases: dict[str, Release] = {}


def register_release(subject_kind: str, fn: Release) -> None:
    """Replace or add the way letters of this subject kind are released."""
    _releases[subject_kind] = fn


def release(letter: Letter) -> bool:
    """True when the letter is visible now. Raises NoRelease: it then stays reserved."""
    try:
        fn = _releases[letter.subject_kind]
    except KeyError:
        raise NoRelease(f"no release is registered for {letter.subject_kind!r}") from None
    return fn(letter)


def registered() -> frozenset[str]:
    return frozenset(_releases)


@dataclass(frozen=True)
class Use:
    """One kind of letter that an office's programme writes with a design. `letter_def` is what
    `letters.services.reserve` is given; `inputs` are what the kind itself says of every case."""

    programme: str
    name_ko: str
    name_en: str
    kind: str
    letter_def: Mapping[str, Any]
    inputs: Mapping[str, Any] = field(default_factory=dict)


Uses = Callable[[Office], list[Use]]
_uses: list[Uses] = []


def register_uses(fn: Uses) -> None:
    """Say which kinds of letter an office's programmes have; asked for pages and at publishing."""
    _uses.append(fn)


def uses_of(office: Office) -> list[Use]:
    return [use for fn in _uses for use in fn(office)]
