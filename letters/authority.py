"""The installation's own certificate authority for specimens: root, document CA, seal key.

Made once, unique per installation: what another installation signed is foreign here. Everything
it issues says SPECIMEN in its subject, so a verifier knows it without any register. The root's
private key is thrown away as soon as the CA is signed; the CA's stays, to renew the seal key.
"""

import hashlib
import os
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from letters.private_keys import password_of

SPECIMEN_UNIT = "SPECIMEN - no legal effect"
ROOT, CA, CA_KEY = "root.pem", "ca.pem", "ca.key"
_YEAR = timedelta(days=365)
_RENEW_BEFORE = timedelta(days=60)


@dataclass(frozen=True)
class SealKey:
    """A private key file on this machine and its public certificates."""

    path: Path
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]


def key_id_of(certificate: x509.Certificate) -> str:
    """A short name for the key itself: 16 hex digits of its public key's SHA-256."""
    public = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(public).hexdigest()[:16]


def is_specimen(certificate: x509.Certificate) -> bool:
    """True when the certificate itself says that it signs specimens."""
    units = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    return any(unit.value == SPECIMEN_UNIT for unit in units)


def ensure(folder: Path, *, now: datetime) -> SealKey:
    """Return the specimen seal key, making whatever is missing or about to expire. Idempotent."""
    if not (folder / ROOT).exists():
        _make_authority(folder, now=now)
    root = x509.load_pem_x509_certificate((folder / ROOT).read_bytes())
    ca = x509.load_pem_x509_certificate((folder / CA).read_bytes())
    newest: SealKey | None = None
    for path in sorted(folder.glob("specimen-*.p12")):
        certificate = certificate_of(path)
        if (
            newest is None
            or certificate.not_valid_after_utc > newest.certificate.not_valid_after_utc
        ):
            newest = SealKey(path, certificate, (ca, root))
    if newest and newest.certificate.not_valid_after_utc - _RENEW_BEFORE > now:
        return newest
    return _make_seal_key(folder, ca, root, now=now)


def certificate_of(path: Path) -> x509.Certificate:
    """The certificate inside a PKCS#12 file."""
    _key, certificate, _others = pkcs12.load_key_and_certificates(
        path.read_bytes(), password_of(path)
    )
    assert certificate is not None  # noqa: S101  # a seal key has one
    return certificate


def _make_authority(folder: Path, *, now: datetime) -> None:
    """Write root and CA in one step: another process sees all of it or nothing."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    installation = secrets.token_hex(4)
    root_key = ec.generate_private_key(ec.SECP384R1())
    root = _certificate(
        "Root CA", installation, root_key, root_key, None, years=20, now=now, path_length=1
    )
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca = _certificate(
        "Document CA", installation, ca_key, root_key, root, years=15, now=now, path_length=0
    )
    made = Path(tempfile.mkdtemp(prefix=".letters-", dir=folder.parent))
    (made / ROOT).write_bytes(root.public_bytes(Encoding.PEM))
    (made / CA).write_bytes(ca.public_bytes(Encoding.PEM))
    _write_secret(
        made / CA_KEY,
        ca_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
    try:
        made.rename(folder)
    except OSError:  # another process was first (the folder is there and not empty)
        shutil.rmtree(made)


def _make_seal_key(
    folder: Path, ca: x509.Certificate, root: x509.Certificate, *, now: datetime
) -> SealKey:
    ca_key = load_pem_private_key((folder / CA_KEY).read_bytes(), None)
    assert isinstance(ca_key, ec.EllipticCurvePrivateKey)  # noqa: S101  # we wrote it
    key = ec.generate_private_key(ec.SECP256R1())
    installation = ca.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)[0].value
    certificate = _certificate(
        "Letter seal", str(installation), key, ca_key, ca, years=3, now=now, path_length=None
    )
    name = f"specimen-{key_id_of(certificate)}"
    password = secrets.token_urlsafe(24).encode()
    _write_secret(folder / f"{name}.password", password)
    # The PKCS#12 comes last, by rename: where it is, its password is too.
    beside = folder / f".{name}.new"
    _write_secret(
        beside,
        pkcs12.serialize_key_and_certificates(
            name.encode(), key, certificate, [ca], BestAvailableEncryption(password)
        ),
    )
    path = folder / f"{name}.p12"
    beside.rename(path)
    return SealKey(path, certificate, (ca, root))


def _write_secret(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)


def _name(common_name: str, installation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "KR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Chucheon demonstration"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, SPECIMEN_UNIT),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{common_name} ({installation})"),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, installation),
        ]
    )


def _certificate(
    common_name: str,
    installation: str,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    *,
    years: int,
    now: datetime,
    path_length: int | None,
) -> x509.Certificate:
    """`path_length` None makes an end certificate; a number makes a CA."""
    is_ca = path_length is not None
    start = now.astimezone(UTC).replace(microsecond=0) - timedelta(days=1)
    subject = _name(common_name, installation)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + years * _YEAR)
        .add_extension(x509.BasicConstraints(is_ca, path_length), critical=True)
        .add_extension(_key_usage(is_ca=is_ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
        .sign(issuer_key, hashes.SHA256())
    )


def _key_usage(*, is_ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=not is_ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )
