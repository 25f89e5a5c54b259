"""Signing a finished PDF: PAdES B-B, a certification that forbids every later change.

The private key is a PKCS#12 file in `settings.KEYS_DIR/letters`, on the machine of the letter
worker only; the register (SigningKey) knows its public half.
"""

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from letters import keys
from letters.authority import password_of
from letters.errors import NoUsableKey
from letters.models import SigningKey

T = TypeVar("T")
FIELD = "ChucheonLetterSeal"
# Room for the signature. Given in advance, so that pyHanko need not sign twice to measure it.
RESERVED = 16384


def sign(pdf: bytes, *, key: SigningKey, reason: str) -> bytes:
    """Return the PDF with one invisible signature over the whole file.

    Takes about 30 ms. Raises NoUsableKey when the private half is not here or does not open.
    """
    signer = _signer_for(key)
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
        metadata, signer, new_field_spec=fields.SigFieldSpec(FIELD, on_page=0)
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    _outside_any_loop(lambda: pdf_signer.sign_pdf(writer, output=output, bytes_reserved=RESERVED))
    return output.getvalue()


def _signer_for(key: SigningKey) -> signers.SimpleSigner:
    path = keys.private_key_path(key)
    try:
        signer = _load(path, path.stat().st_mtime_ns)
    except (OSError, ValueError) as reason:
        raise NoUsableKey(f"The private half of key {key.key_id} is not usable: {reason}") from None
    certificate = signer.signing_cert
    if certificate is None or certificate.sha256.hex() != key.fingerprint:
        raise NoUsableKey(f"{path.name} is not the registered key {key.key_id}")
    return signer


@lru_cache(maxsize=8)
def _load(path: Path, changed_ns: int) -> signers.SimpleSigner:
    """Opening a PKCS#12 costs more than a signature, so an unchanged file is opened once."""
    signer = signers.SimpleSigner.load_pkcs12_data(
        path.read_bytes(), other_certs=[], passphrase=password_of(path)
    )
    if signer is None:
        raise ValueError(f"{path.name} holds no key that opens with its password")
    signer.embed_roots = False
    return signer


def _outside_any_loop(work: Callable[[], T]) -> T:
    """Run what calls asyncio.run, also when this thread already runs an event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return work()
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()
