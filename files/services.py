"""Taking, keeping and giving back files."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile

from files.models import StoredFile


def accept(*, upload: UploadedFile, actor: Any) -> StoredFile:
    """Take an upload. Raises Refused with a sentence for the person who sent it."""
    raise NotImplementedError


def put(*, data: bytes, name: str, content_type: str, actor: Any = None) -> StoredFile:
    """Keep a file this system made. Bytes first, then the row; never call it inside a lock."""
    raise NotImplementedError


def read(stored: StoredFile) -> bytes:
    """The plain bytes. Raises Damaged, or NotReadable when it may not be opened (T22)."""
    raise NotImplementedError
