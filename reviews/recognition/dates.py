"""Days as documents write them, in Korean and English.

A day that can be read two ways (03/04/2025) is told as such and never decided here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_EDGE = r"(?<![\d.])"
PATTERNS = (
    # 2026년 11월 21일, 2026 년 11 월 21 일
    re.compile(_EDGE + r"(?P<y>\d{4})\s*년\s*(?P<m>\d{1,2})\s*월\s*(?P<d>\d{1,2})\s*일"),
    # 2026. 11. 21. · 2026-11-21 · 2026/11/21
    re.compile(
        _EDGE + r"(?P<y>(?:19|20)\d{2})\s*(?P<s>[.\-/])\s*(?P<m>\d{1,2})\s*(?P=s)\s*"
        r"(?P<d>\d{1,2})(?!\d)"
    ),
    # 21 Nov 2026 · 21st of November, 2026 · 21-NOV-2026
    re.compile(
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+day)?[\s\-.,/]*(?:of\s+)?(?P<n>{_MONTH})"
        r"[\s\-.,/]+(?P<y>(?:19|20)\d{2})(?!\d)",
        re.IGNORECASE,
    ),
    # November 21, 2026
    re.compile(
        rf"(?<![A-Za-z])(?P<n>{_MONTH})[\s.\-]*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s,.\-]+"
        r"(?P<y>(?:19|20)\d{2})(?!\d)",
        re.IGNORECASE,
    ),
    # 21/11/2026 or 11/21/2026 · 21.11.2026
    re.compile(
        _EDGE + r"(?P<a>\d{1,2})\s*(?P<s>[./\-])\s*(?P<b>\d{1,2})\s*(?P=s)\s*(?P<y>(?:19|20)\d{2})"
        r"(?!\d)"
    ),
    # 20261121, only by itself
    re.compile(r"(?<![\d\w])(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})(?![\d\w])"),
)


@dataclass(frozen=True)
class Found:
    """A day, where it stands in the text, and the other reading it has, if any."""

    day: date
    start: int
    end: int
    other: date | None = None

    def may_be(self, day: date) -> bool:
        return day in (self.day, self.other)


def days_in(text: str) -> list[Found]:
    """Every day the text names, in order of place, each place once."""
    found: list[Found] = []
    taken: list[tuple[int, int]] = []
    for pattern in PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < until and since < end for since, until in taken):
                continue
            readings = list(_readings(match))
            if readings:
                taken.append((start, end))
                other = readings[1] if len(readings) > 1 else None
                found.append(Found(readings[0], start, end, other))
    return sorted(found, key=lambda one: one.start)


def _readings(match: re.Match[str]) -> Iterator[date]:
    parts = match.groupdict()
    year = int(parts["y"])
    if parts.get("a"):
        # The day first, as most of the world writes; the month first if it can be.
        first, second = int(parts["a"]), int(parts["b"])
        for day, month in dict.fromkeys(((first, second), (second, first))):
            if found := _day(year, month, day):
                yield found
        return
    month = MONTHS[parts["n"].lower()] if parts.get("n") else int(parts["m"])
    if found := _day(year, month, int(parts["d"])):
        yield found


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# --- the day a document was issued ----------------------------------------------------------
ISSUED = re.compile(
    r"발\s*급\s*(?:일\s*자|연\s*월\s*일|년\s*월\s*일|일)|발\s*행\s*일|작\s*성\s*일|"
    r"date\s+of\s+issue|issue\s+date|issued\s+on|date\s+issued",
    re.IGNORECASE,
)
# How far behind such a word its day stands.
NEAR = 40


def issued_on(text: str) -> date | None:
    """The day that stands right behind a word for issuing; None if there is none, or a doubtful
    one."""
    days = days_in(text)
    for word in ISSUED.finditer(text):
        for found in days:
            if 0 <= found.start - word.end() <= NEAR:
                return None if found.other else found.day
    return None
