"""A design tried out: drawn with values, and the drawing read back.

What does not fit a page, or is put beside it, the renderer drops without a word. So a letter's
necessary words and pictures are looked for in the finished PDF. Nothing here is stored or locked;
drawing takes some 0.3 s, so never with a transaction open.
"""

import html as entities
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pypdfium2
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image as Picture
from pypdfium2 import raw

from accounts.models import Office
from letters import content, fonts, markup, rendering
from letters.errors import DesignError
from letters.registry import Use
from letters.variables import Values, printed

MOST_BYTES = 300_000
MOST_PAGES = 20
# Whatever a design leaves out, a letter says these.
NEEDED = ("number", "candidate_name", "birth_date", "issuer_title_ko", "verification_page")
# The least side in millimetres at which a copier and a telephone still read it.
SMALLEST = {"qr": 20, "code": 24, "seal": 12, "logo": 5}
PICTURES = {
    "qr": gettext_lazy("진위확인 QR 코드"),
    "code": gettext_lazy("서명 코드"),
    "seal": gettext_lazy("관인"),
    "logo": gettext_lazy("로고"),
}
POINTS_A_MM = 72 / 25.4
# A code of usual length: how fine its squares are decides nothing here, its size does.
_TOKEN = "A" * 26


@dataclass(frozen=True)
class Trial:
    """A drawing, marked as a draft, and sentences about it: `wrong` is what keeps a design from
    being published, `empty` what only these values lack."""

    pdf: bytes
    pages: int
    wrong: list[str]
    empty: list[str]


def try_out(
    html: str,
    css: str,
    *,
    office: Office,
    use: Use,
    inputs: Mapping[str, Any],
    on: date,
    numbered: bool = True,
    seal: rendering.Image | None = None,
    logo: bytes = b"",
) -> Trial:
    """Draw a whole design (letters.designs.assembled). A `seal` in pixels can be measured on the
    page; without one it is the invented seal, which a person should see. Raises DesignError when
    it cannot be drawn, and UnknownVariable or BadValue for a caller's mistakes."""
    definition = content.Definition.read(use.letter_def, programme_slug=use.programme)
    values = content.values_for(
        definition=definition,
        office=office,
        inputs=inputs,
        on=on,
        number=definition.number(year=on.year, number=1) if numbered else "",
        token=_TOKEN,
    )
    seal = seal or rendering.specimen_seal()
    sheet = rendering.Sheet(html, css, values, mark="draft", seal=seal, code=_TOKEN * 14, logo=logo)
    pdf = drawn(sheet)
    pages, wrong = look(pdf, values, rendering.images(sheet))
    empty = content.problems_in(values, markup.fill(markup.parse(html), values).empty)
    return Trial(pdf, pages, wrong, empty)


def drawn(sheet: rendering.Sheet) -> bytes:
    """Whatever the renderer stumbles over is the design's mistake: DesignError."""
    try:
        return rendering.render(sheet)
    except DesignError:
        raise
    except Exception as reason:
        raise DesignError(f"it cannot be drawn: {type(reason).__name__}: {reason}") from reason


def look(
    pdf: bytes, values: Values, pictures: Mapping[str, rendering.Image]
) -> tuple[int, list[str]]:
    """How many pages, and what is missing on them or too much."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = len(document)
        texts, found = [], []
        for page in document:
            texts.append(_plain(page.get_textpage().get_text_bounded()))
            found += list(_pictures_on(page))
    finally:
        document.close()
    wrong = []
    if len(pdf) >= MOST_BYTES:
        wrong.append(
            _("파일이 너무 큽니다: %(size)d kB (최대 300 kB)") % {"size": len(pdf) // 1000}
        )
    if pages > MOST_PAGES:
        wrong.append(_("쪽이 너무 많습니다: %(pages)d쪽") % {"pages": pages})
    whole = "".join(texts)
    wrong += [
        _("인쇄된 쪽에 보이지 않습니다: %(name)s") % {"name": content.label(name)}
        for name in NEEDED
        if _plain(printed(values, name)) not in whole
    ]
    number = _plain(str(values["number"]))
    bare = [str(at) for at, text in enumerate(texts, 1) if number not in text]
    if bare:
        wrong.append(_("발급번호가 없는 쪽이 있습니다: %(pages)s쪽") % {"pages": ", ".join(bare)})
    for name, least in SMALLEST.items():
        if name not in pictures:
            continue
        if pictures[name].content_type == "image/svg+xml":  # drawn as lines, not as a picture
            continue
        if not any(size == _size(pictures[name]) and side >= least for size, side in found):
            wrong.append(
                _("쪽 안에 온전히 있지 않거나 너무 작습니다: %(name)s (%(least)d mm 이상)")
                % {"name": PICTURES[name], "least": least}
            )
    return pages, wrong


def _pictures_on(page: pypdfium2.PdfPage) -> Iterable[tuple[tuple[int, int], float]]:
    """`(size in pixels, shorter side in mm)` of each picture that lies wholly on the page."""
    width, height = page.get_size()
    for found in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]):
        left, bottom, right, top = found.get_bounds()
        if left > -1 and bottom > -1 and right < width + 1 and top < height + 1:
            side = min(right - left, top - bottom) / POINTS_A_MM
            yield found.get_px_size(), round(side, 1)


def _size(image: rendering.Image) -> tuple[int, int]:
    with Picture.open(io.BytesIO(image.data)) as picture:
        return picture.size


def readable(image: rendering.Image) -> bool:
    """Whether the renderer could draw it: what it cannot, it leaves out without a word."""
    try:
        with Picture.open(io.BytesIO(image.data)) as picture:
            picture.load()
    except Exception:  # noqa: BLE001 - whatever the bytes do to the library, it is no picture
        return False
    return True


def stand_in_for_the_seal() -> rendering.Image:
    """A picture of a size that no code has, to be found again on the page."""
    mark = Picture.new("RGB", (241, 241), "#f4d4d6")
    out = io.BytesIO()
    mark.save(out, "PNG")
    return rendering.Image(out.getvalue(), "image/png")


def _plain(text: str) -> str:
    """Without white space and hyphens: a line break in the layout is not a difference."""
    return re.sub("[-\ufffe\ufffc\\s]", "", unicodedata.normalize("NFC", text))


def unprintable_lines(html: str, css: str) -> list[str]:
    """Characters of the design's own text for which the letter's fonts have no shape."""
    found = []
    for line, text in enumerate(html.splitlines(), 1):
        if bad := fonts.unprintable(entities.unescape(text).replace("\t", "")):
            found.append(_no_glyph(line, bad))
    if bad := fonts.unprintable(re.sub(r"[\n\t]", "", css)):
        found.append(_no_glyph(0, bad))
    return found


def _no_glyph(line: int, bad: list[str]) -> str:
    shown = ", ".join(
        f"{one} (U+{ord(one):04X})" if one.isprintable() else f"U+{ord(one):04X}" for one in bad
    )
    if not line:
        return _("추천서 글꼴에 없는 글자가 모양(CSS)에 있습니다: %(characters)s") % {
            "characters": shown
        }
    return _("%(line)d번째 줄: 추천서 글꼴에 없는 글자가 있습니다: %(characters)s") % {
        "line": line,
        "characters": shown,
    }
