"""Proof of time, from a server of the tests' own: RFC 3161 over HTTP in this process."""

import io
import json
import random
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.core.management import call_command
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from files import services as files
from letters import keys, keyset, services, timestamps
from letters.errors import NoTrust
from letters.models import Letter, TimestampCertificate
from letters.verification import check_bytes
from notifications import outbox
from notifications.models import OutboxRow
from tests.letters.verapdf import complaints

pytestmark = pytest.mark.django_db


def asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def certified(name, issuer, public_key, issuer_key, *, is_ca: bool) -> x509.Certificate:
    start = datetime.now(UTC) - timedelta(days=1)

    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=900))
        .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
        .add_extension(
            x509.KeyUsage(not is_ca, False, False, False, False, is_ca, is_ca, False, False),
            critical=True,
        )
    )
    if not is_ca:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


@dataclass
class Authority:
    """A time-stamping authority: its root, and the stamper under it."""

    root: x509.Certificate
    stamper: DummyTimeStamper

    @classmethod
    def made(cls, name: str) -> "Authority":
        root_key = rsa.generate_private_key(65537, 2048)
        key = rsa.generate_private_key(65537, 2048)
        root = certified(name, name, root_key.public_key(), root_key, is_ca=True)
        leaf = certified(f"{name} TSU", name, key.public_key(), root_key, is_ca=False)
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return cls(root, DummyTimeStamper(asn1(leaf), asn1_keys.PrivateKeyInfo.load(der)))


@dataclass
class Server:
    """`answers` is what it does with a request: stamp it, or something wrong."""

    url: str
    authority: Authority
    answers: str = "stamps"
    asked: list[tsp.TimeStampReq] = field(default_factory=list)


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority.made("Test TSA")


@pytest.fixture
def server(authority, settings, letter_keys, specimen_key) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            said.asked.append(request)
            body = said.authority.stamper.request_tsa_response(request).dump()
            kind = "application/timestamp-reply"
            if said.answers == "error":
                self.send_error(503)
                return
            if said.answers == "nonsense":
                body, kind = b"<html>", "text/html"
            elif said.answers == "damaged":
                body = body[:-20]
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said: object) -> None:
            pass

    http = HTTPServer(("127.0.0.1", 0), Handler)
    said = Server(f"http://127.0.0.1:{http.server_port}/tsa", authority)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    settings.LETTER_TIMESTAMP_URL = said.url
    path = keys.folder() / timestamps.AUTHORITY
    path.write_bytes(authority.root.public_bytes(Encoding.PEM))
    yield said
    http.shutdown()
    thread.join()
    http.server_close()
    path.unlink()
    (keys.folder() / keys.STAMPERS).unlink(missing_ok=True)


@pytest.fixture
def letter(kotra, server, issue) -> Letter:
    """Issued; not stamped yet."""
    return issue(kotra)


@pytest.fixture
def stamped(letter) -> bytes:
    assert outbox.drain(topic="letters.timestamp") == 1
    return services.read_file(letter)


def row_of(letter: Letter) -> OutboxRow:
    return OutboxRow.objects.get(topic="letters.timestamp", key=str(letter.public_id))


def word(data: bytes, **more) -> str:
    return check_bytes(data, **{"trust": None, "offline": False, **more}).word


def test_proof_of_time_is_a_new_revision_and_the_old_one_stays(letter, server):
    issued = services.read_file(letter)
    assert (letter.state, letter.files.count()) == ("valid", 1)
    outbox.drain(topic="letters.timestamp")
    grown = services.read_file(letter)
    first, second = letter.files.order_by("revision")
    assert grown.startswith(issued)
    assert (first.proved_at, second.revision) == (None, 2)
    assert abs(second.proved_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert len(server.asked) == 3  # the first tells how much room a stamp needs
    assert len(grown) < 300_000
    for data in (issued, grown):
        verdict = check_bytes(data, trust=None, offline=False)
        assert (verdict.word, verdict.facts.number) == ("specimen", letter.number)
    assert verdict.details["proved_at"].startswith(second.proved_at.isoformat()[:16])


def test_other_programs_find_b_lta_and_pdf_a_in_it(stamped, authority, tmp_path):
    path = tmp_path / "letter.pdf"
    path.write_bytes(stamped)
    assert complaints([path]) == []
    said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True).stdout
    assert said.count("Signature #") == 3
    assert "Signature is Valid." in said
    roots = [asn1(each) for each in (*keys.trusted_roots(), authority.root)]
    reader = PdfFileReader(io.BytesIO(stamped))
    seal, first, last = reader.embedded_signatures
    assert (first.sig_object_type, last.sig_object_type) == ("/DocTimeStamp", "/DocTimeStamp")
    assert "/DSS" in reader.root
    context = ValidationContext(trust_roots=roots, allow_fetching=False)
    status = validate_pdf_signature(seal, context)
    assert status.bottom_line, status.pretty_print_details()


def test_two_hundred_single_bits_anywhere_are_noticed(stamped, server):
    published = json.dumps(keyset.jwk_set()).encode()
    assert word(stamped, trust=published, offline=True).startswith("genuine")
    dice = random.Random(20261122)
    for _ in range(200):
        place = dice.randrange(len(stamped))
        changed = bytearray(stamped)
        changed[place] ^= 1 << dice.randrange(8)
        assert word(bytes(changed), trust=published, offline=True) == "altered", place


