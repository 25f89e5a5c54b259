"""Files good and bad, made here: nothing binary is checked in."""

import io
import struct
import zipfile
import zlib
from functools import cache

import pikepdf
from PIL import Image, PngImagePlugin


@cache
def pdf(pages: int = 1, *, password: str = "", owner: str = "") -> bytes:
    """A small PDF; with `owner` alone it opens without a password and forbids printing."""
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(595, 842))
    out = io.BytesIO()
    lock = pikepdf.Encryption(user=password, owner=owner or password) if password or owner else None
    document.save(out, encryption=lock or False)
    return out.getvalue()


@cache
def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 50).convert(mode).save(out, kind)
    return out.getvalue()


def bomb(side: int = 8_000) -> bytes:
    """A PNG of a few kilobytes that unpacks to 64 million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    packer = zlib.compressobj(9)
    row = b"\x00" * (side // 8 + 1)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def animated() -> bytes:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    return out.getvalue()


def text_bomb() -> bytes:
    """A PNG whose compressed comment unpacks to more than a comment ever is."""
    info = PngImagePlugin.PngInfo()
    info.add_text("comment", "0" * 5_000_000, zip=True)
    out = io.BytesIO()
    Image.new("1", (8, 8)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def archive(*names: str, stored: bytes = b"word") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names or ("a.txt",):
            file.writestr(name, stored)
    return out.getvalue()


def office(mark: str) -> bytes:
    """The outline of an OLE2 compound document, as the old office formats and HWP are."""
    wide = mark.encode() if mark == "HWP Document File" else mark.encode("utf-16-le")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512 + wide + b"\x00" * 512


# --- hostile PDFs: written by hand, since no library writes such things -------------------------
def raw_pdf(*objects: bytes, root: int = 1) -> bytes:
    """A PDF of these objects, numbered from 1, with a table of where they are."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        root,
        start,
    )
    return bytes(out)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def packed(byte: bytes, size: int, *, times: int = 1) -> bytes:
    """`size` equal bytes, packed `times` times over. A block packed by itself can be repeated; the
    sum at the end is left out, which no reader minds before it has unpacked the rest."""
    packer = zlib.compressobj(9)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(byte * 1_048_576) + packer.flush(zlib.Z_FULL_FLUSH)
    data = head + block * (size // 1_048_576) + packer.flush()
    for _ in range(times - 1):
        data = zlib.compress(data, 9)
    return data


def one_page(
    content: bytes,
    *more: bytes,
    resources: bytes = b"",
    page: bytes = b"/MediaBox[0 0 595 842]",
    catalog: bytes = b"",
) -> bytes:
    """A page with this content stream (object 4) and these objects from 5 on."""
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R%s/Resources<<%s>>/Contents 4 0 R>>" % (page, resources),
        content,
        *more,
    )


def stream_bomb(times: int = 1) -> bytes:
    """A gigabyte of page content in a megabyte of file, or in a few kilobytes."""
    filters = b"/Filter[%s]" % (b"/FlateDecode" * times)
    return one_page(stream(packed(b" ", 1 << 30, times=times), filters))


def image_bomb(side: int = 30_000) -> bytes:
    """A picture inside a page that unpacks to 2.7 gigabytes."""
    head = (
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceRGB"
        b"/Filter[/FlateDecode/FlateDecode]" % (side, side)
    )
    picture = stream(packed(b"\x00", side * side * 3, times=2), head)
    return one_page(
        stream(b"q 595 0 0 842 0 0 cm /I Do Q"), picture, resources=b"/XObject<</I 5 0 R>>"
    )


def endless_drawing(copies: int = 300_000) -> bytes:
    """A form drawn in a form drawn in a form, each many times over: billions of strokes."""

    def form(body: bytes, inner: bytes) -> bytes:
        return stream(body, b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]%s" % inner)

    circle = b"0 0 m 9 200 300 9 595 842 c S\n" * 1000
    layers = [form(circle, b"")]
    layers += [
        form(b"/F Do\n" * 1000, b"/Resources<</XObject<</F %d 0 R>>>>" % (number + 4))
        for number in range(1, 5)
    ]
    return one_page(stream(b"/F Do\n"), *layers, resources=b"/XObject<</F 9 0 R>>")


