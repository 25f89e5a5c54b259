"""From frozen HTML and values to an unsigned PDF: PDF/A-3a and PDF/UA-1, one file.

Rendering is a pure function of its arguments (the same bytes for the same input), reads nothing
but bundled resources, and costs some 0.2 s of CPU once the fonts are loaded. Never call it with a
transaction open.
"""

import hashlib
import io
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from letters import fonts, markup
from letters.errors import DesignError
from letters.variables import Value

ASSETS = Path(__file__).parent / "designs" / "assets"
ATTACHMENT = "recommendation.json"
GENERATOR = "Chucheon letter"
# Begins the dictionary of the table that a reader of the file looks up first.
_TABLE = b"/Type /XRef"
# What stands where the signed code will be, in a draft.
NO_CODE = "DRAFT"
# One at a time in a process: the font configuration is shared, and rendering holds the GIL anyway.
_one_at_a_time = threading.Lock()

_MARKS = {
    "specimen": "견본 · SPECIMEN — 효력이 없는 문서입니다. This document has no legal effect.",
    "draft": "초안 · DRAFT — 결재 전 확인용입니다. For review before sign-off only.",
}
_UA_IDENTIFIER = """<rdf:Description rdf:about=""
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>
<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>
<rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>PDF/UA part</pdfaProperty:description></rdf:li>
</rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


@dataclass(frozen=True)
class Image:
    data: bytes
    content_type: str


@dataclass(frozen=True)
class Sheet:
    """Everything a PDF is made of. `mark` is "specimen", "draft" or "" (a letter in force);
    `code` is the signed code (letters.codes), which a draft has not; `logo` (PNG) may be none."""

    html: str
    css: str
    values: Mapping[str, Value]
    mark: str
    seal: Image
    code: str = NO_CODE
    machine_readable: bytes | None = None
    logo: bytes = b""


class _Bundled(URLFetcher):
    """Answers `letter:` names and nothing else; anything else stops the rendering (T9)."""

    def __init__(self, resources: Mapping[str, Image]) -> None:
        super().__init__(fail_on_errors=True)
        self._resources = resources

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        name = url.removeprefix("letter:")
        if name in self._resources:
            image = self._resources[name]
            return URLFetcherResponse(url, image.data, {"Content-Type": image.content_type})
        file_name = name.removeprefix("font/")
        bundled = {face for weights in fonts.FACES.values() for face in weights.values()}
        if url.startswith("letter:font/") and file_name in bundled:
            data = fonts.font_path(file_name).read_bytes()
            return URLFetcherResponse(url, data, {"Content-Type": "font/ttf"})
        raise DesignError(f"a letter may use bundled resources only, not {url!r}")


def specimen_seal() -> Image:
    return Image((ASSETS / "specimen-seal.svg").read_bytes(), "image/svg+xml")


def render(sheet: Sheet) -> bytes:
    """Return the PDF. Raises DesignError for a design that cannot be read or wants a resource
    that is not bundled; a variable without a value prints nothing (see services.problems)."""
    filled = markup.fill(markup.parse(sheet.html), sheet.values)
    text = _with_mark(filled.text, sheet.mark)
    fetcher = _Bundled(images(sheet))
    created = _created(str(sheet.values["issue_date"]))
    attachments = []
    if sheet.machine_readable is not None:
        attachments.append(
            Attachment(
                string=sheet.machine_readable.decode(),
                name=ATTACHMENT,
                description="The letter as data",
                relationship="Data",
                created=created,
                modified=created,
            )
        )
    with _one_at_a_time:
        configuration, font_faces = _fonts_loaded()
        try:
            pdf = HTML(string=text, url_fetcher=fetcher).write_pdf(
                font_config=configuration,
                stylesheets=[font_faces, *_styles(sheet.css, sheet.mark)],
                pdf_variant="pdf/a-3a",
                # pydyf would write, and pack, everything a second time to find one.
                pdf_identifier=False,
                attachments=attachments,
                finisher=_finish,
            )
        except FatalURLFetchingError as reason:
            raise DesignError(str(reason.__cause__ or reason)) from None
    return _identified(bytes(pdf))


def load_marks() -> None:
    """Read the styles of every mark before the first letter needs one."""
    for mark in _MARKS:
        _style(_mark_css(mark))


def _created(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def images(sheet: Sheet) -> dict[str, Image]:
    """The pictures that the design may use, by name."""
    images = {
        "seal": sheet.seal,
        "qr": Image(_qr(str(sheet.values["verification_url"])), "image/png"),
        "code": Image(_qr(sheet.code), "image/png"),
    }
    if sheet.logo:
        images["logo"] = Image(sheet.logo, "image/png")
    if sheet.mark:
        mark = (ASSETS / f"{sheet.mark}.svg").read_bytes()
        images["mark"] = Image(mark, "image/svg+xml")
    return images


def _qr(address: str) -> bytes:
    """A QR code as PNG. The mask is fixed: choosing one costs five times the drawing."""
    code = segno.make(address, error="m", boost_error=False, micro=False, mask=2)
    picture = io.BytesIO()
    code.save(picture, kind="png", scale=1, border=4)
    return picture.getvalue()


def _with_mark(text: str, mark: str) -> str:
    """The mark is put in here, after the design: no design can leave it out."""
    if not mark:
        return text
    return text.replace("<body>", '<body><div class="page-mark"></div>', 1)


def _mark_css(mark: str) -> str:
    """Every declaration is `!important`, which designs cannot say (letters.designs): a design's
    own style moves, hides or covers nothing of it."""
    sentence = {
        "content": f'"{_MARKS[mark]}"',
        "font": '700 8pt/1.3 "Letter", "Letter Latin"',
        "color": "#b3141a",
        "width": "100%",
        "text-align": "center",
        "visibility": "visible",
        "opacity": "1",
    }
    picture = {
        "display": "block",
        "position": "fixed",
        "top": "-18mm",
        "left": "-20mm",
        "right": "auto",
        "bottom": "auto",
        "width": "210mm",
        "height": "297mm",
        "min-width": "0",
        "min-height": "0",
        "max-width": "none",
        "max-height": "none",
        "margin": "0",
        "padding": "0",
        "border": "0",
        "float": "none",
        "overflow": "visible",
        "visibility": "visible",
        "opacity": "1",
        "transform": "none",
        "clip": "auto",
        "z-index": "2147483647",
        "background": "url(letter:mark) no-repeat 0 0 / 210mm 297mm",
    }
    return (
        f"@page {{ @top-center {{ {_important(sentence)} }} }}\n"
        f".page-mark {{ {_important(picture)} }}"
    )


def _important(declarations: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {value} !important" for name, value in declarations.items())


@lru_cache(maxsize=1)
def _fonts_loaded() -> tuple[FontConfiguration, CSS]:
    """Read the font files once per process: that costs more than a letter."""
    configuration = FontConfiguration()
    faces = CSS(string=fonts.stylesheet(), font_config=configuration, url_fetcher=_Bundled({}))
    return configuration, faces


def _styles(css: str, mark: str) -> list[CSS]:
    return [_style(text) for text in ([css, _mark_css(mark)] if mark else [css])]


@lru_cache(maxsize=64)
def _style(text: str) -> CSS:
    configuration, _faces = _fonts_loaded()
    return CSS(string=text, font_config=configuration, url_fetcher=_Bundled({}))


def _finish(document: Any, pdf: Any) -> None:
    """Put the PDF/UA identifier into the RDF that says PDF/A, and leave that stream readable."""
    metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    rdf = b"".join(part if isinstance(part, bytes) else part.encode() for part in metadata.stream)
    end = rdf.index(b"</rdf:RDF>")
    metadata.stream = [rdf[:end] + _UA_IDENTIFIER.encode() + rdf[end:]]
    metadata.compress = False


def _identified(pdf: bytes) -> bytes:
    """Give the file its identifier, which PDF/A wants: the digest of its bytes. It goes into the
    last object, the table of all others, so that none of them moves."""
    start = pdf.rindex(_TABLE)
    digest = hashlib.md5(pdf, usedforsecurity=False).hexdigest().encode()
    return pdf[:start] + b"/ID [<%b> <%b>] " % (digest, digest) + pdf[start:]
