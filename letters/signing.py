"""Signing a letter: its PDF (PAdES B-B, a certification that forbids every later change) and its
code, with one key.

The private half is a PKCS#12 file or a hardware token, on the machine of the letter worker only
(letters.private_keys); the register (SigningKey) knows its public half.
"""

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from cryptography import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from letters import keys, private_keys
from letters.errors import NoUsableKey
from letters.models import SigningKey
from letters.private_keys import PrivateKey

T = TypeVar("T")
FIELD = "ChucheonLetterSeal"
# Room for the signature. Given in advance, so that pyHanko need not sign twice to measure it.
RESERVED = 16384


def private_half(key: SigningKey) -> PrivateKey:
    """Raises NoUsableKey when the private half is not here or does not open."""
    certificate = x509.load_pem_x509_certificate(key.certificate.encode())
    chain = x509.load_pem_x509_certificates(key.chain.encode())
    try:
        return private_keys.load(keys.private_key_stem(key), certificate, chain)
    except private_keys.Unusable as reason:
        raise NoUsableKey(f"The private half of key {key.key_id} is not usable: {reason}") from None


def sign(pdf: bytes, *, key: PrivateKey, reason: str) -> bytes:
    """Return the PDF with one invisible signature over the whole file.

    Takes about 30 ms. Raises NoUsableKey when a token has gone.
    """
    output = io.BytesIO()
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason,
    )
    pdf_signer = signers.PdfSigner(
        metadata, key.for_pdf(), new_field_spec=fields.SigFieldSpec(FIELD, on_page=0)
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    try:
        outside_any_loop(
            lambda: pdf_signer.sign_pdf(writer, output=output, bytes_reserved=RESERVED)
        )
    except private_keys.Unusable as gone:
        raise NoUsableKey(str(gone)) from None
    return output.getvalue()


def outside_any_loop(work: Callable[[], T]) -> T:
    """Run what calls asyncio.run, also when this thread already runs an event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return work()
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()
