"""File names as they are kept: one name, no path, nothing that hides what it is."""

import unicodedata
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from files.identify import EXTENSIONS

LENGTH = 120
BYTES = 240
FORBIDDEN = set('<>:"|?*/\\')
# Windows opens these as devices, whatever their extension.
DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
}


def safe_name(name: str, *, content_type: str = "") -> str:
    """Return the last part of a path, composed (NFC), without control, invisible or direction
    characters, at most 120 characters, ending as its content says.
    """
    name = unicodedata.normalize("NFC", name.replace("\\", "/").split("/")[-1])
    name = "".join(
        " " if unicodedata.category(character) in {"Zs", "Zl", "Zp"} else character
        for character in name
        if unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
        and character not in FORBIDDEN
    )
    name = " ".join(name.split()).strip(". ")
    known = EXTENSIONS.get(content_type, ())
    path = PurePosixPath(name or ".")
    stem, suffix = path.stem, path.suffix
    if known and suffix.lower() not in known:
        stem, suffix = name, known[0]
    stem = stem.rstrip(". ") or _("파일")
    if stem.lower() in DEVICES:
        stem = f"_{stem}"
    suffix = suffix[:16]
    stem = stem[: LENGTH - len(suffix)]
    while len((stem + suffix).encode()) > BYTES:
        stem = stem[:-1]
    return stem.rstrip() + suffix
