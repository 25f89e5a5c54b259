"""Letter designs: folders in `letters/designs/`, frozen into the database when published.

A design is `letter.html` and `letter.css`. `frame.html` and `frame.css` put page and numbering
around every one; `verification.html` goes where the design says `<!-- verification -->` and ends
at the foot of that page. What a letter uses is the TemplateVersion it was reserved with, so
editing a file (or publishing a newer version) changes no letter that has its number.
"""

import hashlib
import re
from pathlib import Path

from django.utils import timezone

from accounts.models import User
from letters import markup
from letters.errors import DesignError
from letters.models import TemplateVersion

FOLDER = Path(__file__).parent / "designs"
_DESIGN_SLOT = "<!-- design -->"
_VERIFICATION_SLOT = "<!-- verification -->"
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# What a letter must show whatever its design: the code, the seal, the number on every page.
_NEEDED = ('src="letter:qr"', 'src="letter:seal"', 'class="number"')
_REFERENCE = re.compile(
    r"""(?:\b(?:src|href|data|poster)\s*=\s*|url\(\s*)["']?\s*([^"'\s)>]*)""", re.I
)
_FORBIDDEN = re.compile(r"<\s*(script|iframe|object|embed|link|base|form|style)\b|@import", re.I)


def codes() -> list[str]:
    """The designs that come with the product."""
    return sorted(path.parent.name for path in FOLDER.glob("*/letter.html"))


def read(code: str) -> tuple[str, str]:
    """Return a design's whole html and css from its files. Raises DesignError."""
    folder = FOLDER / code
    if not _CODE.fullmatch(code) or not (folder / "letter.html").is_file():
        raise DesignError(f"there is no letter design {code!r}")
    frame = (FOLDER / "frame.html").read_text("utf-8")
    verification = (FOLDER / "verification.html").read_text("utf-8").strip()
    html = frame.replace(_DESIGN_SLOT, (folder / "letter.html").read_text("utf-8").strip())
    html = html.replace(_VERIFICATION_SLOT, verification)
    css = (FOLDER / "frame.css").read_text("utf-8")
    own = folder / "letter.css"
    return html, css + (own.read_text("utf-8") if own.is_file() else "")


def check(html: str, css: str) -> None:
    """Raises DesignError for what would fail, or fetch something, when a letter is made."""
    markup.parse(html)
    for needed in _NEEDED:
        if needed not in html:
            raise DesignError(f"the design lacks {needed}")
    if found := _FORBIDDEN.search(html) or _FORBIDDEN.search(css):
        raise DesignError(f"a design may not contain {found.group(0)}")
    for reference in _REFERENCE.findall(html) + _REFERENCE.findall(css):
        if not reference.startswith("letter:"):
            raise DesignError(f"only bundled resources may be used, not {reference!r}")


def publish(code: str, html: str, css: str, *, actor: User | None = None) -> TemplateVersion:
    """Return the newest version with this content, adding one if the newest differs.

    Two at once agree: the version number is unique and the content decides.
    """
    check(html, css)
    content_hash = hashlib.sha256(f"{html}\0{css}".encode()).hexdigest()
    while True:
        newest = newest_version(code)
        if newest is not None and newest.content_hash == content_hash:
            return newest
        TemplateVersion.objects.bulk_create(
            [
                TemplateVersion(
                    code=code,
                    version=newest.version + 1 if newest else 1,
                    html=html,
                    css=css,
                    content_hash=content_hash,
                    published_at=timezone.now(),
                    published_by=actor,
                )
            ],
            ignore_conflicts=True,
        )


def newest_version(code: str) -> TemplateVersion | None:
    return TemplateVersion.objects.filter(code=code).order_by("-version").first()


def load(code: str) -> TemplateVersion:
    """Publish a design's files if they differ from what is published. Idempotent."""
    return publish(code, *read(code))


def current(code: str) -> TemplateVersion:
    """The published version; a bundled design is published the first time it is needed."""
    return newest_version(code) or load(code)
