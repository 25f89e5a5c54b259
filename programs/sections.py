"""Readers of a programme file's sections, each from a place to a part of the manifest.

A section is a mapping with `source` or `assumed`, and its `items`; an item may have its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from programs.facts.vocabulary import Choice, Fact, FactType
from programs.manifest import (
    NOTHING,
    Alias,
    Contact,
    Criterion,
    Deadlines,
    DocumentDef,
    Goal,
    LetterDef,
    Named,
    Occupation,
    OfficeDef,
    Period,
    QuotaNode,
    RefusedOccupation,
    Rubric,
    StageDef,
    Step,
    Text,
)
from programs.reading import SOURCING, At
from programs.rules.reading import Words, read_node

# The workflow's stage kinds, in the order in which a case may pass them.
STAGE_KINDS = ("document_review", "validation", "external_evaluation", "decision")
STEP_STAGES = ("precheck", "draft", *STAGE_KINDS, "letter", "outside")
RETURNING_EVENTS = ("void", "taken_back", "revoked", "withdrawn")
VISA_CLASSES = ("E-7-1", "E-7-2", "E-7-3", "E-7-4", "E-7-S", "F-2", "D-2", "D-10")

_PERIOD = re.compile(r"[1-9][0-9]{0,3}[dh]")
_NUMBER = re.compile(r"[^{}\s]*\{year\}[^{}\s]*\{number:0[1-9]d\}[^{}\s]*")
_SOURCED = tuple(sorted(SOURCING))


def items(section: At, *, also: tuple[str, ...] = (), at_least: int = 1) -> Iterator[At]:
    """A section's items, each knowing the section's source. Codes may appear once."""
    if not section.mapping(required=("items",), allowed=(*_SOURCED, *also)):
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
        place.mapping(required=("code", "names"), allowed=_SOURCED)
        found.append(Named(place["code"].code(), place["names"].words(), place.sourced()))
    return tuple(found)


def office(place: At) -> OfficeDef:
    place.mapping(required=("code", "names"), allowed=("department", "phone", *_SOURCED))
    place.sourced()
    return OfficeDef(
        code=place["code"].slug(),
        names=place["names"].words(),
        department=place.optional("department", At.words, NOTHING),
        phone=place.optional("phone", At.text, ""),
    )


def period(place: At) -> Period:
    place.mapping(required=("code", "from"), allowed=("to", *_SOURCED))
    place.sourced()
    first = place["from"].day()
    last = place.optional("to", At.day)
    if last is not None and last < first:
        place["to"].problem(f"an end on {last} before the start on {first}, expected a later day")
    return Period(place["code"].code(), first, last)


def stages(section: At) -> tuple[StageDef, ...]:
    found: list[StageDef] = []
    for place in once(items(section), "kind"):
        place.mapping(required=("kind", "names"), allowed=_SOURCED)
        sourced = place.sourced()
        kind = place["kind"].one_of(STAGE_KINDS)
        if found and STAGE_KINDS.index(kind) < STAGE_KINDS.index(found[-1].kind):
            place.problem(f"`{kind}` after `{found[-1].kind}`, expected {', '.join(STAGE_KINDS)}")
        found.append(StageDef(kind, place["names"].words(), sourced.assumed, sourced.citations))
    if found and found[-1].kind != "decision":
        section.problem("no `decision` at the end, expected it as the last stage")
    return tuple(found)


def steps(section: At) -> tuple[Step, ...]:
    found = []
    for place in items(section):
        place.mapping(required=("names", "stage"), allowed=("description", *_SOURCED))
        place.sourced()
        found.append(
            Step(
                place["names"].words(),
                place["stage"].one_of(STEP_STAGES),
                place.optional("description", At.words, NOTHING),
            )
        )
    return tuple(found)


def occupations(section: At) -> tuple[tuple[Occupation, ...], tuple[RefusedOccupation, ...]]:
    """(may be applied for, no longer recommended). Codes mean what `edition` says."""
    edition = section["edition"].code() if "edition" in section else ""
    if not edition:
        section.problem("`edition` is missing, expected the edition the codes are from")
    found = []
    for place in once(items(section, also=("edition", "refused")), "code"):
        place.mapping(required=("code", "names", "visa_class"), allowed=("aliases", *_SOURCED))
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
            place.mapping(required=("code", "names", "reason"), allowed=_SOURCED)
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


def own_facts(section: At) -> tuple[Fact, ...]:
    """A programme's own questions, which its rules ask as own.<code>."""
    found = []
    for place in once(items(section), "code"):
        place.mapping(
            required=("code", "names", "type"),
            allowed=("help", "choices", "minimum", "maximum", "unit", *_SOURCED),
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
            )
        )
    return tuple(found)


def _choices(place: At) -> Iterator[Choice]:
    if "choices" not in place:
        place.problem("`choices` is missing, expected the answers to choose from")
        return
    for choice in once(place["choices"].items(at_least=2), "code"):
        choice.mapping(required=("code", "names"))
        yield Choice(choice["code"].code(), choice["names"].words())  # type: ignore[arg-type]


def documents(section: At, words: Words) -> tuple[DocumentDef, ...]:
    found: list[DocumentDef] = []
    for item in once(items(section), "code"):
        item.mapping(
            required=("code", "names", "required", "from"),
            allowed=("many", "validity_months", "replaces", *_SOURCED),
        )
        place, sourced = item.with_sources()
        required = place["required"]
        found.append(
            DocumentDef(
                code=place["code"].slug(),
                names=place["names"].words(),
                required=read_node(required, words)
                if isinstance(required.value, dict)
                else required.flag(),
                from_=place["from"].one_of(("candidate", "company", "both", "proxy")),
                many=place.optional("many", At.flag, False),
                validity_months=place.optional("validity_months", lambda at: at.whole(1, 120)),
                replaces=tuple(
                    code.slug()
                    for code in (place["replaces"].items() if "replaces" in place else ())
                ),
                assumed=sourced.assumed,
                citations=sourced.citations,
            )
        )
    codes = {document.code for document in found}
    for document in found:
        for code in document.replaces:
            if code not in codes:
                section.problem(f"`{document.code}` replaces unknown `{code}`, expected a code")
    return tuple(found)


def deadlines(place: At, *, evaluated: bool) -> Deadlines:
    required = ("processing", "supplement", *(("evaluation",) if evaluated else ()))
    place.mapping(required=required)
    processing, processing_assumed = _timed(place["processing"])
    evaluation, evaluation_assumed = None, False
    if evaluated and "evaluation" in place:
        evaluation, evaluation_assumed = _timed(place["evaluation"])
    supplement = place["supplement"]
    supplement.mapping(required=("days",), allowed=_SOURCED)
    return Deadlines(
        processing=processing,
        processing_assumed=processing_assumed,
        supplement_days=supplement["days"].whole(1, 365),
        supplement_assumed=supplement.sourced().assumed,
        evaluation=evaluation,
        evaluation_assumed=evaluation_assumed,
    )


def _timed(place: At) -> tuple[str, bool]:
    place.mapping(required=("period",), allowed=_SOURCED)
    said = place["period"].text(pattern=_PERIOD, expected="a period, as in 10d or 24h")
    return said, place.sourced().assumed


def receipt(place: At) -> tuple[str, bool]:
    place.mapping(required=("pattern",), allowed=_SOURCED)
    return _number_pattern(place["pattern"]), place.sourced().assumed


def _number_pattern(place: At) -> str:
    return place.text(pattern=_NUMBER, expected="a pattern, as in KOTRA-{year}-{number:06d}")


def letter(place: At) -> LetterDef:
    place.mapping(
        required=("template", "number", "validity", "title", "addressee", "signatory"),
        allowed=("statement", *_SOURCED),
    )
    place, sourced = place.with_sources()
    number, validity = place["number"], place["validity"]
    number.mapping(required=("series", "pattern"), allowed=_SOURCED)
    validity.mapping(required=("months",), allowed=_SOURCED)
    return LetterDef(
        template=place["template"].slug(),
        series=number["series"].slug(),
        number_pattern=_number_pattern(number["pattern"]),
        number_assumed=number.sourced().assumed,
        validity_months=validity["months"].whole(1, 120),
        validity_assumed=validity.sourced().assumed,
        title=place["title"].words(),
        addressee=place["addressee"].words(),
        signatory=place["signatory"].words(),
        statement=place.optional("statement", At.words, NOTHING),
        assumed=sourced.assumed,
    )


