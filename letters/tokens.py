"""The token in a letter's QR code: 128 random bits in base32, so that the code stays coarse."""

import base64
import re
import secrets

_SHAPE = re.compile(r"[A-Z2-7]{26}")


def new_token() -> str:
    """26 characters, upper case: a QR code of capitals and digits needs fewer modules."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=")


def read_token(typed: str) -> str | None:
    """Return the token in its stored form, whatever the case, or None if it cannot be one."""
    token = typed.strip().upper()
    return token if _SHAPE.fullmatch(token) else None
