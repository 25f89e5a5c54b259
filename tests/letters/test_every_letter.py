"""Every kind of letter of every programme in the catalogue, at its shortest and its longest.

Each is made by the real worker and then looked at by programs that did not make it: veraPDF,
poppler, PDFium and a reader of codes on a 150 dpi picture.
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from django.conf import settings
from PIL import Image

from accounts.models import Office
from letters import codes, designs, services
from letters.models import Letter, LetterKind
from letters.variables import CATALOGUE, Value
from programs.document import manifest_of
from programs.manifest import Manifest
from programs.yaml_lines import read
from reviews.models import Outcome
from reviews.services.notice import SAID, TITLES, kind_of
from tests.letters.samples import IN_COUNTRY, LONG, SHORT
from tests.letters.test_pdf import only_bundled_fonts, run, signed_as_a_whole, squeezed
from tests.letters.verapdf import complaints

pytestmark = pytest.mark.django_db
# Names that a small font lacks: a syllable nobody needs, and Chinese characters.
RARE = {"candidate_name_ko": "뷁햏 金哲洙 李"}
REMEDY = {"is_refusal": True, "objection_until": "2027-01-25"}


@dataclass(frozen=True)
class Case:
    """A letter to be made. `name` says which."""

    name: str
    manifest: Manifest
    kind: str
    letter_def: dict[str, Any]
    inputs: dict[str, Any]


def manifests() -> list[Manifest]:
    """The newest file of each programme that issues letters; a file is named by its day."""
    newest = {file.parent.name: file for file in sorted(settings.CATALOGUE_DIR.glob("*/2*.yaml"))}
    return [
        manifest
        for file in newest.values()
        if (manifest := manifest_of(read(file.read_text("utf-8")).data)).letter is not None
    ]


def cases() -> Iterator[Case]:
    for manifest in manifests():
        assert manifest.letter is not None
        letter_def = manifest.letter.as_dict()
        for size, inputs in (("shortest", SHORT), ("usual", IN_COUNTRY | RARE), ("longest", LONG)):
            name = f"{manifest.slug}-{LetterKind.RECOMMENDATION}-{size}"
            yield Case(name, manifest, LetterKind.RECOMMENDATION, letter_def, inputs)
        for outcome in (Outcome.REFUSE, Outcome.RETURN):
            for size in ("shortest", "longest"):
                yield notice(manifest, outcome, size)


def notice(manifest: Manifest, outcome: Outcome, size: str) -> Case:
    """As reviews.services.notice defines one, without a case."""
    assert manifest.letter is not None
    letter = manifest.letter
    letter_def = {
        "template": designs.NOTICE,
        "series": f"{letter.series}.notices",
        "number_pattern": letter.number_pattern.replace("{year}", "N-{year}", 1),
        "validity_months": 0,
        "title": TITLES[outcome],
        "addressee": {"ko": "㈜보기소프트웨어", "en": "Bogi Software Co., Ltd."},
        "signatory": letter.signatory.as_dict(),
        "statement": {},
    }
    given = SHORT if size == "shortest" else LONG
    inputs: dict[str, Any] = {name: value for name, value in given.items() if name in SAID}
    inputs |= {"reason": "서류가 없습니다."} if size == "shortest" else written_to_the_limit()
    inputs |= REMEDY if outcome == Outcome.REFUSE else {"is_refusal": False}
    return Case(f"{manifest.slug}-{outcome}-{size}", manifest, kind_of(outcome), letter_def, inputs)


def written_to_the_limit() -> dict[str, str]:
    """The longest that a notice may say, in many lines and without a space to break at."""
    line = {
        "grounds_ko": "학위요건미충족",
        "grounds_en": "degree not in the field ",
        "reason": "사유",
    }
    return {
        name: ("\n".join(f"{n}. {text * 3}" for n in range(1, 400)))[: CATALOGUE[name].limit]
        for name, text in line.items()
    }


@pytest.fixture
def made(specimen_key, issue, tmp_path) -> list[tuple[Case, Letter, Path]]:
    letters = []
    for case in cases():
        office = case.manifest.office
        held, _new = Office.objects.get_or_create(
            code=office.code, defaults={"name_ko": office.names.ko, "name_en": office.names.en}
        )
        letter = issue(held, case.letter_def, case.inputs, kind=case.kind)
        assert letter.state == "valid", case.name
        path = tmp_path / f"{case.name}.pdf"
        path.write_bytes(services.read_file(letter))
        letters.append((case, letter, path))
    return letters


def test_every_kind_of_letter_of_every_programme(made, tmp_path):
    """One test, because making the letters takes the time."""
    programmes = {case.manifest.slug for case, _letter, _path in made}
    assert {"kotra-recommendation", "gyeonggi", "daegu", "ulsan", "k-tech-pass"} <= programmes
    assert len(made) == 7 * len(programmes)
    assert complaints(path for _case, _letter, path in made) == []
    for case, letter, path in made:
        assert path.stat().st_size < 300_000, case.name
        pages = int(run("pdfinfo", path).partition("Pages:")[2].split()[0])
        assert pages == 1 or case.name.endswith("longest"), case.name
        only_bundled_fonts(path)
        signed_as_a_whole(path)
        for text in texts_of(path):
            everything_is_said(case.name, letter, text)
        both_codes_are_read(case.name, letter, path, tmp_path)


def texts_of(path: Path) -> tuple[str, str]:
    """As poppler and as PDFium read it, which leaves out hyphens at the end of a line."""
    document = pypdfium2.PdfDocument(path)
    try:
        pages = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    return plain(run("pdftotext", "-raw", path, "-")), plain("".join(pages))


def plain(text: str) -> str:
    return re.sub("[-\ufffe]", "", squeezed(text))


def everything_is_said(name: str, letter: Letter, text: str) -> None:
    values: dict[str, Value] = services.frozen_values(letter)
    wanted = ["number", "candidate_name", "company_name_ko", "issuer_title_ko", "letter_title_ko"]
    wanted += ["candidate_name_ko"] if "candidate_name_ko" in values else []
    wanted += [key for key in ("grounds_ko", "grounds_en", "reason") if key in values]
    # The foot of a page may stand between two lines of a long text: each line by itself.
    for variable in wanted:
        for line in str(values[variable]).splitlines():
            assert plain(line) in text, (name, variable, line)


def both_codes_are_read(name: str, letter: Letter, path: Path, folder: Path) -> None:
    """From a picture such as a copier makes."""
    last = run("pdfinfo", path).partition("Pages:")[2].split()[0]
    command = ["pdftoppm", "-r", "150", "-gray", "-png", "-f", last, "-l", last, path, folder / "p"]
    subprocess.run(command, check=True)
    (picture,) = folder.glob("p-*.png")
    with Image.open(picture) as page:
        signed, address = sorted(code.text for code in zxingcpp.read_barcodes(page))
    picture.unlink()
    assert address == services.frozen_values(letter)["verification_url"], name
    code = codes.read(signed)
    assert (code.number, code.token, code.letter["kind"]) == (
        letter.number,
        letter.token,
        letter.kind,
    )
