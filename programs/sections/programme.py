"""Who issues what and when: office, period, steps, contacts, and what judges nobody."""

from __future__ import annotations

from programs.manifest import (
    Applicant,
    Contact,
    Fee,
    Goal,
    Note,
    OfficeDef,
    Period,
    Published,
    StageDef,
    Step,
)
from programs.reading import At
from programs.sections.shape import SOURCED, items, once
from programs.sourcing import NOTHING

# The workflow's stage kinds, in the order in which a case may pass them.
STAGE_KINDS = ("document_review", "validation", "external_evaluation", "decision")
STEP_STAGES = ("precheck", "draft", *STAGE_KINDS, "letter", "outside")
APPLICANTS = ("company", "candidate", "proxy")


def office(place: At) -> OfficeDef:
    place.mapping(required=("code", "names"), allowed=("department", "phone", *SOURCED))
    place.sourced()
    return OfficeDef(
        code=place["code"].slug(),
        names=place["names"].words(),
        department=place.optional("department", At.words, NOTHING),
        phone=place.optional("phone", At.text, ""),
    )


def period(place: At) -> Period:
    place.mapping(required=("code", "from"), allowed=("to", *SOURCED))
    place.sourced()
    first = place["from"].day()
    last = place.optional("to", lambda at: at.end(first))
    return Period(place["code"].code(), first, last)


def stages(section: At) -> tuple[StageDef, ...]:
    found: list[StageDef] = []
    for place in once(items(section), "kind"):
        place.mapping(required=("kind", "names"), allowed=SOURCED)
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
        place.mapping(required=("names", "stage"), allowed=("description", *SOURCED))
        place.sourced()
        found.append(
            Step(
                place["names"].words(),
                place["stage"].one_of(STEP_STAGES),
                place.optional("description", At.words, NOTHING),
            )
        )
    return tuple(found)


def goals(section: At) -> tuple[Goal, ...]:
    found = []
    for place in items(section):
        place.mapping(required=("names", "number", "by"), allowed=SOURCED)
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
        place.mapping(required=("names",), allowed=("phone", "url", "email", *SOURCED))
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


def days_in_a_year(place: At) -> int:
    place.mapping(required=("days_in_a_year",), allowed=SOURCED)
    place.sourced()
    return place["days_in_a_year"].whole(360, 366)


def applicants(section: At) -> tuple[Applicant, ...]:
    """Who may apply, in the programme's own words."""
    found = []
    for place in once(items(section), "code"):
        place.mapping(required=("code", "names"), allowed=("description", *SOURCED))
        found.append(
            Applicant(
                place["code"].one_of(APPLICANTS),
                place["names"].words(),
                place.optional("description", At.words, NOTHING),
                place.sourced(),
            )
        )
    return tuple(found)


def fee(place: At) -> Fee:
    """What an application costs, in won."""
    place.mapping(required=("won",), allowed=("description", *SOURCED))
    return Fee(
        place["won"].whole(0, 100_000_000),
        place.optional("description", At.words, NOTHING),
        place.sourced(),
    )


def published(place: At) -> Published:
    """What of the office's figures is public."""
    place.mapping(required=("quota", "last_decided", "fewest"), allowed=SOURCED)
    fewest = place["fewest"].whole(2, 1000)
    last = place["last_decided"].whole(2, 10_000)
    if last < fewest:
        place["last_decided"].problem(f"`{last}`, expected at least `fewest` ({fewest})")
    return Published(place["quota"].one_of(("total", "parts")), last, fewest, place.sourced())


def notes(section: At) -> tuple[Note, ...]:
    """Benefits, stay, duties after entry: what people ask about and no rule judges."""
    found = []
    for place in items(section):
        place.mapping(required=("names",), allowed=("description", *SOURCED))
        found.append(
            Note(
                place["names"].words(),
                place.optional("description", At.words, NOTHING),
                place.sourced(),
            )
        )
    return tuple(found)
