"""The signed code: what it says, who can check it without us, and what does not pass.

The product writes and reads codes with `cwt` and `base45`. Here `pycose` (another library for
COSE, of other people) verifies them, and base45 is decoded as RFC 9285 describes it.
"""

import base64
import io
import json
import random
import subprocess
import sys
from datetime import UTC, date, datetime

import base45
import cbor2
import pytest
import zxingcpp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from PIL import Image
from pycose.keys import CoseKey
from pycose.messages import Sign1Message

from audit import triggers
from letters import authority, codes, keys, keyset, private_keys, rendering, services, tokens
from letters.code_checking import check, check_code
from letters.errors import NoTrust
from letters.models import Letter, LetterFile, LetterState
from letters.verification import check_digest
from programs import calendar
from tests.letters.ending import end
from tests.letters.samples import IN_COUNTRY, INPUTS, LONG, reserve
from tests.letters.test_keys import Body, pem

pytestmark = pytest.mark.django_db
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def rfc9285(text: str) -> bytes:
    """Written from the RFC, with nothing of the library the product uses."""
    out = bytearray()
    for at in range(0, len(text), 3):
        group = [DIGITS.index(char) for char in text[at : at + 3]]
        value = sum(digit * 45**place for place, digit in enumerate(group))
        out += value.to_bytes(len(group) - 1, "big")
    return bytes(out)


def test_base45_is_the_rfcs():
    for plain, written in {b"AB": "BB8", b"Hello!!": "%69 VD92EX0", b"ietf!": "QED8WEX0"}.items():
        assert base45.b45encode(plain).decode() == written
        assert rfc9285(written) == plain


def printed_code(letter: Letter, folder) -> str:
    """The code as a copier at 150 dpi sees it."""
    (folder / "letter.pdf").write_bytes(services.read_file(letter))
    command = ["pdftoppm", "-r", "150", "-gray", "-png", "letter.pdf", "page"]
    subprocess.run(command, cwd=folder, check=True)
    with Image.open(sorted(folder.glob("page-*.png"))[-1]) as picture:
        texts = [found.text for found in zxingcpp.read_barcodes(picture)]
    (code,) = [text for text in texts if text.startswith("CWT1:")]
    return code


@pytest.fixture
def letter(kotra, issue) -> Letter:
    return issue(kotra)


@pytest.fixture
def text(specimen_key) -> str:
    return written(specimen_key)


def written(key, *, inputs=INPUTS, said=None, number="KOTRA-2026-000001", **more) -> str:
    """A code as the worker writes it, without its letter."""
    values = {**inputs, "number": number, "issue_date": "2026-11-23", "valid_until": "2027-05-23"}
    from letters import signing

    private = signing.private_half(key)
    claims = codes.claims(
        values,
        kind="recommendation",
        office="kotra",
        specimen=True,
        site="https://letters.example.kr",
        token=more.get("token") or tokens.new_token(),
        signed_at=datetime.now(UTC),
    )
    claims |= said or {}
    return codes.write(
        claims, key_id=key.key_id, certificate=private.certificate, sign=private.sign
    )


def test_another_library_verifies_the_printed_code_with_the_published_keys(
    letter, tmp_path, client
):
    text = printed_code(letter, tmp_path)
    published = client.get("/verify/keys.cbor")
    assert published["Content-Type"] == "application/cose-key-set"
    assert published["Access-Control-Allow-Origin"] == "*"
    (key,) = cbor2.loads(published.content)
    message = Sign1Message.decode(rfc9285(text.removeprefix("CWT1:")))
    message.key = CoseKey.from_dict(key)
    assert message.verify_signature()
    assert message.uhdr == {}
    claims = cbor2.loads(message.payload)
    assert (claims[1], claims[2]) == ("http://localhost:8000", letter.number)
    assert codes.read(text).token == letter.token
    last = datetime.fromtimestamp(claims[4], calendar.SEOUL)
    assert last.isoformat() == "2027-05-24T00:00:00+09:00"
    assert claims[-65537] == {
        "kind": "recommendation",
        "office": "kotra",
        "name": "TRAN THI MAI LAN",
        "born": "1994-03-07",
        "issued": "2026-11-23",
        "until": "2027-05-23",
        "employer": "001-81-00002",
        "visa": "E-7-1",
        "job": "2223",
        "specimen": True,
    }
    message.payload = message.payload.replace(b"TRAN", b"TRAM")
    assert not message.verify_signature()


