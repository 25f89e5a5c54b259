"""What every section of a programme file is made of.

A section is a mapping with `source` or `assumed`, and its `items`; an item may have its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from programs.reading import SOURCING, At
from programs.sourcing import Named

SOURCED = tuple(sorted(SOURCING))


def items(section: At, *, also: tuple[str, ...] = (), at_least: int = 1) -> Iterator[At]:
    """A section's items, each knowing the section's source. Codes may appear once."""
    if not section.mapping(required=("items",), allowed=(*SOURCED, *also)):
        return
    section, _sourced = section.with_sources()
    if "items" in section:
        yield from section["items"].items(at_least=at_least)


def once(places: Iterator[At], *keys: str) -> Iterator[At]:
    """The items, with a problem for one that repeats the keys of an earlier one."""
    seen: set[tuple] = set()
    for place in places:
        identity = tuple(str(place[key].value) for key in keys)
        if identity in seen:
            place.problem(f"`{' '.join(identity)}` a second time, expected each once")
        seen.add(identity)
        yield place


def named(section: At) -> tuple[Named, ...]:
    found = []
    for place in once(items(section), "code"):
        place.mapping(required=("code", "names"), allowed=SOURCED)
        found.append(Named(place["code"].code(), place["names"].words(), place.sourced()))
    return tuple(found)


def one_value(place: At, key: str, values: tuple[str, ...]) -> str:
    """A block that holds a single word and its source."""
    place.mapping(required=(key,), allowed=SOURCED)
    place.sourced()
    return place[key].one_of(values)
