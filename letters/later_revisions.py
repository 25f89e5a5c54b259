"""What was added to a letter after it was sealed: proof of time, and nothing else.

A letter's file may grow: `letters.timestamps` appends time stamps and what is needed to check
signatures later (PAdES B-T and B-LTA). Everything before stays as it was, so the seal covers the
first part and the last time stamp covers everything. Two things make such a file believable:

- the last time stamp is right, made by one of the stampers that the installation knows, and nothing
  in its own hex string could be changed without notice, as for the seal (letters.signature);
- between the seal and the end, only time stamps and validation data were added. pyHanko decides
  that, and opens the file for it: only after the first test, and only what is not too long.
"""

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel

from letters.signature import BYTE_RANGE, HEX, Malformed, Signature, der_in, tlv

# Two time stamps and the certificates of those who signed have some 30 kB.
LONGEST = 256 * 1024
_SEQUENCE, _SET, _OCTETS, _CONTEXT_0 = 0x30, 0x31, 0x04, 0xA0
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_V1, _V3 = bytes.fromhex("020101"), bytes.fromhex("020103")
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_NULL = b"\x05\x00"


@dataclass(frozen=True)
class Stamp:
    """A time stamp's own claim, and the certificates in it, the stamper's first."""

    moment: datetime
    certificates: tuple[x509.Certificate, ...]


class UnknownStamper(Exception):
    """Only proof of time was added, but by somebody this caller was not told about."""


def proved_at(
    data: bytes, seal: Signature, stampers: Iterable[x509.Certificate]
) -> datetime | None:
    """When the last time stamp says that the file was there, or None when anything else than proof
    of time follows the seal. Raises UnknownStamper."""
    if not seal.intact or len(data) - seal.end > LONGEST:
        return None
    stamp = last_stamp(data)
    if stamp is None or not _adds_only_time(data, seal):
        return None
    known = {each.public_bytes(Encoding.DER) for each in stampers}
    if not all(each.public_bytes(Encoding.DER) in known for each in stamp.certificates):
        raise UnknownStamper
    return stamp.moment


def last_stamp(data: bytes) -> Stamp | None:
    """The time stamp that covers the whole file, if it is right. Never raises for bad input."""
    ranges = list(BYTE_RANGE.finditer(data))
    if not ranges:
        return None
    match = ranges[-1]
    start, before, after, rest = int(match[1]), *map(int, match[2].split())
    gap = HEX.fullmatch(data, before, after) if 0 < before < after <= len(data) else None
    if start != 0 or gap is None or after + rest != len(data):
        return None
    try:
        return _read(der_in(gap[1]), data[:before] + data[after:])
    except Exception:  # noqa: BLE001 - whatever the libraries raise for damage
        return None


def _read(der: bytes, covered: bytes) -> Stamp:
    signed = cms.ContentInfo.load(der, strict=True)["content"]
    content = signed["encap_content_info"]
    info = content["content"].parsed
    (signer_info,) = signed["signer_infos"]
    given = [
        x509.load_der_x509_certificate(choice.chosen.dump()) for choice in signed["certificates"]
    ]
    stamper = _stamper(signer_info, given)
    _require(_says_time_stamping(stamper))
    _check_imprint(info, covered)
    _check_signature(signer_info, stamper, content["content"].contents)
    _require(_written_again(signed, signer_info, given, stamper) == der)
    moment: datetime = info["gen_time"].native
    others = [each for each in given if each is not stamper]
    _require(stamper.not_valid_before_utc <= moment <= stamper.not_valid_after_utc)
    return Stamp(moment, (stamper, *others))


def _stamper(signer_info: cms.SignerInfo, given: list[x509.Certificate]) -> x509.Certificate:
    _require(signer_info["sid"].name == "issuer_and_serial_number")
    named = signer_info["sid"].chosen
    (found,) = (
        each
        for each in given
        if each.serial_number == named["serial_number"].native
        and each.issuer.public_bytes() == named["issuer"].dump()
    )
    return found


