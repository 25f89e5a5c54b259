"""Reads the measures of a `number` rule: numbers, facts, and what is made of them."""

from __future__ import annotations

import re
from collections.abc import Callable

from programs.facts.vocabulary import ORDERED, WHOLE_NUMBERS, Fact, FactType
from programs.reading import At, unknown
from programs.rules.measures import (
    TOTAL,
    Combined,
    Count,
    DaysSince,
    FactValue,
    FigureValueOf,
    Fixed,
    FixedPoints,
    Gathered,
    Measure,
    Per,
    Percent,
    PointsOf,
    Scaled,
    Stepped,
    Times,
    Worked,
)
from programs.rules.nodes import Bracket, Where
from programs.rules.reading_conditions import (
    Words,
    group_at,
    read_figure,
    read_where,
    unknown_fact,
    work,
)

COMPARISONS = ("at_least", "at_most", "more_than", "less_than", "is")
ROUNDINGS = ("half_up", "up", "down")
NO_MEASURE = Fixed(0)
_GATHERED = ("sum", "largest", "smallest", "average")
_COMBINED = ("highest", "lowest", "plus", "minus")
_DECIMAL = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,2})?")
_MOST = 10**15


def read_number(place: At, words: Words) -> tuple[Measure, tuple[tuple[str, Measure], ...]]:
    """What is measured and what it is compared with; all in hundredths where points are."""
    asked = [name for name in COMPARISONS if name in place]
    if not asked:
        place.problem(f"nothing is asked, expected one of: {', '.join(COMPARISONS)}")
    places = [place["number"], *(place[name] for name in asked)]
    measure, *others = _alike(places, [read_measure(one, words) for one in places])
    return measure, tuple(zip(asked, others, strict=True))


def read_measure(place: At, words: Words) -> Measure:
    """A whole number, "12.5" points, the path of a fact, or a mapping with one head."""
    value = place.value
    if isinstance(value, str):
        if _DECIMAL.fullmatch(value):
            return FixedPoints(hundredths(place))
        return _fact_value(place, words)
    if not isinstance(value, dict):
        return Fixed(place.whole(0, _MOST))
    heads = ["figure"] if "figure" in place else [head for head in _HEADS if head in place]
    if len(heads) != 1:
        said = " and ".join(f"`{head}`" for head in heads) or "none of them"
        place.problem(f"a measure with {said}, expected exactly one of: {', '.join(_HEADS)}")
        return NO_MEASURE
    return _HEADS[heads[0]](place, words)


def hundredths(place: At) -> int:
    """A number of points, 12 or "12.5", in hundredths."""
    if isinstance(place.value, str):
        said = place.text(pattern=_DECIMAL, expected='a number of points, as in 12 or "12.5"')
        whole, _dot, part = (said or "0").partition(".")
        return int(whole) * 100 + int((part + "00")[:2])
    return place.whole(0, 1_000_000) * 100


def _alike(places: list[At], measures: list[Measure]) -> list[Measure]:
    """Whole numbers in hundredths, where there are points beside them."""
    if not any(one.hundredths for one in measures):
        return measures
    if not any(_asks_points(one) for one in measures):
        for place, one in zip(places, measures, strict=True):
            if isinstance(one, FixedPoints):
                place.problem("a number in quotes beside no points, expected it without quotes")
    return [one if one.hundredths else _in_points(one) for one in measures]


def _asks_points(measure: Measure) -> bool:
    return isinstance(measure, PointsOf) or any(map(_asks_points, measure.inside))


def _in_points(measure: Measure) -> Measure:
    return FixedPoints(measure.value * 100) if isinstance(measure, Fixed) else Scaled(measure)


def _whole(place: At, words: Words) -> Measure:
    """A measure that is no points: those are neither shared out nor bracketed."""
    measure = read_measure(place, words)
    if measure.hundredths:
        place.problem("points, expected a measure in whole numbers")
    return measure


