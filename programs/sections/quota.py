"""The tree of limits on letters."""

from __future__ import annotations

from dataclasses import dataclass

from programs.manifest import QuotaNode
from programs.reading import At
from programs.rules.reading import Words, read_node
from programs.sections.shape import SOURCED, once
from programs.sourcing import NOTHING, Text

RETURNING_EVENTS = ("void", "taken_back", "revoked", "withdrawn")


# Business days: nobody is given a month to say yes to what others wait for.
LONGEST_OFFER = 60


@dataclass(frozen=True, slots=True)
class Quota:
    """The tree of limits, what gives a unit back, and for how long one is offered."""

    total: QuotaNode
    gives_back: tuple[str, ...]
    offer_days: int | None


def quota(place: At, words: Words) -> Quota:
    place.mapping(required=("total", "gives_back"), allowed=("offer", *SOURCED))
    place, _sourced = place.with_sources()
    back = place["gives_back"]
    back.mapping(required=("events",), allowed=SOURCED)
    back.sourced()
    events = tuple(
        event.one_of(RETURNING_EVENTS)
        for event in (back["events"].items() if "events" in back else ())
    )
    return Quota(_limit(place["total"], words), events, place.optional("offer", _offer))


def _offer(place: At) -> int:
    """Business days after the day of the offer; the last one counts."""
    place.mapping(required=("days",), allowed=SOURCED)
    place.sourced()
    return place["days"].whole(1, LONGEST_OFFER)


def _limit(place: At, words: Words) -> QuotaNode:
    place.mapping(
        required=("code", "names", "size"),
        allowed=("applies", "parts", "overlapping", "transfers", *SOURCED),
    )
    place, sourced = place.with_sources()
    size = place["size"].whole(0, 1_000_000)
    places = list(once(place["parts"].items() if "parts" in place else iter(()), "code"))
    parts = tuple(_limit(part, words) for part in places)
    overlapping = place.optional("overlapping", At.flag, False)
    for key in ("overlapping", "transfers"):
        if key in place and len(parts) < 2:
            place[key].problem(f"`{key}` of {len(parts)} parts, expected it with two or more")
    if overlapping:
        for at, part in zip(places, parts, strict=True):
            if part.size > size:
                at["size"].problem(
                    f"a part of {part.size} in a whole of {size}, expected it to fit"
                )
    elif (together := sum(part.size for part in parts)) > size:
        place["parts"].problem(f"parts of {together} in a whole of {size}, expected them to fit")
    code = place["code"].code()
    if "/" in code:
        place["code"].problem(f"`{code}`, expected a code without a slash: it names a pool")
    return QuotaNode(
        code=code,
        names=place["names"].words(),
        size=size,
        applies=read_node(place["applies"], words) if "applies" in place else None,
        children=parts,
        overlapping=overlapping,
        transfers=place.optional("transfers", _transfers, NOTHING),
        assumed=sourced.assumed,
        citations=sourced.citations,
    )


def _transfers(place: At) -> Text:
    """With whose consent units may move between the parts."""
    place.mapping(required=("consent",), allowed=SOURCED)
    place.sourced()
    return place["consent"].words()
