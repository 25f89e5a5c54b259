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
