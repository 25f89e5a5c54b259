"""The revocation list, signed: for whoever keeps a copy and checks letters without a connection.

A JWS (RFC 7515) in its general JSON form. The payload names the site, when it was issued, when the
next one comes at the latest, the keys whose letters it covers, and every number that counts no
more. Each office's production key in force signs it, and the specimen key; the private halves are
with the letter worker only, so it is made there: at each end of a letter, and on a schedule. The
page and the plain JSON list (letters.revoked) do not wait for it.
"""

import base64
import json
import logging
from datetime import timedelta
from typing import Any
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from letters import revoked
from letters.errors import NoUsableKey
from letters.freezing import QUEUE
from letters.models import NOTICES, Letter, LetterFile, LetterState, SignedList, SigningKey
from letters.private_keys import PrivateKey, Unusable
from letters.signing import private_half
from notifications import outbox
from notifications.models import OutboxRow
from notifications.outbox import Lease, Retry

log = logging.getLogger(__name__)

TOPIC = "letters.sign_list"
SCHEMA = "chucheon-signed-revocations/1"
TYPE = "chucheon-revocations+jws"
ALGORITHMS = {256: "ES256", 384: "ES384"}


def leave_word(key: str) -> None:
    """Have the list signed anew after the caller's transaction; once for each `key`."""
    outbox.enqueue(topic=TOPIC, key=key, payload={}, queue=QUEUE)


@transaction.atomic
def keep_fresh() -> bool:
    """Have it signed anew when half of its time is over, or when it lacks the signature of a key
    that is in force; True when it was asked for. What is asked for already is not asked again."""
    if OutboxRow.objects.filter(topic=TOPIC, done_at=None).exists():
        return False
    newest = SignedList.objects.first()
    moment = timezone.now()
    if newest is not None:
        half = newest.issued_at + (newest.next_update - newest.issued_at) / 2
        wanted = {key.key_id for key in signers()}
        if moment < half and wanted <= set(newest.signed_by):
            return False
    leave_word(str(uuid4()))
    return True


def handle(_lease: Lease) -> None:
    """Outbox handler, in the letter worker. Raises Retry when no key can sign."""
    issued_at = timezone.now()
    rows = _rows()
    payload = _encoded(_payload(rows, issued_at).encode())
    signatures, missing = [], []
    for key in signers():
        try:
            signatures.append(_sign(payload, key, private_half(key)))
        except (NoUsableKey, Unusable) as reason:
            log.warning("The revocation list lacks the signature of %s: %s", key.key_id, reason)
            missing.append(key.key_id)
    if not signatures:
        raise Retry(why=f"no key can sign the revocation list: {', '.join(missing) or 'none'}")
    document = {"payload": payload, "signatures": [said for _key_id, said in signatures]}
    with transaction.atomic():
        SignedList.objects.create(
            document=json.dumps(document),
            issued_at=issued_at,
            next_update=issued_at + timedelta(hours=settings.LETTERS_LIST_HOURS),
            count=len(rows),
            signed_by=[key_id for key_id, _said in signatures],
            missing=missing,
        )
        newest = SignedList.objects.first()
        if newest is not None:
            SignedList.objects.exclude(pk=newest.pk).filter(
                issued_at__lte=newest.issued_at
            ).delete()


def signers() -> list[SigningKey]:
    """The key with which each office's letters would be signed now, and the specimens' key."""
    usable = SigningKey.objects.filter(retired_at=None, not_after__gt=timezone.now())
    found: dict[int | None, SigningKey] = {}
    for key in usable.order_by("-registered_at", "-pk"):
        found.setdefault(key.office_id, key)
    return list(found.values())


def _rows() -> list[dict[str, Any]]:
    """Those of the public list, and numbers that were given up after their file had been made."""
    rows = revoked.rows()
    made = LetterFile.objects.filter(letter__state=LetterState.VOID).exclude(
        letter__kind__in=NOTICES
    )
    unseen = Letter.objects.filter(pk__in=made.values("letter")).order_by("-voided_at", "-pk")
    return rows + [
        {
            "number": letter.number,
            "status": letter.state,
            "ended_at": letter.voided_at.isoformat(timespec="seconds") if letter.voided_at else "",
            "successor": "",
            "specimen": letter.specimen,
            "sha256": [file.sha256 for file in letter.files.order_by("revision")],
        }
        for letter in unseen
    ]


def _payload(rows: list[dict[str, Any]], issued_at: Any) -> str:
    until = issued_at + timedelta(hours=settings.LETTERS_LIST_HOURS)
    said = {
        "schema": SCHEMA,
        "site": settings.SITE_URL,
        "issued_at": issued_at.isoformat(timespec="seconds"),
        "next_update": until.isoformat(timespec="seconds"),
        "keys": sorted(SigningKey.objects.values_list("key_id", flat=True)),
        "letters": rows,
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _sign(payload: str, key: SigningKey, private: PrivateKey) -> tuple[str, dict[str, str]]:
    size = private.certificate.public_key().key_size  # type: ignore[union-attr]
    header = {
        "alg": ALGORITHMS[size],
        "typ": TYPE,
        "kid": key.key_id,
        "x5c": [_der(each) for each in (private.certificate, *private.chain)],
    }
    protected = _encoded(json.dumps(header, separators=(",", ":")).encode())
    signature = private.sign(f"{protected}.{payload}".encode("ascii"))
    return key.key_id, {"protected": protected, "signature": _encoded(signature)}


def _der(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
