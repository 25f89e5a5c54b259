"""Proof of when a letter was signed, added after its issue: PAdES B-T, then B-LTA.

Where `settings.LETTER_TIMESTAMP_URL` names a server (RFC 3161), the letter worker asks it for a
stamp over the finished file, adds what is needed to check the signatures when their makers are
gone, and has all of it stamped once more. The file grows by a revision; the letter is not touched,
was visible before, and stays as it is when the server does not answer.
"""

import hashlib
import io
import logging
import urllib.error
import urllib.request
from pathlib import Path
from uuid import UUID

from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.db import transaction
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
from pyhanko.sign.validation import add_validation_info
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError

from audit import services as audit
from files import services as files
from files.errors import FilesError
from files.models import StoredFile
from letters import keys, later_revisions, signature
from letters.errors import NotStamped, WrongBytes
from letters.later_revisions import Stamp
from letters.models import Letter, LetterFile, TimestampCertificate
from letters.signing import outside_any_loop
from notifications.outbox import Lease, Retry
from programs.calendar import now

log = logging.getLogger(__name__)

# Of the authority that the server's certificate must lead to: PEM, in the key folder.
AUTHORITY = "timestamp-authority.pem"
FIELDS = ("ChucheonTime1", "ChucheonTime2")
_SECONDS, _LARGEST = 20, 64 * 1024


def handle(lease: Lease) -> None:
    """The outbox's handler for `letters.timestamp`. Idempotent; raises Retry for what may pass."""
    letter = Letter.objects.get(public_id=UUID(lease.payload["letter"]))
    file = letter.current_file()
    if file is None or file.stored is None or file.proved_at is not None:
        return
    try:
        grown, stamp = add(_whole(file.stored, file.sha256), authority=_authority())
        lease.renew()
        stored = files.put(
            data=grown, name=f"{letter.number}.pdf", content_type="application/pdf", actor=None
        )
        _whole(stored, hashlib.sha256(grown).hexdigest())
    except (NotStamped, WrongBytes, FilesError) as reason:
        log.warning("Letter %s is not time-stamped: %s", letter.public_id, reason)
        raise Retry(why=f"{type(reason).__name__}: {reason}") from reason
    _register(file, stored, grown, stamp, lease)
    keys.note_stampers()


def _whole(stored: StoredFile, sha256: str) -> bytes:
    data = files.read(stored)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise WrongBytes("storage gave back other bytes than were written")
    return data


def add(sealed: bytes, *, authority: list[x509.Certificate]) -> tuple[bytes, Stamp]:
    """The letter with proof of time appended, and the last stamp, for three requests.

    Raises NotStamped, also when this installation could not verify the result as it must.
    """
    stamper = _Server(settings.LETTER_TIMESTAMP_URL)
    roots = [*keys.trusted_roots(), *authority]
    try:
        grown = outside_any_loop(lambda: _grown(sealed, stamper, roots))
    except (
        TimestampRequestError,
        SigningError,
        SignatureValidationError,
        PathError,
        PdfError,
        ValueError,
    ) as reason:
        raise NotStamped(f"{type(reason).__name__}: {reason}") from None
    stamp = later_revisions.last_stamp(grown)
    (seal, *_stamps) = signature.signatures_in(grown)
    if stamp is None:
        raise NotStamped("the server's stamps are not of the form that can be checked to the byte")
    if later_revisions.proved_at(grown, seal, stamp.certificates) is None:
        raise NotStamped("the file with the stamps is not what it should be")
    return grown, stamp


def _grown(sealed: bytes, stamper: TimeStamper, roots: list[x509.Certificate]) -> bytes:
    def context() -> ValidationContext:
        # What certificates say of their own revocation is fetched and kept, if they say it.
        return ValidationContext(
            trust_roots=[_asn1(root) for root in roots],
            allow_fetching=True,
            revocation_mode="soft-fail",
        )

    first = _stamped(sealed, stamper, FIELDS[0], context())
    with_proofs = io.BytesIO()
    (seal,) = PdfFileReader(io.BytesIO(first)).embedded_regular_signatures
    add_validation_info(seal, context(), output=with_proofs)
    return _stamped(with_proofs.getvalue(), stamper, FIELDS[1], None)


def _stamped(
    pdf: bytes, stamper: TimeStamper, field: str, context: ValidationContext | None
) -> bytes:
    """With a context the server's certificate is checked, and the proofs are kept in the file."""
    output = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    PdfTimeStamper(stamper, field_name=field).timestamp_pdf(
        writer, "sha256", validation_context=context, output=output
    )
    return output.getvalue()


class _Server(TimeStamper):
    """RFC 3161 over HTTP."""

    def __init__(self, url: str) -> None:
        super().__init__(include_nonce=True)
        self.url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        request = urllib.request.Request(  # noqa: S310 - the operator's own setting
            self.url, data=req.dump(), headers={"Content-Type": "application/timestamp-query"}
        )
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as response:  # noqa: S310
                if response.headers.get_content_type() != "application/timestamp-reply":
                    raise TimestampRequestError("the server's answer is no time stamp")
                return tsp.TimeStampResp.load(response.read(_LARGEST))
        except (OSError, urllib.error.URLError, ValueError) as reason:
            raise TimestampRequestError(f"the server does not answer: {reason}") from None


def _authority() -> list[x509.Certificate]:
    path = Path(keys.folder()) / AUTHORITY
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as reason:
        raise NotStamped(f"{AUTHORITY} in the key folder cannot be read: {reason}") from None


@transaction.atomic(durable=True)
def _register(
    file: LetterFile, stored: StoredFile, grown: bytes, stamp: Stamp, lease: Lease
) -> None:
    """Write the revision down, and who stamped it: verifying looks there."""
    letter = Letter.objects.select_for_update(no_key=True, of=("self",)).get(pk=file.letter_id)
    lease.confirm()
    if letter.current_file() != file:
        raise Retry(why="another file of the letter was registered meanwhile")
    for certificate in stamp.certificates:
        TimestampCertificate.objects.get_or_create(
            fingerprint=signature.fingerprint(certificate),
            defaults={
                "certificate": certificate.public_bytes(Encoding.PEM).decode(),
                "first_used_at": now(),
            },
        )
    registered = LetterFile.objects.create(
        letter=letter,
        revision=file.revision + 1,
        stored=stored,
        sha256=hashlib.sha256(grown).hexdigest(),
        size=len(grown),
        key=file.key,
        made_at=now(),
        proved_at=stamp.moment,
    )
    audit.record(
        name="letter.timestamped",
        subject_type="letter",
        subject_id=letter.public_id,
        data={"file": registered.sha256, "revision": registered.revision},
    )


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
