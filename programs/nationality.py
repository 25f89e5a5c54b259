"""Names of nationalities in Korean and English, from CLDR (Babel).

Travel documents know a few codes that are no country: stateless persons and refugees
(ICAO 9303-3 section 5) and Kosovo.
"""

from functools import cache

from babel import Locale
from babel.core import get_global

from programs.facts.countries import COUNTRIES

_TRAVEL_DOCUMENT_CODES = {
    "XXA": {"ko": "무국적", "en": "Stateless"},
    "XXB": {"ko": "난민", "en": "Refugee"},
    "XXC": {"ko": "난민(기타)", "en": "Refugee (other)"},
}
_ALPHA_2 = {"RKS": "XK"}


def nationality_name(code: str, language: str) -> str:
    """The country's usual name, or the code itself where nobody has named it."""
    if code in _TRAVEL_DOCUMENT_CODES:
        return _TRAVEL_DOCUMENT_CODES[code][language]
    alpha_2 = _ALPHA_2.get(code) or next(iter(get_global("territory_aliases").get(code, ())), "")
    return Locale(language).territories.get(alpha_2, code)


@cache
def nationality_choices(language: str) -> tuple[tuple[str, str], ...]:
    """`(code, name)` of every nationality, sorted by name in that language."""
    named = [(code, nationality_name(code, language)) for code in COUNTRIES]
    return tuple(sorted(named, key=lambda pair: pair[1]))
