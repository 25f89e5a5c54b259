"""A private key that never leaves its token: PKCS#11. Only the letter worker imports this."""

import threading
import tomllib
from pathlib import Path
from typing import Any

import pkcs11
from cryptography.hazmat.primitives import hashes

from letters.private_keys import Unusable

# What the library raises for a token that is absent, locked or broken, or a module that is.
_FAILURES = (pkcs11.PKCS11Error, RuntimeError, OSError)
_one_at_a_time = threading.Lock()
# A token locks itself after some wrong PINs, and the worker tries again for days.
_refused: set[tuple[str, str, str]] = set()


class Token:
    """A key in a token, found anew after the token was away.

    One signature at a time: a session belongs to one caller. A library is loaded once in a process
    and may keep what it knew of its slots, so after a failure it is started again; other tokens of
    the same library lose their sessions by that and find them again in the same way.
    """

    def __init__(self, path: Path, pin: str) -> None:
        said = tomllib.loads(path.read_text("utf-8"))
        try:
            self._module, self._token, self._label = (
                str(said[name]) for name in ("module", "token", "key")
            )
        except KeyError as missing:
            raise Unusable(f"{path.name} lacks {missing}") from None
        self._pin = pin
        self._access = (self._module, self._token, pin)
        self._key: Any = None

    def sign(self, digest: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
        """Tries twice: what was known of the token may be out of date. Raises Unusable."""
        with _one_at_a_time:
            if self._access in _refused:
                raise Unusable(f"token {self._token!r}: its PIN was refused; not tried again")
            try:
                return self._sign(digest)
            except pkcs11.PinIncorrect as wrong:
                raise self._unusable(wrong) from None
            except _FAILURES:
                self._key = None
            try:
                pkcs11.lib(self._module).reinitialize()
                return self._sign(digest)
            except _FAILURES as reason:
                self._key = None
                raise self._unusable(reason) from None

    def _unusable(self, reason: Exception) -> Unusable:
        if isinstance(reason, pkcs11.PinIncorrect):
            _refused.add(self._access)
        return Unusable(f"token {self._token!r}: {type(reason).__name__} {reason}".strip())

    def _sign(self, digest: bytes) -> bytes:
        if self._key is None:
            session = (
                pkcs11.lib(self._module).get_token(token_label=self._token).open(user_pin=self._pin)
            )
            self._key = session.get_key(
                object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=self._label
            )
        return bytes(self._key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))
