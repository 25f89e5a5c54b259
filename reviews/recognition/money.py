"""Sums of won as contracts write them: 52,000,000원, 5,200만원, 4백만 원, KRW 3,500,000."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

# Of bounded length: a page may be nothing but digits.
_NUMBER = r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,4})?|\d{1,13}(?:\.\d{1,4})?"
UNITS = {"천": 10**3, "만": 10**4, "십만": 10**5, "백만": 10**6, "천만": 10**7, "억": 10**8}
_UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
KOREAN = re.compile(
    rf"(?<![\d.,])(?P<a>{_NUMBER})(?:\s{{0,3}}(?P<u>{_UNIT})"
    rf"(?:\s{{0,3}}(?P<b>{_NUMBER})(?:\s{{0,3}}(?P<v>{_UNIT}))?)?)?\s{{0,3}}(?:원|won\b)",
    re.IGNORECASE,
)
SIGNED = re.compile(rf"(?:₩|\\|KRW|W)\s*(?P<a>{_NUMBER})(?!\d)", re.IGNORECASE)
MOST = 10**13


def sums_in(text: str) -> Iterator[tuple[int, int]]:
    """`(won, place)` of every sum the text names, in order of place."""
    found: dict[int, int] = {}
    for pattern in (KOREAN, SIGNED):
        for match in pattern.finditer(text):
            won = _won(match.groupdict())
            if won is not None:
                found.setdefault(match.start(), won)
    for place in sorted(found):
        yield found[place], place


def _won(parts: dict[str, str | None]) -> int | None:
    try:
        total = _part(parts["a"] or "", parts.get("u"))
        if parts.get("b"):
            total += _part(parts["b"] or "", parts.get("v"))
    except InvalidOperation:
        return None
    return int(total) if total == int(total) and 0 < total < MOST else None


def _part(number: str, unit: str | None) -> Decimal:
    return Decimal(number.replace(",", "")) * UNITS.get(unit or "", 1)
