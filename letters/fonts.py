"""The bundled letter fonts, and which characters they can print.

Only TrueType: readers other than poppler lose glyphs of CFF fonts written by WeasyPrint. A
character that neither family has would silently come from whatever font the machine has, so every
value is checked before sign-off.
"""

import unicodedata
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from fontTools.ttLib import TTFont

# family in the stylesheet -> weight -> file in settings.LETTER_FONTS_DIR; order is fallback order.
FACES = {
    "Letter": {400: "NotoSansKR-Regular.ttf", 700: "NotoSansKR-Bold.ttf"},
    "Letter Latin": {400: "NotoSans-Regular.ttf", 700: "NotoSans-Bold.ttf"},
}
# Joiners and direction marks have no shape of their own but change how others are read.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def font_path(file_name: str) -> Path:
    return Path(settings.LETTER_FONTS_DIR) / file_name


def missing_files() -> list[str]:
    """The font files that this installation lacks."""
    wanted = [name for weights in FACES.values() for name in weights.values()]
    return [name for name in wanted if not font_path(name).is_file()]


@lru_cache(maxsize=4)
def _covered(folder: str) -> frozenset[int]:
    """Characters present in every weight of at least one family."""
    covered: set[int] = set()
    for weights in FACES.values():
        maps = []
        for name in weights.values():
            with TTFont(Path(folder) / name, lazy=True) as font:
                maps.append(set(font.getBestCmap()))
        covered |= set.intersection(*maps)
    return frozenset(covered)


def unprintable(text: str) -> list[str]:
    """The characters of `text` that no letter can show, each once, in order."""
    covered = _covered(str(settings.LETTER_FONTS_DIR))
    bad: list[str] = []
    for character in text:
        wrong = unicodedata.category(character) in _INVISIBLE or ord(character) not in covered
        if wrong and character not in bad:
            bad.append(character)
    return bad


def stylesheet() -> str:
    """@font-face rules that load the fonts through the renderer's own fetcher, without ligatures:
    each glyph is one character, which every reader extracts alike. Said here and not of an element,
    where WeasyPrint 70 keeps memory of each line it draws so, some 45 kB a letter."""
    face = '@font-face {{ font-family: "{}"; font-weight: {}; src: url(letter:font/{}); {} }}'
    plain = 'font-feature-settings: "liga" 0, "clig" 0, "dlig" 0'
    return "\n".join(
        face.format(family, weight, name, plain)
        for family, weights in FACES.items()
        for weight, name in weights.items()
    )
