"""The public halves of every key that signs or signed letters, in the two forms libraries read:
a JWK set (RFC 7517) and a COSE key set (RFC 9052).

A retired key stays: what it signed keeps verifying. In a JWK, `x5c` is the certificate and those
above it, and three members are ours: `production`, `office` and `retired`; beside the keys stand
the certificates of those who stamped letters with the time.
"""

import base64
import json
from collections.abc import Iterable
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from letters import codes, signature
from letters.models import SigningKey, TimestampCertificate

# Certificates inside the time stamps of our letters: to check files, never to sign letters.
STAMPERS = "timestamp_certificates"
_CURVES = {256: ("P-256", "ES256"), 384: ("P-384", "ES384")}


class NotAKeySet(ValueError):
    """A file that is neither certificates in PEM nor a JWK set with certificates."""


def jwk_set() -> dict[str, Any]:
    stampers = TimestampCertificate.objects.order_by("pk").values_list("certificate", flat=True)
    return {
        "keys": [jwk for key in _registered() if (jwk := _jwk(key))],
        STAMPERS: [_base64(x509.load_pem_x509_certificate(pem.encode())) for pem in stampers],
    }


def cose_key_set() -> bytes:
    """The same keys as one CBOR array of COSE_Key."""
    return cbor2.dumps(
        [
            codes.cose_key(public, key.key_id).to_dict()
            for key in _registered()
            if (public := _public(_leaf(key)))
        ]
    )


def certificates_in(trust: bytes) -> list[list[x509.Certificate]]:
    """Chains of certificates, lowest first, from PEM or a JWK set. Raises NotAKeySet."""
    if trust.lstrip().startswith(b"{"):
        return _from_jwk_set(trust)
    try:
        return _chains(x509.load_pem_x509_certificates(trust))
    except ValueError:
        raise NotAKeySet("The trust file holds no certificate in PEM, and is no JWK set.") from None


def stampers_in(trust: bytes) -> list[x509.Certificate] | None:
    """Those who stamp, as a JWK set of ours names them; None where nothing is said of it."""
    if not trust.lstrip().startswith(b"{"):
        return None
    try:
        ders = json.loads(trust).get(STAMPERS)
        return (
            None
            if ders is None
            else [x509.load_der_x509_certificate(base64.b64decode(der)) for der in ders]
        )
    except (ValueError, AttributeError, TypeError):
        raise NotAKeySet("The trust file is no JWK set whose keys carry `x5c`.") from None


def _from_jwk_set(trust: bytes) -> list[list[x509.Certificate]]:
    try:
        chains = [
            [x509.load_der_x509_certificate(base64.b64decode(der)) for der in jwk["x5c"]]
            for jwk in json.loads(trust)["keys"]
        ]
    except (ValueError, KeyError, TypeError):
        raise NotAKeySet("The trust file is no JWK set whose keys carry `x5c`.") from None
    return [chain for chain in chains if chain]


def _chains(certificates: Iterable[x509.Certificate]) -> list[list[x509.Certificate]]:
    """PEM has no order that is agreed on: each certificate nobody else here was issued by begins
    a chain."""
    given = list(certificates)
    issuers = {
        index: next((c for c in given if c is not one and signature.issued(c, one)), None)
        for index, one in enumerate(given)
    }
    above = [issuer for issuer in issuers.values() if issuer is not None]
    chains = []
    for index, one in enumerate(given):
        if any(one is issuer for issuer in above):
            continue
        chain, at = [one], issuers[index]
        while at is not None and not any(at is each for each in chain):
            chain.append(at)
            at = issuers[next(i for i, c in enumerate(given) if c is at)]
        chains.append(chain)
    return chains


def _registered() -> Iterable[SigningKey]:
    return SigningKey.objects.select_related("office").order_by("-registered_at", "-pk")


def _leaf(key: SigningKey) -> x509.Certificate:
    return x509.load_pem_x509_certificate(key.certificate.encode())


def _public(certificate: x509.Certificate) -> ec.EllipticCurvePublicKey | None:
    public = certificate.public_key()
    return public if codes.fits(public) else None


def _jwk(key: SigningKey) -> dict[str, Any] | None:
    certificate = _leaf(key)
    public = _public(certificate)
    if public is None:
        return None
    size = public.curve.key_size
    curve, algorithm = _CURVES[size]
    numbers = public.public_numbers()
    chain = [certificate, *x509.load_pem_x509_certificates(key.chain.encode())]
    jwk: dict[str, Any] = {
        "kty": "EC",
        "use": "sig",
        "alg": algorithm,
        "kid": key.key_id,
        "crv": curve,
        "x": _url_safe(numbers.x.to_bytes(size // 8, "big")),
        "y": _url_safe(numbers.y.to_bytes(size // 8, "big")),
        "x5t#S256": _url_safe(bytes.fromhex(key.fingerprint)),
        "x5c": [_base64(each) for each in chain],
        "production": key.production,
        "retired": key.retired_at is not None,
    }
    if key.office is not None:
        office = key.office
        jwk["office"] = {"code": office.code, "ko": office.name_ko, "en": office.name_en}
    return jwk


def _base64(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()


def _url_safe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
