"""Whether an upload is a document we take. Refusals are sentences: what it is, what to do."""

import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from files import limits
from files.errors import Refused
from files.identify import CONTENT_TYPES, EXTENSIONS, PDF, PNG, identify

PROBE = Path(__file__).with_name("probe.py")
WANTED = gettext_lazy("PDF, PNG, JPEG 파일을 올려 주세요.")
SAVE_AS_PDF = gettext_lazy("PDF로 저장한 뒤 올려 주세요.")
SAVE_AGAIN = gettext_lazy("원본을 다시 저장하거나 다시 스캔한 뒤 올려 주세요.")

# What it is, and what to do.
REFUSALS = {
    "empty": (gettext_lazy("빈 파일입니다."), gettext_lazy("내용이 있는지 확인해 주세요.")),
    "program": (gettext_lazy("실행 파일이어서 받을 수 없습니다."), WANTED),
    "archive": (
        gettext_lazy("압축 파일입니다."),
        gettext_lazy("압축을 풀고 안에 있는 파일을 하나씩 올려 주세요."),
    ),
    "hwp": (gettext_lazy("한글(HWP) 문서입니다."), SAVE_AS_PDF),
    "word": (gettext_lazy("워드 문서입니다."), SAVE_AS_PDF),
    "excel": (gettext_lazy("엑셀 문서입니다."), SAVE_AS_PDF),
    "powerpoint": (gettext_lazy("파워포인트 문서입니다."), SAVE_AS_PDF),
    "office": (gettext_lazy("오피스 문서입니다."), SAVE_AS_PDF),
    "locked_office": (
        gettext_lazy("암호가 걸린 오피스 문서입니다."),
        gettext_lazy("암호를 풀고 PDF로 저장한 뒤 올려 주세요."),
    ),
    "photo": (
        gettext_lazy("HEIC 형식의 사진입니다."),
        gettext_lazy("JPEG로 저장한 뒤 올려 주세요."),
    ),
    "picture": (
        gettext_lazy("받지 않는 형식의 그림 파일입니다."),
        gettext_lazy("PNG나 JPEG로 저장한 뒤 올려 주세요."),
    ),
    "film": (gettext_lazy("동영상이나 음성 파일입니다."), WANTED),
    "web_page": (gettext_lazy("웹 페이지(HTML, XML) 파일입니다."), SAVE_AS_PDF),
    "postscript": (gettext_lazy("포스트스크립트 파일입니다."), SAVE_AS_PDF),
    "text": (gettext_lazy("텍스트 파일입니다."), SAVE_AS_PDF),
    "unknown": (gettext_lazy("알아볼 수 없는 형식입니다."), WANTED),
    "encrypted": (
        gettext_lazy("암호나 사용 제한이 걸린 PDF입니다."),
        gettext_lazy("암호와 제한을 풀어 저장한 뒤 올려 주세요."),
    ),
    "damaged": (gettext_lazy("파일이 손상되었거나 끝까지 저장되지 않았습니다."), SAVE_AGAIN),
    "two_in_one": (gettext_lazy("파일 뒤에 다른 내용이 붙어 있습니다."), SAVE_AGAIN),
    "too_complex": (gettext_lazy("내용이 너무 복잡해서 열 수 없습니다."), SAVE_AGAIN),
    "too_many_pixels": (
        gettext_lazy("그림이 너무 큽니다."),
        gettext_lazy("해상도를 낮추어 다시 저장한 뒤 올려 주세요."),
    ),
    "animated": (
        gettext_lazy("움직이는 그림입니다."),
        gettext_lazy("한 장의 그림으로 저장한 뒤 올려 주세요."),
    ),
}

# The end of a zip archive: a reader of archives opens any file that has one at its end.
ZIP_END = b"PK\x05\x06"
ZIP_END_BYTES = 22
ZIP_COMMENT_BYTES = 65_535
# Phones append to a JPEG (depth, motion); what a browser or a shell would run is refused there.
FOREIGN_TAIL = re.compile(rb"%PDF-|<script|<html|<\?php|^\s*MZ|^\s*\x7fELF", re.IGNORECASE)


@dataclass(frozen=True)
class Inspected:
    """What an accepted file is."""

    content_type: str
    pages: int


