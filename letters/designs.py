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
from typing import NoReturn

import tinycss2
from django.db import transaction
from django.db.models import F, Max, Q
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
# Which pictures there are (letters.rendering.images); a logo only where one was uploaded.
PICTURES = ("qr", "code", "seal")
LOGO = "logo"
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


def of_today(code: str) -> str:
    """The code of the design that serves this one now: itself, but for former codes."""
    return _FORMER.get(code, code)


def names_of(code: str) -> list[str]:
    """The code with the former ones that it serves."""
    return [code, *(former for former, now_called in _FORMER.items() if now_called == code)]


def read(code: str) -> tuple[str, str]:
    """Return a bundled design's whole html and css. Raises DesignError."""
    return assembled(*read_source(code))


def read_source(code: str) -> tuple[str, str]:
    """A bundled design as its two files say it. Raises DesignError."""
    folder = FOLDER / of_today(code)
    if not _CODE.fullmatch(code) or not (folder / "letter.html").is_file():
        raise DesignError(f"there is no letter design {code!r}", what="unknown", name=code)
    own = folder / "letter.css"
    return (
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


def disassembled(html: str, css: str) -> tuple[str, str] | None:
    """What `assembled` was given; None when page or verification have changed since."""
    frame, style = ((FOLDER / f"frame.{kind}").read_text("utf-8") for kind in ("html", "css"))
    verification = (FOLDER / "verification.html").read_text("utf-8").strip()
    head, _slot, tail = frame.partition(_DESIGN_SLOT)
    if not (html.startswith(head) and html.endswith(tail) and css.startswith(style)):
        return None
    own = html[len(head) : len(html) - len(tail)]
    if own.count(verification) != 1:
        return None
    return own.replace(verification, _VERIFICATION_SLOT) + "\n", css[len(style) :]


def check(html: str, css: str, *, logo: bool = False) -> None:
    """Raises DesignError for what would fail, or fetch something, when a letter is made. `logo` is
    whether the design brings one."""
    markup.parse(html)
    for needed in _NEEDED:
        if needed not in html:
            raise DesignError(f"the design lacks {needed}", what="lacks", name=needed)
    for part, text in (("html", html), ("letter.css", css)):
        _check_one(part, text, logo=logo)


def _check_one(part: str, text: str, *, logo: bool) -> None:
    if found := _FORBIDDEN.search(text):
        _refuse(part, text, found, "forbidden", "a design may not contain {}")
    for found in _REFERENCE.finditer(text):
        scheme, _colon, picture = found.group(1).partition(":")
        if scheme == "letter" and picture == LOGO and not logo:
            _refuse(part, text, found, "logo", "the design has no logo, but uses {!r}", 1)
        if scheme != "letter" or picture not in (*PICTURES, LOGO):
            _refuse(part, text, found, "outside", "only bundled resources may be used, not {!r}", 1)


def _refuse(
    part: str, text: str, found: re.Match[str], what: str, message: str, group: int = 0
) -> NoReturn:
    name = found.group(group)
    line = markup.line_of(text, found.start(group))
    raise DesignError(message.format(name), what=what, line=line, part=part, name=name)


def check_own(html: str, css: str, *, logo: bool = False) -> None:
    """`check` for what a programme's folder brings, or an administrator writes. Raises
    DesignError; a line it names is one of that text."""
    markup.parse(html)
    if found := _OF_THE_FRAME.search(html):
        _refuse("html", html, found, "frame", "the page around the design has {} already")
    for part, text in (("html", html), ("letter.css", css)):
        if found := _STRONGER.search(text):
            _refuse(part, text, found, "stronger", "a style may not contain {}")
        _check_one(part, text, logo=logo)
    if html.count(_VERIFICATION_SLOT) != 1:
        raise DesignError(
            f"the design lacks {_VERIFICATION_SLOT}, expected it once",
            what="verification",
            name=_VERIFICATION_SLOT,
        )
    _check_style(css)
    check(*assembled(html, css), logo=logo)


def _check_style(css: str) -> None:
    """What a renderer would drop without a word."""
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        inside = [rule]
        if rule.type == "qualified-rule":
            inside = tinycss2.parse_blocks_contents(rule.content)
        for node in inside:
            if node.type == "error":
                raise DesignError(
                    f"the style cannot be read: {node.message}",
                    what="style",
                    line=node.source_line,
                    part="letter.css",
                    name=node.message,
                )


def publish(code: str, html: str, css: str, *, actor: User | None = None) -> TemplateVersion:
    """Return the newest shared version with this content, adding one if the newest differs.

    Two at once agree: the version number is unique and the content decides.
    """
    check(html, css)
    content_hash = hash_of(html, css)
    while True:
        newest = newest_version(code)
        if newest is not None and newest.content_hash == content_hash:
            return newest
        TemplateVersion.objects.bulk_create(
            [
                TemplateVersion(
                    code=code,
                    version=next_number(code),
                    html=html,
                    css=css,
                    content_hash=content_hash,
                    published_at=timezone.now(),
                    published_by=actor,
                )
            ],
            ignore_conflicts=True,
        )


def next_number(code: str) -> int:
    """Numbers are an installation's, whoever publishes: a code and a number name one design."""
    held = TemplateVersion.objects.filter(code=code).aggregate(last=Max("version"))
    return int(held["last"] or 0) + 1


def hash_of(html: str, css: str, logo: bytes = b"") -> str:
    return hashlib.sha256(f"{html}\0{css}".encode() + (b"\0" + logo if logo else b"")).hexdigest()


def newest_version(code: str) -> TemplateVersion | None:
    """The newest of those that every office shares."""
    return TemplateVersion.objects.filter(code=code, office=None).order_by("-version").first()


def load(code: str) -> TemplateVersion:
    """Publish a design's files if they differ from what is published. Idempotent."""
    return publish(code, *read(code))


def current(code: str, office: Office | None = None) -> TemplateVersion:
    """What new letters use: the office's own design where it has one, else the shared one; a
    bundled design is published the first time it is needed."""
    shared = Q(code=code, office=None)
    own = Q(code=of_today(code), office=office, withdrawn_at=None) if office else shared
    rows = TemplateVersion.objects.filter(shared | own)
    return rows.order_by(F("office").asc(nulls_last=True), "-version").first() or load(code)


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
    newest, content_hash = newest_version(code), hash_of(whole, style)
    if newest is None:
        version = publish(code, whole, style)
        record("letter.design_published", version)
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
    # Who publishes what the programme brings wants it used, not what the office had instead.
    withdraw(code=code, office=draft.office, actor=actor)
    draft.delete()
    record("letter.design_published", version, actor)
    return version


def withdraw(*, code: str, office: Office, actor: User) -> bool:
    """The office's letters use the shared design again; False when they did already. In the
    caller's transaction, which has asked whether the actor may."""
    held = TemplateVersion.objects.filter(code=code, office=office, withdrawn_at=None)
    newest = held.order_by("-version").first()
    if newest is None:
        return False
    held.update(withdrawn_at=now(), withdrawn_by=actor)
    record("letter.design_withdrawn", newest, actor)
    return True


def record(name: str, version: TemplateVersion, actor: User | None = None) -> None:
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
