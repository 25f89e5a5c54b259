"""The occupations a programme takes, those it no longer does, and its own questions."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from programs.facts.vocabulary import Change, Choice, Fact, FactType
from programs.manifest import Alias, Occupation, RefusedOccupation
from programs.reading import At, unknown
from programs.sections.shape import SOURCED, items, once
from programs.sourcing import NOTHING

VISA_CLASSES = ("E-7-1", "E-7-2", "E-7-3", "E-7-4", "E-7-S", "F-2", "D-2", "D-10")


def occupations(section: At) -> tuple[tuple[Occupation, ...], tuple[RefusedOccupation, ...]]:
    """(may be applied for, no longer recommended). Codes mean what `edition` says."""
    edition = section["edition"].code() if "edition" in section else ""
    if not edition:
        section.problem("`edition` is missing, expected the edition the codes are from")
    found = []
    for place in once(items(section, also=("edition", "refused")), "code"):
        place.mapping(required=("code", "names", "visa_class"), allowed=("aliases", *SOURCED))
        found.append(
            Occupation(
                code=place["code"].code(),
                edition=edition,
                names=place["names"].words(),
                visa_class=place["visa_class"].one_of(VISA_CLASSES),
                aliases=tuple(_aliases(place)),
                sourced=place.sourced(),
            )
        )
    refused = []
    if "refused" in section:
        section, _sourced = section.with_sources()
        for place in once(section["refused"].items(), "code"):
            place.mapping(required=("code", "names", "reason"), allowed=SOURCED)
            refused.append(
                RefusedOccupation(
                    code=place["code"].code(),
                    edition=edition,
                    names=place["names"].words(),
                    reason=place["reason"].words(),
                    sourced=place.sourced(),
                )
            )
            if any(refused[-1].code == one.code for one in found):
                place.problem(f"`{refused[-1].code}` is allowed too, expected it in one list")
    return tuple(found), tuple(refused)


def _aliases(place: At) -> Iterator[Alias]:
    for alias in place["aliases"].items() if "aliases" in place else ():
        alias.mapping(required=("code", "edition"))
        yield Alias(alias["code"].code(), alias["edition"].code())


def own_facts(section: At, lists: Collection[str] = ()) -> tuple[Fact, ...]:
    """A programme's own questions, which its rules ask as own.<code>. A code may be chosen from
    one of the programme's `lists`."""
    found = []
    for place in once(items(section), "code"):
        place.mapping(
            required=("code", "names", "type"),
            allowed=(
                *("help", "choices", "minimum", "maximum", "unit", "list", "change"),
                *SOURCED,
            ),
        )
        place.sourced()
        kind = FactType(place["type"].one_of(tuple(FactType)))
        choices: tuple[Choice, ...] = ()
        if kind in (FactType.CHOICE, FactType.LEVEL):
            choices = tuple(_choices(place))
        elif "choices" in place:
            place["choices"].problem(f"`choices` of a {kind}, expected them of a choice or level")
        found.append(
            Fact(
                name=place["code"].slug(),
                type=kind,
                label=place["names"].words(),  # type: ignore[arg-type]
                choices=choices,
                minimum=place.optional("minimum", lambda at: at.whole(0, 10**12)),
                maximum=place.optional("maximum", lambda at: at.whole(0, 10**12)),
                unit=place.optional("unit", At.text, ""),
                help=place.optional("help", At.words, NOTHING),
                change=Change(place.optional("change", _change, Change.NOW)),
                listed=_listed(place, kind, lists),
            )
        )
    return tuple(found)


def _change(place: At) -> str:
    return place.one_of(tuple(Change))


def _listed(place: At, kind: FactType, lists: Collection[str]) -> str:
    if "list" not in place:
        return ""
    name = place["list"].text(expected="the name of one of the programme's lists")
    if kind is not FactType.CODE:
        place["list"].problem(f"`list` of a {kind}, expected it of a code")
    if name and name not in lists:
        place["list"].problem(unknown("list", name, sorted(lists)))
    return name


def _choices(place: At) -> Iterator[Choice]:
    if "choices" not in place:
        place.problem("`choices` is missing, expected the answers to choose from")
        return
    for choice in once(place["choices"].items(at_least=2), "code"):
        choice.mapping(required=("code", "names"))
        yield Choice(choice["code"].code(), choice["names"].words())  # type: ignore[arg-type]
