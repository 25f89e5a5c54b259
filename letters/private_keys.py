"""Private halves of signing keys: files on the letter worker's machine, or a hardware token.

Beside the certificates in `settings.KEYS_DIR/letters`, for the key `<id>`:

    key-<id>.p12      PKCS#12; its password in key-<id>.password or CHUCHEON_LETTER_KEY_PASSWORD
    key-<id>.pkcs11   TOML: module (path of the library), token (label), key (label); the PIN in
                      key-<id>.pin or CHUCHEON_LETTER_KEY_PIN

A specimen key's files begin with `specimen-`. Nothing here opens the database.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

P12, TOKEN = ".p12", ".pkcs11"
# What RFC 9053 hashes with before a signature with a key on a curve of this size.
HASHES: dict[int, hashes.HashAlgorithm] = {256: hashes.SHA256(), 384: hashes.SHA384()}


class Unusable(Exception):
    """The private half is not here, does not open, or is not the certificate's. May pass."""


class Half(Protocol):
    """What can sign a digest: the raw signature, r and s of equal length. Raises Unusable."""

    def sign(self, digest: bytes, algorithm: hashes.HashAlgorithm) -> bytes: ...


@dataclass(frozen=True)
class PrivateKey:
    """A private half with the certificate that it was shown to belong to."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    half: Half

    def sign(self, message: bytes) -> bytes:
        """The raw signature over a message, with the hash of the key's curve."""
        return raw_signature(self.half, message, HASHES[_size(self.certificate)])

    def for_pdf(self) -> signers.Signer:
        return _PdfSigner(self)


def load(
    stem: Path, certificate: x509.Certificate, chain: Sequence[x509.Certificate]
) -> "PrivateKey":
    """The private half of a certificate's key. `stem` is its path without the ending; `chain` are
    the certificates above it, the root last. Raises Unusable.

    Opening one costs more than a signature, so while neither the file nor the password or PIN
    beside it changes, it is opened once.
    """
    for ending, said, opening in ((P12, ".password", _open_file), (TOKEN, ".pin", _open_token)):
        path = stem.with_name(stem.name + ending)
        if path.exists():
            try:
                half = opening(path, _changed(path, path.with_suffix(said)), certificate)
            except (OSError, ValueError) as reason:
                raise Unusable(f"{path.name} does not open: {reason}") from None
            return PrivateKey(certificate, tuple(chain), half)
    raise Unusable(f"neither {stem.name}{P12} nor {stem.name}{TOKEN} is in the key folder")


def _changed(*paths: Path) -> tuple[int, ...]:
    return tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in paths)


def secret(path: Path, ending: str, variable: str) -> str:
    """A password or PIN: from the file beside, else from the environment. Raises OSError."""
    beside = path.with_suffix(ending)
    if not beside.exists() and (given := os.environ.get(variable)):
        return given
    return beside.read_text("utf-8").strip()


def password_of(path: Path) -> bytes:
    return secret(path, ".password", "CHUCHEON_LETTER_KEY_PASSWORD").encode()


def raw_signature(half: Half, message: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(message)
    return half.sign(digest.finalize(), algorithm)


@dataclass(frozen=True)
class _FromFile:
    private: ec.EllipticCurvePrivateKey

    def sign(self, digest: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
        der = self.private.sign(digest, ec.ECDSA(utils.Prehashed(algorithm)))
        r, s = utils.decode_dss_signature(der)
        size = (self.private.curve.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")


@lru_cache(maxsize=16)
def _open_file(path: Path, _as_of: tuple[int, ...], certificate: x509.Certificate) -> Half:
    private, inside, _others = pkcs12.load_key_and_certificates(
        path.read_bytes(), password_of(path)
    )
    if inside != certificate:
        raise Unusable(f"{path.name} is not the registered key")
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise Unusable(f"{path.name} holds no key on a curve")
    return _FromFile(private)


@lru_cache(maxsize=16)
def _open_token(path: Path, _as_of: tuple[int, ...], certificate: x509.Certificate) -> Half:
    # Loads a library of somebody else's into the process: only where there is a token.
    from letters.hardware_keys import Token

    half = Token(path, secret(path, ".pin", "CHUCHEON_LETTER_KEY_PIN"))
    message, algorithm = b"Is this the registered key?", HASHES[_size(certificate)]
    public = certificate.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)  # noqa: S101 - _size has looked
    try:
        der = _der(raw_signature(half, message, algorithm))
        public.verify(der, message, ec.ECDSA(algorithm))
    except InvalidSignature:
        raise Unusable(f"the key that {path.name} names is not the registered one") from None
    return half


def _size(certificate: x509.Certificate) -> int:
    public = certificate.public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey) or public.curve.key_size not in HASHES:
        raise Unusable("the certificate's key is not on P-256 or P-384")
    return public.curve.key_size


def _der(raw: bytes) -> bytes:
    half = len(raw) // 2
    return utils.encode_dss_signature(
        int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
    )


class _PdfSigner(signers.Signer):
    """pyHanko's view of a private half. The root stays out of the file: who checks has it."""

    def __init__(self, key: PrivateKey) -> None:
        store = SimpleCertificateStore()
        store.register_multiple([_asn1(each) for each in key.chain])
        super().__init__(
            signing_cert=_asn1(key.certificate), cert_registry=store, embed_roots=False
        )
        self._half = key.half

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        algorithm = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384()}[digest_algorithm]
        return _der(raw_signature(self._half, data, algorithm))


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
