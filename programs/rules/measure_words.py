"""Measures, points and changes of an explained tree in words."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from programs.facts.vocabulary import ENDLESS_MONTHS, Change, Vocabulary

Said = dict[str, Any]

CHANGES: dict[str, Promise] = {
    Change.NOW: gettext_lazy("지금 바꿀 수 있음"),
    Change.LATER: gettext_lazy("시간이 걸림"),
    Change.NEVER: gettext_lazy("바꿀 수 없음"),
}

# Units that only words know: a test's points, which are no hundredths, and years of age.
WHOLE_POINTS = "whole_points"
AGE = "age"
_NO_END = {"fact": "job.months", "least": ENDLESS_MONTHS, "most": ENDLESS_MONTHS}


def in_language(words: dict[str, str]) -> str:
    return words["en"] if (get_language() or "ko").startswith("en") else words["ko"]


def points_words(hundredths: int) -> str:
    """12.5 of 1250: as many decimals as there are."""
    sign, number = ("-", -hundredths) if hundredths < 0 else ("", hundredths)
    whole, part = divmod(number, 100)
    decimals = f".{part:02}".rstrip("0") if part else ""
    return f"{sign}{whole:,}{decimals}"


def amount_words(value: int, unit: str) -> str:
    """A number with its unit, as people write it."""
    if unit == "points":
        said = ngettext("%(points)s점", "%(points)s점", 1 if value == 100 else 2)
        return said % {"points": points_words(value)}
    if unit == "calendar_year":
        return str(value)
    if unit == WHOLE_POINTS:
        return ngettext("%(points)s점", "%(points)s점", value) % {"points": f"{value:,}"}
    if unit == "items":
        return ngettext("%(count)s건", "%(count)s건", value) % {"count": f"{value:,}"}
    patterns = {
        "won": _("%(number)s원"),
        "people": ngettext("%(number)s명", "%(number)s명", value),
        "days": ngettext("%(number)s일", "%(number)s일", value),
        "months": ngettext("%(number)s개월", "%(number)s개월", value),
        "years": ngettext("%(number)s년", "%(number)s년", value),
        AGE: pgettext("age", "%(number)s세"),
        "hours": ngettext("%(number)s시간", "%(number)s시간", value),
    }
    return patterns.get(unit, "%(number)s") % {"number": f"{value:,}"}


def day_words(value: str) -> str:
    """A day in the reader's form; what is no day stays as it is."""
    try:
        return date_format(date.fromisoformat(value), "DATE_FORMAT")
    except ValueError:
        return value


def no_end() -> str:
    return _("끝나는 날 없음")


def measure_words(said: Said, *, unit: str = "", settled: bool = False) -> str:
    """What a measure is, as far as known: "205점", "50점, 확인되면 최대 120점". Of one that
    suffices as it is (`settled`) nobody needs to know how much more it may be."""
    unit = unit_of(said) or unit
    least, most = said["least"], said["most"]
    if said.get("none"):
        return pgettext("fact", "없음")
    if said["kind"] == "fact" and _NO_END.items() <= said.items():
        return no_end()
    if least == most and least is not None:
        return amount_words(least, unit)
    if (not least and (most is None or _boundless(said))) or _unsaid(said):
        return pgettext("fact", "알 수 없음")
    if most is None or settled or _boundless(said):
        return _("%(least)s 또는 그보다 많음") % {"least": amount_words(least or 0, unit)}
    return _("%(least)s, 확인되면 최대 %(most)s") % {
        "least": amount_words(least or 0, unit),
        "most": amount_words(most, unit),
    }


def unit_of(said: Said) -> str:
    """The unit of a measure as people read it."""
    if said["kind"] == "fact" and said["fact"] == "candidate.age":
        return AGE
    unit: str = said["unit"]
    return WHOLE_POINTS if unit == "points" and not _in_hundredths(said) else unit


def _in_hundredths(said: Said) -> bool:
    """Whether points are those of the table; those of a test are whole numbers."""
    if "parts" in said:
        return any(map(_in_hundredths, said["parts"]))
    return said["kind"] in ("points", "scaled", "fixed")


def _inner(said: Said) -> list[Said]:
    return said.get("parts") or ([said["of"]] if "of" in said else [])


def _unsaid(said: Said) -> bool:
    """Whether it is not known because a single fact is not, or what is taken away has no limit:
    its bounds would say nothing."""
    if said["least"] == said["most"]:
        return False
    if said["kind"] in ("fact", "days_since"):
        return True
    if said["kind"] == "minus" and _boundless(said["parts"][1]):
        return True
    return any(map(_unsaid, _inner(said)))


def _boundless(said: Said) -> bool:
    """Whether its upper end is only what a fact that nobody stated could be at all."""
    if said["least"] == said["most"]:
        return False
    return bool(said.get("open")) or any(map(_boundless, _inner(said)))


def number_required(node: Said, *, vocabulary: Vocabulary) -> str:
    """What a `number` asks: "200점 이상", "7명 이하 (내국인 피보험자 수 23명의 30 %)"."""
    unit = unit_of(node["observed"]) or next(
        (unit_of(asked) for asked in node["required"].values() if asked["unit"]), ""
    )
    phrases = []
    for operator, asked in node["required"].items():
        how = how_words(asked, vocabulary=vocabulary)
        if asked["least"] != asked["most"] and how:
            phrases.append(phrase(operator, how))
            continue
        said = phrase(operator, measure_words(asked, unit=unit))
        phrases.append(f"{said} ({how})" if how else said)
    return " ".join(phrases)