def drawn_in_itself() -> bytes:
    form = stream(
        b"/F Do",
        b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</F 5 0 R>>>>",
    )
    return one_page(stream(b"/F Do"), form, resources=b"/XObject<</F 5 0 R>>")


def page_tree_in_a_circle() -> bytes:
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 5>>",
        b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 5/Parent 2 0 R>>",
    )


def page_count_lies(count: int = 50) -> bytes:
    """One page, and the word that there are more."""
    return one_page(stream(b"")).replace(b"/Count 1>>", b"/Count %d>>" % count)


def no_pages() -> bytes:
    return raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>")


def many_pages(count: int = 10_000) -> bytes:
    kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(count))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count),
        *([page] * count),
    )


def page_box(box: bytes) -> bytes:
    return one_page(stream(b"0 0 9 9 re f"), page=b"/MediaBox[%s]" % box)


def that_acts() -> bytes:
    """Scripts, programs and files that another reader would start, ask about or unpack."""
    return one_page(
        stream(b"0 0 99 99 re f"),
        b"<</S/JavaScript/JS(while\\(true\\){app.alert\\(1\\)})>>",
        b"<</S/Launch/F(cmd.exe)/Win<</F(cmd.exe)>>>>",
        stream(b"MZ", b"/Type/EmbeddedFile"),
        b"<</Type/Filespec/F(a.exe)/EF<</F 7 0 R>>>>",
        catalog=b"/OpenAction 5 0 R/AA<</WC 6 0 R>>/Names<</EmbeddedFiles<</Names[(a) 8 0 R]>>>>",
        page=b"/MediaBox[0 0 595 842]/AA<</O 5 0 R>>",
    )


def deep(levels: int = 100_000) -> bytes:
    """Brackets within brackets, in the file's structure and in the page's content."""
    return one_page(
        stream(b"[" * levels + b"]" * levels + b"q " * levels),
        b"[" * levels + b"]" * levels,
        resources=b"/Deep 5 0 R",
    )


def absurd_font() -> bytes:
    """A font of noise, and one whose letters are drawn with themselves."""
    return one_page(
        stream(b"BT /N 40 Tf 60 700 Td (AB) Tj /T 1e9 Tf (AAAA) Tj ET"),
        b"<</Type/Font/Subtype/TrueType/BaseFont/N/FirstChar -5/LastChar 99999999"
        b"/Widths[1e38 -1e38]/FontDescriptor 6 0 R>>",
        b"<</Type/FontDescriptor/FontName/N/Flags 4/FontFile2 7 0 R/FontBBox[0 0 1e38 1e38]>>",
        stream(bytes(range(256)) * 400),
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/FirstChar 65"
        b"/LastChar 65/Widths[1]/Encoding<</Differences[65/a]>>/CharProcs<</a 9 0 R>>"
        b"/Resources<</Font<</T 8 0 R>>>>>>",
        stream(b"1 0 d0 BT /T 1 Tf (AAAAAAAAAA) Tj ET"),
        resources=b"/Font<</N 5 0 R/T 8 0 R>>",
    )


def tiny_tiles() -> bytes:
    """A pattern of tiles a thousandth of a point apart."""
    tile = stream(
        b"0 0 1 1 re f",
        b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep .001/YStep .001"
        b"/Resources<<>>",
    )
    return one_page(
        stream(b"/Pattern cs /P scn 0 0 595 842 re f"), tile, resources=b"/Pattern<</P 5 0 R>>"
    )


def long_text(letters: int = 2_000_000) -> bytes:
    """More words than anyone reads on a page."""
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    words = b"BT /F 1 Tf 10 700 Td (" + b"word " * (letters // 5) + b") Tj ET"
    return one_page(stream(words), font, resources=b"/Font<</F 5 0 R>>")


def strip(width: int, height: int) -> bytes:
    """A PNG that is all length."""
    out = io.BytesIO()
    Image.new("L", (width, height), 200).save(out, "PNG")
    return out.getvalue()
