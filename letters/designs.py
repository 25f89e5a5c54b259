"""Letter designs: folders in `letters/designs/`, or files in a programme's own catalogue folder,
frozen into the database when published.

A design is `letter.html` and `letter.css`. `frame.html` and `frame.css` put page and numbering
around every one; `verification.html` goes where the design says `<!-- verification -->` and ends
at the foot of that page. What a letter uses is the TemplateVersion it was reserved with, so
editing a file (or publishing a newer version) changes no letter that has its number.
"""

import hashlib
import re
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import has_role
from accounts.models import Office, StaffRole, User
from audit import services as audit
from letters import markup, rendering
from letters.errors import DesignError, NotAdministrator
from letters.models import TemplateDraft, TemplateVersion
from letters.variables import CATALOGUE, Value, Variable
from programs.calendar import now

FOLDER = Path(__file__).parent / "designs"
NOTICE = "decision-notice"
_DESIGN_SLOT = "<!-- design -->"
_VERIFICATION_SLOT = "<!-- verification -->"
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Codes that loaded programme versions still name, and the design that serves them now.
_FORMER = {"gyeonggi-recommendation": "provincial-recommendation"}
# What a letter must show whatever its design: both codes, the seal, the number on every page.
_NEEDED = ('src="letter:qr"', 'src="letter:code"', 'src="letter:seal"', 'class="number"')
_REFERENCE = re.compile(
    r"""(?:\b(?:src|href|data|poster)\s*=\s*|url\(\s*)["']?\s*([^"'\s)>]*)""", re.I
)
_FORBIDDEN = re.compile(r"<\s*(script|iframe|object|embed|link|base|form|style)\b|@import", re.I)
_OF_THE_FRAME = re.compile(r"<\s*/?\s*(!doctype|html|head|meta|title|body)\b", re.I)
# The mark of a specimen or draft is `!important`: a style that cannot say so, nor write it in
# escapes, cannot take the mark away (letters.rendering). The page is the frame's.
_STRONGER = re.compile(r"!\s*(/\*.*?\*/\s*)*important|@page|\\|page-mark", re.I | re.S)


def bundled() -> list[str]:
    """The designs that come with the product."""
    return sorted(path.parent.name for path in FOLDER.glob("*/letter.html"))


def codes() -> list[str]:
    """Every code that is the product's own: the bundled ones, former codes too."""
    return sorted([*bundled(), *_FORMER])


def nameable() -> list[str]:
    """What a programme may name without bringing a design: never that of the notices, which says
    that it recommends nobody."""
    return [code for code in codes() if code != NOTICE]


def read(code: str) -> tuple[str, str]:
    """Return a bundled design's whole html and css. Raises DesignError."""
    folder = FOLDER / _FORMER.get(code, code)
    if not _CODE.fullmatch(code) or not (folder / "letter.html").is_file():
        raise DesignError(f"there is no letter design {code!r}")
    own = folder / "letter.css"
    return assembled(
        (folder / "letter.html").read_text("utf-8"),
        own.read_text("utf-8") if own.is_file() else "",
    )


def assembled(html: str, css: str) -> tuple[str, str]:
    """A design's own html and css with page, numbering and verification around them."""
    frame = (FOLDER / "frame.html").read_text("utf-8")
    verification = (FOLDER / "verification.html").read_text("utf-8").strip()
    whole = frame.replace(_DESIGN_SLOT, html.strip())
    whole = whole.replace(_VERIFICATION_SLOT, verification)
    return whole, (FOLDER / "frame.css").read_text("utf-8") + css


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


def check_own(html: str, css: str) -> None:
    """`check` for what a programme's folder brings. Raises DesignError; a line it names is one of
    the file's own."""
    markup.parse(html)
    if found := _OF_THE_FRAME.search(html):
        raise DesignError(f"the page around the design has {found.group(0)} already")
    if found := _STRONGER.search(css) or _STRONGER.search(html):
        raise DesignError(f"a style may not contain {found.group(0)}")
    if html.count(_VERIFICATION_SLOT) != 1:
        raise DesignError(f"the design lacks {_VERIFICATION_SLOT}, expected it once")
    check(*assembled(html, css))


