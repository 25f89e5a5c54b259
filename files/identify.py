"""What a file is, by its bytes. Its name and the browser's word count for nothing.

Looks only at signatures; nothing here parses.
"""

PDF, PNG, JPEG = "pdf", "png", "jpeg"
CONTENT_TYPES = {PDF: "application/pdf", PNG: "image/png", JPEG: "image/jpeg"}
EXTENSIONS = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
}

SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", PNG),
    (0, b"\xff\xd8\xff", JPEG),
    (0, b"MZ", "program"),
    (0, b"\x7fELF", "program"),
    (0, b"\xfe\xed\xfa\xce", "program"),
    (0, b"\xfe\xed\xfa\xcf", "program"),
    (0, b"\xce\xfa\xed\xfe", "program"),
    (0, b"\xcf\xfa\xed\xfe", "program"),
    (0, b"\xca\xfe\xba\xbe", "program"),
    (0, b"dex\n", "program"),
    (0, b"\x00asm", "program"),
    (0, b"!<arch>\n", "program"),
    (0, b"L\x00\x00\x00\x01\x14\x02\x00", "program"),  # a Windows shortcut
    (0, b"#!", "program"),
    (0, b"Rar!\x1a\x07", "archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "archive"),
    (0, b"\x1f\x8b", "archive"),
    (0, b"BZh", "archive"),
    (0, b"\xfd7zXZ\x00", "archive"),
    (0, b"\x28\xb5\x2f\xfd", "archive"),
    (0, b"ALZ\x01", "archive"),
    (0, b"EGGA", "archive"),
    (257, b"ustar", "archive"),
    (0, b"HWP Document File", "hwp"),
    (0, b"{\\rtf", "word"),
    (0, b"GIF87a", "picture"),
    (0, b"GIF89a", "picture"),
    (0, b"BM", "picture"),
    (0, b"II*\x00", "picture"),
    (0, b"MM\x00*", "picture"),
    (0, b"\x00\x00\x00\x0cjP  \r\n", "picture"),
    (0, b"8BPS", "picture"),
    (0, b"%!PS", "postscript"),
    (0, b"OggS", "film"),
    (0, b"ID3", "film"),
    (0, b"\x1aE\xdf\xa3", "film"),
)
PHOTO_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_KINDS = (
    (b"HWP Document File", "hwp"),
    ("WordDocument".encode("utf-16-le"), "word"),
    ("Workbook".encode("utf-16-le"), "excel"),
    ("PowerPoint Document".encode("utf-16-le"), "powerpoint"),
    ("EncryptedPackage".encode("utf-16-le"), "locked_office"),
)
ZIP_KINDS = (
    (b"application/hwp+zip", "hwp"),
    (b"word/document", "word"),
    (b"xl/workbook", "excel"),
    (b"ppt/presentation", "powerpoint"),
    (b"application/vnd.oasis.opendocument", "word"),
    (b"META-INF/MANIFEST.MF", "program"),
    (b"AndroidManifest.xml", "program"),
)
# How far into a file other readers look for the start of a PDF or the directory of an archive.
LOOK = 64 * 1024


def identify(data: bytes) -> str:
    """Return `pdf`, `png`, `jpeg`, or what else it is: `program`, `archive`, `hwp`, `word`,
    `excel`, `powerpoint`, `locked_office`, `office`, `photo`, `picture`, `film`, `web_page`,
    `postscript`, `text`, `empty`, `unknown`.
    """
    if not data.strip(b"\x00\t\r\n "):
        return "empty"
    head = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\t\r\n ")
    if head.startswith(b"%PDF-"):
        return PDF
    for offset, signature, kind in SIGNATURES:
        if data.startswith(signature, offset):
            return kind
    return _container(data) or _text(data, head)


def _container(data: bytes) -> str:
    if data.startswith(OLE):
        return next((kind for mark, kind in OLE_KINDS if mark in data), "office")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        directory = data[:LOOK] + data[-LOOK:]
        return next((kind for mark, kind in ZIP_KINDS if mark in directory), "archive")
    if data[4:8] == b"ftyp":
        return "photo" if data[8:12] in PHOTO_BRANDS else "film"
    if data.startswith(b"RIFF"):
        return "picture" if data[8:12] == b"WEBP" else "film"
    return ""


def _text(data: bytes, head: bytes) -> str:
    start = head[:1024].lower()
    if start.startswith(b"<") or b"<html" in start or b"<svg" in start:
        return "web_page"
    sample = data[:LOOK]
    for encoding in ("utf-8", "cp949"):
        try:
            # The last character may be cut in two.
            text = sample[:-3].decode(encoding) if len(data) > LOOK else sample.decode(encoding)
        except UnicodeDecodeError:
            continue
        return "text" if not any(c < " " and c not in "\t\r\n\f" for c in text) else "unknown"
    return "unknown"
