"""A production key in a hardware token: SoftHSM stands for the token."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509.oid import NameOID
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

from letters import authority, hardware_keys, keys, private_keys, services, signing
from letters.code_checking import check_code
from letters.errors import NoUsableKey
from letters.models import SigningKey
from letters.verification import check_bytes
from notifications import outbox
from tests.letters.samples import reserve
from tests.letters.test_codes import printed_code
from tests.letters.test_keys import Body, pem, seal_image  # noqa: F401
from tests.letters.test_making import row_of, time_passes

pytestmark = pytest.mark.django_db
PIN = "1234"


@dataclass
class Box:
    """A token, the folder it lies in, and the certificate of its key `seal`."""

    module: str
    folder: Path
    body: Body

    def register(self, office, officer) -> SigningKey:
        key = keys.register_production_key(
            office=office, chain_pem=pem(self.body.certificate, self.body.root), actor=officer
        )
        self.describe(key)
        return key

    def describe(self, key: SigningKey, *, pin: str = PIN, name: str = "seal") -> None:
        stem = keys.private_key_stem(key)
        said = f'module = "{self.module}"\ntoken = "letters"\nkey = "{name}"\n'
        stem.with_suffix(".pkcs11").write_text(said)
        stem.with_suffix(".pin").write_text(f"{pin}\n")

    def take_out(self) -> None:
        self.folder.rename(self.folder.with_name("away"))

    def put_in(self) -> None:
        self.folder.with_name("away").rename(self.folder)


def module() -> str:
    places = [
        "/usr/lib/softhsm",
        "/usr/lib64/softhsm",
        "/usr/lib64/pkcs11",
        "/usr/local/lib/softhsm",
    ]
    multiarch = [str(path) for path in Path("/usr/lib").glob("*/softhsm")]
    for place in [*places, *multiarch]:
        if (found := Path(place) / "libsofthsm2.so").exists():
            return str(found)
    pytest.fail("SoftHSM is missing: apt-get install softhsm2")


@pytest.fixture(scope="session")
def box(tmp_path_factory) -> Iterator[Box]:
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    program = shutil.which("softhsm2-util")
    assert program, "SoftHSM is missing: apt-get install softhsm2"
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(conf)
    command = [program, "--init-token", "--free", "--label", "letters"]
    subprocess.run([*command, "--pin", PIN, "--so-pin", "5678"], check=True, capture_output=True)
    public = generate(module(), "seal")
    generate(module(), "another")
    yield Box(module(), folder / "tokens", certified(public))
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


def generate(library: str, label: str) -> ec.EllipticCurvePublicKey:
    """A key made inside the token: the private half never leaves it."""
    token = pkcs11.lib(library).get_token(token_label="letters")
    curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
    with token.open(user_pin=PIN, rw=True) as session:
        parameters = session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True)
        public, _private = parameters.generate_keypair(store=True, label=label)
        loaded = load_der_public_key(encode_ec_public_key(public))
    assert isinstance(loaded, ec.EllipticCurvePublicKey)
    return loaded


def certified(public: ec.EllipticCurvePublicKey) -> Body:
    """A body's root has issued a certificate for the token's key."""
    body = Body()
    start = datetime.now(UTC) - timedelta(days=1)
    body.certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Body Seal in a box")]))
        .issuer_name(body.root.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=400))
        .add_extension(x509.BasicConstraints(False, None), critical=True)
        .add_extension(authority._key_usage(is_ca=False), critical=True)
        .sign(body.root_key, hashes.SHA256())
    )
    return body


@pytest.fixture
def key(box, kotra, officer, seal_image) -> SigningKey:  # noqa: F811
    private_keys._open_token.cache_clear()
    hardware_keys._refused.clear()
    keys.register_seal(office=kotra, image=seal_image, actor=officer)
    return box.register(kotra, officer)


def test_a_letter_in_force_is_signed_by_the_token(key, kotra, issue, tmp_path):
    letter = issue(kotra)
    assert (letter.state, letter.specimen) == ("valid", False)
    pdf = services.read_file(letter)
    verdict = check_bytes(pdf, trust=None, offline=False)
    assert (verdict.word, verdict.exit_code) == ("valid", 0)
    text = printed_code(letter, tmp_path)
    assert check_code(text, trust=None, offline=False).word == "valid"
    assert not list(keys.folder().glob(f"key-{key.key_id}.p12"))


def test_a_token_taken_out_is_waited_for_and_said(box, key, kotra):
    signing.private_half(key).sign(b"open the session")
    letter = reserve(kotra)
    box.take_out()
    try:
        assert outbox.run(row_of(letter).pk) == "retry"
        assert "NoUsableKey" in row_of(letter).last_error
    finally:
        box.put_in()
    time_passes(letter)
    assert outbox.run(row_of(letter).pk) == "done"
    letter.refresh_from_db()
    assert letter.state == "valid"


def test_a_wrong_pin_is_tried_once(box, key):
    """Tokens lock themselves after a few; the worker comes back every few minutes."""
    box.describe(key, pin="0000")
    for said in ("PinIncorrect", "was refused", "was refused"):
        with pytest.raises(NoUsableKey, match=said):
            signing.private_half(key)
    box.describe(key)
    assert len(signing.private_half(key).sign(b"x")) == 64


def test_another_key_of_the_token_is_not_the_registered_one(box, key):
    box.describe(key, name="another")
    with pytest.raises(NoUsableKey, match="not the registered one"):
        signing.private_half(key)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("module = ", "does not open"),
        ('module = "/nowhere.so"\ntoken = "letters"\nkey = "seal"', "/nowhere"),
        ('token = "letters"', "lacks 'module'"),
        ('module = "{module}"\ntoken = "nobody"\nkey = "seal"', "'nobody'"),
        ('module = "{module}"\ntoken = "letters"\nkey = "nobody"', "NoSuchKey"),
    ],
)
def test_a_wrong_description_says_what_is_wrong(box, key, said, why):
    path = keys.private_key_stem(key).with_suffix(".pkcs11")
    path.write_text(said.replace("{module}", box.module))
    with pytest.raises(NoUsableKey, match=why):
        signing.private_half(key)


def test_a_missing_pin_says_so(key, monkeypatch):
    keys.private_key_stem(key).with_suffix(".pin").unlink()
    with pytest.raises(NoUsableKey, match="does not open"):
        signing.private_half(key)
    monkeypatch.setenv("CHUCHEON_LETTER_KEY_PIN", PIN)
    assert len(signing.private_half(key).sign(b"x")) == 64


def test_offline_the_certificate_beside_the_token_is_enough(box, key, kotra, issue, tmp_path):
    text = printed_code(issue(kotra), tmp_path)
    assert check_code(text, trust=None, offline=True).word == "foreign"
    keys.private_key_stem(key).with_suffix(".pem").write_bytes(pem(box.body.certificate))
    verdict = check_code(text, trust=None, offline=True)
    assert (verdict.word, verdict.specimen) == ("genuine, status not checked", False)
