"""An office's own designs: its administrators change one, look at it, let new letters use it.

A design that comes with the product serves several offices, and one from a programme's folder
several versions: what an office writes changes its own letters only, and it can go back.
"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.access import has_role
from accounts.models import Office, StaffRole, User
from audit import services as audit
from files.errors import FilesError
from letters import design_samples, design_trial, design_words, designs, keys, registry
from letters.errors import DesignError, NotAdministrator, NotPublishable, StaleDesign
from letters.models import OwnDraft, TemplateVersion
from letters.registry import Use
from letters.rendering import Image
from programs.calendar import now, today

LONGEST_SOURCE = 100_000
# What no list needs.
_LONG = ("html", "css", "source_html", "source_css", "logo")


@dataclass(frozen=True)
class OfficeDesign:
    """One design of an office as things stand. `uses` are the kinds of letter written with it."""

    code: str
    office: Office
    uses: tuple[Use, ...]
    in_force: TemplateVersion
    draft: OwnDraft | None
    # The content hash of the shared design as it would be published now.
    base: str

    @property
    def own(self) -> bool:
        return self.in_force.office_id is not None

    @property
    def base_changed(self) -> bool:
        """The shared design is no longer the one that the office's own was written beside."""
        return self.own and self.in_force.base_hash != self.base

    @property
    def seen(self) -> str:
        """What a form that is opened now has seen: a later one differs."""
        return self.draft.content_hash if self.draft else self.in_force.content_hash

    @property
    def logo(self) -> bytes:
        """Of the draft, else of the version in force; empty for none."""
        return bytes((self.draft or self.in_force).logo)

    def source(self) -> tuple[str, str]:
        """The text an editor starts from. Raises DesignError."""
        if self.draft:
            return self.draft.html, self.draft.css
        return source_of(self.in_force)


def used_by(office: Office) -> dict[str, list[Use]]:
    """The office's designs by today's code, each with what is written with it."""
    found: dict[str, list[Use]] = {}
    for use in registry.uses_of(office):
        code = designs.of_today(str(use.letter_def["template"]))
        if use not in found.setdefault(code, []):
            found[code].append(use)
    return dict(sorted(found.items()))


def may_change(office: Office, uses: list[Use] | tuple[Use, ...], actor: User) -> bool:
    """Administrators of every programme that writes with it: one for some programmes only does
    not decide how the others' letters look."""
    return bool(uses) and all(
        has_role(actor, office.pk, StaffRole.ADMINISTRATOR, programme_slug=slug)
        for slug in {use.programme for use in uses}
    )


def design_of(office: Office, code: str, uses: list[Use] | None = None) -> OfficeDesign | None:
    """None when none of the office's programmes writes with it."""
    if uses is None:
        uses = used_by(office).get(code, [])
    if not uses:
        return None
    draft = OwnDraft.objects.select_related("saved_by").filter(office=office, code=code).first()
    in_force = designs.current(code, office)
    return OfficeDesign(code, office, tuple(uses), in_force, draft, base_hash(code))


def all_of(office: Office) -> list[OfficeDesign]:
    """Every design of the office, by code. Three queries, once each has been published."""
    used = used_by(office)
    drafts = {
        draft.code: draft
        for draft in OwnDraft.objects.filter(office=office).select_related("saved_by")
    }
    newest: dict[tuple[str, bool], TemplateVersion] = {}
    rows = TemplateVersion.objects.filter(Q(office=None) | Q(office=office), withdrawn_at=None)
    rows = rows.filter(code__in=used).select_related("published_by").defer(*_LONG)
    for row in rows.order_by("version"):
        newest[row.code, row.office_id is not None] = row
    found = []
    for code, uses in used.items():
        shared = newest.get((code, False)) or designs.load(code)
        base = base_hash(code) if code in designs.bundled() else shared.content_hash
        in_force = newest.get((code, True), shared)
        found.append(OfficeDesign(code, office, tuple(uses), in_force, drafts.get(code), base))
    return found


def history(office: Office, code: str) -> QuerySet[TemplateVersion]:
    """What the office's letters have been written with, and could be: newest first."""
    rows = TemplateVersion.objects.filter(
        Q(office=None) | Q(office=office), code__in=designs.names_of(code)
    )
    found = rows.select_related("published_by", "withdrawn_by")
    return found.defer(*_LONG).order_by("-published_at", "-pk")


