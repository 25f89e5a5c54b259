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
    value = secrets.token_urlsafe(length)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(value)
    except FileExistsError:  # another process was first: its value is the one
        return path.read_text("utf-8").strip()
    return value
