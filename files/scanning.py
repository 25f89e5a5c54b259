"""Virus scanners: a registry. No scanner is a state of its own, allowed in a demonstration only.

A scanner is `scan(data) -> ScanState.CLEAN or ScanState.INFECTED`; it raises ScannerDown when it
cannot say, and the file stays pending.
"""

from collections.abc import Callable

from django.conf import settings

from files.models import ScanState

Scanner = Callable[[bytes], str]


class ScannerDown(Exception):
    """The scanner gives no answer now."""


_scanners: list[Scanner] = []


def register(scanner: Scanner) -> None:
    """Add a scanner, in AppConfig.ready(); a file is clean when every one says so."""
    if scanner not in _scanners:
        _scanners.append(scanner)


def unregister(scanner: Scanner) -> None:
    """Take a scanner away again."""
    _scanners.remove(scanner)


def configured() -> bool:
    return bool(_scanners)


def first_state() -> str:
    """The state of a new upload, before anyone has looked."""
    if not _scanners and settings.DEMONSTRATION:
        return ScanState.NO_SCANNER
    return ScanState.PENDING


def verdict(data: bytes) -> str:
    """Ask every scanner. Raises ScannerDown."""
    if not _scanners:
        raise ScannerDown("No scanner is registered.")
    answers = {scanner(data) for scanner in _scanners}
    return ScanState.CLEAN if answers == {ScanState.CLEAN} else ScanState.INFECTED
