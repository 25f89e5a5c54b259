"""What a case goes through: documents, deadlines, numbers, the letter, the rubric."""

from __future__ import annotations

import re

from programs import clock
from programs.evaluating import LEVELS, EvaluationDef
from programs.facts.vocabulary import CLAIM_KINDS, Vocabulary
from programs.manifest import (
    DISAGREEMENT,
    FORMATS,
    WHOLE,
    Criterion,
    Deadlines,
    DocumentDef,
    Rubric,
)
from programs.outcome import LetterDef, NoticeNumbers
from programs.reading import SLUG, At, unknown
from programs.rules.reading import Words, read_node
from programs.sections.shape import SOURCED, items, once
from programs.sourcing import NOTHING, Text

_PERIOD = re.compile(rf"[1-9][0-9]{{0,3}}[dhwmy]|{clock.IMMEDIATELY}")
_DAYS = re.compile(r"[1-9][0-9]{0,3}d")
_NUMBER = re.compile(r"[^{}\s]*\{year\}[^{}\s]*\{number:0[1-9]d\}[^{}\s]*")


def documents(section: At, words: Words) -> tuple[DocumentDef, ...]:
    found: list[DocumentDef] = []
    replaced: list[At] = []
    for item in once(items(section), "code"):
        item.mapping(
            required=("code", "names", "required", "from"),
            allowed=("many", "validity_months", "replaces", "formats", *SOURCED),
        )
        place, sourced = item.with_sources()
        required = place["required"]
        others = list(place["replaces"].items()) if "replaces" in place else []
        replaced += others
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
                replaces=tuple(code.slug() for code in others),
                formats=place.optional("formats", _formats, ()),
                assumed=sourced.assumed,
                citations=sourced.citations,
            )
        )
    codes = [document.code for document in found]
    for code in replaced:
        if isinstance(code.value, str) and SLUG.fullmatch(code.value) and code.value not in codes:
            code.problem(unknown("document", code.value, codes))
    return tuple(found)


def _formats(place: At) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.one_of(FORMATS) for item in place.items(at_least=1)))


def deadlines(place: At, *, evaluated: bool) -> Deadlines:
    required = ("processing", "supplement", *(("evaluation",) if evaluated else ()))
    place.mapping(required=required, allowed=("target", "excluded"))
    processing, processing_assumed = _timed(place["processing"])
    evaluation, evaluation_assumed = None, False
    if evaluated and "evaluation" in place:
        evaluation, evaluation_assumed = _timed(
            place["evaluation"], _DAYS, "a number of days, as in 5d"
        )
    target, target_assumed = _target(place["target"], processing) if "target" in place else NO_TIME
    excluded, excluded_assumed = (
        _excluded(place["excluded"]) if "excluded" in place else ((), False)
    )
    supplement = place["supplement"]
    supplement.mapping(required=("days",), allowed=SOURCED)
    return Deadlines(
        processing=processing,
        processing_assumed=processing_assumed,
        supplement_days=supplement["days"].whole(1, 365),
        supplement_assumed=supplement.sourced().assumed,
        evaluation=evaluation,
        evaluation_assumed=evaluation_assumed,
        target=target,
        target_assumed=target_assumed,
        excluded=excluded,
        excluded_assumed=excluded_assumed,
    )


NO_TIME = (None, False)


def _timed(
    place: At, pattern: re.Pattern[str] = _PERIOD, expected: str = "a period, as in 10d or 24h"
) -> tuple[str, bool]:
    place.mapping(required=("period",), allowed=SOURCED)
    said = place["period"].text(pattern=pattern, expected=expected)
    return said, place.sourced().assumed


def _target(place: At, processing: str) -> tuple[str | None, bool]:
    """The office's own aim: of the same kind as the legal period, and not longer."""
    said, assumed = _timed(place)
    if not said or not processing:
        return None, assumed
    aim, law = clock.parse_period(said), clock.parse_period(processing)
    if (aim.hours is None) != (law.hours is None) and aim.hours is None:
        longer = True
    elif aim.civil or law.civil:
        longer = aim.unit != law.unit or aim.amount > law.amount
    elif aim.hours is not None and law.hours is not None:
        longer = aim.hours > law.hours
    else:
        longer = aim.hours is None and aim.amount > law.amount
    if longer:
        place["period"].problem(f"`{said}`, expected no more than the processing period {law}")
        return None, assumed
    return said, assumed


def _excluded(place: At) -> tuple[tuple[str, ...], bool]:
    place.mapping(required=("reasons",), allowed=SOURCED)
    reasons = tuple(item.one_of(clock.EXCLUDABLE) for item in place["reasons"].items())
    return tuple(dict.fromkeys(reasons)), place.sourced().assumed