def publish(code: str, html: str, css: str, *, actor: User | None = None) -> TemplateVersion:
    """Return the newest version with this content, adding one if the newest differs.

    Two at once agree: the version number is unique and the content decides.
    """
    check(html, css)
    content_hash = _hash(html, css)
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


def _hash(html: str, css: str) -> str:
    return hashlib.sha256(f"{html}\0{css}".encode()).hexdigest()


def newest_version(code: str) -> TemplateVersion | None:
    return TemplateVersion.objects.filter(code=code).order_by("-version").first()


def load(code: str) -> TemplateVersion:
    """Publish a design's files if they differ from what is published. Idempotent."""
    return publish(code, *read(code))


def current(code: str) -> TemplateVersion:
    """The published version; a bundled design is published the first time it is needed."""
    return newest_version(code) or load(code)


# --- designs of the programmes' own -----------------------------------------------------------
def bring(code: str, html: str, css: str, *, office: Office) -> str:
    """Take a programme's own design from its folder: "published" when it is the first of its
    code, "draft" when another is published already, "unchanged" otherwise.

    A draft changes no letter until `publish_draft`. Raises DesignError.
    """
    if code in codes():
        raise DesignError(f"{code} is the code of a design that comes with the product")
    check_own(html, css)
    whole, style = assembled(html, css)
    newest, content_hash = newest_version(code), _hash(whole, style)
    if newest is None:
        version = publish(code, whole, style)
        _record("letter.design_published", version)
        return "published"
    if newest.content_hash == content_hash:
        TemplateDraft.objects.filter(code=code).delete()
        return "unchanged"
    if TemplateDraft.objects.filter(code=code, content_hash=content_hash).exists():
        return "unchanged"
    TemplateDraft.objects.update_or_create(
        code=code,
        defaults={
            "office": office,
            "html": whole,
            "css": style,
            "content_hash": content_hash,
            "brought_at": now(),
        },
    )
    return "draft"


@transaction.atomic
def publish_draft(*, code: str, content_hash: str, actor: User) -> TemplateVersion:
    """Let new letters of this code use the drafted design; numbered letters keep theirs.

    `content_hash` is that of the draft the person looked at. Raises DesignError when there is no
    such draft (any more), NotAdministrator for anyone else than the office's administrators.
    """
    draft = TemplateDraft.objects.select_for_update(of=("self",)).filter(code=code).first()
    if draft is None or draft.content_hash != content_hash:
        raise DesignError(_("기다리는 서식 초안이 없거나 그사이 바뀌었습니다."))
    if not has_role(actor, draft.office_id, StaffRole.ADMINISTRATOR, programme_slug=code):
        raise NotAdministrator(_("기관의 관리자만 서식을 게시할 수 있습니다."))
    version = publish(code, draft.html, draft.css, actor=actor)
    draft.delete()
    _record("letter.design_published", version, actor)
    return version


def _record(name: str, version: TemplateVersion, actor: User | None = None) -> None:
    audit.record(
        name=name,
        subject_type="letter_template",
        subject_id=version.public_id,
        actor=actor,
        data={"code": version.code, "version": version.version, "sha256": version.content_hash},
    )


def sample(html: str, css: str) -> bytes:
    """The whole design as a PDF with invented values, marked as a draft. Raises DesignError."""
    values: dict[str, Value] = {name: _sample(variable) for name, variable in CATALOGUE.items()}
    return rendering.render(
        rendering.Sheet(html, css, values, mark="draft", seal=rendering.specimen_seal())
    )


def _sample(variable: Variable) -> Value:
    match variable.kind:
        case "flag":
            return True
        case "won":
            return 40_000_000
        case "date":
            return "2000-01-01"
        case "sex":
            return "X"
    return variable.en if variable.name.endswith("_en") else variable.ko
