"""A private key that never leaves its token: PKCS#11. Only the letter worker imports this."""

import threading
import tomllib
from pathlib import Path
from typing import Any

import pkcs11
from cryptography.hazmat.primitives import hashes

from letters.private_keys import Unusable


class Token:
    """A key in a token, with a session that is opened again after the token was away.

    One signature at a time: a session belongs to one caller. The library is loaded once in a
    process and keeps what it knew of its slots, so an absent token is looked for anew each time.
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
        self._lock = threading.Lock()
        self._session: Any = None
        self._key: Any = None

    def sign(self, digest: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
        """Two attempts: the first may find a session that died with its token."""
        with self._lock:
            for last in (self._key is None, True):
                try:
                    return bytes(self._found().sign(digest, mechanism=pkcs11.Mechanism.ECDSA))
                except (pkcs11.PKCS11Error, RuntimeError, OSError) as reason:
                    self._forget()
                    if last:
                        raise Unusable(
                            f"token {self._token!r}: {type(reason).__name__} {reason}".strip()
                        ) from None
        raise AssertionError  # the second attempt returned or raised

    def _found(self) -> Any:
        if self._key is None:
            library = pkcs11.lib(self._module)
            token = library.get_token(token_label=self._token)
            self._session = token.open(user_pin=self._pin)
            self._key = self._session.get_key(
                object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=self._label
            )
        return self._key

    def _forget(self) -> None:
        session, self._session, self._key = self._session, None, None
        if session is not None:
            try:
                session.close()
            except pkcs11.PKCS11Error:
                pass  # it died with its token
