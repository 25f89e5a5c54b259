"""Keys: from the environment, or from files outside the data directory.

Two rings, each a JSON object of base64 strings:

    CHUCHEON_DATA_KEYS or KEYS_DIR/data_keys.json
        {"current": "k1", "keys": {"k1": "<32 bytes>"}, "index": "<32 bytes>"}
    CHUCHEON_HEAD_KEYS or KEYS_DIR/head_keys.json
        {"current": "h1", "keys": {"h1": "<Ed25519 seed>"}, "public": {"h0": "<public key>"}}

A new data key is added under `keys` and named `current`; old ones stay, to read what they sealed.
An old head key may be reduced to its public half. A demonstration makes both on first use;
production never does: keys that appear by themselves would make everything sealed with the lost
ones unreadable.
"""

import base64
import binascii
import json
import os
import secrets
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from audit.errors import KeysMissing

KEY_BYTES = 32


@dataclass(frozen=True)
class DataKeys:
    """AES-256 keys by id; `current` seals, any opens. `index` is for keyed digests alone."""

    current: str
    keys: dict[str, bytes]
    index: bytes


@dataclass(frozen=True)
class HeadKeys:
    """The key that signs the chain's head, and the public keys it may be checked with."""

    current: str
    private: Ed25519PrivateKey
    public: dict[str, Ed25519PublicKey]


@cache
def data_keys() -> DataKeys:
    """Raises KeysMissing, or ValueError when the ring is not well formed."""
    ring = _ring("data_keys", _new_data_keys)
    keys = {key_id: _bytes(value, "keys") for key_id, value in ring.get("keys", {}).items()}
    if any(not 0 < len(key_id.encode()) < 64 for key_id in keys):
        raise ValueError("A data key's id is 1 to 63 bytes long.")
    index = _bytes(ring.get("index", ""), "index")
    if ring.get("current") not in keys:
        raise ValueError("`current` names none of the data keys.")
    if index in keys.values():
        raise ValueError("The index has a key of its own.")
    return DataKeys(ring["current"], keys, index)


@cache
def head_keys() -> HeadKeys:
    """Raises KeysMissing, or ValueError when the ring is not well formed."""
    ring = _ring("head_keys", _new_head_keys)
    private = {
        key_id: Ed25519PrivateKey.from_private_bytes(_bytes(value, "keys"))
        for key_id, value in ring.get("keys", {}).items()
    }
    public = {
        key_id: Ed25519PublicKey.from_public_bytes(_bytes(value, "public"))
        for key_id, value in ring.get("public", {}).items()
    }
    if ring.get("current") not in private:
        raise ValueError("`current` names none of the head keys.")
    public |= {key_id: key.public_key() for key_id, key in private.items()}
    return HeadKeys(ring["current"], private[ring["current"]], public)


def reload() -> None:
    """Forget what was read: keys were added, or settings changed."""
    data_keys.cache_clear()
    head_keys.cache_clear()


def _ring(name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    variable = f"CHUCHEON_{name.upper()}"
    if text := os.environ.get(variable):
        return _parse(text, variable)
    path = settings.KEYS_DIR / f"{name}.json"
    if not path.exists():
        if not settings.DEMONSTRATION:
            raise KeysMissing(f"Set {variable}, or put the keys in {path}.")
        _create(path, json.dumps(make(), indent=1))
    return _parse(path.read_text("utf-8"), str(path))


def _parse(text: str, where: str) -> dict[str, Any]:
    try:
        ring = json.loads(text)
    except json.JSONDecodeError as problem:
        raise ValueError(f"{where} is not JSON: {problem}") from None
    if not isinstance(ring, dict) or not isinstance(ring.get("keys"), dict):
        raise ValueError(  # noqa: TRY004 - a value somebody configured, not an argument
            f'{where} is not of the form {{"current": …, "keys": {{…}}}}.'
        )
    return ring


def _create(path: Path, text: str) -> None:
    """Make the file whole or not at all; whoever is first wins, and nobody reads half of it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
    finally:
        Path(draft).unlink()


def _bytes(value: str, where: str) -> bytes:
    try:
        raw = base64.b64decode(value, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raw = b""
    if len(raw) != KEY_BYTES:
        raise ValueError(f"Every key under `{where}` is {KEY_BYTES} bytes in base64.")
    return raw


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _new_data_keys() -> dict[str, Any]:
    key_id = f"d{secrets.token_hex(4)}"
    return {"current": key_id, "keys": {key_id: _random_key()}, "index": _random_key()}


def _new_head_keys() -> dict[str, Any]:
    key_id = f"h{secrets.token_hex(4)}"
    return {"current": key_id, "keys": {key_id: _random_key()}, "public": {}}
