"""A copy of the signed revocation list (letters.signed_list), checked and asked without a database.

It is believed for a letter when somebody whom the reader trusts has signed it, when it says that
it covers the key of that letter, and when it is younger than the letter. A list that a specimen key
signed says nothing of a letter with legal effect. One whose next update is overdue still tells what
was revoked, and no more what was not.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from django.utils import timezone

from letters import authority, signature
from letters.errors import NoTrust

# The same words as letters.signed_list, which needs a database and keys.
SCHEMA = "chucheon-signed-revocations/1"
LARGEST = 50 * 1024 * 1024
_HASHES: dict[str, tuple[hashes.HashAlgorithm, int]] = {
    "ES256": (hashes.SHA256(), 256),
    "ES384": (hashes.SHA384(), 384),
}
# What a list may say of a letter that it names.
ENDS = {"revoked", "superseded", "void"}


@dataclass(frozen=True)
class Answer:
    """What the list says of one letter. `word` is "" where it says nothing that counts, and `why`
    then says why not; "valid" where it would name the letter if it had ended."""

    word: str
    why: str = ""
    successor: str = ""
    ended_at: str = ""


@dataclass(frozen=True)
class RevocationList:
    """A list whose signature somebody vouches for; `binding` when that is no specimen key."""

    issued_at: datetime
    next_update: datetime
    covers: frozenset[str]
    letters: dict[str, dict[str, Any]]
    binding: bool

    def say(
        self, *, number: str, sha256: str, key_id: str, signed_at: datetime | None, specimen: bool
    ) -> Answer:
        if not specimen and not self.binding:
            return Answer("", "only a specimen key has signed the revocation list")
        if key_id not in self.covers:
            return Answer("", "the revocation list does not cover the key of this letter")
        row = self.letters.get(number)
        if row is None and sha256:
            row = next((one for one in self.letters.values() if sha256 in one["sha256"]), None)
        if row is not None:
            return Answer(row["status"], "", row["successor"], row["ended_at"] or "")
        if signed_at is None or signed_at > self.issued_at:
            return Answer("", "the revocation list is older than this letter")
        if timezone.now() > self.next_update:
            day = self.next_update.isoformat()
            return Answer("", f"the revocation list should have been renewed by {day}")
        return Answer("valid")


def read(data: bytes, roots: Iterable[x509.Certificate]) -> RevocationList:
    """Raises NoTrust for what is no list of ours, or one that none of these roots vouches for."""
    if len(data) > LARGEST:
        raise NoTrust("The revocation list is too large.")
    try:
        document = json.loads(data)
        payload = document["payload"]
        said = json.loads(_decoded(payload))
        signers = list(_signers(document["signatures"], payload))
        issued_at = _issued_at(said)
        found = {
            "issued_at": issued_at,
            "next_update": _moment(said["next_update"]),
            "covers": frozenset(map(str, said["keys"])),
            "letters": {str(row["number"]): _row(row) for row in said["letters"]},
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NoTrust("The file is no signed revocation list.") from None
    roots = list(roots)
    believed = [leaf for leaf, chain in signers if _vouched(leaf, chain, issued_at, roots)]
    if not believed:
        raise NoTrust("Nobody who is trusted here has signed the revocation list.")
    return RevocationList(binding=not all(map(authority.is_specimen, believed)), **found)


def _signers(
    signatures: list[dict[str, str]], payload: str
) -> Iterator[tuple[x509.Certificate, list[x509.Certificate]]]:
    """Whose signatures hold, with the certificates above them."""
    for one in signatures:
        header = json.loads(_decoded(one["protected"]))
        algorithm, size = _HASHES[header["alg"]]
        leaf, *chain = [
            x509.load_der_x509_certificate(base64.b64decode(der)) for der in header["x5c"]
        ]
        public, raw = leaf.public_key(), _decoded(one["signature"])
        if not isinstance(public, ec.EllipticCurvePublicKey) or public.curve.key_size != size:
            continue
        if len(raw) != 2 * (size // 8):
            continue
        half = len(raw) // 2
        der = utils.encode_dss_signature(
            int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
        )
        try:
            signed = f"{one['protected']}.{payload}".encode("ascii")
            public.verify(der, signed, ec.ECDSA(algorithm))
        except InvalidSignature:
            continue
        yield leaf, chain


def _vouched(
    leaf: x509.Certificate,
    chain: list[x509.Certificate],
    issued_at: datetime,
    roots: list[x509.Certificate],
) -> bool:
    """As for a letter; the root itself is in the chain here, and proves nothing."""
    above = tuple(each for each in chain if each not in roots)
    claimed = signature.Signature(
        covers_all=True, intact=True, signer=leaf, others=above, signed_at=issued_at
    )
    return leaf in roots or signature.trusted_root(claimed, roots) is not None


def _row(row: dict[str, Any]) -> dict[str, Any]:
    if row["status"] not in ENDS:
        raise ValueError(row["status"])
    return {name: row[name] for name in ("status", "successor", "ended_at", "sha256")}


def _issued_at(said: dict[str, Any]) -> datetime:
    if said["schema"] != SCHEMA:
        raise ValueError(said["schema"])
    return _moment(said["issued_at"])


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