def base_hash(code: str) -> str:
    """The content hash of the shared design as it would be published now."""
    if code in designs.bundled():
        return designs.hash_of(*designs.read(code))
    newest = designs.newest_version(code)
    return newest.content_hash if newest else ""


def source_of(version: TemplateVersion) -> tuple[str, str]:
    """A published design as its author wrote it. Raises DesignError for one whose page has
    changed since and whose text was not kept."""
    if version.source_html:
        return version.source_html, version.source_css
    inside = designs.disassembled(version.html, version.css)
    if inside is not None:
        return inside
    return designs.read_source(version.code)


@transaction.atomic
def save_draft(
    *,
    office: Office,
    code: str,
    html: str,
    css: str,
    seen: str,
    actor: User,
    logo: bytes | None = None,
) -> OwnDraft:
    """Keep what was written, for somebody to look at and publish. `seen` is what the form was
    opened with (`OfficeDesign.seen`); a `logo` (letters.logo.taken) replaces the one there is,
    an empty one takes it away.

    Raises DesignError for what could never be a letter, StaleDesign when somebody else was
    quicker, NotAdministrator.
    """
    found = _held(office, code, actor)
    html, css = _tidy(html), _tidy(css)
    if max(len(html), len(css)) > LONGEST_SOURCE:
        raise DesignError(_("서식이 너무 깁니다. HTML과 CSS는 각각 10만 자까지입니다."))
    picture = found.logo if logo is None else logo
    designs.check_own(html, css, logo=bool(picture))
    content_hash = designs.hash_of(*designs.assembled(html, css), picture)
    if found.draft is not None and found.draft.content_hash == content_hash:
        return found.draft
    _require_seen(found, seen)
    draft, _new = OwnDraft.objects.update_or_create(
        office=office,
        code=code,
        defaults={
            "html": html,
            "css": css,
            "logo": picture,
            "content_hash": content_hash,
            "saved_at": now(),
            "saved_by": actor,
        },
    )
    audit.record(
        name="letter.design_saved",
        subject_type="own_draft",
        subject_id=draft.public_id,
        actor=actor,
        data={"code": code, "office": office.public_id, "sha256": content_hash},
    )
    return draft


@transaction.atomic
def drop_draft(*, office: Office, code: str, seen: str, actor: User) -> None:
    """Forget what was written. Raises StaleDesign, NotAdministrator."""
    found = _held(office, code, actor)
    if found.draft is None:
        return
    _require_seen(found, seen)
    audit.record(
        name="letter.design_dropped",
        subject_type="own_draft",
        subject_id=found.draft.public_id,
        actor=actor,
        data={"code": code, "office": office.public_id, "sha256": found.draft.content_hash},
    )
    found.draft.delete()


@transaction.atomic
def go_back(*, office: Office, code: str, actor: User) -> bool:
    """New letters use the shared design again; numbered ones keep theirs, and so does the history.
    False when they did already. Raises NotAdministrator."""
    _held(office, code, actor)
    return designs.withdraw(code=code, office=office, actor=actor)


def publish_own(*, office: Office, code: str, seen: str, actor: User) -> TemplateVersion:
    """Let the office's new letters use its draft; numbered letters keep theirs.

    `seen` is the draft that was looked at. It is drawn with the shortest and the longest that
    each kind of letter can say, before anything is locked: some seconds. Raises NotPublishable
    with every problem, StaleDesign, NotAdministrator.
    """
    found = _found(office, code, actor)
    draft = _require_draft(found, seen)
    if problems := list(problems_of(found, draft)):
        raise NotPublishable(problems)
    return _publish(office, code, seen, actor)


@transaction.atomic
def _publish(office: Office, code: str, seen: str, actor: User) -> TemplateVersion:
    found = _held(office, code, actor)
    draft = _require_draft(found, seen)
    html, css = designs.assembled(draft.html, draft.css)
    # Another office may be publishing its own version of the same shared design: one number each.
    numbers = TemplateVersion.objects.select_for_update(no_key=True, of=("self",))
    numbers.filter(code=code).order_by("-version").first()
    version = TemplateVersion.objects.create(
        code=code,
        version=designs.next_number(code),
        office=office,
        html=html,
        css=css,
        source_html=draft.html,
        source_css=draft.css,
        logo=bytes(draft.logo),
        content_hash=designs.hash_of(html, css, bytes(draft.logo)),
        base_hash=base_hash(code),
        published_at=now(),
        published_by=actor,
    )
    draft.delete()
    designs.record("letter.design_published", version, actor)
    return version


