"""Signatures in a PDF, read from its bytes without opening it as a PDF.

A file is what we signed exactly when one signature covers every byte of it except its own hex
string, the signature is right, and nothing in that hex string could be changed without notice.
That needs no PDF parser, so a hostile file is never parsed: hashing and one CMS structure in
strict DER are all that happens before a file is believed.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from asn1crypto import cms, core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

# A PDF may carry several; a letter carries one. More than this is an attack on our time.
MOST_SIGNATURES = 16
LONGEST_CHAIN = 4
BYTE_RANGE = re.compile(rb"/ByteRange\s{0,8}\[\s{0,8}(\d{1,10})((?:\s{1,8}\d{1,10}){3})\s{0,8}\]")
HEX = re.compile(rb"<([0-9A-F]+)>")
_SIGNED_AT = re.compile(rb"/M \(D:(\d{14})(?:Z|([+-])(\d{2})'(\d{2})'?)?")
_OCTAL = re.compile(rb"\\([0-7]{3})")
# DER of what is the same in every letter's signature.
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_DATA = bytes.fromhex("06092a864886f70d010701")
_VERSION = bytes.fromhex("020101")
_SHA256 = {  # AlgorithmIdentifier, without and with a NULL: both are in use
    bytes.fromhex("300b0609608648016503040201"),
    bytes.fromhex("300d06096086480165030402010500"),
}
_ECDSA = {bytes.fromhex("300a06082a8648ce3d040302")}
_RSA = {
    bytes.fromhex("300d06092a864886f70d01010b0500"),
    bytes.fromhex("300d06092a864886f70d0101010500"),
}
_SEQUENCE, _SET, _OCTETS, _CONTEXT_0 = 0x30, 0x31, 0x04, 0xA0


class Malformed(Exception):
    """Not a signature this product would write."""


@dataclass(frozen=True)
class Signature:
    """`covers_all`: every byte of the file but its own hex string. `intact`: what it covers, and
    everything inside it, is as it was signed. Without a readable certificate `signer` is None.
    What it covers ends at the byte `end`."""

    covers_all: bool
    intact: bool
    signer: x509.Certificate | None = None
    others: tuple[x509.Certificate, ...] = ()
    signed_at: datetime | None = None
    end: int = 0


def signatures_in(data: bytes) -> list[Signature]:
    """Every signature that the bytes name, in order. Never raises for bad input."""
    found = []
    for number, match in enumerate(BYTE_RANGE.finditer(data)):
        if number == MOST_SIGNATURES:
            break
        found.append(_read(data, [int(match[1]), *map(int, match[2].split())]))
    return found


def _read(data: bytes, byte_range: list[int]) -> Signature:
    start, before, after, rest = byte_range
    if start != 0 or not before < after <= len(data) or after + rest > len(data):
        return Signature(covers_all=False, intact=False)
    covers_all = after + rest == len(data)
    gap = HEX.fullmatch(data, before, after)
    if not gap:
        return Signature(covers_all, intact=False)
    digest = hashlib.sha256(data[:before])
    digest.update(data[after : after + rest])
    signed_at = _signed_at(data[after : after + min(rest, 2000)])
    certificates: list[x509.Certificate] = []
    try:
        signer = _check(gap[1], digest.digest(), certificates)
    except Exception:  # noqa: BLE001 - whatever the libraries raise for damage, it is not intact
        return Signature(
            covers_all,
            intact=False,
            signer=certificates[0] if certificates else None,
            others=tuple(certificates[1:]),
            signed_at=signed_at,
            end=after + rest,
        )
    return Signature(covers_all, True, signer, tuple(certificates[1:]), signed_at, end=after + rest)


def _check(written: bytes, digest: bytes, certificates: list[x509.Certificate]) -> x509.Certificate:
    """Return the signer's certificate, or raise; certificates read so far are left in the list,
    the signer's first."""
    der = der_in(written)
    signed = cms.ContentInfo.load(der, strict=True)["content"]
    certificates += (_load_certificate(choice.chosen.dump()) for choice in signed["certificates"])
    given = list(certificates)
    (signer_info,) = signed["signer_infos"]
    signer = _signer(signer_info, certificates)
    certificates.remove(signer)
    certificates.insert(0, signer)
    attributes = _attributes(signer_info)
    _require(attributes["content_type"].native == "data")
    _require(attributes["message_digest"].native == digest)
    _require(_names_certificate(attributes["signing_certificate_v2"], signer))
    _verify(signer, signer_info)
    _require(_written_again(signed, signer_info, given, signer) == der)
    return signer


def _load_certificate(der: bytes) -> x509.Certificate:
    """The library parses lazily: look at every part now, so that damage shows at once."""
    certificate = x509.load_der_x509_certificate(der)
    for part in ("issuer", "subject", "extensions", "not_valid_before_utc", "not_valid_after_utc"):
        getattr(certificate, part)
    certificate.public_key()
    return certificate


def der_in(written: bytes) -> bytes:
    """The one DER value in the hex string; what follows it must be the padding we write."""
    raw = bytes.fromhex(written.decode("ascii"))
    _require(len(raw) > 4 and raw[0] == _SEQUENCE and raw[1] == 0x82)
    end = 4 + int.from_bytes(raw[2:4], "big")
    _require(end <= len(raw) and not any(raw[end:]))
    return raw[:end]