def how_words(said: Said, *, vocabulary: Vocabulary) -> str:
    """How a measure comes about, or an empty string where the number says it all."""
    kind = said["kind"]
    if kind in ("scaled", "percent", "times", "per", "brackets"):
        of = said["of"]
        base = _within(kind, of, vocabulary=vocabulary)
        if (
            of["least"] == of["most"]
            and of["least"] is not None
            and of["kind"]
            in (
                "fact",
                "days_since",
            )
        ):
            base = f"{base} {measure_words(of)}"
        if kind == "percent":
            return _("%(base)s × %(percent)s %%") % {"base": base, "percent": said["percent"]}
        if kind == "times":
            return _("%(base)s × %(times)s") % {"base": base, "times": f"{said['times']:,}"}
        if kind == "per":
            return _("%(base)s, %(per)s마다 %(give)s") % {
                "base": base,
                "per": amount_words(said["per"], of["unit"]),
                "give": points_words(said["give"]),
            }
        return base
    if kind == "fact":
        fact = vocabulary.fact(said["fact"])
        return "" if fact is None else str(fact.label)
    if kind == "days_since":
        fact = vocabulary.fact(said["fact"])
        return "" if fact is None else _("%(date)s부터 지난 날") % {"date": fact.label}
    if kind == "figure":
        names = said["figure"].get("names")
        if names is None:
            return _("아직 발표되지 않은 기준값")
        percent = said["figure"]["percent"]
        share = "" if percent == 100 else f" × {percent} %"
        return in_language(names) + share
    if kind in ("plus", "minus", "highest", "lowest"):
        parts = [
            _within(kind, part, vocabulary=vocabulary, first=index == 0)
            for index, part in enumerate(said["parts"])
        ]
        sign = {"plus": " + ", "minus": " − "}.get(kind)
        if sign:
            return sign.join(parts)
        joined = ", ".join(parts)
        return (
            _("가운데 큰 값: %(values)s") if kind == "highest" else _("가운데 작은 값: %(values)s")
        ) % {"values": joined}
    if "group" in said:
        group = vocabulary.group(said["group"])
        return "" if group is None else str(group.label)
    return ""


def _within(outer: str, said: Said, *, vocabulary: Vocabulary, first: bool = True) -> str:
    """A measure within another, in brackets where it would read as something else."""
    words = how_words(said, vocabulary=vocabulary)
    if not words:
        return measure_words(said)
    inner = said
    while inner["kind"] in ("scaled", "brackets"):
        inner = inner["of"]
    kind = inner["kind"]
    bracketed = {
        "plus": {"highest", "lowest", "per"},
        "minus": {"highest", "lowest", "per"} | (set() if first else {"plus", "minus"}),
        "highest": {"highest", "lowest", "per"},
        "lowest": {"highest", "lowest", "per"},
        "percent": {"highest", "lowest", "per", "plus", "minus"},
        "times": {"highest", "lowest", "per", "plus", "minus"},
        "per": {"highest", "lowest", "per", "plus", "minus"},
    }
    return f"({words})" if kind in bracketed.get(outer, ()) else words


def phrase(operator: str, said: str) -> str:
    match operator:
        case "is_not":
            return _("%(value)s 아님") % {"value": said}
        case "in":
            return _("다음 가운데 하나: %(value)s") % {"value": said}
        case "not_in":
            return _("다음에 해당하지 않음: %(value)s") % {"value": said}
        case "at_least":
            return _("%(value)s 이상") % {"value": said}
        case "at_most":
            return _("%(value)s 이하") % {"value": said}
        case "more_than":
            return _("%(value)s 초과") % {"value": said}
        case "less_than":
            return _("%(value)s 미만") % {"value": said}
        case "not_before":
            return _("%(value)s 또는 그 뒤") % {"value": said}
        case "not_after":
            return _("%(value)s 또는 그 앞") % {"value": said}
        case "starts_with":
            return _("앞자리: %(value)s") % {"value": said}
    return said


def period_words(operator: str, asked: Said) -> str:
    """`within` and `before`: "최근 24개월 안", "12개월 전 또는 그 앞"; `within_next` and `after`:
    "앞으로 6개월 안", "6개월 뒤 또는 그 뒤"."""
    unit = "months" if "months" in asked else "days"
    said = {"length": amount_words(asked[unit], unit)} | {
        edge: day_words(asked[edge]) for edge in ("since", "until") if edge in asked
    }
    patterns = {
        "within": _("최근 %(length)s 안 (%(since)s부터)"),
        "within_next": _("앞으로 %(length)s 안 (%(until)s까지)"),
        "after": _("%(length)s 뒤 또는 그 뒤 (%(until)s부터)"),
        "before": _("%(length)s 전 또는 그 앞 (%(since)s까지)"),
    }
    return patterns[operator] % said


# --- the points table ------------------------------------------------------------------------
def entry_words(entry: Said, *, taken_off: bool = False) -> str:
    """The points of a part or a band: "50점", "0점, 확인되면 최대 50점", with its cap; those that
    are taken off below zero."""
    least, most = entry["least"], entry["most"]
    if taken_off and most is None:
        said = _("%(least)s 또는 그보다 적음") % {"least": amount_words(-least, "points")}
    elif taken_off and least != most:
        said = _("%(least)s, 확인되면 %(most)s") % {
            "least": amount_words(-least, "points"),
            "most": amount_words(-most, "points"),
        }
    elif taken_off:
        said = amount_words(-least, "points")
    else:
        said = measure_words({"kind": "points", "unit": "points", "least": least, "most": most})
    if entry.get("cap") is not None:
        cap = -entry["cap"] if taken_off else entry["cap"]
        return _("%(points)s (최대 %(cap)s)") % {
            "points": said,
            "cap": amount_words(cap, "points"),
        }
    return said