def test_the_documents_example_checks_a_code_with_nothing_of_ours(letter, tmp_path, client):
    example = settings.BASE_DIR / "docs/examples/check_code.py"
    assert "letters" not in {line.split()[1] for line in imports(example.read_text("utf-8"))}
    text = printed_code(letter, tmp_path)
    (tmp_path / "keys.cbor").write_bytes(client.get("/verify/keys.cbor").content)

    def said(code: str) -> tuple[int, str]:
        (tmp_path / "code.txt").write_text(code + "\n", "utf-8")
        command = [sys.executable, str(example), "keys.cbor", "code.txt"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        return done.returncode, done.stdout

    code, words = said(text)
    assert code == 0
    assert words.startswith("SPECIMEN")
    assert f"number: {letter.number}\n" in words
    assert "name: TRAN THI MAI LAN\n" in words
    raw = rfc9285(text.removeprefix("CWT1:"))
    altered = raw.replace(b"TRAN", b"TRAM")
    assert said(codes.PREFIX + base45.b45encode(altered).decode())[0] == 4
    assert said(text[:200])[0] == 4
    assert said("")[0] == 4


def imports(source: str) -> list[str]:
    return [line for line in source.splitlines() if line.startswith(("import ", "from "))]


def test_a_code_holds_no_number_of_a_passport_or_of_a_registration(specimen_key):
    raw = codes.read(written(specimen_key, inputs=IN_COUNTRY)).raw
    for hidden in ("C12", "940307", "010-0000", "수원시"):
        assert hidden.encode() not in raw


@pytest.mark.parametrize("inputs", [INPUTS, LONG], ids=["usual", "longest"])
def test_a_code_stays_coarse_enough_for_a_copy(specimen_key, inputs):
    """17 by 4 + 17 squares on 32 mm, with a quiet border: two dots each at 150 dpi."""
    picture = Image.open(io.BytesIO(rendering._qr(written(specimen_key, inputs=inputs))))
    assert picture.width <= 17 * 4 + 17 + 8


def test_a_very_long_name_is_cut_and_says_so(specimen_key):
    name = codes.read(
        written(specimen_key, inputs={**INPUTS, "candidate_name": "한" * 120})
    ).letter["name"]
    assert name.startswith("한한")
    assert name.endswith("…")
    assert len(name.encode()) <= codes.LONGEST_NAME


def test_no_code_ends_with_a_space(specimen_key):
    assert not any(written(specimen_key).endswith(" ") for _ in range(200))


# --- What does not pass -----------------------------------------------------------------------


def words(text: str) -> str:
    return check_code(text, trust=None, offline=True).word


def test_two_hundred_changed_characters_are_noticed(text):
    dice = random.Random(20261122)
    for _ in range(200):
        place = dice.randrange(len(text))
        other = dice.choice(DIGITS.replace(text[place], ""))
        changed = text[:place] + other + text[place + 1 :]
        verdict = check_code(changed, trust=None, offline=True)
        assert verdict.exit_code == 4, (place, verdict)


def test_two_hundred_changed_bits_are_noticed(text):
    raw = codes.read(text).raw
    dice = random.Random(45)
    for _ in range(200):
        changed = bytearray(raw)
        changed[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
        again = codes.PREFIX + base45.b45encode(bytes(changed)).decode()
        verdict = check_code(again, trust=None, offline=True)
        assert verdict.exit_code == 4


def test_what_no_signature_covers_must_be_empty(text):
    message = cbor2.loads(codes.read(text).raw)
    message.value[1] = {4: b"another"}
    changed = codes.PREFIX + base45.b45encode(cbor2.dumps(message)).decode()
    assert words(changed) == "altered"


def test_a_second_way_of_writing_the_same_is_refused(text):
    raw = codes.read(text).raw
    assert raw[:2] == b"\xd2\x84"
    longer = b"\xd2\x98\x04" + raw[2:]  # an array of four, its length in a byte of its own
    assert cbor2.loads(longer) == cbor2.loads(raw)
    assert words(codes.PREFIX + base45.b45encode(longer).decode()) == "altered"


def test_another_installations_code_is_foreign(specimen_key, text, tmp_path):
    made = authority.ensure(tmp_path / "letters", now=datetime.now(UTC))
    theirs = private_keys.load(made.path.with_suffix(""), made.certificate, made.chain)
    said = cbor2.loads(cbor2.loads(codes.read(text).raw).value[2])
    forged = {
        name: codes.write(said, key_id=key_id, certificate=theirs.certificate, sign=theirs.sign)
        for name, key_id in {
            "foreign": authority.key_id_of(made.certificate),
            "altered": specimen_key.key_id,
        }.items()
    }
    for expected, code in forged.items():
        assert words(code) == expected
        assert check_code(code, trust=None, offline=False).word == expected


HOSTILE = {
    "empty": "CWT1:",
    "not base45": "CWT1:abc",
    "one digit": "CWT1:A",
    "long": "CWT1:" + "A" * 5000,
    "a number": codes.PREFIX + base45.b45encode(cbor2.dumps(7)).decode(),
    "deep": codes.PREFIX + base45.b45encode(b"\x81" * 2000).decode(),
    "a huge array": codes.PREFIX + base45.b45encode(b"\xd2\x9b" + b"\x7f" * 8).decode(),
    "a huge string": codes.PREFIX + base45.b45encode(b"\xd2\x5b" + b"\x7f" * 8).decode(),
    "no claims": codes.PREFIX
    + base45.b45encode(cbor2.dumps(cbor2.CBORTag(18, [b"\xa0", {}, b"\xa0", b""]))).decode(),
    "a cycle of tags": codes.PREFIX + base45.b45encode(b"\xd8\x1d\x00" * 9).decode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_gets_an_answer_and_never_a_traceback(specimen_key, name):
    verdict = check(HOSTILE[name].encode(), trust=None, offline=False)
    assert verdict.exit_code == 4


@pytest.mark.parametrize(
    "wrong",
    [
        {2: 7},
        {7: b"short"},
        {-65537: {"kind": "recommendation"}},
        {-65537: "text"},
        {6: "yesterday"},
    ],
)
def test_a_signed_code_with_wrong_claims_is_no_code(specimen_key, wrong):
    assert words(written(specimen_key, said=wrong)) == "altered"


# --- What the register adds -------------------------------------------------------------------


def test_the_register_adds_the_status(letter, tmp_path, officer):
    text = printed_code(letter, tmp_path)
    verdict = check_code(text, trust=None, offline=False)
    assert (verdict.word, verdict.specimen, verdict.exit_code) == ("specimen", True, 0)
    assert verdict.facts.number == letter.number
    other = officer.__class__.objects.create_user(email="second@example.kr", name="둘째")
    end(letter, LetterState.REVOKED, officer, other)
    assert check_code(text, trust=None, offline=False).word == "revoked"
    assert words(text) == "genuine, status not checked"


def test_a_code_of_no_letter_is_unknown(kotra, specimen_key, text):
    assert check_code(text, trust=None, offline=False).word == "unknown"
    letter = reserve(kotra)
    being_made = written(specimen_key, number=letter.number, token=letter.token)
    assert check_code(being_made, trust=None, offline=False).word == "unknown"


def test_an_expired_code_says_so_even_offline(text):
    with calendar.frozen(datetime(2027, 5, 23, 23, tzinfo=calendar.SEOUL)):
        assert words(text) == "genuine, status not checked"
    with calendar.frozen(datetime(2027, 5, 24, 0, 1, tzinfo=calendar.SEOUL)):
        verdict = check_code(text, trust=None, offline=True)
        assert (verdict.word, verdict.exit_code) == ("expired", 3)


@pytest.mark.incident("T24")
def test_a_code_still_verifies_when_personal_data_is_gone(letter, tmp_path):
    text = printed_code(letter, tmp_path)
    Letter.objects.update(inputs=None)
    LetterFile.objects.update(stored=None)
    assert check_code(text, trust=None, offline=False).word == "specimen"


# --- Keys -------------------------------------------------------------------------------------


def test_codes_of_a_retired_key_keep_verifying(kotra, officer, specimen_key):
    body = Body()
    key = keys.register_production_key(
        office=kotra, chain_pem=pem(body.certificate, body.root), actor=officer
    )
    body.put_private_key(key)
    old = written(key)
    keys.retire_key(key=key, actor=officer, reason="정기 교체")
    after = Body()
    fresh = keys.register_production_key(
        office=kotra, chain_pem=pem(after.certificate, after.root), actor=officer
    )
    after.put_private_key(fresh)
    published = json.dumps(keyset.jwk_set()).encode()
    for code in (old, written(fresh), written(specimen_key)):
        assert check_code(code, trust=published, offline=True).word.startswith("genuine")
        assert check_code(code, trust=None, offline=False).word == "unknown"  # no such letter


def test_the_jwk_set_is_what_the_register_says(kotra, officer, specimen_key, client):
    body = Body()
    keys.register_production_key(
        office=kotra, chain_pem=pem(body.certificate, body.root), actor=officer
    )
    response = client.get("/verify/keys.json")
    assert response["Content-Type"] == "application/jwk-set+json"
    assert response["Access-Control-Allow-Origin"] == "*"
    mine, specimen = json.loads(response.content)["keys"]
    assert (mine["production"], specimen["production"]) == (True, False)
    assert mine["office"]["code"] == "kotra"
    assert {"d", "p", "q"}.isdisjoint(mine | specimen)
    ours = x509.load_der_x509_certificate(base64.b64decode(mine["x5c"][0]))
    numbers = ours.public_key().public_numbers()
    from cwt import COSEKey

    read = COSEKey.from_jwk({name: mine[name] for name in ("kty", "crv", "x", "y", "kid", "alg")})
    assert read.key.public_numbers() == numbers
    assert ours == body.certificate


def test_p384_keys_sign_codes_too(kotra, officer):
    body = Body(ec.SECP384R1())
    key = keys.register_production_key(
        office=kotra, chain_pem=pem(body.certificate, body.root), actor=officer
    )
    body.put_private_key(key)
    text = written(key)
    published, _specimen = cbor2.loads(keyset.cose_key_set())
    message = Sign1Message.decode(codes.read(text).raw)
    message.key = CoseKey.from_dict(published)
    assert message.verify_signature()
    assert check_code(text, trust=pem(body.certificate, body.root), offline=True).exit_code == 0


def test_roots_alone_cannot_check_a_code(text):
    with pytest.raises(NoTrust, match=r"keys\.json"):
        check_code(text, trust=keys.trust_pem().encode(), offline=True)


# --- Command and pages ------------------------------------------------------------------------


def test_the_command_reads_a_codes_text(letter, tmp_path, capsys):
    path, trust = tmp_path / "code.txt", tmp_path / "keys.json"
    path.write_text(printed_code(letter, tmp_path) + "\n")
    trust.write_text(json.dumps(keyset.jwk_set()))
    call_command("letters", "verify", str(path))
    assert capsys.readouterr().out.splitlines()[0] == "specimen"
    call_command("letters", "verify", str(path), "--offline", "--trust", str(trust))
    out = capsys.readouterr().out.splitlines()
    assert out[:2] == ["genuine, status not checked", "specimen: yes"]
    assert "name: TRAN THI MAI LAN" in out
    # The same key set checks the file, by the root at the end of each chain.
    pdf = str(tmp_path / "letter.pdf")
    call_command("letters", "verify", pdf, "--offline", "--trust", str(trust))
    assert capsys.readouterr().out.startswith("genuine, status not checked")
    (tmp_path / "roots.pem").write_text(keys.trust_pem())
    with pytest.raises(CommandError, match="key set"):
        call_command("letters", "verify", str(path), "--trust", str(tmp_path / "roots.pem"))


@pytest.fixture
def page(client):
    cache.clear()

    def post(**given) -> str:
        response = client.post("/verify/", given)
        return f"{response.status_code} {response.content.decode()}"

    return post


def test_the_page_checks_a_typed_code(letter, tmp_path, page):
    text = printed_code(letter, tmp_path)
    answer = page(code=text)
    assert answer.startswith("200")
    assert "견본입니다. 효력이 없습니다" in answer
    # Whoever hands in the code has what it says, to compare it with the paper.
    assert "TRAN THI MAI LAN" in answer
    assert "001-81-00002" in answer
    changed = page(code=text[:-1] + ("A" if text[-1] != "A" else "B"))
    assert "바뀐 코드입니다" in changed
    assert "TRAN" not in changed
    assert "추천서의 코드가 아닙니다" in page(code="hello")
    assert page(code="").startswith("400")
    assert page(code="C" * 5000).startswith("400")


def test_the_page_answers_to_a_files_hash(letter, page):
    sha256 = letter.files.get().sha256
    assert letter.number in page(sha256=sha256)
    unknown = page(sha256="0" * 64)
    assert "발급 대장에 없는 파일입니다" in unknown
    assert page(sha256="x").startswith("400")
    assert check_digest(sha256).word == "specimen"


def test_a_hash_of_a_letter_being_made_is_unknown(letter):
    sha256 = letter.files.get().sha256
    # A delivered letter is never this again: the database has to look away.
    with triggers.suspended(connection):
        Letter.objects.update(state=LetterState.RESERVED, delivered_at=None)
    assert check_digest(sha256).word == "unknown"


def test_the_last_day_counts(text):
    assert codes.read(text).until == date(2027, 5, 23)
