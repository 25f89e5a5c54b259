"""Draws a page of words as a PDF of a few kilobytes, with a text layer, in a millisecond.

For papers of a demonstration only. Korean is written in a font that the file names and does not
contain (ISO 32000 9.7.5.2): every reader, and the one that draws our pages, puts its own there.
Lengths are in points from the top left of an A4 page.
"""

import re

WIDTH, HEIGHT = 595, 842
SANS, BOLD, FIXED, KOREAN = "S", "B", "C", "K"
INK, RED, BLUE, GREY = (0.07, 0.09, 0.15), (0.73, 0.11, 0.11), (0.11, 0.31, 0.85), (0.8, 0.84, 0.88)
Colour = tuple[float, float, float]

FONTS = (
    b"<</S 5 0 R/B 6 0 R/C 7 0 R/K 8 0 R>>",
    b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>",
    b"<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>",
    (
        b"<</Type/Font/Subtype/Type0/BaseFont/HYGoThic-Medium/Encoding/UniKS-UTF16-H"
        b"/DescendantFonts[9 0 R]>>"
    ),
    (
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/HYGoThic-Medium/FontDescriptor 10 0 R/DW 1000"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Korea1)/Supplement 1>>>>"
    ),
    (
        b"<</Type/FontDescriptor/FontName/HYGoThic-Medium/Flags 6/FontBBox[-6 -145 1003 880]"
        b"/ItalicAngle 0/Ascent 752/Descent -271/CapHeight 737/StemV 58>>"
    ),
)


class Sheet:
    """One page, written from any place to any other."""

    def __init__(self) -> None:
        self._drawn: list[bytes] = []

    def text(
        self, x: float, y: float, words: str, *, size: float = 10, font: str = SANS,
        colour: Colour = INK,
    ) -> None:  # fmt: skip
        """One line of words; `y` is where they stand. Letters that the Latin font lacks are
        written in the Korean one."""
        runs = re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", words)
        shown = b"".join(_run(run, font, size) for run in runs)
        self._drawn.append(
            b"BT %s rg 1 0 0 1 %s Tm %sET" % (_numbers(*colour), _numbers(x, HEIGHT - y), shown)
        )

    def line(self, x: float, y: float, to_x: float, to_y: float, colour: Colour = GREY) -> None:
        ends = _numbers(x, HEIGHT - y), _numbers(to_x, HEIGHT - to_y)
        self._drawn.append(b"%s RG .7 w %s m %s l S" % (_numbers(*colour), *ends))

    def box(self, x: float, y: float, width: float, height: float, colour: Colour = BLUE) -> None:
        place = _numbers(x, HEIGHT - y - height, width, height)
        self._drawn.append(b"%s RG 1.5 w %s re S" % (_numbers(*colour), place))

    def pdf(self) -> bytes:
        content = b"\n".join(self._drawn)
        return _file(
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 4 0 R/Resources<</Font %s>>>>"
            % (WIDTH, HEIGHT, FONTS[0]),
            b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content),
            *FONTS[1:],
        )


def _run(run: str, font: str, size: float) -> bytes:
    if run.isascii():
        said = re.sub(r"([\\()])", r"\\\1", run).encode()
        return b"/%s %s Tf (%s) Tj " % (font.encode(), _numbers(size), said)
    said = run.encode("utf-16-be").hex().encode()
    return b"/%s %s Tf <%s> Tj " % (KOREAN.encode(), _numbers(size), said)


def _numbers(*values: float) -> bytes:
    return " ".join(f"{value:g}" for value in values).encode()


def _file(*objects: bytes) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, size = len(out), len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(out)
