"""Draws pages of one untrusted file, in a process of its own with next to nothing in reach.

    python -I draw.py pdf|image|active FIRST COUNT SHORT LONG SECONDS MEMORY [FONT] < file

prints, for each page, one line of JSON `{"page", "width", "height", "size", "text"}` and then that
many bytes of WebP; or `{"page", "problem"}`; or `{"problem"}` when nothing can be drawn at all.
`active` draws nothing and prints `{"active": [kind, ...]}`: what in a PDF would do something when
another program opens it. pdfium as used here runs none of it.
Each page goes out as soon as it is drawn: when a page kills the process, those before it are safe.

As probe.py, it gives up opening files and sockets before the first byte is parsed. FONT is read
before that: it stands in for Korean fonts that a PDF names and does not contain.
"""

import importlib.util
import io
import json
import sys
from pathlib import Path

# A page of flat colours is small without loss; a scan is not.
LOSSLESS_MOST = 400_000
LOSSY_QUALITY = 80
MOST_TEXT = 20_000
# PDF's own units are 1/72 inch. A page is at least this large and a strip at most so long.
LEAST_SIDE = 1
# Pixels of one picture in a page: as a bitmap, more than the process may take.
MOST_PICTURE = 200_000_000
# Whose letters pdfium's own fonts do not have, by their Windows numbers: Japanese, Hangul, Chinese.
CHARSETS = {128, 129, 130, 134, 136}


def limiter():
    """probe.py's `limit`: one place says what such a process may do."""
    place = Path(__file__).with_name("probe.py")
    spec = importlib.util.spec_from_file_location("probe", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.limit


def main(kind: str, numbers: list[int], font: str) -> None:
    first, count, short, long, seconds, memory = numbers
    data = sys.stdin.buffer.read()
    # Everything is imported before the limits: afterwards no file can be opened.
    pages = {"pdf": pdf, "image": image, "active": active}[kind](font)
    limiter()(seconds, memory)
    try:
        for page in pages(data, first, count, short, long):
            say(*page)
    except MemoryError:
        say({"problem": "too_complex"})


def say(head: dict, body: bytes = b"") -> None:
    out = sys.stdout.buffer
    out.write(json.dumps(head).encode() + b"\n" + body)
    out.flush()


def fitted(width: float, height: float, short: int, long: int) -> float:
    """The scale at which the short side is `short` pixels, and the long side at most `long`."""
    return min(short / min(width, height), long / max(width, height))


def webp(picture, *, scan: bool) -> bytes:
    if not scan:
        out = io.BytesIO()
        picture.save(out, "WEBP", lossless=True, quality=20, method=1)
        if out.tell() <= LOSSLESS_MOST:
            return out.getvalue()
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=LOSSY_QUALITY, method=2)
    return out.getvalue()


def drawn(number: int, picture, text: str, *, scan: bool) -> tuple[dict, bytes]:
    body = webp(picture, scan=scan)
    head = {"page": number, "width": picture.width, "height": picture.height, "size": len(body)}
    return {**head, "text": text}, body


def pdf(font: str):
    from encodings import utf_16_le

    import pypdfium2 as pdfium
    import pypdfium2.raw as raw
    from PIL import Image, WebPImagePlugin

    # Looked up while drawing and reading, when nothing can be imported any more.
    Image.preinit()
    assert utf_16_le  # noqa: S101
    assert WebPImagePlugin  # noqa: S101
    stand_in = Path(font).read_bytes() if font else b""

    def draw(document, index: int, short: int, long: int) -> tuple[dict, bytes]:
        page = document[index]
        width, height = page.get_size()
        if not (LEAST_SIDE <= width < 1e6 and LEAST_SIDE <= height < 1e6):
            return {"page": index + 1, "problem": "size"}, b""
        for picture in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]):
            wide, high = picture.get_px_size()
            if wide * high > MOST_PICTURE:
                # Left out without a word otherwise: the page would look empty.
                return {"page": index + 1, "problem": "too_complex"}, b""
        scale = fitted(width, height, short, long)
        bitmap = page.render(scale=scale, may_draw_forms=True)
        picture = bitmap.to_pil().convert("RGB")
        text = page.get_textpage().get_text_range()[:MOST_TEXT]
        return drawn(index + 1, picture, text.replace("\r\n", "\n"), scan=False)

    def check(data: bytes, first: int, count: int, short: int, long: int):
        if stand_in:
            use_font(stand_in)
        try:
            document = pdfium.PdfDocument(data)
            document.init_forms()
        except pdfium.PdfiumError:
            yield ({"problem": "damaged"},)
            return
        for index in range(first - 1, min(first - 1 + count, len(document))):
            try:
                yield draw(document, index, short, long)
            except MemoryError:
                raise
            except Exception:  # noqa: BLE001 - whatever the library meets on a hostile page
                yield ({"page": index + 1, "problem": "damaged"},)

    return check