def test_every_byte_of_the_last_stamp_is_bound(stamped, server):
    """Most of a stamp's envelope is signed by nobody, as with the seal."""
    published = json.dumps(keyset.jwk_set()).encode()
    start = stamped.rindex(b"/Contents <") + len(b"/Contents <")
    end = stamped.index(b">", start)
    used = len(stamped[start:end].rstrip(b"0"))
    dice = random.Random(3161)
    places = [*range(start - 1, start + used + 2, 7), *dice.sample(range(start + used, end), 20)]
    for place in [*places, end]:
        changed = bytearray(stamped)
        changed[place] ^= 1 << dice.randrange(8)
        assert word(bytes(changed), trust=published, offline=True) == "altered", place - start


@pytest.mark.parametrize("tail", [b"\n", b"%%EOF\n", b"\x00"])
def test_anything_appended_after_the_stamps_is_an_alteration(stamped, tail):
    assert word(stamped + tail) == "altered"


def updated(pdf: bytes) -> bytes:
    """The change a PDF editor makes: the page turned round in a new revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = generic.NumberObject(180)
    writer.update_container(page)
    changed = io.BytesIO()
    writer.write(changed)
    return changed.getvalue()


def stamp(pdf: bytes, authority: Authority) -> bytes:
    output = io.BytesIO()
    PdfTimeStamper(authority.stamper, field_name="Another").timestamp_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf)), "sha256", output=output
    )
    return output.getvalue()


def test_a_change_with_a_right_time_stamp_over_it_is_an_alteration(stamped, letter, authority):
    """The server stamps whatever it is asked to: its stamp proves time and nothing else."""
    assert letter.files.count() == 2
    for changed in (updated(stamped), updated(files.read(letter.files.first().stored))):
        assert word(stamp(changed, authority)) == "altered"


def test_somebody_elses_stamp_is_an_alteration(stamped):
    again = stamp(stamped, Authority.made("Another TSA"))
    assert word(again) == "altered"
    assert word(again, offline=True) == "altered"
    published = json.dumps(keyset.jwk_set()).encode()
    assert word(again, trust=published, offline=True) == "altered"


def test_whoever_was_not_told_who_stamps_is_told_to_ask(stamped, letter):
    roots = keys.trust_pem().encode()
    with pytest.raises(NoTrust, match=r"keys\.json"):
        check_bytes(stamped, trust=roots, offline=True)
    issued = files.read(letter.files.order_by("revision").first().stored)
    assert word(issued, trust=roots, offline=True).startswith("genuine")
    # Changed content is an answer even so.
    assert word(updated(stamped), trust=roots, offline=True) == "altered"


def test_offline_on_the_workers_machine_no_key_set_is_needed(stamped):
    assert word(stamped, offline=True).startswith("genuine")


def test_who_stamps_cannot_sign_letters(stamped, server, tmp_path):
    """The key set names stampers apart from keys: a root of theirs vouches for no letter."""
    published = keyset.jwk_set()
    (named,) = published[keyset.STAMPERS]
    assert all(named not in key["x5c"] for key in published["keys"])
    chains = keyset.certificates_in(json.dumps(published).encode())
    assert server.authority.root not in [each for chain in chains for each in chain]


@pytest.mark.parametrize("answers", ["error", "nonsense", "damaged"])
def test_a_server_that_fails_is_asked_again_and_the_letter_is_there(letter, server, answers):
    server.answers = answers
    assert outbox.run(row_of(letter).pk) == "retry"
    assert "NotStamped" in row_of(letter).last_error
    assert word(services.read_file(letter)) == "specimen"
    server.answers = "stamps"
    OutboxRow.objects.update(due_at=datetime.now(UTC))
    assert outbox.run(row_of(letter).pk) == "done"
    assert letter.files.count() == 2


def test_a_server_of_another_authority_is_refused(letter, server):
    server.authority = Authority.made("Not the one we named")
    assert outbox.run(row_of(letter).pk) == "retry"
    assert letter.files.count() == 1
    assert not TimestampCertificate.objects.exists()


def test_without_the_authoritys_certificate_it_says_so(letter):
    path = keys.folder() / timestamps.AUTHORITY
    away = path.rename(path.with_suffix(".away"))
    try:
        assert outbox.run(row_of(letter).pk) == "retry"
        assert timestamps.AUTHORITY in row_of(letter).last_error
    finally:
        away.rename(path)


def test_a_second_run_changes_nothing(letter, stamped, server):
    asked = len(server.asked)
    OutboxRow.objects.filter(topic="letters.timestamp").update(done_at=None)
    assert outbox.run(row_of(letter).pk) == "done"
    assert (letter.files.count(), len(server.asked)) == (2, asked)


def test_without_a_server_nothing_is_asked(kotra, issue):
    issue(kotra)
    assert not OutboxRow.objects.filter(topic="letters.timestamp").exists()


def test_earlier_letters_are_stamped_by_command(kotra, issue, request, capsys):
    letter = issue(kotra)
    server = request.getfixturevalue("server")
    call_command("letters", "timestamp")
    call_command("letters", "timestamp")
    assert capsys.readouterr().out.split() == ["waiting", "1", "waiting", "1"]
    outbox.drain(topic="letters.timestamp")
    assert letter.files.count() == 2
    assert server.asked
    call_command("letters", "timestamp")
    assert capsys.readouterr().out.split() == ["waiting", "0"]
