"""Secrets come from the environment, or from files outside the data directory.

A demonstration makes its own on first use; production never does: a key that appears by
itself would make everything encrypted with the lost one unreadable.
"""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def text_secret(name: str, *, folder: Path, may_create: bool, length: int = 50) -> str:
    """Return the secret from `$NAME`, else from `folder/name`, else make it where allowed.

    Raises ImproperlyConfigured, with the variable's name, when it is missing in production.
    """
    if value := os.environ.get(name.upper()):
        return value
    path = folder / name.lower()
    if path.exists():
        return path.read_text("utf-8").strip()
    if not may_create:
        raise ImproperlyConfigured(f"Set {name.upper()}, or put it in {path}.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written beside and linked into place: whoever starts at the same moment sees it whole.
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(length))
    try:
        os.link(beside, path)
    except FileExistsError:  # another process was first: its value is the one
        pass
    finally:
        beside.unlink()
    return path.read_text("utf-8").strip()