def _says_time_stamping(certificate: x509.Certificate) -> bool:
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    return list(usage) == [x509.oid.ExtendedKeyUsageOID.TIME_STAMPING]


def _check_imprint(info: tsp.TSTInfo, covered: bytes) -> None:
    imprint = info["message_imprint"]
    algorithm = imprint["hash_algorithm"]["algorithm"].native
    _require(algorithm in _HASHES)
    _require(imprint["hashed_message"].native == hashlib.new(algorithm, covered).digest())


def _check_signature(
    signer_info: cms.SignerInfo, stamper: x509.Certificate, content: bytes
) -> None:
    name = signer_info["digest_algorithm"]["algorithm"].native
    attributes: dict[str, Any] = {}
    for attribute in signer_info["signed_attrs"]:
        (attributes[attribute["type"].native],) = attribute["values"]
    _require(attributes["content_type"].native == "tst_info")
    _require(attributes["message_digest"].native == hashlib.new(name, content).digest())
    message = signer_info["signed_attrs"].untag().dump()
    signature, algorithm = signer_info["signature"].native, _HASHES[name]
    key = stamper.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, message, ec.ECDSA(algorithm))
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, message, padding.PKCS1v15(), algorithm)
    else:
        raise Malformed


def _written_again(
    signed: cms.SignedData,
    signer_info: cms.SignerInfo,
    given: list[x509.Certificate],
    stamper: x509.Certificate,
) -> bytes:
    """As letters.signature does for the seal: what no signature covers is compared with this. The
    certificates are compared by the caller, each with one that is known."""
    digest = signer_info["digest_algorithm"]
    _require(digest.dump() in {algorithm.dump() for algorithm in signed["digest_algorithms"]})
    _require(len(signed["digest_algorithms"]) == 1)
    _require(digest["parameters"].dump() in {b"", _NULL})
    algorithm = signer_info["signature_algorithm"]
    names = {
        "rsassa_pkcs1v15",
        *(f"{name}_{kind}" for name in _HASHES for kind in ("rsa", "ecdsa")),
    }
    _require(algorithm["algorithm"].native in names)
    _require(algorithm["parameters"].dump() in {b"", _NULL})
    serial = signer_info["sid"].chosen["serial_number"].dump()
    signer = tlv(
        _SEQUENCE,
        _V1,
        tlv(_SEQUENCE, stamper.issuer.public_bytes(), serial),
        digest.dump(),
        tlv(_CONTEXT_0, signer_info["signed_attrs"].contents),
        algorithm.dump(),
        tlv(_OCTETS, signer_info["signature"].native),
    )
    content = tlv(
        _SEQUENCE,
        _V3,
        tlv(_SET, digest.dump()),
        _content(signed),
        tlv(_CONTEXT_0, *(each.public_bytes(Encoding.DER) for each in given)),
        tlv(_SET, signer),
    )
    return tlv(_SEQUENCE, _SIGNED_DATA, tlv(_CONTEXT_0, content))


def _content(signed: cms.SignedData) -> bytes:
    inside = signed["encap_content_info"]["content"]
    octets = tlv(_OCTETS, inside.contents)
    return tlv(_SEQUENCE, cms.ContentType("tst_info").dump(), tlv(_CONTEXT_0, octets))


def _adds_only_time(data: bytes, seal: Signature) -> bool:
    """Whether a PDF reader, too, sees our seal over the first part and then proof of time only."""
    try:
        reader = PdfFileReader(io.BytesIO(data))
        (found,) = reader.embedded_regular_signatures
        found.compute_integrity_info()
        said = found.summarise_integrity_info()
        stamps = reader.embedded_timestamp_signatures
        return bool(
            found.byte_range[2] + found.byte_range[3] == seal.end
            and len(reader.embedded_signatures) == 1 + len(stamps)
            and said["docmdp_ok"]
            and said["diff_result"].modification_level <= ModificationLevel.LTA_UPDATES
        )
    except Exception:  # noqa: BLE001 - hostile files fail in many ways
        return False


def _require(condition: object) -> None:
    if not condition:
        raise Malformed
