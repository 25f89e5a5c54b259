"""The signed code on a letter: a CBOR Web Token (RFC 8392) in COSE_Sign1 (RFC 9052), base45.

It says what stands on the paper and is signed with the key that seals the file, so that somebody
without a connection, who has the published keys, can tell a genuine letter from a typed one. The
text in the QR code is `CWT1:` and the token in base45 (RFC 9285), as in the European Union's travel
certificates but not deflated, which would make it longer.

    protected header   1 algorithm (ES256 or ES384), 4 key id (8 bytes)
    1 iss              the site that publishes the keys
    2 sub              number of the letter
    4 exp              end of its last day in Seoul, if it has one
    6 iat              when it was signed
    7 cti              the 16 bytes of its token: iss + "/V/" + base32(cti) answers for its status
    -65537             a map: kind, office, name, born, issued; until, employer, visa, job, specimen
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeGuard

import base45
import cbor2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cwt import COSE, COSEKey
from cwt.cose_key_interface import COSEKeyInterface

from letters.variables import Value
from programs.calendar import SEOUL

PREFIX = "CWT1:"
# A letter's own has some 600 characters; more than this is not looked at.
LONGEST = 4000
# In UTF-8. A code of more bytes needs squares too small for a 150 dpi copy.
LONGEST_NAME = 90
ISS, SUB, EXP, IAT, CTI, LETTER = 1, 2, 4, 6, 7, -65537
_ALG, _KID, _SIGN1, _EC2 = 1, 4, 18, 2
# By the size of the curve: COSE's numbers for the algorithm and the curve.
ALGORITHMS = {256: (-7, 1), 384: (-35, 2)}
_BODY = {
    "kind": str,
    "office": str,
    "name": str,
    "born": str,
    "issued": str,
    "until": str,
    "employer": str,
    "visa": str,
    "job": str,
    "specimen": bool,
}
_ALWAYS = ("kind", "office", "name", "born", "issued")


class NotACode(Exception):
    """The text is no code of ours, or a damaged one."""


@dataclass(frozen=True)
class Code:
    """What a code says of itself. Nothing of it is to be believed before `verify`."""

    raw: bytes
    key_id: str
    site: str
    number: str
    token: str
    signed_at: datetime
    letter: Mapping[str, Any]

    @property
    def specimen(self) -> bool:
        return bool(self.letter.get("specimen", False))

    @property
    def until(self) -> date | None:
        said = self.letter.get("until")
        return date.fromisoformat(said) if said else None


def fits(public_key: object) -> TypeGuard[ec.EllipticCurvePublicKey]:
    """Whether codes can be signed with this key: an RSA signature alone would fill one."""
    return isinstance(public_key, ec.EllipticCurvePublicKey) and public_key.curve.name in {
        "secp256r1",
        "secp384r1",
    }


def claims(
    values: Mapping[str, Value],
    *,
    kind: str,
    office: str,
    specimen: bool,
    site: str,
    token: str,
    signed_at: datetime,
) -> dict[int, Any]:
    """What a letter's code says: only what the letter itself shows, and no number of a passport
    or of a registration."""
    body: dict[str, Any] = {
        "kind": kind,
        "office": office,
        "name": _shortened(str(values["candidate_name"])),
        "born": values["birth_date"],
        "issued": values["issue_date"],
        "until": values.get("valid_until"),
        "employer": values.get("business_no"),
        "visa": values.get("visa_class"),
        "job": values.get("occupation_code"),
        "specimen": specimen or None,
    }
    said = {
        ISS: site,
        SUB: values["number"],
        IAT: int(signed_at.timestamp()),
        CTI: _token_bytes(token),
        LETTER: {name: value for name, value in body.items() if value is not None},
    }
    if until := body["until"]:
        last = datetime.combine(date.fromisoformat(str(until)), time(), SEOUL) + timedelta(days=1)
        said[EXP] = int(last.timestamp())
    return said


def write(
    said: Mapping[int, Any], *, key_id: str, certificate: x509.Certificate, sign: "Sign"
) -> str:
    """The text of a code. `sign` gives the raw signature (r and s) over the bytes it is given."""
    key = _Borrowed(certificate, key_id, sign)
    text = ""
    # A space is a digit, and one at the end is lost when people copy: each signature is another.
    for _attempt in range(20):
        token = COSE.new().encode_and_sign(
            cbor2.dumps(said, canonical=True),
            key,
            protected={_ALG: key.alg, _KID: bytes.fromhex(key_id)},
        )
        text = PREFIX + base45.b45encode(token).decode()
        if not text.endswith(" "):
            break
    return text


def looks_like_one(data: bytes) -> bool:
    return data[:64].lstrip().upper().startswith(PREFIX.encode())


def read(text: str) -> Code:
    """Raises NotACode for anything but a whole token with every claim of its type."""
    text = text.lstrip().rstrip("\r\n\t")
    if not text.startswith(PREFIX) or len(text) > LONGEST:
        raise NotACode("it does not begin as a code does")
    try:
        raw = base45.b45decode(text.removeprefix(PREFIX))
        protected, payload = _parts(raw)
        return _code(raw, protected, payload)
    except NotACode:
        raise
    except Exception as reason:  # noqa: BLE001 - whatever the libraries raise for hostile bytes
        raise NotACode(f"it cannot be read: {type(reason).__name__}") from None


def verify(code: Code, public_key: ec.EllipticCurvePublicKey) -> bool:
    """Whether this key signed it."""
    try:
        COSE.new().decode_with_headers(code.raw, cose_key(public_key, code.key_id))
    except Exception:  # noqa: BLE001 - damage is told in many ways
        return False
    return True


def cose_key(public_key: ec.EllipticCurvePublicKey, key_id: str) -> COSEKeyInterface:
    pem = public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return COSEKey.from_pem(pem, kid=bytes.fromhex(key_id))


Sign = Callable[[bytes], bytes]


class _Borrowed(COSEKeyInterface):
    """A key for signing whose private half another object, or a token of hardware, holds."""

    def __init__(self, certificate: x509.Certificate, key_id: str, sign: Sign) -> None:
        public_key = certificate.public_key()
        if not isinstance(public_key, ec.EllipticCurvePublicKey):
            raise TypeError("codes are signed with keys on a curve")
        algorithm, _curve = ALGORITHMS[public_key.curve.key_size]
        super().__init__({1: _EC2, 2: bytes.fromhex(key_id), 3: algorithm})
        self._sign = sign

    def sign(self, msg: bytes) -> bytes:
        return self._sign(msg)


def _parts(raw: bytes) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Header and claims of a COSE_Sign1 written in the one shortest way. Raises NotACode."""
    message = cbor2.loads(raw)
    if not isinstance(message, cbor2.CBORTag) or message.tag != _SIGN1:
        raise NotACode("it is no COSE_Sign1")
    protected, unprotected, payload, _signature = message.value
    header, said = cbor2.loads(protected), cbor2.loads(payload)
    # What no signature covers must be empty, and nothing may be written in a second way.
    if unprotected != {} or cbor2.dumps(message) != raw:
        raise NotACode("it is not written as a code is")
    if cbor2.dumps(said, canonical=True) != payload:
        raise NotACode("its claims are not in the shortest form")
    return header, said


