"""A points table judged: what each part gives, at least and at most, with every band explained.

Points are hundredths. As JSON, kept beside the rules as the root's "points":

    {"kind": "points", "least", "most", "source", "assumed", "parts": [part, …]}
    part: {"kind": "part", "code", "text": {ko, en}, "how": "best_of" | "sum_of" | "take_off",
           "cap": hundredths or null, "least", "most", "source", "assumed", "missing": [paths],
           "entries": [part | band | for_each, …]}
    band: an explained rule with "points", "least" and "most" beside its own keys
    for_each: {"kind": "for_each", "code", "text", "source", "assumed", "points", "each",
               "cap", "least", "most", "observed": a measure, "missing"}

`least` is what is certain, `most` what is possible while facts are missing; "missing" of a part
names the facts that could still change it. A cap of null means none.
"""

from __future__ import annotations

from math import inf
from typing import Any

from programs.rules.advice import needs
from programs.rules.answers import Tree
from programs.rules.judge import Judge
from programs.rules.points import BEST_OF, TAKE_OFF, TOTAL, Band, ForEach, Part, Points

Entry = dict[str, Any]


def table(judge: Judge, points: Points) -> Tree:
    """The whole table, explained. Once per judging."""
    known = judge.remembered.get(id(points))
    if known is None:
        parts = [_part(judge, part) for part in points.parts]
        least, most = total_of(parts)
        known = judge.remembered[id(points)] = {
            "kind": "points",
            "least": _shown(least),
            "most": _shown(most),
            "source": [citation.as_dict() for citation in points.sourced.citations],
            "assumed": points.sourced.assumed,
            "parts": parts,
        }
    return known


def points_of(judge: Judge, code: str) -> tuple[float, float, tuple[str, ...]]:
    """(least, most, what is missing) of a part or of the total, in hundredths."""
    points = judge.requirements.points
    assert points is not None  # noqa: S101 - the reader knows the parts that may be named
    whole = table(judge, points)
    found = whole if code == TOTAL else find(whole["parts"], code)
    missing = (
        [path for part in whole["parts"] for path in part["missing"]]
        if code == TOTAL
        else found["missing"]
    )
    least = -inf if found["least"] is None else found["least"]
    return least, _edge(found["most"]), tuple(missing)


def find(entries: list[Entry], code: str) -> Entry:
    """The judged part of a code. Raises KeyError."""
    for entry in entries:
        if entry["kind"] == "part":
            if entry["code"] == code:
                return entry
            try:
                return find(entry["entries"], code)
            except KeyError:
                continue
    raise KeyError(code)


def total_of(parts: list[Entry]) -> tuple[float, float]:
    """Parts added up, those that take off taken off."""
    least: float = 0
    most: float = 0
    for part in parts:
        if part["how"] == TAKE_OFF:
            least -= _edge(part["most"])
            most -= part["least"]
        else:
            least += part["least"]
            most += _edge(part["most"])
    return least, most


def subtotal(how: str, cap: int | None, entries: list[Entry]) -> tuple[float, float]:
    """(least, most) of a part from its judged entries."""
    join = max if how == BEST_OF else sum
    least = join([0, *(entry["least"] for entry in entries)])
    most = join([0, *(_edge(entry["most"]) for entry in entries)])
    return (least, most) if cap is None else (min(least, cap), min(most, cap))


def _part(judge: Judge, part: Part) -> Entry:
    entries = [_entry(judge, entry) for entry in part.entries]
    least, most = subtotal(part.how, part.at_most, entries)
    return {
        "kind": "part",
        "code": part.code,
        "text": part.names.as_dict(),
        "how": part.how,
        "cap": part.at_most,
        "least": _shown(least),
        "most": _shown(most),
        "source": [citation.as_dict() for citation in part.sourced.citations],
        "assumed": part.sourced.assumed,
        "missing": list(dict.fromkeys(_open(part.how, least, most, entries))),
        "entries": entries,
    }


def _open(how: str, least: float, most: float, entries: list[Entry]) -> list[str]:
    """The facts that could still change a part. A lower band than one that is met cannot."""
    if least == most:
        return []
    return [
        path
        for entry in entries
        if how != BEST_OF or _edge(entry["most"]) > least
        for path in _open_in(entry)
    ]


def _open_in(entry: Entry) -> list[str]:
    if entry["kind"] in ("part", "for_each"):
        return entry["missing"]
    return needs(entry)


def _entry(judge: Judge, entry: Band | ForEach | Part) -> Entry:
    if isinstance(entry, Part):
        return _part(judge, entry)
    if isinstance(entry, ForEach):
        return _for_each(judge, entry)
    truth, tree = judge.explain(entry.rule)
    return {
        **tree,
        "points": entry.points,
        "least": entry.points if truth else 0,
        "most": 0 if truth is False else entry.points,
    }


def _for_each(judge: Judge, entry: ForEach) -> Entry:
    from programs.rules.measuring import measured

    seen = measured(judge, entry.of)

    def given(value: float) -> float:
        found = value if value == inf else max(int(value), 0) // entry.each * entry.points
        return found if entry.at_most is None else min(found, entry.at_most)

    # What has no least, such as the smallest of nothing, gives nothing for certain.
    least, most = 0 if seen.least in (inf, -inf) else given(seen.least), given(max(seen.most, 0))
    return {
        "kind": "for_each",
        "code": entry.code,
        "text": entry.text.as_dict(),
        "source": [citation.as_dict() for citation in entry.sourced.citations],
        "assumed": entry.sourced.assumed,
        "points": entry.points,
        "each": entry.each,
        "cap": entry.at_most,
        "least": _shown(least),
        "most": _shown(most),
        "observed": seen.said,
        "missing": [] if least == most else list(seen.missing),
    }


def _shown(edge: float) -> int | None:
    return None if edge in (inf, -inf) else int(edge)


def _edge(shown: int | None) -> float:
    """The upper end of an interval from its JSON."""
    return inf if shown is None else shown
