"""A programme's own lists (partner firms, institutes), which its rules may ask about by name."""

from __future__ import annotations

from programs.reading import SLUG, At
from programs.sections.shape import named
from programs.sourcing import Named

# The lists that the sections of the same name make.
TAKEN = ("occupations", "refused_occupations", "fields", "regions")


def lists(place: At) -> dict[str, tuple[Named, ...]]:
    """{name: what is on it}."""
    found = {}
    for name, section in place.pairs():
        if not SLUG.fullmatch(name):
            section.problem(f"`{name}`, expected a name of a-z, 0-9, - and _")
        if name in TAKEN:
            section.problem(f"`{name}` is a section of its own, expected another name")
        found[name] = named(section)
    return found
