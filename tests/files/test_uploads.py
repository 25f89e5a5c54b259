"""What is taken and what is refused: by content, with a sentence, and never with a crash."""

import re
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from files import inspection, services
from files.errors import Refused
from files.models import StoredFile
from tests.files import samples

pytestmark = pytest.mark.django_db


def accept(data, name="diploma.pdf", **options):
    return services.accept(upload=SimpleUploadedFile(name, data, **options), actor=None)


@pytest.mark.parametrize(
    ("data", "name", "content_type", "pages"),
    [
        (samples.pdf(), "diploma.pdf", "application/pdf", 1),
        (samples.pdf(100), "long.pdf", "application/pdf", 100),
        (b"\xef\xbb\xbf\n" + samples.pdf(), "bom.pdf", "application/pdf", 1),
        (samples.pdf() + b"\r\n\x00", "trailing.pdf", "application/pdf", 1),
        (samples.picture("PNG"), "photo.png", "image/png", 1),
        (samples.picture("PNG", mode="RGBA"), "alpha.PNG", "image/png", 1),
        (samples.picture("JPEG"), "photo.jpg", "image/jpeg", 1),
        (samples.picture("JPEG", mode="CMYK"), "print.jpeg", "image/jpeg", 1),
        (samples.picture("JPEG") + b"SEFT" * 99, "phone.jpg", "image/jpeg", 1),
    ],
)
def test_documents_are_taken(data, name, content_type, pages):
    stored = accept(data, name)
    assert (stored.name, stored.content_type, stored.pages) == (name, content_type, pages)
    assert (stored.size, services.read(stored)) == (len(data), data)


def test_the_type_is_what_the_content_says_whatever_name_and_browser_say():
    stored = accept(samples.picture("PNG"), "photo.jpg", content_type="application/pdf")
    assert (stored.name, stored.content_type) == ("photo.jpg.png", "image/png")
    stored = accept(samples.pdf(), "졸업증명서.exe")
    assert (stored.name, stored.content_type) == ("졸업증명서.exe.pdf", "application/pdf")