def rubric(place: At) -> Rubric:
    place.mapping(required=("pass_points", "quorum", "criteria"), allowed=_SOURCED)
    place, sourced = place.with_sources()
    criteria = []
    for line in once(place["criteria"].items(at_least=1), "code"):
        line.mapping(
            required=("code", "names", "weight", "max_points", "low"),
            allowed=("description", "anchors"),
        )
        most = line["max_points"].whole(1, 100)
        anchors = line.optional("anchors", _anchors, (NOTHING, NOTHING))
        criteria.append(
            Criterion(
                code=line["code"].slug(),
                names=line["names"].words(),
                weight=line["weight"].whole(1, 100),
                max_points=most,
                low=line["low"].whole(0, most),
                description=line.optional("description", At.words, NOTHING),
                low_anchor=anchors[0],
                high_anchor=anchors[1],
            )
        )
    total = sum(criterion.weight for criterion in criteria)
    if total != 100:
        place["criteria"].problem(f"weights adding up to {total}, expected 100")
    return Rubric(
        criteria=tuple(criteria),
        pass_points=place["pass_points"].whole(0, 10_000),
        quorum=place["quorum"].whole(1, 20),
        assumed=sourced.assumed,
        citations=sourced.citations,
    )


def _anchors(place: At) -> tuple[Text, Text]:
    """What a low score and what full points mean."""
    if not place.mapping(required=("low", "high")) or "low" not in place or "high" not in place:
        return NOTHING, NOTHING
    return place["low"].words(), place["high"].words()


def quota(place: At, words: Words) -> tuple[QuotaNode, tuple[str, ...]]:
    """(the tree of limits, what gives a unit back)."""
    place.mapping(required=("total", "gives_back"), allowed=_SOURCED)
    place, _sourced = place.with_sources()
    back = place["gives_back"]
    back.mapping(required=("events",), allowed=_SOURCED)
    back.sourced()
    events = tuple(
        event.one_of(RETURNING_EVENTS)
        for event in (back["events"].items() if "events" in back else ())
    )
    return _limit(place["total"], words), events


def _limit(place: At, words: Words) -> QuotaNode:
    place.mapping(required=("code", "names", "size"), allowed=("applies", "parts", *_SOURCED))
    place, sourced = place.with_sources()
    size = place["size"].whole(0, 1_000_000)
    parts = tuple(
        _limit(part, words)
        for part in once(place["parts"].items() if "parts" in place else iter(()), "code")
    )
    together = sum(part.size for part in parts)
    if together > size:
        place["parts"].problem(f"parts of {together} in a whole of {size}, expected them to fit")
    return QuotaNode(
        code=place["code"].code(),
        names=place["names"].words(),
        size=size,
        applies=read_node(place["applies"], words) if "applies" in place else None,
        children=parts,
        assumed=sourced.assumed,
        citations=sourced.citations,
    )


def goals(section: At) -> tuple[Goal, ...]:
    found = []
    for place in items(section):
        place.mapping(required=("names", "number", "by"), allowed=_SOURCED)
        found.append(
            Goal(
                place["names"].words(),
                place["number"].whole(1, 100_000_000),
                place["by"].day(),
                place.sourced(),
            )
        )
    return tuple(found)


def contacts(section: At) -> tuple[Contact, ...]:
    found = []
    for place in items(section):
        place.mapping(required=("names",), allowed=("phone", "url", "email", *_SOURCED))
        place.sourced()
        found.append(
            Contact(
                place["names"].words(),
                place.optional("phone", At.text, ""),
                place.optional("url", At.text, ""),
                place.optional("email", At.text, ""),
            )
        )
    return tuple(found)


def one_value(place: At, key: str, values: tuple[str, ...]) -> str:
    """A block that holds a single word and its source."""
    place.mapping(required=(key,), allowed=_SOURCED)
    place.sourced()
    return place[key].one_of(values)


def days_in_a_year(place: At) -> int:
    place.mapping(required=("days_in_a_year",), allowed=_SOURCED)
    place.sourced()
    return place["days_in_a_year"].whole(360, 366)