def receipt(place: At) -> tuple[str, bool]:
    place.mapping(required=("pattern",), allowed=SOURCED)
    return _number_pattern(place["pattern"]), place.sourced().assumed


def _number_pattern(place: At) -> str:
    return place.text(pattern=_NUMBER, expected="a pattern, as in KOTRA-{year}-{number:06d}")


def letter(place: At) -> LetterDef:
    place.mapping(
        required=("template", "number", "validity", "title", "addressee", "signatory"),
        allowed=("statement", *SOURCED),
    )
    place, sourced = place.with_sources()
    number, validity = place["number"], place["validity"]
    number.mapping(required=("series", "pattern"), allowed=SOURCED)
    validity.mapping(required=("months",), allowed=SOURCED)
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


def notices(place: At, letter: LetterDef | None) -> NoticeNumbers | None:
    """The numbers of notices of refusal and return; never those of the letters."""
    if not place.mapping(required=("number",)):
        return None
    number = place["number"]
    if not number.mapping(required=("pattern",), allowed=("series", *SOURCED)):
        return None
    found = NoticeNumbers(
        series=number.optional("series", At.slug, ""),
        pattern=_number_pattern(number["pattern"]),
        assumed=number.sourced().assumed,
    )
    if letter is not None and found.series == letter.series:
        number["series"].problem("the letters' own series, expected one for notices alone")
    if letter is not None and found.pattern == letter.number_pattern:
        number["pattern"].problem("the letters' own pattern, expected one for notices alone")
    return found


def rubric(place: At) -> Rubric:
    place.mapping(
        required=("pass_points", "quorum"), allowed=("criteria", "disagreement", *SOURCED)
    )
    keys = ("code", "names", "weight", "max_points", "low")
    listed = ", ".join(f"`{key}`" for key in keys)
    place.needs("criteria", expected=f"a list of items with {listed}")
    place, sourced = place.with_sources()
    criteria = []
    before = len(place.notes.problems)
    for line in once(place["criteria"].items(at_least=1), "code"):
        line.mapping(
            required=keys,
            allowed=("description", "anchors"),
        )
        told = len(line.notes.problems)
        most = line["max_points"].whole(1, 100)
        known = "max_points" in line and len(line.notes.problems) == told
        anchors = line.optional("anchors", _anchors, (NOTHING, NOTHING))
        criteria.append(
            Criterion(
                code=line["code"].slug(),
                names=line["names"].words(),
                weight=line["weight"].whole(1, 100),
                max_points=most,
                low=line["low"].whole(0, most if known else 100),
                description=line.optional("description", At.words, NOTHING),
                low_anchor=anchors[0],
                high_anchor=anchors[1],
            )
        )
    total = sum(criterion.weight for criterion in criteria)
    if total != 100 and criteria and len(place.notes.problems) == before:
        place["criteria"].problem(f"weights adding up to {total}, expected 100")
    return Rubric(
        criteria=tuple(criteria),
        pass_points=place["pass_points"].whole(0, 10_000),
        quorum=place["quorum"].whole(1, 20),
        disagreement=place.optional("disagreement", lambda at: at.whole(1, WHOLE), DISAGREEMENT),
        disagreement_assumed=sourced.assumed or "disagreement" not in place,
        assumed=sourced.assumed,
        citations=sourced.citations,
    )


def _anchors(place: At) -> tuple[Text, Text]:
    """What a low score and what full points mean."""
    if not place.mapping(required=("low", "high")) or "low" not in place or "high" not in place:
        return NOTHING, NOTHING
    return place["low"].words(), place["high"].words()


def evaluation(
    place: At, *, documents: tuple[DocumentDef, ...], vocabulary: Vocabulary
) -> EvaluationDef:
    """What evaluators are given and told."""
    place.mapping(allowed=("blind", "outcome", "documents", "facts", *SOURCED))
    place, sourced = place.with_sources()
    codes = [document.code for document in documents]
    groups = {
        group.name: [fact.name for fact in group.stated]
        for group in vocabulary.groups
        if group.name in CLAIM_KINDS.values()
    }
    known = [*groups, *(f"{name}.{fact}" for name in groups for fact in groups[name])]
    return EvaluationDef(
        blind=place.optional("blind", At.flag, False),
        outcome=place.optional("outcome", At.flag, False),
        documents=_levels(place, "documents", "document", codes),
        facts=_levels(place, "facts", "fact", known),
        assumed=sourced.assumed,
        citations=sourced.citations,
    )


def _levels(place: At, key: str, what: str, known: list[str]) -> dict[str, str]:
    if key not in place:
        return {}
    found = {}
    for name, level in place[key].pairs():
        if name not in known:
            level.problem(unknown(what, str(name), known))
        found[str(name)] = level.one_of(LEVELS)
    return found