def _written_again(
    signed: cms.SignedData,
    signer_info: cms.SignerInfo,
    certificates: list[x509.Certificate],
    signer: x509.Certificate,
) -> bytes:
    """The whole structure, written anew from constants and from parts that are themselves signed.

    Most of a CMS envelope is covered by no signature; comparing it with this covers it.
    """
    algorithm = signed["digest_algorithms"][0].dump()
    attributes_algorithm = signer_info["digest_algorithm"].dump()
    signature_algorithm = signer_info["signature_algorithm"].dump()
    is_ec = isinstance(signer.public_key(), ec.EllipticCurvePublicKey)
    _require(algorithm in _SHA256 and attributes_algorithm in _SHA256)
    _require(signature_algorithm in (_ECDSA if is_ec else _RSA))
    signer_der = tlv(
        _SEQUENCE,
        _VERSION,
        tlv(
            _SEQUENCE,
            signer.issuer.public_bytes(),
            core.Integer(signer.serial_number).dump(),
        ),
        attributes_algorithm,
        tlv(_CONTEXT_0, signer_info["signed_attrs"].contents),
        signature_algorithm,
        tlv(_OCTETS, signer_info["signature"].native),
    )
    certificates_der = [certificate.public_bytes(Encoding.DER) for certificate in certificates]
    content = tlv(
        _SEQUENCE,
        _VERSION,
        tlv(_SET, algorithm),
        tlv(_SEQUENCE, _DATA),
        tlv(_CONTEXT_0, *certificates_der),
        tlv(_SET, signer_der),
    )
    return tlv(_SEQUENCE, _SIGNED_DATA, tlv(_CONTEXT_0, content))


def tlv(tag: int, *parts: bytes) -> bytes:
    """One DER value with its tag and shortest length."""
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def _signer(signer_info: cms.SignerInfo, certificates: list[x509.Certificate]) -> x509.Certificate:
    _require(signer_info["sid"].name == "issuer_and_serial_number")
    named = signer_info["sid"].chosen
    for certificate in certificates:
        if certificate.serial_number == named["serial_number"].native and (
            certificate.issuer.public_bytes() == named["issuer"].dump()
        ):
            return certificate
    raise Malformed


def _attributes(signer_info: cms.SignerInfo) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for attribute in signer_info["signed_attrs"]:
        (value,) = attribute["values"]
        _require(attribute["type"].native not in values)
        values[attribute["type"].native] = value
    return values


def _names_certificate(value: Any, signer: x509.Certificate) -> bool:
    named = value["certs"][0]
    return bool(
        named["hash_algorithm"]["algorithm"].native == "sha256"
        and named["cert_hash"].native == signer.fingerprint(hashes.SHA256())
    )


def _verify(signer: x509.Certificate, signer_info: cms.SignerInfo) -> None:
    key = signer.public_key()
    signature = signer_info["signature"].native
    content = signer_info["signed_attrs"].untag().dump()
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, content, ec.ECDSA(hashes.SHA256()))
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
    else:
        raise Malformed


def _require(condition: object) -> None:
    if not condition:
        raise Malformed


def _signed_at(dictionary: bytes) -> datetime | None:
    """The signer's own claim of the time, from the signature dictionary."""
    plain = _OCTAL.sub(lambda match: bytes([int(match[1], 8) & 255]), dictionary)
    match = _SIGNED_AT.search(plain)
    if not match:
        return None
    try:
        moment = datetime.strptime(match[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        if match[2]:
            offset = timedelta(hours=int(match[3]), minutes=int(match[4]))
            zone = timezone(offset if match[2] == b"+" else -offset)
            moment = moment.replace(tzinfo=zone)
    except ValueError:
        return None
    return moment


def trusted_root(
    signature: Signature, roots: Iterable[x509.Certificate], *, strict: bool = True
) -> x509.Certificate | None:
    """The root that vouches for the signer at the time of signing, or None.

    Strict also demands that the signature carries no certificate that this path does not use
    (it could be changed unnoticed) and that every certificate was in force when it signed.
    """
    unused = list(signature.others)
    current = signature.signer
    roots = list(roots)
    moment = signature.signed_at
    if current is None or (strict and moment is None):
        return None
    for _step in range(LONGEST_CHAIN):
        if strict and moment and not _in_force(current, moment):
            return None
        if root := next((r for r in roots if issued(r, current)), None):
            return None if strict and (unused or (moment and not _in_force(root, moment))) else root
        issuer = next((c for c in unused if issued(c, current)), None)
        if issuer is None:
            return None
        unused.remove(issuer)
        current = issuer
    return None


def names_root(signature: Signature, roots: Iterable[x509.Certificate]) -> bool:
    """Whether a certificate in it claims to be from one of the roots, by name or by key.

    With a root that does not vouch for it: ours, but changed. Two claims, because a single
    changed byte can spoil one of them.
    """
    claims = [c for c in (signature.signer, *signature.others) if c is not None]
    return any(
        certificate.issuer == root.subject or _key_named(certificate) == _own_key(root)
        for root in roots
        for certificate in claims
    )


def _key_named(certificate: x509.Certificate) -> bytes | None:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    except x509.ExtensionNotFound:
        return None
    return extension.value.key_identifier


def _own_key(root: x509.Certificate) -> bytes:
    return x509.SubjectKeyIdentifier.from_public_key(root.public_key()).digest


def issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
        if not (constraints.ca and usage.key_cert_sign):
            return False
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # noqa: BLE001 - a damaged certificate vouches for nobody
        return False
    return True


def _in_force(certificate: x509.Certificate, moment: datetime) -> bool:
    return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc


def fingerprint(certificate: x509.Certificate) -> str:
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