# --- the heads -------------------------------------------------------------------------------
def _fact_value(place: At, words: Words) -> Measure:
    path = place.text()
    fact = words.vocabulary.fact(path)
    if fact is None:
        place.problem(unknown_fact(path, words))
        return NO_MEASURE
    if fact.type not in WHOLE_NUMBERS:
        what = "expected a number, a fact that is one, or a measure"
        place.problem(f"a {fact.type}, `{path}`, {what}")
        return NO_MEASURE
    return FactValue(path, fact)


def _count(place: At, words: Words) -> Measure:
    place.mapping(required=("count",), allowed=("where", "expected"))
    group = group_at(place["count"], words)
    if not group:
        return NO_MEASURE
    return Count(_items(place, group, words))


def _gathered(place: At, words: Words) -> Measure:
    how = next(head for head in _GATHERED if head in place)
    also = ("newest", "by") if how == "average" else ()
    place.mapping(required=(how,), allowed=("where", "expected", *also))
    group, fact = _item_fact(place[how], words)
    if fact is None:
        return NO_MEASURE
    where = _items(place, group, words)
    if "newest" not in place:
        if "by" in place:
            place["by"].problem("`by` without `newest`, expected both or neither")
        return Gathered(how, where, fact)
    newest = place["newest"].whole(1, 100)
    if "by" not in place:
        place.problem("`newest` without `by`, expected the fact that says which are newest")
        return NO_MEASURE
    name = place["by"].text(expected="the name of a fact, as in year")
    by = words.vocabulary.by_name[group].fact(name)
    if by is None or by.type not in ORDERED or by.choices:
        place["by"].problem(f"`{name}` of {group}, expected a number or a date to order by")
        return NO_MEASURE
    return Gathered(how, where, fact, newest, by)


def _items(place: At, group: str, words: Words) -> Where:
    expected = place.optional("expected", At.flag, False)
    if "expected" in place and group != "degrees":
        place["expected"].problem("`expected` is about degrees, expected it there only")
    return read_where(place.get("where"), group, words, expected=expected)


def _item_fact(place: At, words: Words) -> tuple[str, Fact | None]:
    """(the list, the number of its items) that "incomes.amount" names."""
    path = place.text(expected="a number of a list's items, as in incomes.amount")
    group_name, _dot, name = path.partition(".")
    group = words.vocabulary.group(group_name)
    fact = group.fact(name) if group is not None and group.many else None
    if path and (fact is None or fact.type not in WHOLE_NUMBERS):
        numbers = [
            f"{one.name}.{fact.name}"
            for one in words.vocabulary.groups
            if one.many
            for fact in one.facts
            if fact.type in WHOLE_NUMBERS
        ]
        place.problem(f"`{path}`, expected one of: {', '.join(numbers)}")
        return "", None
    return group_name, fact


def _figure(place: At, words: Words) -> Measure:
    return FigureValueOf(read_figure(place, words))


def _percent(place: At, words: Words) -> Measure:
    if not place.mapping(required=("percent", "of", "rounding"), allowed=("minimum", "maximum")):
        return NO_MEASURE
    return Percent(
        _whole(place["of"], words),
        place["percent"].whole(0, 10_000),
        place["rounding"].one_of(ROUNDINGS),
        *bounds(place),
    )


def _per(place: At, words: Words) -> Measure:
    place.mapping(required=("per", "of", "give", "rounding"), allowed=("minimum", "maximum"))
    return Per(
        _whole(place["of"], words),
        place["per"].whole(1, _MOST),
        hundredths(place["give"]),
        place["rounding"].one_of(ROUNDINGS),
        *bounds(place),
    )


def _brackets(place: At, words: Words) -> Measure:
    place.mapping(required=("brackets", "of"))
    steps = read_brackets(place["brackets"])
    return Stepped(_whole(place["of"], words), steps or (Bracket(None, 0),))