def problems_of(found: OfficeDesign, draft: OwnDraft) -> Iterator[str]:
    """Everything that keeps the draft from being published, as sentences."""
    html, css = designs.assembled(draft.html, draft.css)
    logo = bytes(draft.logo)
    if designs.hash_of(html, css, logo) == found.in_force.content_hash:
        yield _("지금 쓰는 서식과 같습니다. 바뀐 것이 없습니다.")
        return
    seal = design_trial.stand_in_for_the_seal()
    if registered := keys.seal_of(found.office):
        try:
            picture = keys.seal_image(registered)
        except FilesError as reason:
            yield _("관인 그림을 읽을 수 없습니다: %(reason)s") % {"reason": reason}
        else:
            if design_trial.readable(picture):
                seal = picture
            else:
                yield _("등록한 관인이 읽을 수 있는 그림이 아닙니다. 다시 등록해 주세요.")
    try:
        designs.check_own(draft.html, draft.css, logo=bool(logo))
    except DesignError as reason:
        yield design_words.in_words(reason)
        return
    if logo and "letter:logo" not in draft.html + draft.css:
        yield _("올린 로고를 서식이 쓰지 않습니다. 쓰거나 로고를 빼 주세요.")
    yield from design_trial.unprintable_lines(draft.html, draft.css)
    seen: set[str] = set()
    for use in found.uses:
        for size in (design_samples.SHORTEST, design_samples.LONGEST):
            for problem in _tried(found, use, size, (html, css), seal, logo):
                if problem not in seen:
                    seen.add(problem)
                    yield problem


def _tried(
    found: OfficeDesign,
    use: Use,
    size: str,
    design: tuple[str, str],
    seal: Image,
    logo: bytes,
) -> list[str]:
    try:
        return design_trial.try_out(
            *design,
            office=found.office,
            use=use,
            inputs=design_samples.sample_inputs(use, size),
            on=today(),
            seal=seal,
            logo=logo,
        ).wrong
    except DesignError as reason:
        return [design_words.in_words(reason)]


def difference(found: OfficeDesign, draft: OwnDraft) -> list[tuple[str, str]]:
    """`(sign, line)` of what the draft changes in the version in force: "+", "-", " " and "@"."""
    before, after = source_of(found.in_force), (draft.html, draft.css)
    lines: list[tuple[str, str]] = []
    if bytes(found.in_force.logo) != bytes(draft.logo):
        said = _("로고를 바꿉니다.") if draft.logo else _("로고를 뺍니다.")
        lines.append(("@", str(said)))
    for name, old, new in zip(("HTML", "CSS"), before, after, strict=True):
        told = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=2))
        if told:
            lines.append(("@", name))
        lines += [
            ("@", line.strip("@ ")) if line.startswith("@@") else (line[:1] or " ", line[1:])
            for line in told[2:]
        ]
    return lines


def _found(office: Office, code: str, actor: User) -> OfficeDesign:
    found = design_of(office, code)
    if found is None or not may_change(office, found.uses, actor):
        raise NotAdministrator(_("이 서식을 쓰는 모든 프로그램의 관리자만 바꿀 수 있습니다."))
    return found


def _held(office: Office, code: str, actor: User) -> OfficeDesign:
    """The same, with the office's designs locked against other writers."""
    Office.objects.select_for_update(no_key=True, of=("self",)).get(pk=office.pk)
    return _found(office, code, actor)


def _require_seen(found: OfficeDesign, seen: str) -> None:
    if found.seen == seen:
        return
    if found.draft is None:
        raise StaleDesign(
            _(
                "그사이 다른 사람이 이 서식을 게시하거나 초안을 지웠습니다. "
                "적은 것은 아래에 그대로 있으니 복사해 두고 다시 열어 주세요."
            )
        )
    raise StaleDesign(
        _(
            "그사이 %(who)s 님이 초안을 저장했습니다. "
            "적은 것은 아래에 그대로 있으니 복사해 두고 다시 열어 주세요."
        )
        % {"who": found.draft.saved_by.name}
    )


def _require_draft(found: OfficeDesign, seen: str) -> OwnDraft:
    if found.draft is None or found.draft.content_hash != seen:
        raise StaleDesign(_("기다리는 서식 초안이 없거나 그사이 바뀌었습니다."))
    return found.draft


def _tidy(text: str) -> str:
    """One kind of line end, as the files have."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip() + "\n" if text.strip() else ""
