"""The finished PDF, looked at by tools that did not make it."""

import io
import json
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
import zxingcpp
from PIL import Image

from letters import codes, keys, services
from letters.variables import CATALOGUE, printed
from letters.verification import attached
from tests.letters.samples import (
    GYEONGGI,
    IN_COUNTRY,
    INPUTS,
    KOTRA,
    LONG,
    MONDAY,
    NO_REGION,
    PASS,
    SHORT,
    WITHOUT_OCCUPATION,
    reserve,
)
from tests.letters.verapdf import complaints

pytestmark = pytest.mark.django_db

CASES = {
    "kotra": (KOTRA, INPUTS, 1),
    "kotra-short": (KOTRA, SHORT, 1),
    "kotra-long": (KOTRA, LONG, 2),
    "gyeonggi": (GYEONGGI, INPUTS, 1),
    "gyeonggi-in-country": (GYEONGGI, IN_COUNTRY, 1),
    "gyeonggi-no-region": (GYEONGGI, NO_REGION, 1),
    "gyeonggi-long": (GYEONGGI, LONG, 2),
    "pass": (PASS, INPUTS, 1),
    "pass-without-occupation": (PASS, WITHOUT_OCCUPATION, 1),
    "pass-long": (PASS, LONG, 2),
}
# Frozen with the letter but printed by none of the designs.
UNPRINTED = {
    "nationality",
    "passport_masked",
    "representative",
    "programme_name_ko",
    "programme_name_en",
    "programme_version",
    "verification_url",
    "receipt_no",
}
# What the official form of a local government's recommendation does not ask for.
NOT_IN_GYEONGGI = {
    "sex", "occupation_code", "occupation_ko", "occupation_en", "contract_from", "contract_to",
    "annual_pay", "technology_field_ko", "technology_field_en",
}  # fmt: skip
NOT_IN_KOTRA = {
    "candidate_phone", "registration_masked", "residence_region", "residence_address",
}  # fmt: skip


