"""Sealing of identifiers and files (AES-256-GCM), and keyed digests to find them by.

Sealed bytes are `version(1) · length of key id(1) · key id · nonce(12) · ciphertext and tag`.
The header and `bind` are associated data: sealed bytes moved to another row, or given another
key id, do not open. Nonces are random, so a key must change before 2**32 seals.
"""

import hashlib
import hmac
import secrets
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit import keyring
from audit.errors import Unreadable

__all__ = ["Unreadable", "digest", "key_id", "normalised", "seal", "unseal"]

VERSION = 1
NONCE_BYTES = 12


def seal(plain: bytes, *, bind: str) -> bytes:
    """Encrypt with the current key. `bind` names the place the bytes belong to; not secret."""
    keys = keyring.data_keys()
    name = keys.current.encode()
    header = bytes([VERSION, len(name)]) + name
    nonce = secrets.token_bytes(NONCE_BYTES)
    return (
        header
        + nonce
        + AESGCM(keys.keys[keys.current]).encrypt(nonce, plain, header + bind.encode())
    )


def unseal(sealed: bytes, *, bind: str) -> bytes:
    """Decrypt with the key that sealed. Raises Unreadable."""
    header, name = _header(sealed)
    key = keyring.data_keys().keys.get(name)
    if key is None:
        # Another process may have been given a new key since this one read the ring.
        keyring.reload()
        key = keyring.data_keys().keys.get(name)
    if key is None:
        raise Unreadable(f"There is no data key {name}.")
    start = len(header) + NONCE_BYTES
    try:
        return AESGCM(key).decrypt(
            sealed[len(header) : start], sealed[start:], header + bind.encode()
        )
    except (InvalidTag, ValueError):
        raise Unreadable("The bytes were altered, or belong elsewhere.") from None


def key_id(sealed: bytes) -> str:
    """Return the id of the key that sealed these bytes. Raises Unreadable."""
    return _header(sealed)[1]


def digest(value: str, *, purpose: str) -> str:
    """Keyed HMAC-SHA-256 as hex: equal values of one purpose meet, nobody else can recompute it.

    Give it the `normalised` form of a number that people write in several ways.
    """
    message = f"{purpose}\x00{value}".encode()
    return hmac.new(keyring.data_keys().index, message, hashlib.sha256).hexdigest()


def normalised(number: str) -> str:
    """One form for a passport or registration number: compatible width, upper case, no marks."""
    text = unicodedata.normalize("NFKC", number).upper()
    return "".join(character for character in text if character.isalnum())


def _header(sealed: bytes) -> tuple[bytes, str]:
    if len(sealed) < 2 or sealed[0] != VERSION:
        raise Unreadable("These are not sealed bytes.")
    end = 2 + sealed[1]
    try:
        return sealed[:end], sealed[2:end].decode()
    except UnicodeDecodeError:
        raise Unreadable("These are not sealed bytes.") from None