# What an action does, by its /S; and what a dictionary holds, by its keys.
ACTIONS = {
    "/JavaScript": "script",
    "/Launch": "program",
    "/ImportData": "form",
    "/SubmitForm": "form",
    "/GoToR": "elsewhere",
    "/GoToE": "attachment",
    "/Rendition": "media",
    "/Movie": "media",
    "/Sound": "media",
    "/RichMediaExecute": "media",
}
KEYS = {"/JS": "script", "/EF": "attachment", "/XFA": "form", "/RichMediaContent": "media"}
MOST_OBJECTS = 20_000
MOST_NESTED = 8


def active(_font: str):
    import pikepdf

    def kinds(thing, deep: int):
        if deep > MOST_NESTED:
            return
        if isinstance(thing, pikepdf.Array):
            for part in thing:
                yield from inside(part, deep)
        elif isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
            names = thing if isinstance(thing, pikepdf.Dictionary) else thing.stream_dict
            for key, value in names.items():
                if key in KEYS:
                    yield KEYS[key]
                if key == "/S" and isinstance(value, pikepdf.Name) and str(value) in ACTIONS:
                    yield ACTIONS[str(value)]
                yield from inside(value, deep)

    def inside(value, deep: int):
        # An indirect object has its own turn.
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            yield from kinds(value, deep + 1)

    def check(data: bytes, _first: int, _count: int, _short: int, _long: int):
        found = set()
        try:
            with pikepdf.open(io.BytesIO(data)) as document:
                for number, thing in enumerate(document.objects):
                    if number > MOST_OBJECTS:
                        found.add("unknown")
                        break
                    found.update(kinds(thing, 0))
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - whatever the library meets in a hostile file
            found.add("unknown")
        yield ({"active": sorted(found)},)

    return check


def use_font(data: bytes) -> None:
    """Answer pdfium's requests for fonts of the system with this one, from memory."""
    import ctypes

    import pypdfium2.raw as raw

    kept = ctypes.create_string_buffer(data, len(data))

    def map_font(_info, _weight, _italic, charset, _pitch, _face, _exact):
        return 1 if charset in CHARSETS else 0

    def get_data(_info, _font, table, buffer, size):
        if table:  # one table of the font: pdfium then reads it all by itself
            return 0
        if buffer and size >= len(data):
            ctypes.memmove(buffer, kept, len(data))
        return len(data)

    info = raw.FPDF_SYSFONTINFO()
    fields = dict(raw.FPDF_SYSFONTINFO._fields_)
    info.version = 1
    info.MapFont = fields["MapFont"](map_font)
    info.GetFontData = fields["GetFontData"](get_data)
    info.DeleteFont = fields["DeleteFont"](lambda _info, _font: None)
    # Kept for the life of the process: pdfium calls back into them.
    use_font.kept = (kept, info)  # type: ignore[attr-defined]
    raw.FPDF_SetSystemFontInfo(info)


def image(_font: str):
    import warnings

    from PIL import (
        Image,
        ImageOps,
        JpegImagePlugin,
        MpoImagePlugin,
        PngImagePlugin,
        WebPImagePlugin,
    )

    Image.preinit()
    plugins = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin)

    def check(data: bytes, first: int, _count: int, short: int, long: int):
        assert plugins  # noqa: S101 - imported for their effect
        if first > 1:
            return
        # The number of pixels was checked when the file was taken.
        Image.MAX_IMAGE_PIXELS = None
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=["PNG", "JPEG"]) as picture:
                scan = picture.format == "JPEG"
                scale = min(1.0, fitted(picture.width, picture.height, short, long))
                size = (
                    max(1, round(picture.width * scale)),
                    max(1, round(picture.height * scale)),
                )
                picture.draft("RGB", size)
                upright = ImageOps.exif_transpose(picture)
                flat = on_white(upright)
                if scale < 1:
                    turned = upright.size[0] > upright.size[1]
                    flat = flat.resize(sorted(size, reverse=turned), Image.Resampling.LANCZOS)
            yield drawn(1, flat, "", scan=scan)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - Pillow's plugins raise whatever they meet
            yield ({"problem": "damaged"},)

    def on_white(picture):
        """Without transparency: what is clear is paper."""
        if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
            clear = picture.convert("RGBA")
            paper = Image.new("RGBA", clear.size, "white")
            return Image.alpha_composite(paper, clear).convert("RGB")
        return picture.convert("RGB")

    return check


if __name__ == "__main__":
    main(sys.argv[1], [int(number) for number in sys.argv[2:8]], (sys.argv[8:] or [""])[0])
