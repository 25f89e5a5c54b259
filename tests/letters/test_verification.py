"""What is genuine, what is not, and what the register adds."""

import io
import json
import random
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings as configured
from django.core.management import call_command
from django.db import connection

from audit import triggers
from letters import authority, keys, private_keys, services, signature, signing, verification
from letters.models import Letter, LetterFile, LetterState
from letters.verification import check_bytes, check_number, check_token
from programs import calendar
from tests.letters.ending import end

pytestmark = pytest.mark.django_db


def word(data: bytes, *, offline: bool = False) -> str:
    return check_bytes(data, trust=None, offline=offline).word


@pytest.fixture
def letter(kotra, issue) -> Letter:
    return issue(kotra)


@pytest.fixture
def pdf(letter) -> bytes:
    return services.read_file(letter)


@pytest.fixture
def monday():
    with calendar.frozen(datetime(2026, 11, 23, 10, tzinfo=calendar.SEOUL)):
        yield


def hex_string(pdf: bytes) -> tuple[int, int]:
    """Where the signature's hex digits begin and end."""
    start = pdf.index(b"/Contents <") + len(b"/Contents <")
    return start, pdf.index(b">", start)


def flipped(pdf: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(pdf)
    changed[place] ^= 1 << bit
    return bytes(changed)


def another_installation(pdf: bytes, folder: Path) -> bytes:
    """The same unsigned letter, signed by an installation of its own."""
    unsigned = pdf[: pdf.index(b"%%EOF") + 6]
    made = authority.ensure(folder / "letters", now=calendar.now())
    key = private_keys.load(made.path.with_suffix(""), made.certificate, made.chain)
    return signing.sign(unsigned, key=key, reason="Issuance of a letter")


def test_a_letter_is_a_specimen_and_says_what_it_is(letter, pdf):
    verdict = check_bytes(pdf, trust=None, offline=False)
    assert (verdict.word, verdict.exit_code, verdict.specimen) == ("specimen", 0, True)
    assert verdict.facts.number == letter.number
    assert verdict.facts.name == "T*** T** M** L**"
    offline = check_bytes(pdf, trust=None, offline=True)
    assert (offline.word, offline.exit_code) == ("genuine, status not checked", 0)
    assert offline.specimen
    assert offline.facts is None
    assert offline.details["number"] == letter.number


def test_two_hundred_single_bits_anywhere_are_noticed(pdf):
    dice = random.Random(20261121)
    places = [dice.randrange(len(pdf)) for _ in range(200)]
    words = {word(flipped(pdf, place, dice.randrange(8)), offline=True) for place in places}
    assert words == {"altered"}


def test_every_byte_of_the_signature_itself_is_bound(pdf):
    """Most of a signature's envelope is signed by nobody: certificates, identifiers, padding."""
    start, end = hex_string(pdf)
    used = len(pdf[start:end].rstrip(b"0"))
    dice = random.Random(7)
    places = [*range(start - 1, start + used + 2, 3), *dice.sample(range(start + used, end), 30)]
    for place in [*places, end]:
        changed = flipped(pdf, place, dice.randrange(8))
        assert word(changed, offline=True) == "altered", place - start


def test_other_bytes_inside_the_signature_are_noticed(pdf):
    start, end = hex_string(pdf)
    written = bytes.fromhex(pdf[start:end].decode())
    size = 4 + int.from_bytes(written[2:4], "big")
    dice = random.Random(11)
    for place in dice.sample(range(size), 150):
        changed = bytearray(written)
        changed[place] = (changed[place] + dice.randrange(1, 256)) % 256
        forged = pdf[:start] + bytes(changed).hex().upper().encode() + pdf[end:]
        assert word(forged, offline=True) == "altered", place


def test_lower_case_digits_in_the_signature_are_a_change(pdf):
    start, end = hex_string(pdf)
    assert word(pdf[:start] + pdf[start:end].lower() + pdf[end:]) == "altered"


@pytest.mark.parametrize("tail", [b"\n", b" ", b"%", b"\x00", b"%%EOF\n"])
def test_anything_appended_is_an_alteration(pdf, tail):
    verdict = check_bytes(pdf + tail, trust=None, offline=False)
    assert (verdict.word, verdict.exit_code) == ("altered", 4)
    assert verdict.why == "bytes were added after the signature"


def test_an_incremental_update_is_an_alteration(pdf, tmp_path):
    """The change a PDF editor makes: the signed bytes stay, a new version follows them."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = generic.NumberObject(90)
    writer.update_container(page)
    updated = io.BytesIO()
    writer.write(updated)
    assert updated.getvalue().startswith(pdf)
    assert word(updated.getvalue()) == "altered"


def test_a_file_saved_again_by_an_editor_is_altered(pdf):
    saved = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(saved)
    assert word(saved.getvalue()) == "altered"


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.74, 0.9, 0.999])
def test_a_truncated_letter_is_altered_or_no_letter(pdf, share):
    cut = pdf[: int(len(pdf) * share)]
    assert word(cut) in {"altered", "not a letter"}


def test_a_cut_that_leaves_the_description_is_called_altered(pdf):
    unsigned = pdf[: pdf.index(b"%%EOF") + 6]
    verdict = check_bytes(unsigned, trust=None, offline=False)
    assert (verdict.word, verdict.why) == ("altered", "its signature is missing or damaged")


def test_another_installations_letter_is_foreign(pdf, tmp_path):
    copy = another_installation(pdf, tmp_path)
    verdict = check_bytes(copy, trust=None, offline=False)
    assert (verdict.word, verdict.exit_code) == ("foreign", 4)
    root = (tmp_path / "letters" / "root.pem").read_bytes()
    there = check_bytes(copy, trust=root, offline=True)
    assert there.word == "genuine, status not checked"
    assert check_bytes(pdf, trust=root, offline=True).word == "foreign"


def test_our_letter_signed_again_by_somebody_else_is_altered(pdf, tmp_path, monkeypatch):
    """Their signature over everything is right, but ours no longer covers the file."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    made = authority.ensure(tmp_path / "letters", now=calendar.now())
    theirs = private_keys.load(made.path.with_suffix(""), made.certificate, made.chain)
    # The library is too honest to sign over a certification; a forger's is not.
    monkeypatch.setattr(signers.PdfSigner, "_enforce_certification_constraints", lambda *_: None)
    again = io.BytesIO()
    signers.PdfSigner(
        signers.PdfSignatureMetadata(field_name="Again"),
        theirs.for_pdf(),
        new_field_spec=fields.SigFieldSpec("Again", on_page=0),
    ).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=again)
    ours, theirs = signature.signatures_in(again.getvalue())
    assert (ours.intact, ours.covers_all) == (True, False)
    assert (theirs.intact, theirs.covers_all) == (True, True)
    assert word(again.getvalue()) == "altered"


