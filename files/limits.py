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


def drawn_short_side() -> int:
    """Pixels of a drawn page's short side: an A4 sheet at 150 dpi has 1240."""
    return getattr(settings, "FILES_DRAWN_SHORT_SIDE", 1240)


def drawn_long_side() -> int:
    """The most pixels of a drawn page's long side, whatever its MediaBox says."""
    return getattr(settings, "FILES_DRAWN_LONG_SIDE", 3508)


def draw_seconds() -> int:
    """Wall-clock seconds one drawing process may take for the pages it was given."""
    return getattr(settings, "FILES_DRAW_SECONDS", 20)
