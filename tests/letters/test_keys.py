"""Keys and seals: who decides that a letter is no specimen."""

import io
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from django.core.management import call_command
from django.db import IntegrityError, transaction
from PIL import Image

from files import services as files
from letters import authority, designs, keys, services
from letters.errors import NotRegistered
from letters.models import OfficeSeal, SigningKey
from letters.verification import check_bytes
from tests.letters.samples import INPUTS, KOTRA, MONDAY, reserve

pytestmark = pytest.mark.django_db


def certificate(name: str, key, issuer=None, issuer_key=None, *, days: int = 400):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    is_ca = issuer is None
    start = datetime.now(UTC) - timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
        .add_extension(authority._key_usage(is_ca=is_ca), critical=True)
        .sign(issuer_key or key, hashes.SHA256())
    )


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


class Body:
    """An issuing body with a root and a key of its own, as it would bring them."""

    def __init__(self, curve: ec.EllipticCurve | None = None) -> None:
        self.root_key = ec.generate_private_key(ec.SECP256R1())
        self.root = certificate("Body Root", self.root_key)
        self.key = ec.generate_private_key(curve or ec.SECP256R1())
        self.certificate = certificate("Body Seal", self.key, self.root, self.root_key)

    def put_private_key(self, registered: SigningKey) -> None:
        path = keys.private_key_stem(registered).with_suffix(".p12")
        path.write_bytes(
            pkcs12.serialize_key_and_certificates(
                b"seal", self.key, self.certificate, None, BestAvailableEncryption(b"secret")
            )
        )
        path.with_suffix(".password").write_text("secret\n")


def seal_picture() -> bytes:
    """A red square, as an office would hand in its seal."""
    picture = io.BytesIO()
    Image.new("RGB", (240, 240), "#c4161c").save(picture, "PNG")
    return picture.getvalue()


@pytest.fixture
def seal_image(officer):
    return files.put(data=seal_picture(), name="seal.png", content_type="image/png", actor=officer)


def test_an_office_with_seal_and_production_key_issues_letters_in_force(
    kotra, officer, seal_image, issue, tmp_path
):
    body = Body()
    first = issue(kotra)
    registered = keys.register_production_key(
        office=kotra, chain_pem=pem(body.certificate, body.root), actor=officer
    )
    body.put_private_key(registered)
    only_a_key = issue(kotra)
    keys.register_seal(office=kotra, image=seal_image, actor=officer)
    letter = issue(kotra)
    assert (first.specimen, only_a_key.specimen, letter.specimen) == (True, True, False)
    assert letter.state == "valid"
    pdf = services.read_file(letter)
    verdict = check_bytes(pdf, trust=None, offline=False)
    assert (verdict.word, verdict.exit_code, verdict.specimen) == ("valid", 0, False)
    assert check_bytes(pdf, trust=pem(body.root), offline=True).specimen is False
    path = tmp_path / "letter.pdf"
    path.write_bytes(pdf)
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True).stdout
    assert "SPECIMEN" not in text
    assert "견본" not in text
    # The specimens from before stay what they were.
    assert check_bytes(services.read_file(first), trust=None, offline=False).word == "specimen"


def test_a_letter_reserved_as_specimen_stays_one(kotra, officer, seal_image):
    from notifications import outbox

    body = Body()
    letter = reserve(kotra)
    registered = keys.register_production_key(
        office=kotra, chain_pem=pem(body.certificate, body.root), actor=officer
    )
    body.put_private_key(registered)
    keys.register_seal(office=kotra, image=seal_image, actor=officer)
    outbox.drain(topic="letters.make")
    pdf = services.read_file(services.Letter.objects.get(pk=letter.pk))
    assert check_bytes(pdf, trust=None, offline=False).word == "specimen"


def test_another_offices_key_does_not_help(kotra, gyeonggi, officer, seal_image):
    body = Body()
    keys.register_production_key(
        office=gyeonggi, chain_pem=pem(body.certificate, body.root), actor=officer
    )
    keys.register_seal(office=kotra, image=seal_image, actor=officer)
    assert keys.is_specimen(kotra)
    assert keys.is_specimen(gyeonggi)


def weak(body: Body) -> bytes:
    small = rsa.generate_private_key(65537, 2048)
    return pem(certificate("Weak", small, body.root, body.root_key), body.root)


def expired(body: Body) -> bytes:
    return pem(certificate("Old", body.key, body.root, body.root_key, days=0), body.root)


REFUSED = {
    "no certificate": lambda body: b"hello",
    "no root": lambda body: pem(body.certificate),
    "another root": lambda body: pem(body.certificate, Body().root),
    "weak": weak,
    "expired": expired,
    "the specimen authority": lambda body: pem(
        x509.load_pem_x509_certificate((keys.folder() / "ca.pem").read_bytes()),
        x509.load_pem_x509_certificate((keys.folder() / "root.pem").read_bytes()),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_key_that_could_not_be_verified_is_not_registered(kotra, officer, name):
    with pytest.raises(NotRegistered):
        keys.register_production_key(office=kotra, chain_pem=REFUSED[name](Body()), actor=officer)
    assert not SigningKey.objects.filter(production=True).exists()


@pytest.mark.incident("T8")
def test_a_seal_that_is_no_picture_is_refused(kotra, officer):
    text = files.put(data=b"x", name="seal.pdf", content_type="application/pdf", actor=officer)
    with pytest.raises(NotRegistered):
        keys.register_seal(office=kotra, image=text, actor=officer)


@pytest.mark.incident("T8")
def test_a_lost_seal_is_a_problem_before_the_sign_off(kotra, officer, seal_image):
    keys.register_seal(office=kotra, image=seal_image, actor=officer)
    files.storage().delete(seal_image.path)
    (problem,) = services.problems(office=kotra, letter_def=KOTRA, inputs=INPUTS, on=MONDAY)
    assert "관인" in problem


def test_registering_a_new_seal_retires_the_old(kotra, officer, seal_image):
    old = keys.register_seal(office=kotra, image=seal_image, actor=officer)
    new = keys.register_seal(office=kotra, image=seal_image, actor=officer)
    old.refresh_from_db()
    assert old.retired_at
    assert keys.seal_of(kotra) == new
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficeSeal.objects.filter(pk=old.pk).update(retired_at=None)


def test_a_production_key_has_an_office_and_a_person(specimen_key):
    with pytest.raises(IntegrityError), transaction.atomic():
        SigningKey.objects.filter(pk=specimen_key.pk).update(production=True)


def test_the_specimen_authority_is_made_once(specimen_key, settings, tmp_path, capsys):
    assert keys.ensure_specimen_key() == specimen_key
    settings.KEYS_DIR = tmp_path
    for _again in range(2):
        call_command("letters", "dev_ca")
    first, second = capsys.readouterr().out.splitlines()
    assert first == second
    assert SigningKey.objects.count() == 2
    private = [path for path in (tmp_path / "letters").iterdir() if path.suffix != ".pem"]
    assert sorted(path.suffix for path in private) == [".key", ".p12", ".password"]
    assert {path.stat().st_mode & 0o777 for path in private} == {0o600}


def test_a_specimen_key_about_to_expire_is_renewed_under_the_same_root(tmp_path):
    now = datetime.now(UTC)
    first = authority.ensure(tmp_path / "letters", now=now)
    later = authority.ensure(tmp_path / "letters", now=now + timedelta(days=3 * 365 - 30))
    assert later.certificate != first.certificate
    assert later.chain == first.chain
    assert authority.ensure(tmp_path / "letters", now=now + timedelta(days=3 * 365)) == later


def test_registering_by_command(kotra, officer, tmp_path, capsys):
    body = Body()
    chain, picture = tmp_path / "chain.pem", tmp_path / "seal.png"
    chain.write_bytes(pem(body.certificate, body.root))
    Image.new("RGB", (60, 60), "red").save(picture)
    by = ["--office", "kotra", "--by", officer.email]
    call_command("letters", "register_key", str(chain), *by)
    call_command("letters", "register_seal", str(picture), *by)
    call_command("letters", "load_designs")
    said = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert said == ["production", "seal", *designs.codes()]
    assert not keys.is_specimen(kotra)


def test_rotation_breaks_no_letter(kotra, officer, seal_image, issue):
    keys.register_seal(office=kotra, image=seal_image, actor=officer)
    letters, registered = [], []
    for _year in range(3):
        body = Body()
        key = keys.register_production_key(
            office=kotra, chain_pem=pem(body.certificate, body.root), actor=officer
        )
        body.put_private_key(key)
        registered.append(key)
        letters.append(issue(kotra))
    keys.retire_key(key=registered[0], actor=officer, reason="정기 교체")
    keys.retire_key(key=registered[1], actor=officer, reason="정기 교체")
    assert [letter.files.get().key for letter in letters] == registered
    for letter in letters:
        assert check_bytes(services.read_file(letter), trust=None, offline=False).word == "valid"
    keys.retire_key(key=registered[2], actor=officer, reason="유출")
    assert keys.is_specimen(kotra)
    assert issue(kotra).specimen


def test_a_key_is_retired_with_a_reason_and_once(kotra, officer):
    body = Body()
    key = keys.register_production_key(
        office=kotra, chain_pem=pem(body.certificate, body.root), actor=officer
    )
    with pytest.raises(NotRegistered):
        keys.retire_key(key=key, actor=officer, reason=" ")
    first = keys.retire_key(key=key, actor=officer, reason="정기 교체").retired_at
    assert keys.retire_key(key=key, actor=officer, reason="다시").retired_at == first
    with pytest.raises(NotRegistered):
        keys.register_production_key(
            office=kotra, chain_pem=pem(body.certificate, body.root), actor=officer
        )


def test_a_key_is_retired_by_command(kotra, officer, specimen_key, capsys):
    call_command(
        "letters", "retire_key", specimen_key.key_id, "--by", officer.email, "--why", "교체"
    )
    assert capsys.readouterr().out == f"retired {specimen_key.key_id}\n"
    specimen_key.refresh_from_db()
    assert specimen_key.retired_at
