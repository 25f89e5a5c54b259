"""Words in pictures, if this machine has a recogniser (Debian: tesseract-ocr, tesseract-ocr-kor).

Without one, pages without words stay without, and are said to be. Only pictures that were drawn
here are given to it, in a process with limits of its own (`files/ocr_limited.py`): no upload is.
"""

import io
import logging
import os
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from PIL import Image

from files import limits

log = logging.getLogger(__name__)

LIMITED = Path(__file__).with_name("ocr_limited.py")
WANTED = ("kor", "eng")
MOST_TEXT = 20_000


def engine() -> tuple[str, str] | None:
    """`(program, languages)`, or None. FILES_OCR names a program, "" none; else PATH is asked."""
    named = getattr(settings, "FILES_OCR", None)
    if named == "":
        return None
    program = shutil.which(named or "tesseract")
    return _with_languages(program) if program else None


@lru_cache(maxsize=4)
def _with_languages(program: str) -> tuple[str, str] | None:
    try:
        listed = subprocess.run(
            [program, "--list-langs"], capture_output=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        log.warning("%s does not list its languages: pictures are not read", program)
        return None
    known = set((listed.stdout + listed.stderr).decode(errors="replace").split())
    languages = "+".join(one for one in WANTED if one in known)
    return (program, languages) if languages else None


def read(picture: bytes, *, program: str, languages: str) -> str:
    """The words of a picture drawn here; empty when it has none or takes too long."""
    with Image.open(io.BytesIO(picture), formats=["WEBP"]) as drawn:
        out = io.BytesIO()
        drawn.convert("L").save(out, "PNG")
    seconds = limits.draw_seconds()
    command = [sys.executable, "-I", str(LIMITED), str(seconds), str(limits.probe_memory())]
    try:
        done = subprocess.run(
            [*command, program, languages],
            input=out.getvalue(),
            capture_output=True,
            timeout=seconds,
            env={
                name: os.environ[name]
                for name in ("LD_LIBRARY_PATH", "TESSDATA_PREFIX", "PATH")
                if name in os.environ
            },
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ""
    if done.returncode:
        return ""
    return done.stdout[: 4 * MOST_TEXT].decode(errors="ignore").strip()[:MOST_TEXT]
