"""From the catalogue's files into the database: idempotent, and never changing loaded rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from accounts.models import Office
from programs import calendar, quota, registry
from programs.catalogue_files import FileProblem, VersionFile, read_catalogue
from programs.document import rules_hash, text_hash
from programs.figures import FigureValue
from programs.manifest import Manifest, OfficeDef
from programs.models import Figure, Programme, ProgrammeVersion, VersionStatus
from programs.quota.locked import vendor


@dataclass(slots=True)
class Loaded:
    """One line for each programme and version; what was refused, with why; file problems."""

    lines: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    problems: list[FileProblem] = field(default_factory=list)

    @property
    def done(self) -> bool:
        return not self.refused and not self.problems


@transaction.atomic
def load(paths: Iterable[Path] | None = None) -> Loaded:
    """Bring the database up to the files; the shipped catalogue by default.

    Nothing is loaded when a file has a problem. A loaded version keeps its rules: a file that
    says others is refused, one that only corrects words updates them. The first load of a
    programme opens its pools. Safe to run again, and from two processes at once.
    """
    shipped = paths is None
    catalogue = read_catalogue([settings.CATALOGUE_DIR] if paths is None else paths)
    loaded = Loaded(problems=catalogue.problems)
    if catalogue.problems:
        return loaded
    vendor().be_the_only_loader()
    if shipped:
        loaded.lines += calendar.load_holidays()
    if catalogue.figures:
        loaded.lines.append(_figures(catalogue.figures))
    for said in _whole_offices(catalogue.versions):
        _office(said)
    newest: dict[tuple[str, str], tuple[Programme, Manifest]] = {}
    for version in sorted(
        catalogue.versions, key=lambda one: (one.manifest.slug, one.manifest.effective_from)
    ):
        manifest = version.manifest
        programme = _version(version, loaded)
        if programme is not None and manifest.status == VersionStatus.IN_FORCE:
            newest[manifest.slug, manifest.period.code] = (programme, manifest)
    for programme, manifest in newest.values():
        loaded.lines += quota.ensure_pools(programme=programme, manifest=manifest)
    loaded.lines += _letters(catalogue.versions)
    return loaded


def _letters(versions: list[VersionFile]) -> list[str]:
    """Give each folder's letter template, with the newest version that names it, to the room
    that makes letters: there a changed one is a draft until somebody publishes it."""
    newest: dict[str, VersionFile] = {}
    for version in sorted(versions, key=lambda one: one.manifest.effective_from):
        named = version.manifest.letter.template if version.manifest.letter else ""
        if version.letter is not None and version.letter.code == named:
            newest[version.letter.file] = version
    return [
        line
        for version in newest.values()
        if version.letter is not None
        for line in registry.bring_template(
            version.letter.code, version.letter.html, version.letter.css, version.manifest
        )
    ]


def _figures(values: list[FigureValue]) -> str:
    known = {(row.key, row.valid_from): row for row in Figure.objects.all()}
    created = changed = 0
    for value in values:
        fields = {
            "names": dict(value.names),
            "unit": value.unit,
            "valid_to": value.valid_to,
            "value": value.value,
            "citations": list(value.citations),
            "assumed": value.assumed,
        }
        row = known.get((value.key, value.valid_from))
        if row is not None and all(getattr(row, name) == said for name, said in fields.items()):
            continue
        Figure.objects.update_or_create(key=value.key, valid_from=value.valid_from, defaults=fields)
        created, changed = created + (row is None), changed + (row is not None)
    done = f"{created} new, {changed} changed" if created or changed else "unchanged"
    return f"figures {len(values)} values {done}"


def _version(version: VersionFile, loaded: Loaded) -> Programme | None:
    """Load one version; its programme, or None when it was refused."""
    manifest = version.manifest
    head = f"{manifest.slug} {manifest.label} {manifest.effective_from}"
    programme, why_not = _programme(manifest)
    row = ProgrammeVersion.objects.filter(programme=programme, label=manifest.label).first()
    if row is None:
        why_not = why_not or _date_taken(programme, manifest)
    elif row.rules_hash != rules_hash(version.document):
        why_not = why_not or (
            f"{version.file} changes the rules of a version that is already loaded; "
            "give the new rules a label and a date of their own"
        )
    if why_not:
        loaded.refused.append(f"{head} refused: {why_not}")
        return None
    if row is None:
        row, done = _new_version(programme, version), "loaded"
    elif row.text_hash != text_hash(version.document):
        row.document, row.text_hash = version.document, text_hash(version.document)
        row.texts_changed_at = calendar.now()
        row.save(update_fields=["document", "text_hash", "texts_changed_at"])
        done = "texts updated"
    else:
        done = "unchanged"
    loaded.lines.append(f"{head} {done}")
    if programme.names != manifest.names.as_dict() and _is_newest(row):
        programme.names = manifest.names.as_dict()
        programme.save(update_fields=["names"])
    return programme


def _date_taken(programme: Programme, manifest: Manifest) -> str:
    taken = ProgrammeVersion.objects.filter(
        programme=programme,
        status=VersionStatus.IN_FORCE,
        effective_from=manifest.effective_from,
    ).first()
    if taken is None or manifest.status != VersionStatus.IN_FORCE:
        return ""
    return f"{taken.label} already begins on {taken.effective_from}; give the new one a later date"


def _programme(manifest: Manifest) -> tuple[Programme, str]:
    """(the programme's row, why this version does not fit it)."""
    office = _office(manifest.office)
    programme, _created = Programme.objects.get_or_create(
        slug=manifest.slug,
        defaults={
            "kind": manifest.kind,
            "office": office,
            "names": manifest.names.as_dict(),
        },
    )
    if programme.kind != manifest.kind:
        return programme, f"the programme is of kind {programme.kind}, not {manifest.kind}"
    if programme.office_id != office.pk:
        return programme, f"the programme belongs to {programme.office.code}, not {office.code}"
    return programme, ""


def _whole_offices(versions: list[VersionFile]) -> Iterable[OfficeDef]:
    """Each office with what its files say of it together: one programme of two may give the
    telephone. The oldest file that says something counts."""
    whole: dict[str, OfficeDef] = {}
    for version in sorted(versions, key=lambda one: one.manifest.effective_from):
        said = version.manifest.office
        known = whole.setdefault(said.code, said)
        whole[said.code] = replace(
            known,
            department=known.department if str(known.department) else said.department,
            phone=known.phone or said.phone,
        )
    return whole.values()


def _office(said: OfficeDef) -> Office:
    """The office of this code; made with the files' names if there is none. An existing one is
    left as its administrators have it."""
    office, _created = Office.objects.get_or_create(
        code=said.code,
        defaults={
            "name_ko": said.names.ko,
            "name_en": said.names.en,
            "department_ko": said.department.ko,
            "department_en": said.department.en,
            "phone": said.phone,
        },
    )
    return office


def _new_version(programme: Programme, version: VersionFile) -> ProgrammeVersion:
    """The version's row. Versions in force follow each other: the one before it now ends on
    the day before, and it ends before the one after it begins."""
    manifest = version.manifest
    ends = manifest.effective_to
    if manifest.status == VersionStatus.IN_FORCE:
        others = ProgrammeVersion.objects.filter(
            programme=programme, status=VersionStatus.IN_FORCE
        ).order_by("effective_from")
        before = [row for row in others if row.effective_from < manifest.effective_from]
        after = [row for row in others if row.effective_from > manifest.effective_from]
        eve = manifest.effective_from - timedelta(days=1)
        if before and (before[-1].effective_to is None or before[-1].effective_to > eve):
            before[-1].effective_to = eve
            before[-1].save(update_fields=["effective_to"])
        if after:
            ends = _earlier(ends, after[0].effective_from - timedelta(days=1))
    row, _created = ProgrammeVersion.objects.get_or_create(
        programme=programme,
        label=manifest.label,
        defaults={
            "effective_from": manifest.effective_from,
            "effective_to": ends,
            "status": manifest.status,
            "document": version.document,
            "rules_hash": rules_hash(version.document),
            "text_hash": text_hash(version.document),
        },
    )
    return row


def _earlier(day: date | None, other: date) -> date:
    return other if day is None else min(day, other)


def _is_newest(row: ProgrammeVersion) -> bool:
    return not ProgrammeVersion.objects.filter(
        programme=row.programme_id,
        status=VersionStatus.IN_FORCE,
        effective_from__gt=row.effective_from,
    ).exists()
