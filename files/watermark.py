"""The reader's name and the time across a page's picture, in its pixels: a picture that gets about
says whose screen it was on, and no switch in a browser takes it off.

Made when the picture is asked for, from the picture that was drawn here: nothing foreign is parsed.
About a tenth of a second, and nothing of it is kept.
"""

import io
from functools import lru_cache

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

FONT = "NotoSansKR-Regular.ttf"
# Of a page 1240 pixels wide; smaller pictures get smaller letters.
LETTERS_OF_WIDTH = 48
LEAST_LETTERS, MOST_LETTERS = 9, 30
# How much of the ink is seen: enough to be read, and to be read through.
STRENGTH = 56
INK = (30, 60, 120)
TURNED = 24
# A page that was small without loss stays so; a scan is smaller as a photograph.
LOSSLESS_MOST = 400_000
QUALITY = 82


def marked(picture: bytes, words: str) -> bytes:
    """The WebP picture with the words repeated across it, as WebP."""
    with Image.open(io.BytesIO(picture), formats=["WEBP"]) as drawn:
        page = drawn.convert("RGB")
    letters = min(MOST_LETTERS, max(LEAST_LETTERS, page.width // LETTERS_OF_WIDTH))
    word = _word(words, letters)
    sheet = Image.new("L", page.size, 0)
    across, down = word.width + 2 * letters, word.height + 2 * letters
    for row, y in enumerate(range(-word.height // 2, page.height, down)):
        for x in range(-(row % 2) * across // 2, page.width, across):
            sheet.paste(word, (x, y))
    page.paste(INK, (0, 0), sheet)
    out = io.BytesIO()
    if len(picture) <= LOSSLESS_MOST:
        page.save(out, "WEBP", lossless=True, quality=20, method=1)
    else:
        page.save(out, "WEBP", quality=QUALITY, method=0)
    return out.getvalue()


@lru_cache(maxsize=32)
def _word(words: str, letters: int) -> Image.Image:
    place = settings.LETTER_FONTS_DIR / FONT
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont
    font = ImageFont.truetype(place, letters) if place.is_file() else ImageFont.load_default()
    left, top, right, bottom = font.getbbox(words)
    word = Image.new("L", (int(right - left) + 4, int(bottom - top) + 4), 0)
    ImageDraw.Draw(word).text((2 - left, 2 - top), words, fill=STRENGTH, font=font)
    return word.rotate(TURNED, expand=True, resample=Image.Resampling.BICUBIC)