PNG, PDF, JPEG = samples.picture("PNG"), samples.pdf(), samples.picture("JPEG")
BAD = {
    "nothing": (b"", "empty"),
    "blanks": (b" \r\n\x00" * 50, "empty"),
    "windows program": (b"MZ\x90\x00" + b"\x00" * 200, "program"),
    "linux program": (b"\x7fELF\x02\x01\x01" + b"\x00" * 200, "program"),
    "mac program": (b"\xcf\xfa\xed\xfe" + b"\x00" * 200, "program"),
    "script": (b"#!/bin/sh\nrm -rf /\n", "program"),
    "shortcut": (b"L\x00\x00\x00\x01\x14\x02\x00" + b"\x00" * 60, "program"),
    "java": (samples.archive("META-INF/MANIFEST.MF"), "program"),
    "zip": (samples.archive(), "archive"),
    "empty zip": (b"PK\x05\x06" + b"\x00" * 18, "archive"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + b"\x00" * 60, "archive"),
    "rar": (b"Rar!\x1a\x07\x01\x00" + b"\x00" * 60, "archive"),
    "gzip": (b"\x1f\x8b\x08" + b"\x00" * 60, "archive"),
    "egg": (b"EGGA" + b"\x00" * 60, "archive"),
    "docx": (samples.archive("[Content_Types].xml", "word/document.xml"), "word"),
    "xlsx": (samples.archive("xl/workbook.xml"), "excel"),
    "pptx": (samples.archive("ppt/presentation.xml"), "powerpoint"),
    "hwpx": (samples.archive("mimetype", stored=b"application/hwp+zip"), "hwp"),
    "hwp 5": (samples.office("HWP Document File"), "hwp"),
    "hwp 3": (b"HWP Document File V3.00 \x1a" + b"\x00" * 60, "hwp"),
    "doc": (samples.office("WordDocument"), "word"),
    "xls": (samples.office("Workbook"), "excel"),
    "ppt": (samples.office("PowerPoint Document"), "powerpoint"),
    "docx with a password": (samples.office("EncryptedPackage"), "locked_office"),
    "msi": (samples.office("something"), "office"),
    "rtf": (b"{\\rtf1 hello}", "word"),
    "heic": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "photo"),
    "gif": (samples.picture("GIF", mode="L"), "picture"),
    "webp": (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "picture"),
    "tiff": (samples.picture("TIFF"), "picture"),
    "bmp": (samples.picture("BMP"), "picture"),
    "mp4": (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00", "film"),
    "wav": (b"RIFF\x00\x00\x00\x00WAVEfmt ", "film"),
    "html": (b"<!DOCTYPE html><script>alert(1)</script>", "web_page"),
    "svg": (b'<?xml version="1.0"?><svg onload="alert(1)"/>', "web_page"),
    "postscript": (b"%!PS-Adobe-3.0", "postscript"),
    "text": ("졸업증명서".encode(), "text"),
    "korean text": ("졸업증명서".encode("cp949") * 9, "text"),
    "noise": (b"\x01\x02\xff\xfe" * 99, "unknown"),
    "locked pdf": (samples.pdf(password="secret"), "encrypted"),
    "pdf that forbids printing": (samples.pdf(owner="secret"), "encrypted"),
    "101 pages": (samples.pdf(101), "too_many_pages"),
    "pdf cut in half": (PDF[: len(PDF) // 2], "damaged"),
    "pdf without its end": (PDF[:-10], "damaged"),
    "only a pdf header": (b"%PDF-1.7\n%%EOF", "damaged"),
    "pdf of nonsense": (b"%PDF-1.7\n" + b"\x00\x01nonsense" * 99 + b"%%EOF\n", "damaged"),
    "png cut in half": (PNG[: len(PNG) // 2], "damaged"),
    "png with a wrong byte": (PNG[:60] + bytes([PNG[60] ^ 1]) + PNG[61:], "damaged"),
    "only a png header": (PNG[:33] + PNG[-12:], "damaged"),
    "jpeg cut in half": (JPEG[: len(JPEG) // 2], "damaged"),
    "jpeg cut in half and closed": (JPEG[: len(JPEG) // 2] + b"\xff\xd9", "damaged"),
    "only a jpeg header": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\xff\xd9", "damaged"),
    "animated png": (samples.animated(), "animated"),
    "bomb": (samples.bomb(), "too_many_pixels"),
    "bomb in a comment": (samples.text_bomb(), "damaged"),
    "pdf and zip": (PDF + samples.archive(), "two_in_one"),
    "png and zip": (PNG + samples.archive(), "two_in_one"),
    "jpeg and zip": (JPEG + samples.archive(), "two_in_one"),
    "png and a web page": (PNG + b"<script>alert(1)</script>", "two_in_one"),
    "jpeg and a web page": (JPEG + b"<html><script>alert(1)</script>", "two_in_one"),
    "jpeg and a pdf": (JPEG + PDF, "two_in_one"),
    "pdf and a program": (PDF + b"MZ\x90\x00", "two_in_one"),
    "program and a pdf": (b"MZ\x90\x00" + PDF, "program"),
    "zip and a pdf": (samples.archive() + PDF, "archive"),
    "web page and a pdf": (b"<html>" + PDF, "web_page"),
}


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("name", ["diploma.pdf", "photo.png", "noname"])
def test_anything_else_is_refused_with_a_sentence_and_leaves_nothing(what, name, disk):
    data, code = BAD[what]
    with pytest.raises(Refused) as refused:
        accept(data, name)
    assert refused.value.code == code
    sentence = str(refused.value)
    assert re.search(r"[가-힣].*(주세요|있습니다)\.$", sentence), sentence
    assert not StoredFile.objects.exists()
    assert not disk.exists()


def test_a_name_that_claims_a_document_is_pointed_out():
    with pytest.raises(Refused, match=r"이름과 실제 형식이 다릅니다.*실행 파일"):
        accept(BAD["windows program"][0], "diploma.PDF")
    with pytest.raises(Refused) as refused:
        accept(BAD["windows program"][0], "setup.exe")
    assert "다릅니다" not in str(refused.value)


def test_the_limit_is_twenty_megabytes(monkeypatch):
    data = samples.pdf()
    padding = b"%" + b"x" * (20 * 1024 * 1024 - len(data) - 2) + b"\n"
    start = data.index(b"\n") + 1
    assert inspection._structure("pdf", data[:start] + padding + data[start:]) == ""
    with pytest.raises(Refused, match="20MB") as refused:
        accept(data[:start] + padding + b"xx" + data[start:])
    assert refused.value.code == "too_big"


def test_a_size_the_browser_lied_about_is_measured(settings):
    settings.FILES_MAX_BYTES = 1000
    upload = SimpleUploadedFile("diploma.pdf", samples.pdf() + b" " * 2000)
    upload.size = 10
    with pytest.raises(Refused) as refused:
        services.accept(upload=upload, actor=None)
    assert refused.value.code == "too_big"


def test_limits_are_settings(settings):
    settings.FILES_MAX_PAGES = 2
    accept(samples.pdf(2))
    with pytest.raises(Refused, match="2쪽까지"):
        accept(samples.pdf(3))
    settings.FILES_MAX_PIXELS = 1199
    with pytest.raises(Refused, match="그림이 너무 큽니다"):
        accept(samples.picture("PNG"))


def test_an_upload_that_was_read_before_is_read_from_its_beginning():
    upload = SimpleUploadedFile("a.pdf", samples.pdf())
    upload.read()
    assert services.accept(upload=upload, actor=None).size == len(samples.pdf())


# --- The limited process --------------------------------------------------------------------


def probe(script, settings, tmp_path, monkeypatch):
    path = tmp_path / "probe.py"
    path.write_text(script)
    monkeypatch.setattr(inspection, "PROBE", path)


LIMITED = f"""
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("probe", {str(inspection.PROBE)!r})
probe = importlib.util.module_from_spec(spec)
spec.loader.exec_module(probe)
data = sys.stdin.buffer.read()
import os, socket, subprocess
probe.limit(int(sys.argv[4]), int(sys.argv[5]))
"""


@pytest.mark.parametrize(
    ("attempt", "what"),
    [
        ("open('/etc/passwd')", "OSError"),
        ("socket.socket()", "OSError"),
        ("subprocess.run(['/bin/true'])", "OSError"),
        ("bytearray(2 * 1024**3)", "MemoryError"),
        ("os.environ['PATH']", "KeyError"),
    ],
)
def test_a_parser_that_is_taken_over_reaches_nothing(
    attempt, what, settings, tmp_path, monkeypatch
):
    script = f"{LIMITED}\ntry:\n    {attempt}\nexcept {what}:\n    print('{{\"pages\": 7}}')"
    probe(script, settings, tmp_path, monkeypatch)
    assert inspection.inspect(samples.pdf()).pages == 7


def test_a_parser_that_never_ends_or_crashes_is_a_refusal(settings, tmp_path, monkeypatch):
    settings.FILES_PROBE_SECONDS = 1
    start = time.monotonic()
    for script in (
        f"{LIMITED}\nwhile True: pass",
        "import signal\nsignal.pause()",
        "import os\nos.abort()",
    ):
        probe(script, settings, tmp_path, monkeypatch)
        with pytest.raises(Refused) as refused:
            inspection.inspect(samples.pdf())
        assert refused.value.code == "too_complex"
    assert time.monotonic() - start < 20


def test_a_probe_that_does_not_run_is_our_mistake_not_the_persons(settings, tmp_path, monkeypatch):
    probe("raise SystemExit('no such module')", settings, tmp_path, monkeypatch)
    with pytest.raises(RuntimeError, match="no such module"):
        inspection.inspect(samples.pdf())
