"""Taking, keeping and giving back files."""

import contextlib
import hashlib
import logging
import os
import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import crypto
from files import limits, scanning
from files.errors import Damaged, NotReadable, Refused
from files.inspection import inspect, too_big
from files.models import ScanState, StoredFile
from files.naming import safe_name
from files.selectors import readable
from notifications import outbox

log = logging.getLogger(__name__)

__all__ = [
    "accept",
    "begin_rendering",
    "destroy",
    "put",
    "read",
    "read_for_scan",
    "scan",
    "scan_pending",
]

# Handled by files.rendering.
TOPIC_RENDER = "files.render"


def accept(*, upload: UploadedFile, actor: Any) -> StoredFile:
    """Take an upload: PDF, PNG or JPEG by its content, within the limits, sealed at rest.

    Parsing happens in a limited process and takes about a tenth of a second: never call this
    inside a transaction that holds a lock. Raises Refused with a sentence for the person.
    """
    if upload.size is not None and upload.size > limits.max_bytes():
        raise too_big()
    upload.seek(0)
    data = upload.read(limits.max_bytes() + 1)
    name = upload.name or ""
    found = inspect(data, name=name)
    return _store(
        data=data,
        name=safe_name(name, content_type=found.content_type),
        content_type=found.content_type,
        pages=found.pages,
        scan_state=scanning.first_state(),
        actor=actor,
    )


def begin_rendering(stored: StoredFile) -> None:
    """Leave word, in the caller's transaction, that an upload's pages are to be drawn, once it may
    be opened. What this system made itself is not drawn."""
    if stored.scan_state != ScanState.MADE_HERE and readable(stored):
        file = str(stored.public_id)
        outbox.enqueue(topic=TOPIC_RENDER, key=file, payload={"file": file})


def put(
    *, data: bytes, name: str, content_type: str, actor: Any = None, pages: int | None = None
) -> StoredFile:
    """Keep bytes this system made itself (letters, page images); uploads go through `accept`.

    The sealed bytes are on the disk before the row is written, and outside any lock: call it
    before the transaction that needs the row. A row that is rolled back leaves an orphan for
    `manage.py files orphans`.
    """
    if not data:
        raise Refused(_("빈 파일입니다."), "empty")
    return _store(
        data=data,
        name=safe_name(name, content_type=content_type),
        content_type=content_type,
        pages=pages,
        scan_state=ScanState.MADE_HERE,
        actor=actor,
    )


def read(stored: StoredFile) -> bytes:
    """The plain bytes, checked against their SHA-256.

    Raises NotReadable unless the file may be opened (T22), and Damaged.
    """
    if not readable(stored):
        raise NotReadable(
            _("악성코드가 발견되어 열 수 없는 파일입니다.")
            if stored.scan_state == ScanState.INFECTED
            else _("바이러스 검사가 끝나지 않아 아직 열 수 없는 파일입니다.")
        )
    return _plain(stored)


def read_for_scan(stored: StoredFile) -> bytes:
    """The plain bytes whatever the scan state: for a scanner, and for nobody else."""
    return _plain(stored)


def scan(stored: StoredFile) -> str:
    """Ask the scanners about a file and keep their answer; return the state it has now.

    Raises scanning.ScannerDown and Damaged.
    """
    state = scanning.verdict(_plain(stored))
    with transaction.atomic():
        StoredFile.objects.filter(pk=stored.pk).update(scan_state=state, scanned_at=timezone.now())
        stored.refresh_from_db(fields=["scan_state", "scanned_at"])
        begin_rendering(stored)
    return state


def scan_pending(*, limit: int = 50) -> int:
    """Scan files that wait, oldest first; return how many got an answer."""
    if not scanning.configured():
        return 0
    answered = 0
    for stored in StoredFile.objects.filter(scan_state=ScanState.PENDING).order_by("id")[:limit]:
        try:
            scan(stored)
        except scanning.ScannerDown:
            break
        except Damaged:
            log.exception("File %s cannot be read back", stored.public_id)
            continue
        answered += 1
    return answered


def destroy(stored: StoredFile) -> None:
    """Remove the row now, with the pictures of its pages, and the bytes once the caller's
    transaction has committed."""
    with transaction.atomic():
        images = list(StoredFile.objects.filter(page_image__source=stored))
        stored.page_images.all().delete()
        for gone in (*images, stored):
            _forget(gone)


def _forget(stored: StoredFile) -> None:
    path = stored.path
    stored.delete()
    transaction.on_commit(lambda: storage().delete(path), robust=True)


def storage() -> Storage:
    """Where sealed bytes lie."""
    return storages["sealed"]


def _store(
    *,
    data: bytes,
    name: str,
    content_type: str,
    pages: int | None,
    scan_state: str,
    actor: Any,
) -> StoredFile:
    public_id = uuid.uuid4()
    sealed = crypto.seal(data, bind=_bind(public_id))
    path = storage().save(f"{public_id.hex[:2]}/{public_id}", ContentFile(sealed))
    _flush_to_disk(path)
    with transaction.atomic():
        stored = StoredFile.objects.create(
            public_id=public_id,
            name=name,
            content_type=content_type,
            size=len(data),
            pages=pages,
            sha256=hashlib.sha256(data).hexdigest(),
            scan_state=scan_state,
            path=path,
            key_id=crypto.key_id(sealed),
            created_by_id=getattr(actor, "pk", None),
        )
        begin_rendering(stored)
    return stored


def _plain(stored: StoredFile) -> bytes:
    try:
        with storage().open(stored.path) as file:
            data = crypto.unseal(file.read(), bind=_bind(stored.public_id))
    except (OSError, crypto.Unreadable):
        raise Damaged from None
    if hashlib.sha256(data).hexdigest() != stored.sha256:
        raise Damaged
    return data


def _bind(public_id: uuid.UUID) -> str:
    return f"files.StoredFile:{public_id}"


def _flush_to_disk(path: str) -> None:
    """A committed row must not outlive its bytes in a power failure. Local storage only."""
    with contextlib.suppress(NotImplementedError):
        place = storage().path(path)
        for name in (place, os.path.dirname(place)):  # noqa: PTH120 - the storage speaks strings
            handle = os.open(name, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
