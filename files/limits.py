"""How much a document may be. Each can be set in settings under the same name."""

from django.conf import settings

MEBIBYTE = 1024 * 1024


def max_bytes() -> int:
    """Bytes of one upload."""
    return getattr(settings, "FILES_MAX_BYTES", 20 * MEBIBYTE)


def max_pages() -> int:
    """Pages of one PDF."""
    return getattr(settings, "FILES_MAX_PAGES", 100)


def max_pixels() -> int:
    """Pixels of one picture: a page at 600 dpi has 35 million."""
    return getattr(settings, "FILES_MAX_PIXELS", 50_000_000)


def probe_seconds() -> int:
    """Wall-clock seconds a parser may take; its processor time is limited to the same."""
    return getattr(settings, "FILES_PROBE_SECONDS", 15)


def probe_memory() -> int:
    """Bytes of address space a parser may take."""
    return getattr(settings, "FILES_PROBE_MEMORY", 1024 * MEBIBYTE)
