"""How a programme file wants claims verified."""

from __future__ import annotations

from programs.facts.vocabulary import CLAIM_KINDS
from programs.reading import At
from programs.sections.shape import SOURCED, once
from programs.verification import IDENTITY, METHODS, Replies, Verification, Ways

_KINDS = (IDENTITY, *CLAIM_KINDS)


def verification(place: At) -> Verification:
    place.mapping(allowed=("claims", "replies"))
    found: dict[str, Ways] = {}
    if "claims" in place:
        for item in once(place["claims"].items(), "kind"):
            item.mapping(required=("kind", "methods"), allowed=SOURCED)
            kind = item["kind"].one_of(_KINDS)
            methods = [one.one_of(METHODS) for one in item["methods"].items(at_least=1)]
            if len(set(methods)) < len(methods):
                item["methods"].problem("a method listed twice, expected each once")
            found[kind] = Ways(tuple(methods), item.sourced().assumed)
    return Verification(found, place.optional("replies", _replies, Replies()))


def _replies(place: At) -> Replies:
    place.mapping(required=("days", "reminders"), allowed=SOURCED)
    reminders = [one.whole(1, 365) for one in place["reminders"].items()]
    if reminders != sorted(set(reminders)):
        place["reminders"].problem("days that do not grow, expected each later than the one before")
    return Replies(place["days"].whole(1, 365), tuple(reminders), place.sourced().assumed)
