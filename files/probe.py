"""Parses one untrusted file, in a process of its own with next to nothing in reach.

    python -I probe.py pdf|image MAX_PAGES MAX_PIXELS SECONDS MEMORY < file

prints `{"pages": N}` or `{"problem": "word"}`. Before the first byte is parsed the process gives
up opening files and sockets, starting processes, and more than its share of memory and time. It
imports nothing of this project, and its environment is empty: no key is in reach.
"""

import json
import resource
import signal
import sys

# Seconds a process is left beyond its own, to be ended by whoever began it.
GRACE = 5


def main(kind: str, max_pages: int, max_pixels: int, seconds: int, memory: int) -> dict:
    data = sys.stdin.buffer.read()
    # Everything is imported before the limits: afterwards no file can be opened.
    check = {"pdf": pdf, "image": image}[kind]()
    limit(seconds, memory)
    try:
        return check(data, max_pages, max_pixels)
    except MemoryError:
        return {"problem": "too_complex"}


def limit(seconds: int, memory: int) -> None:
    """No new files or sockets, no writing, no processes; memory and time bounded.

    A process that waits uses no processor time: the alarm ends it, also when whoever began it was
    killed and can end nothing any more.
    """
    signal.alarm(seconds + GRACE)
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        _, hard = resource.getrlimit(what)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, bound))


def pdf():
    import ctypes

    import pypdfium2.raw as pdfium

    def check(data: bytes, max_pages: int, max_pixels: int) -> dict:
        pdfium.FPDF_InitLibrary()
        document = pdfium.FPDF_LoadMemDocument64(
            ctypes.c_char_p(data), ctypes.c_size_t(len(data)), None
        )
        if not document:
            encrypted = pdfium.FPDF_GetLastError() in (
                pdfium.FPDF_ERR_PASSWORD,
                pdfium.FPDF_ERR_SECURITY,
            )
            return {"problem": "encrypted" if encrypted else "damaged"}
        # Also those that open without a password and only forbid printing.
        if pdfium.FPDF_GetSecurityHandlerRevision(document) != -1:
            return {"problem": "encrypted"}
        pages = pdfium.FPDF_GetPageCount(document)
        if pages == 0:
            return {"problem": "damaged"}
        if pages > max_pages:
            return {"problem": "too_many_pages", "pages": pages}
        for index in range(pages):
            page = pdfium.FPDF_LoadPage(document, index)
            if not page or pdfium.FPDF_GetPageWidthF(page) <= 0:
                return {"problem": "damaged"}
            pdfium.FPDF_ClosePage(page)
        return {"pages": pages}

    return check


def image():
    import io
    import warnings

    # MpoImagePlugin: what many phones write inside a JPEG; Pillow imports it only then.
    from PIL import Image, JpegImagePlugin, MpoImagePlugin, PngImagePlugin

    Image.preinit()
    formats = ["PNG", "JPEG"]
    plugins = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin)

    def check(data: bytes, max_pages: int, max_pixels: int) -> dict:
        assert plugins  # noqa: S101 - imported for their effect
        # Our own limit below is the stricter one, and says so in a sentence.
        Image.MAX_IMAGE_PIXELS = None
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=formats) as picture:
                if picture.width * picture.height > max_pixels:
                    return {"problem": "too_many_pixels"}
                if picture.format == "PNG" and getattr(picture, "is_animated", False):
                    return {"problem": "animated"}
                picture.verify()
            with Image.open(io.BytesIO(data), formats=formats) as picture:
                picture.load()
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - Pillow's plugins raise whatever they meet
            return {"problem": "damaged"}
        return {"pages": 1}

    return check


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], *map(int, sys.argv[2:6]))))