def _code(raw: bytes, header: dict[Any, Any], said: dict[Any, Any]) -> Code:
    body = said[LETTER]
    known = all(isinstance(body[name], kind) for name, kind in _BODY.items() if name in body)
    if not known or not all(body.get(name) for name in _ALWAYS):
        raise NotACode("a claim is missing or of a wrong type")
    for name in ("born", "issued", "until"):
        if name in body:
            date.fromisoformat(body[name])
    if not (isinstance(said[ISS], str) and isinstance(said[SUB], str) and len(said[CTI]) == 16):
        raise NotACode("a claim is missing or of a wrong type")
    return Code(
        raw=raw,
        key_id=bytes(header[_KID]).hex(),
        site=said[ISS],
        number=said[SUB],
        token=base64.b32encode(said[CTI]).decode().rstrip("="),
        signed_at=datetime.fromtimestamp(said[IAT], UTC),
        letter=body,
    )


def _token_bytes(token: str) -> bytes:
    return base64.b32decode(token + "=" * (-len(token) % 8))


def _shortened(name: str) -> str:
    """A name of very many letters is cut, and says so; the letter has it whole."""
    if len(name.encode()) <= LONGEST_NAME:
        return name
    cut = name.encode()[: LONGEST_NAME - len("…".encode())].decode(errors="ignore")
    return cut.rstrip() + "…"