def run(*command: str | Path) -> str:
    program = str(command[0])
    assert shutil.which(program), f"{program} is missing: apt-get install poppler-utils"
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def squeezed(text: str) -> str:
    """Without white space: a line break in the layout is not a difference."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text))


@pytest.fixture
def made(kotra, gyeonggi, issue, tmp_path) -> Iterator[dict]:
    """Every case as (letter, path of its signed PDF)."""
    letters = {}
    for name, (letter_def, inputs, _pages) in CASES.items():
        office = gyeonggi if letter_def is GYEONGGI else kotra
        letter = issue(office, letter_def, inputs)
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(services.read_file(letter))
        letters[name] = (letter, path)
    return letters


def test_every_letter_is_what_it_says_it_is(made, tmp_path):
    """One test for all that reads the same files: making them is what takes the time."""
    assert complaints(path for _letter, path in made.values()) == []
    for name, (letter, path) in made.items():
        letter_def, _inputs, pages = CASES[name]
        assert letter.state == "valid", name
        assert path.stat().st_size < 300_000
        info = run("pdfinfo", path)
        assert f"Pages:           {pages}" in info, name
        assert "Page size:       595.276 x 841.89 pts (A4)" in info
        nothing_vanished(name, letter, path, letter_def)
        only_bundled_fonts(path)
        signed_as_a_whole(path)
        code_can_be_read(letter, path, tmp_path)
        marked_as_specimen(path, pages)
        data_is_inside(letter, path)


def nothing_vanished(name, letter, path, letter_def):
    """What WeasyPrint cannot place it drops without a word: every value must be in the text."""
    text = squeezed(run("pdftotext", "-raw", path, "-"))
    values = services.frozen_values(letter)
    hidden = UNPRINTED | (NOT_IN_GYEONGGI if letter_def is GYEONGGI else NOT_IN_KOTRA)
    for variable in values:
        if variable not in hidden and CATALOGUE[variable].kind != "flag":
            assert squeezed(printed(values, variable)) in text, (name, variable)
    assert squeezed("QR 코드를 찍거나") in text
    assert squeezed("can be checked on the same page.") in text


def only_bundled_fonts(path):
    rows = [line.split() for line in run("pdffonts", path).splitlines()[2:]]
    names = {row[0].partition("+")[2] for row in rows}
    assert names <= {"Letter", "Letter-Bold", "Letter-Latin", "Letter-Latin-Bold"}
    assert all("TrueType" in row for row in rows)
    assert all(row[-5:-2] == ["yes", "yes", "yes"] for row in rows), rows
    one_character_each(path)


def one_character_each(path):
    """Of a ligature Ghostscript makes another text than other readers."""
    pairs = re.compile(rb"<[0-9a-fA-F]+>\s*<([0-9a-fA-F]+)>\s*\n")
    with pikepdf.open(path) as pdf:
        fonts = {
            font.objgen: font
            for page in pdf.pages
            for font in page.resources.get("/Font", {}).values()
        }
        maps = [font.ToUnicode.read_bytes() for font in fonts.values()]
    written = [text for one in maps for text in pairs.findall(one)]
    assert len(written) > 50
    assert {len(text) for text in written} == {4}


def signed_as_a_whole(path):
    said = run("pdfsig", "-nocert", path)
    assert said.count("Signature #") == 1
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    with pikepdf.open(path) as pdf:
        signature = pdf.Root.Perms.DocMDP
        assert signature.Reference[0].TransformParams.P == 1


def code_can_be_read(letter, path, tmp_path):
    last = tmp_path / "page"
    run("pdftoppm", "-r", "150", "-png", path, last)
    pages = sorted(tmp_path.glob("page-*.png"))
    with Image.open(pages[-1]) as picture:
        found = sorted(code.text for code in zxingcpp.read_barcodes(picture))
    for page in pages:
        page.unlink()
    signed, address = found
    assert address == services.frozen_values(letter)["verification_url"]
    assert address.endswith(f"/V/{letter.token}")
    code = codes.read(signed)
    assert (code.token, code.number) == (letter.token, letter.number)


def marked_as_specimen(path, pages):
    for page in range(1, pages + 1):
        text = run("pdftotext", "-f", str(page), "-l", str(page), path, "-")
        assert "견본 · SPECIMEN" in text
        assert f"\n{page}/{pages}\n" in text.replace(" / ", "/")


def data_is_inside(letter, path):
    said = attached(path.read_bytes())
    assert said["schema"] == "chucheon-letter/1"
    assert said["specimen"] is True
    assert said["inputs_sha256"] == letter.inputs_hash
    assert said["key_id"] == letter.files.get().key.key_id
    inside = said["letter"]
    assert inside["number"] == letter.number
    assert inside["issue_date"] == "2026-11-23"
    assert inside["birth_date"] == "1994-03-07"
    assert inside["annual_pay"] == 41600000
    whole = json.dumps(said)
    assert not {"passport_masked", "registration_masked", "candidate_phone"} & inside.keys()
    assert "C12" not in whole
    assert "940307" not in whole
    with pikepdf.open(path) as pdf:
        assert pdf.Root.AF[0].AFRelationship == "/Data"
        assert pdf.Root.Lang == "ko"


def test_a_chain_to_the_root_is_trusted_by_another_program(kotra, issue, tmp_path):
    """pyHanko's own validator agrees, with our root as the only one it trusts."""
    from asn1crypto import pem, x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    letter = issue(kotra)
    path = tmp_path / "letter.pdf"
    path.write_bytes(services.read_file(letter))
    _kind, _headers, der = pem.unarmor((keys.folder() / "root.pem").read_bytes())
    context = ValidationContext(trust_roots=[x509.Certificate.load(der)], allow_fetching=False)
    with path.open("rb") as source:
        signature = PdfFileReader(source).embedded_signatures[0]
        status = validate_pdf_signature(signature, context)
        assert status.bottom_line, status.pretty_print_details()


def test_the_same_letter_renders_to_the_same_bytes(kotra):
    from letters import making, rendering, signing

    letter = reserve(kotra)
    key = keys.key_to_sign(letter)
    sheet = making._sheet(letter, key, signing.private_half(key))
    pdf = rendering.render(sheet)
    assert rendering.render(sheet) == pdf
    other = rendering.render(replace(sheet, values={**sheet.values, "candidate_name": "ANOTHER"}))
    identifiers = []
    for data in (pdf, other):
        with pikepdf.open(io.BytesIO(data)) as opened:
            first, second = map(bytes, opened.trailer.ID)
        assert (first, len(first)) == (second, 16)
        identifiers.append(first)
    assert identifiers[0] != identifiers[1]


def test_a_draft_says_so_and_has_no_number_seal_or_signature(kotra, tmp_path):
    pdf = services.draft_pdf(
        office=kotra,
        letter_def=KOTRA,
        inputs={**INPUTS, "annual_pay": None},
        on=MONDAY,
    )
    path = tmp_path / "draft.pdf"
    path.write_bytes(pdf)
    text = run("pdftotext", path, "-")
    assert "초안 · DRAFT" in text
    assert "KOTRA-2026-······" in text
    assert b"/ByteRange" not in pdf
    assert complaints([path]) == []
