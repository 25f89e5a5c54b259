"""Reads a points table (`points`) and who needs no letter (`not_needed`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from programs.reading import SOURCING, At
from programs.rules.measures import TOTAL
from programs.rules.nodes import Waiver
from programs.rules.points import BEST_OF, SUM_OF, TAKE_OFF, Band, ForEach, Part, Points
from programs.rules.reading import Words, read_node
from programs.rules.reading_measures import hundredths, read_measure

_SOURCED = tuple(sorted(SOURCING))
_HOW = (BEST_OF, SUM_OF, TAKE_OFF)


def part_codes(section: Any) -> frozenset[str]:
    """The codes of a table's parts, before it is read: rules may ask for them."""
    found: set[str] = set()

    def gather(parts: Any) -> None:
        for part in parts if isinstance(parts, list) else ():
            # `parts` is wrong there, which is told, and what it holds is known all the same.
            within = (*_HOW, "parts")
            how = next((how for how in within if isinstance(part, dict) and how in part), None)
            if how is not None:
                found.add(str(part.get("code", "")))
                gather(part[how])

    gather(section.get("parts") if isinstance(section, dict) else None)
    return frozenset(found - {""})


def read_points(place: At, words: Words) -> Points:
    """The table. `words` are those for its bands, which may not ask for points themselves."""
    if not place.mapping(required=("parts",), allowed=_SOURCED):
        return Points((), place.sourced())
    place, sourced = place.with_sources()
    codes: set[str] = {TOTAL}
    parts = tuple(
        _part(part, words, codes)
        for part in (place["parts"].items(at_least=1) if "parts" in place else ())
    )
    return Points(parts, sourced)


def _part(place: At, words: Words, codes: set[str], *, nested: bool = False) -> Part:
    if "parts" in place:
        place["parts"].problem(
            "`parts` in a part, expected parts as items of best_of, sum_of or take_off"
        )
    place.mapping(required=("code", "names"), allowed=("at_most", "parts", *_HOW, *_SOURCED))
    place, sourced = place.with_sources()
    code = place["code"].slug()
    if code in codes:
        place["code"].problem(f"`{code}` a second time, expected a code of its own")
    codes.add(code)
    said = [how for how in _HOW if how in place]
    if len(said) != 1 and "parts" not in place:
        shown = " and ".join(f"`{how}`" for how in said) or "none of them"
        place.problem(f"a part with {shown}, expected exactly one of: {', '.join(_HOW)}")
    how = said[0] if said else SUM_OF
    if nested and how == TAKE_OFF:
        place[how].problem("`take_off` within a part, expected it beside the other parts")
    return Part(
        code=code,
        names=place["names"].words(),
        how=how,
        entries=tuple(_entries(place[how], words, codes)) if said else (),
        at_most=place.optional("at_most", hundredths),
        sourced=sourced,
    )


def _entries(place: At, words: Words, codes: set[str]) -> Iterator[Band | ForEach | Part]:
    for entry in place.items(at_least=1):
        if any(how in entry for how in (*_HOW, "parts")):
            yield _part(entry, words, codes, nested=True)
        elif "for_each" in entry:
            yield _for_each(entry, words)
        else:
            yield _band(entry, words)


def _band(place: At, words: Words) -> Band:
    if not isinstance(place.value, dict) or "points" not in place:
        place.problem("a band without points, expected `points: …` and a rule")
        return Band(0, read_node(place, words))
    rule = {key: value for key, value in place.value.items() if key != "points"}
    return Band(
        hundredths(place["points"]),
        read_node(At(rule, place.path, place.notes, place.inherited), words),
    )


def _for_each(place: At, words: Words) -> ForEach:
    place.mapping(
        required=("points", "text", "for_each", "of"), allowed=("code", "at_most", *_SOURCED)
    )
    place, sourced = place.with_sources()
    measure = read_measure(place["of"], words)
    return ForEach(
        points=hundredths(place["points"]),
        each=place["for_each"].whole(1, 10**12),
        of=measure,
        at_most=place.optional("at_most", hundredths),
        text=place["text"].words(),
        sourced=sourced,
        code=place.optional("code", At.slug, ""),
    )


def read_not_needed(section: At, words: Words) -> tuple[Waiver, ...]:
    """Who needs no letter at all."""
    if not section.mapping(required=("items",), allowed=_SOURCED):
        return ()
    section, _sourced = section.with_sources()
    found: list[Waiver] = []
    for item in section["items"].items(at_least=1) if "items" in section else ():
        item.mapping(required=("code", "names", "text", "rule"), allowed=_SOURCED)
        place, sourced = item.with_sources()
        code, text = place["code"].slug(), place["text"].words()
        if code in {one.code for one in found}:
            place["code"].problem(f"`{code}` a second time, expected each once")
        rule = read_node(place["rule"], words, text=text)
        found.append(Waiver(code, place["names"].words(), text, rule, sourced))
    return tuple(found)