def _combined(place: At, words: Words) -> Measure:
    how = next(head for head in _COMBINED if head in place)
    place.mapping(required=(how,))
    places = list(place[how].items(at_least=2))
    if how == "minus" and len(places) > 2:
        place[how].problem(f"{len(places)} measures, expected two: from the first the second")
    parts = tuple(read_measure(one, words) for one in places)
    if len(parts) < 2:
        return NO_MEASURE
    if any(part.hundredths for part in parts):
        parts = tuple(part if part.hundredths else _in_points(part) for part in parts)
    return Combined(how, parts if how != "minus" else parts[:2])


def _experience(place: At, words: Words) -> Measure:
    place.mapping(required=("experience",))
    inner = place["experience"]
    if inner.value is not None and not inner.mapping(
        allowed=("of", "where", "after_degree", "within")
    ):
        return NO_MEASURE
    return Worked(*work(inner, words))


def _days_since(place: At, words: Words) -> Measure:
    place.mapping(required=("days_since",))
    path = place["days_since"].text(expected="a fact that is a date, as in employer.registered_on")
    fact = words.vocabulary.fact(path)
    if fact is None or fact.type is not FactType.DATE:
        if path:
            wrong = "unknown fact" if fact is None else f"a {fact.type},"
            place["days_since"].problem(f"{wrong} `{path}`, expected a fact that is a date")
        return NO_MEASURE
    return DaysSince(path)


def _times(place: At, words: Words) -> Measure:
    if not place.mapping(required=("times", "of")):
        return NO_MEASURE
    return Times(_whole(place["of"], words), place["times"].whole(0, 10_000))


def _points(place: At, words: Words) -> Measure:
    place.mapping(required=("points",))
    part = place["points"].slug()
    if words.parts is None:
        place.problem("points within the points table, expected anything else")
    elif not words.parts:
        place.problem("points without a points table, expected the section `points`")
    elif part and part != TOTAL and part not in words.parts:
        place["points"].problem(unknown("part", part, [TOTAL, *sorted(words.parts)]))
    return PointsOf(part)


_HEADS: dict[str, Callable[[At, Words], Measure]] = {
    "count": _count,
    **dict.fromkeys(_GATHERED, _gathered),
    "figure": _figure,
    "percent": _percent,
    "per": _per,
    "brackets": _brackets,
    **dict.fromkeys(_COMBINED, _combined),
    "experience": _experience,
    "days_since": _days_since,
    "times": _times,
    "points": _points,
}


# --- parts of measures -----------------------------------------------------------------------
def bounds(place: At) -> tuple[int | None, int | None]:
    """(minimum, maximum) of a share."""
    least = place.optional("minimum", lambda at: at.whole(0, 1_000_000))
    most = place.optional("maximum", lambda at: at.whole(0, 1_000_000))
    if least is not None and most is not None and least > most:
        place["minimum"].problem(f"{least} above the maximum of {most}, expected at most that")
    return least, most


def read_brackets(place: At) -> tuple[Bracket, ...]:
    """Ascending; the last one, without `up_to`, is for every larger number."""
    steps = []
    previous = -1
    places = list(place.items(at_least=1))
    for step in places:
        step.mapping(required=("limit",), allowed=("up_to",))
        up_to = step.optional("up_to", lambda at: at.whole(0, _MOST))
        if up_to is None and step is not places[-1]:
            step.problem("a bracket without `up_to`, expected it on the last one only")
        elif up_to is not None and up_to <= previous:
            step.problem(f"up to {up_to} after up to {previous}, expected ascending brackets")
        previous = previous if up_to is None else up_to
        steps.append(Bracket(up_to, step["limit"].whole(0, _MOST)))
    if steps and steps[-1].up_to is not None:
        places[-1]["up_to"].problem(
            f"the last bracket needs no `up_to`, expected one for everything above {previous}"
        )
    return tuple(steps)