HOSTILE = {
    "empty": b"",
    "text": b"hello\n",
    "a plain PDF": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
    "a broken range": b"%PDF-1.7\n/ByteRange [0 9999999999 9999999999 9999999999]",
    "a negative range": b"/ByteRange [0 -1 5 5]",
    "an overlapping range": b"/ByteRange [0 20 10 20] <00> padding padding",
    "many ranges": b"/ByteRange [0 10 20 30]" * 5000,
    "a range of spaces": b"/ByteRange" + b" " * 100_000 + b"[0 1 2 3]",
    "an open bracket": b"/ByteRange [" * 20_000,
    "no digits": b"/ByteRange [ ]",
    "odd hex": b"/ByteRange [0 24 29 0]  <ABC>",
    "empty hex": b"/ByteRange [0 24 26 0]  <>",
    "nested DER": b"/ByteRange [0 26 4028 0]  <" + b"3082" * 1000 + b">",
    "random": random.Random(3).randbytes(300_000),
    "zeros": bytes(1_000_000),
    "deep PDF": b"%PDF-1.7\n" + b"[" * 200_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_get_an_answer_and_never_a_traceback(specimen_key, name):
    verdict = check_bytes(HOSTILE[name], trust=None, offline=False)
    assert verdict.exit_code == 4


def test_what_is_larger_than_any_letter_is_not_read(specimen_key):
    verdict = check_bytes(bytes(verification.LARGEST + 1), trust=None, offline=True)
    assert (verdict.word, verdict.why) == ("not a letter", "larger than any letter")


@pytest.mark.parametrize(
    ("state", "expected", "code"),
    [
        (LetterState.VALID, "specimen", 0),
        (LetterState.REVOKED, "revoked", 3),
        (LetterState.SUPERSEDED, "superseded", 3),
        (LetterState.VOID, "void", 3),
        (LetterState.RESERVED, "unknown", 3),
    ],
)
def test_the_register_says_whether_it_is_valid(letter, pdf, officer, state, expected, code):
    if state in {LetterState.REVOKED, LetterState.SUPERSEDED}:
        other = officer.__class__.objects.create_user(email="second@example.kr", name="둘째")
        end(letter, state, officer, other)
    elif state != LetterState.VALID:
        # A delivered letter is never one of these again: the database has to look away.
        voided = calendar.now() if state == LetterState.VOID else None
        with triggers.suspended(connection):
            Letter.objects.filter(pk=letter.pk).update(
                state=state, delivered_at=None, voided_at=voided, end_reason="까닭"
            )
    for verdict in (
        check_bytes(pdf, trust=None, offline=False),
        check_token(letter.token.lower()),
        check_number(letter.number, date(1994, 3, 7)),
    ):
        assert (verdict.word, verdict.exit_code) == (expected, code)


def test_validity_ends_after_its_last_day(letter, pdf):
    last = datetime(2027, 5, 23, 23, 59, tzinfo=calendar.SEOUL)
    with calendar.frozen(last):
        assert word(pdf) == "specimen"
    with calendar.frozen(last + timedelta(minutes=1)):
        verdict = check_bytes(pdf, trust=None, offline=False)
        assert (verdict.word, verdict.specimen, verdict.exit_code) == ("expired", True, 3)


def test_a_letter_missing_from_the_register_is_genuine_but_unknown(letter, pdf):
    LetterFile.objects.all().delete()
    assert word(pdf) == "specimen"  # its number and secret address are still there
    with triggers.suspended(connection):
        Letter.objects.all().delete()
    verdict = check_bytes(pdf, trust=None, offline=False)
    assert (verdict.word, verdict.exit_code) == ("unknown", 3)


def test_a_guesser_learns_nothing(letter):
    wrong_date = check_number(letter.number, date(1994, 3, 8))
    wrong_number = check_number("KOTRA-2026-999999", date(1994, 3, 7))
    assert wrong_date == wrong_number
    assert wrong_date.facts is None
    assert check_token("A" * 26).word == "unknown"
    assert check_token("x").word == "unknown"


@pytest.mark.incident("T24")
def test_verification_still_answers_when_personal_data_is_gone(letter, pdf):
    letter.inputs = None
    letter.save(update_fields=["inputs"])
    LetterFile.objects.update(stored=None)
    assert word(pdf) == "specimen"
    verdict = check_number(letter.number, date(1994, 3, 7))
    assert (verdict.word, verdict.facts.name) == ("specimen", "T*** T** M** L**")


def test_a_certificate_not_in_force_when_it_signed_vouches_for_nothing(pdf):
    (found,) = signature.signatures_in(pdf)
    roots = keys.trusted_roots()
    assert signature.trusted_root(found, roots)
    late = signature.Signature(
        True, True, found.signer, found.others, found.signed_at + timedelta(days=365 * 4)
    )
    assert signature.trusted_root(late, roots) is None
    assert signature.trusted_root(late, []) is None


# --- The command ----------------------------------------------------------------------------


def command(*arguments: str, capsys) -> tuple[int, str]:
    code = 0
    try:
        call_command("letters", "verify", *arguments)
    except SystemExit as ended:
        code = ended.code
    return code, capsys.readouterr().out


def test_the_command_answers_in_its_first_line_and_its_exit_code(pdf, tmp_path, capsys):
    path = tmp_path / "letter.pdf"
    cases = {
        "specimen": (0, pdf),
        "altered": (4, flipped(pdf, 1000, 3)),
        "foreign": (4, another_installation(pdf, tmp_path / "other")),
        "not a letter": (4, b"nothing"),
    }
    for first_line, (code, data) in cases.items():
        path.write_bytes(data)
        got, out = command(str(path), capsys=capsys)
        assert (got, out.splitlines()[0]) == (code, first_line)


def test_the_command_speaks_json(letter, pdf, tmp_path, capsys):
    path = tmp_path / "letter.pdf"
    path.write_bytes(pdf)
    code, out = command(str(path), "--json", capsys=capsys)
    said = json.loads(out)
    assert code == 0
    assert (said["word"], said["specimen"], said["exit_code"]) == ("specimen", True, 0)
    assert said["number"] == letter.number


def test_offline_opens_no_database(pdf, tmp_path):
    """A process of its own, with a database nobody can reach."""
    path, root = tmp_path / "letter.pdf", tmp_path / "root.pem"
    path.write_bytes(pdf)
    root.write_bytes((keys.folder() / "root.pem").read_bytes())
    arguments = ["letters", "verify", str(path), "--offline", "--trust", str(root)]
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=configured.BASE_DIR,
        env={
            "PATH": "/usr/bin",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:9/nothing",
            "CHUCHEON_VAR": str(tmp_path / "var"),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:2] == ["genuine, status not checked", "specimen: yes"]


def test_a_file_that_is_not_there_is_a_failure_not_an_answer(specimen_key, capsys):
    from django.core.management import CommandError

    with pytest.raises(CommandError, match="No such file"):
        call_command("letters", "verify", "/nowhere.pdf")


def test_without_any_root_there_is_no_answer(db, tmp_path, settings):
    from letters.errors import NoTrust

    settings.KEYS_DIR = tmp_path
    with pytest.raises(NoTrust):
        check_bytes(b"x", trust=None, offline=True)
    with pytest.raises(NoTrust):
        check_bytes(b"x", trust=b"no certificate", offline=True)