def inspect(data: bytes, *, name: str = "") -> Inspected:
    """Look at a whole upload. Raises Refused."""
    if len(data) > limits.max_bytes():
        raise too_big()
    kind = identify(data)
    if kind not in CONTENT_TYPES:
        raise refusal(kind, name=name)
    if broken := _structure(kind, data):
        raise refusal(broken)
    found = _probe(kind, data)
    if problem := found.get("problem"):
        if problem == "too_many_pages":
            most = limits.max_pages()
            raise Refused(
                ngettext(
                    "쪽수가 너무 많습니다. %(most)d쪽까지 올릴 수 있으니 나누어 올려 주세요.",
                    "쪽수가 너무 많습니다. %(most)d쪽까지 올릴 수 있으니 나누어 올려 주세요.",
                    most,
                )
                % {"most": most},
                problem,
            )
        raise refusal(problem)
    return Inspected(CONTENT_TYPES[kind], found["pages"])


def too_big() -> Refused:
    """The refusal of a file over the limit."""
    return Refused(
        _("파일이 너무 큽니다. %(most)dMB까지 올릴 수 있습니다. 해상도를 낮추거나 나누어 주세요.")
        % {"most": limits.max_bytes() // limits.MEBIBYTE},
        "too_big",
    )


def refusal(problem: str, *, name: str = "") -> Refused:
    """The refusal for a kind or a problem; says so when the name claims something else."""
    what, todo = REFUSALS[problem]
    sentence = format_lazy("{} {}", what, todo)
    claimed = PurePosixPath(name).suffix.lower()
    if problem != "empty" and any(claimed in known for known in EXTENSIONS.values() if claimed):
        sentence = format_lazy("{} {}", _("파일 이름과 실제 형식이 다릅니다."), sentence)
    return Refused(str(sentence), problem)


def _structure(kind: str, data: bytes) -> str:
    """Truncation, and files that are two things at once, seen without parsing."""
    end = data.rfind(ZIP_END, -(ZIP_END_BYTES + ZIP_COMMENT_BYTES))
    if end >= 0 and end + ZIP_END_BYTES <= len(data):
        comment = int.from_bytes(data[end + 20 : end + 22], "little")
        if end + ZIP_END_BYTES + comment == len(data):
            return "two_in_one"
    if kind == PDF:
        mark, size = data.rfind(b"%%EOF"), len(b"%%EOF")
        if mark < 0:
            return "damaged"
        return "two_in_one" if data[mark + size :].strip(b"\x00\t\r\n ") else ""
    if kind == PNG:
        mark = data.rfind(b"IEND\xaeB`\x82")
        if mark < 0:
            return "damaged"
        return "two_in_one" if data[mark + 8 :].strip(b"\x00\t\r\n ") else ""
    mark = data.rfind(b"\xff\xd9")
    if mark < 0:
        return "damaged"
    return "two_in_one" if FOREIGN_TAIL.search(data[mark + 2 :]) else ""


# What was found in files that were fine: a company sends the same registration with each
# candidate. Refusals are looked at again: a busy machine may have run out of time.
_fine: dict[tuple[object, ...], dict] = {}
MOST_REMEMBERED = 500


def _probe(kind: str, data: bytes) -> dict:
    """What is in the file, looked up or looked at."""
    numbers = (
        limits.max_pages(),
        limits.max_pixels(),
        limits.probe_seconds(),
        limits.probe_memory(),
    )
    key = (PROBE, kind, hashlib.sha256(data).digest(), *numbers)
    if key in _fine:
        return _fine[key]
    found = _parse(kind, data, numbers)
    if "problem" not in found:
        if len(_fine) >= MOST_REMEMBERED:
            _fine.clear()
        _fine[key] = found
    return found


def _parse(kind: str, data: bytes, numbers: tuple[int, ...]) -> dict:
    """Parse in a limited process; whatever goes wrong there is a refusal, never an error here."""
    command = [sys.executable, "-I", str(PROBE), "pdf" if kind == PDF else "image"]
    try:
        done = subprocess.run(
            [*command, *map(str, numbers)],
            input=data,
            capture_output=True,
            timeout=limits.probe_seconds(),
            # Nothing of ours: no key, no address. The loader's path is where Python itself may lie.
            env={name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"problem": "too_complex"}
    if done.returncode < 0:  # killed: out of time, or the parser crashed on what it was given
        return {"problem": "too_complex"}
    if done.returncode or not done.stdout:
        raise RuntimeError(f"The probe did not run: {done.stderr[-500:].decode(errors='replace')}")
    return json.loads(done.stdout)
