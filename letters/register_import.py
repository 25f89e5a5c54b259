"""Taking an office's earlier letters into the register: looked at first, then applied whole."""

import hashlib
import json
from pathlib import PurePath

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import has_role
from accounts.models import StaffRole, User
from audit import services as audit
from audit.masking import mask_name
from letters import sheets, sql
from letters.errors import LetterError
from letters.models import EarlierLetter, RegisterImport, RegisterState
from letters.register import Reader, Report
from letters.services import birth_digest
from letters.sheets import Cell, Row, Sheet
from programs import quota
from programs.calendar import now
from programs.models import Pool
from programs.models.quota import write_leaves
from programs.quota.effects import said_by_catalogue


class RegisterRefused(LetterError):
    """Why a register cannot be taken in; a sentence for people."""


def look(*, root: Pool, data: bytes, file_name: str, actor: User) -> RegisterImport:
    """Read a workbook and keep its rows until somebody applies or discards them.

    Reading takes a moment, in a process of its own; nothing is locked. A newer look at the same
    quota replaces an older one. Raises SheetRefused, RegisterRefused.
    """
    _require_administrator(root, actor)
    sheet = sheets.read(data)
    reader = reader_for(root)
    report = reader.report(sheet)
    with transaction.atomic():
        for earlier in RegisterImport.objects.select_for_update(no_key=True).filter(
            programme=root.programme, period_code=root.period_code, state=RegisterState.LOOKED
        ):
            _close(earlier, RegisterState.DISCARDED, actor)
        register = RegisterImport.objects.create(
            office=root.programme.office,
            programme=root.programme,
            period_code=root.period_code,
            file_name=PurePath(file_name.replace("\\", "/")).name[:200] or "register.xlsx",
            sha256=hashlib.sha256(data).hexdigest(),
            rows=_frozen(sheet),
            row_count=len(report.findings),
            uploaded_by=actor,
            uploaded_at=now(),
        )
        _record(register, "looked_at", actor, {"rows": len(report.findings)})
    return register


def report_of(register: RegisterImport) -> Report:
    """What the register says as things are now. Raises RegisterRefused once it is closed."""
    if register.state != RegisterState.LOOKED:
        raise RegisterRefused(_("이미 끝난 대장입니다."))
    return reader_for(root_of(register)).report(_thawed(register.rows))


@transaction.atomic
def apply(*, register: RegisterImport, actor: User, source: str) -> RegisterImport:
    """Register every new row, open the pools with them, and let the next number follow.

    Locks: the register, pools by id, series. All or nothing; the same register again registers
    nothing. Raises RegisterRefused with a sentence, and then nothing has changed.
    """
    held = (
        RegisterImport.objects.select_for_update(of=("self",), no_key=True)
        .select_related("programme__office")
        .get(pk=register.pk)
    )
    root = root_of(held)
    _require_administrator(root, actor)
    if held.state == RegisterState.APPLIED and held.closed_by_id == actor.pk:
        return held
    if not source.strip():
        raise RegisterRefused(_("대장의 출처를 적어 주세요."))
    report = report_of(held)
    if report.wrong or report.problems:
        raise RegisterRefused(_("고쳐야 할 행이 있습니다. 대장을 고쳐 다시 올려 주세요."))
    if not report.new:
        raise RegisterRefused(_("새로 등록할 행이 없습니다. 이미 모두 등록되어 있습니다."))
    reader = reader_for(root)
    try:
        added = quota.opening_of_register(
            root=root,
            counts=reader.counts(report.findings),
            key=str(held.public_id),
            actor=actor,
            reason=f"{held.file_name}: {source.strip()}",
        )
    except quota.QuotaError as refused:
        raise RegisterRefused(str(refused)) from refused
    for year, number in sorted(reader.highest(report.findings).items()):
        sql.raise_to(office_id=held.office_id, name=reader.series, year=year, number=number)
    EarlierLetter.objects.bulk_create(
        EarlierLetter(
            register=held,
            office_id=held.office_id,
            programme_slug=held.programme.slug,
            number=entry.number,
            issue_date=entry.issued,
            name=entry.name,
            masked_name=mask_name(entry.name)[:120],
            birth_year=entry.born.year if entry.born else None,
            birth_digest=birth_digest(entry.number, entry.born.isoformat()) if entry.born else "",
            company=entry.company,
            occupation=entry.occupation,
            pools=write_leaves(entry.pools),
        )
        for entry in (finding.entry for finding in report.new)
        if entry is not None
    )
    held.source, held.new_count = source.strip()[:200], len(report.new)
    _close(held, RegisterState.APPLIED, actor)
    _record(held, "applied", actor, {"letters": held.new_count, "units": sum(added.values())})
    return held


@transaction.atomic
def discard(*, register: RegisterImport, actor: User) -> None:
    """Forget what was read. A repeat changes nothing."""
    held = RegisterImport.objects.select_for_update(no_key=True).get(pk=register.pk)
    _require_administrator(root_of(held), actor)
    if held.state == RegisterState.LOOKED:
        _close(held, RegisterState.DISCARDED, actor)
        _record(held, "discarded", actor, {})


def reader_for(root: Pool) -> Reader:
    """Raises RegisterRefused where no version names the period's letters."""
    manifest = said_by_catalogue(root)
    if manifest is None:
        raise RegisterRefused(_("이 기간의 프로그램 자료가 없습니다."))
    pools = Pool.objects.filter(
        programme=root.programme_id, period_code=root.period_code, closed_at=None
    ).order_by("pk")
    return Reader(
        slug=root.programme.slug,
        office=root.programme.office_id,
        manifest=manifest,
        pools={pool.path: pool for pool in pools},
    )


def root_of(register: RegisterImport) -> Pool:
    return Pool.objects.select_related("programme__office").get(
        programme=register.programme_id, period_code=register.period_code, parent=None
    )


def _require_administrator(root: Pool, actor: User) -> None:
    programme = root.programme
    if not has_role(
        actor, programme.office_id, StaffRole.ADMINISTRATOR, programme_slug=programme.slug
    ):
        raise RegisterRefused(_("기관의 운영자만 할 수 있습니다."))


def _frozen(sheet: Sheet) -> str:
    rows = [
        [row.number, [[cell.kind, cell.text] if cell else None for cell in row.cells]]
        for row in sheet.rows
    ]
    return json.dumps({"rows": rows, "from_1904": sheet.from_1904}, ensure_ascii=False)


def _thawed(text: str | None) -> Sheet:
    said = json.loads(text or '{"rows": [], "from_1904": false}')
    rows = tuple(
        Row(number, tuple(Cell(*cell) if cell else None for cell in cells))
        for number, cells in said["rows"]
    )
    return Sheet(rows, said["from_1904"])


def _close(register: RegisterImport, state: str, actor: User) -> None:
    register.state, register.rows = state, None
    register.closed_by, register.closed_at = actor, now()
    register.save(update_fields=["state", "rows", "closed_by", "closed_at", "source", "new_count"])


def _record(register: RegisterImport, what: str, actor: User, data: dict[str, int]) -> None:
    audit.record(
        name=f"register.{what}",
        subject_type="register",
        subject_id=register.public_id,
        actor=actor,
        data={
            "programme": register.programme.slug,
            "period": register.period_code,
            "sha256": register.sha256,
            **data,
        },
    )
