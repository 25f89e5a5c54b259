"""Writes of this room: reserving a letter, making it visible or void, handing its file out.

A letter is reserved in the transaction that signs the decision off; the PDF is made later by a
worker (letters.making) and shown by the room that knows the subject (letters.registry).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Office, User
from audit import services as audit
from audit.crypto import digest
from audit.masking import mask_name
from files import services as files
from files.errors import FilesError
from letters import content, designs, fonts, keys, markup, rendering, sql
from letters.errors import (
    CannotIssue,
    DesignError,
    NotReserved,
    WrongBytes,
    WrongState,
)
from letters.models import NOTICES, EarlierLetter, Letter, LetterState
from letters.tokens import new_token
from letters.variables import Values
from notifications import outbox
from programs.calendar import now

__all__ = [
    "MAKE",
    "SealLook",
    "draft_pdf",
    "lift_notice",
    "look_at_seal",
    "make_visible",
    "problems",
    "read_file",
    "reserve",
    "void",
]

MAKE = "letters.make"
QUEUE = "letters"
_BIRTH = "letter.birth_date"


@dataclass(frozen=True)
class SealLook:
    """Which seal an office had when its picture was looked at, and what is wrong with that."""

    seal: int | None
    problem: str = ""


def look_at_seal(office: Office) -> SealLook:
    """Fetch the picture of the office's seal from storage. Storage may be slow or gone: look before
    anything is locked, and give `problems` the look."""
    seal = keys.seal_of(office)
    key = None if seal is None else seal.pk
    try:
        keys.seal_image(seal)
    except FilesError as reason:
        return SealLook(key, _("관인 그림을 읽을 수 없습니다: %(reason)s") % {"reason": reason})
    return SealLook(key)


def problems(
    *,
    office: Office,
    letter_def: Mapping[str, Any],
    inputs: Mapping[str, object],
    on: date,
    seal: SealLook | None = None,
) -> list[str]:
    """Everything that would keep this letter from ever being made, as sentences; [] if nothing.

    Looks at the design, every value (empty, too long, glyphs the fonts lack), the signing key and
    the seal. With the look that was taken at the seal before, storage is not asked again: only
    whether it is still the office's seal. Raises UnknownVariable and BadValue for a caller's
    mistakes.
    """
    registered = keys.registered(office)
    found = _problems_without_seal(office, letter_def, inputs, on, registered)
    if seal is None:
        seal = look_at_seal(office) if registered.seal else SealLook(None)
    elif registered.seal != seal.seal:
        return [*found, _("관인이 방금 바뀌었습니다. 초안을 다시 확인하고 결재해 주세요.")]
    return [*found, seal.problem] if seal.problem else found


def _problems_without_seal(
    office: Office,
    letter_def: Mapping[str, Any],
    inputs: Mapping[str, object],
    on: date,
    registered: keys.Registered,
) -> list[str]:
    """Reads the database and memory only, so it is quick enough for the sign-off itself."""
    try:
        definition = content.Definition.read(letter_def)
        template = designs.current(definition.template)
        parts = markup.parse(template.html)
    except DesignError as reason:
        return [_("추천서 서식을 쓸 수 없습니다: %(reason)s") % {"reason": reason}]
    if fonts.missing_files():
        return [_("추천서 글꼴이 설치되어 있지 않습니다.")]
    values = content.values_for(definition=definition, office=office, inputs=inputs, on=on)
    found = content.problems_in(values, markup.fill(parts, values).empty)
    if not registered.can_sign:
        found.append(_("서명 키가 등록되어 있지 않습니다."))
    return found


def draft_pdf(
    *, office: Office, letter_def: Mapping[str, Any], inputs: Mapping[str, object], on: date
) -> bytes:
    """The letter as it would be, marked as a draft, without number, seal or signature.

    Takes a quarter of a second; not inside a transaction. Raises CannotIssue.
    """
    try:
        definition = content.Definition.read(letter_def)
        template = designs.current(definition.template)
        values = content.values_for(definition=definition, office=office, inputs=inputs, on=on)
        sheet = rendering.Sheet(
            template.html, template.css, values, mark="draft", seal=rendering.specimen_seal()
        )
        return rendering.render(sheet)
    except DesignError as reason:
        raise CannotIssue(
            [_("추천서 서식을 쓸 수 없습니다: %(reason)s") % {"reason": reason}]
        ) from None


def reserve(
    *,
    kind: str,
    subject: UUID,
    office: Office,
    programme_slug: str,
    letter_def: Mapping[str, Any],
    inputs: Mapping[str, object],
    on: date,
    actor: User | None,
    subject_kind: str = "application",
    wait: timedelta = timedelta(0),
) -> Letter:
    """Take the next number and freeze what the letter says; the worker makes it after commit.

    In the caller's transaction, which holds the subject's lock: it locks the series (last in the
    order of locks), so nothing slow may follow. A repeat for a subject that has a letter,
    reserved or valid, returns that one. It is not seen before `wait` is over. `on` is the date
    printed, and its year the number's. Raises CannotIssue with every problem;
    UnknownVariable and BadValue for a caller's mistakes.
    """
    _in_transaction("reserve")
    living = Letter.objects.filter(
        subject=subject, kind=kind, state__in=[LetterState.RESERVED, LetterState.VALID]
    ).first()
    if living is not None:
        return living
    registered = keys.registered(office)
    if found := _problems_without_seal(office, letter_def, inputs, on, registered):
        raise CannotIssue(found)
    definition = content.Definition.read(letter_def, programme_slug=programme_slug)
    template = designs.current(definition.template)
    series_id, place = sql.take_number(office_id=office.pk, name=definition.series, year=on.year)
    number = definition.number(year=on.year, number=place)
    if (
        Letter.objects.filter(number=number).exists()
        or EarlierLetter.objects.filter(number=number).exists()
    ):
        raise CannotIssue([_("이미 쓰인 발급번호입니다: %(number)s") % {"number": number}])
    token = new_token()
    values = content.values_for(
        definition=definition, office=office, inputs=inputs, on=on, number=number, token=token
    )
    letter = _write(
        values,
        template=template,
        kind=kind,
        subject_kind=subject_kind,
        subject=subject,
        office=office,
        programme_slug=programme_slug,
        series_id=series_id,
        specimen=registered.specimen,
        seal_id=None if registered.specimen else registered.seal,
        token=token,
        reserved_by=actor,
        not_before=now() + wait if wait else None,
    )
    audit.record(
        name="letter.reserved",
        subject_type="letter",
        subject_id=letter.public_id,
        actor=actor,
        data={
            "kind": kind,
            "subject": subject,
            "specimen": registered.specimen,
            "template": template.public_id,
            "inputs": letter.inputs_hash,
        },
    )
    outbox.enqueue(
        topic=MAKE,
        key=str(letter.public_id),
        payload={"letter": letter.public_id},
        queue=QUEUE,
        due_at=timezone.now() + wait if wait else None,
    )
    return letter


def _write(values: Values, **columns: Any) -> Letter:
    frozen = content.canonical(values)
    birth_date = str(values["birth_date"])
    number = str(values["number"])
    until = values.get("valid_until")
    return Letter.objects.create(
        **columns,
        number=number,
        inputs=frozen,
        inputs_hash=hashlib.sha256(frozen.encode()).hexdigest(),
        issue_date=date.fromisoformat(str(values["issue_date"])),
        valid_until=date.fromisoformat(str(until)) if until else None,
        title_ko=values["letter_title_ko"],
        title_en=values["letter_title_en"],
        masked_name=mask_name(str(values["candidate_name"])),
        birth_year=int(birth_date[:4]),
        birth_digest=birth_digest(number, birth_date),
        programme_name_ko=values["programme_name_ko"],
        programme_name_en=values["programme_name_en"],
        office_name_ko=values["office_name_ko"],
        office_name_en=values["office_name_en"],
        reserved_at=now(),
    )


def birth_digest(number: str, birth_date: str) -> str:
    """What proves that somebody knows the birth date, and still does when it has been erased."""
    return digest(f"{number}|{birth_date}", purpose=_BIRTH)


@transaction.atomic
def void(*, letter: Letter, actor: User | None, reason: str) -> Letter:
    """Give up a letter that nobody has received: its number stays a visible gap, with the reason.

    Idempotent. Raises NotReserved once it is visible, WrongState without a reason.
    """
    held = _lock(letter)
    if held.state == LetterState.VOID:
        return held
    if held.state != LetterState.RESERVED:
        raise NotReserved(_("이미 교부된 추천서는 결번으로 처리할 수 없습니다."))
    if not reason.strip():
        raise WrongState(_("결번 사유를 적어 주세요."))
    held.state = LetterState.VOID
    held.voided_at = now()
    held.ended_by = actor
    held.end_reason = reason.strip()[:500]
    held.save(update_fields=["state", "voided_at", "ended_by", "end_reason"])
    audit.record(
        name="letter.void",
        subject_type="letter",
        subject_id=held.public_id,
        actor=actor,
        data={"subject": held.subject, "series": held.series_id},
        note=reason,
    )
    return held


def make_visible(*, letter: Letter) -> Letter:
    """Let the finished letter be seen: its legal arrival, `delivered_at`. Idempotent.

    In the caller's transaction, which holds the subject's locks and has checked that it is still
    approved. Raises WrongState when the letter is not reserved, or has no registered file.
    """
    _in_transaction("make_visible")
    held = _lock(letter)
    if held.state == LetterState.VALID:
        return held
    file = held.current_file()
    early = held.not_before is not None and now() < held.not_before
    if held.state != LetterState.RESERVED or file is None or early:
        raise WrongState(_("아직 교부할 수 있는 추천서가 아닙니다."))
    held.state = LetterState.VALID
    held.delivered_at = now()
    held.save(update_fields=["state", "delivered_at"])
    audit.record(
        name="letter.delivered",
        subject_type="letter",
        subject_id=held.public_id,
        data={"subject": held.subject, "file": file.sha256, "revision": file.revision},
    )
    return held


def lift_notice(*, letter: Letter, actor: User, reason: str) -> Letter:
    """End a notice of refusal or return whose decision stands no more. Idempotent.

    In the caller's transaction. Raises WrongState for a letter of another kind, one that nobody
    has received, or without a reason.
    """
    _in_transaction("lift_notice")
    held = _lock(letter)
    if held.state == LetterState.REVOKED:
        return held
    if held.kind not in NOTICES or held.state != LetterState.VALID or not reason.strip():
        raise WrongState(_("효력을 거둘 수 있는 통지서가 아닙니다."))
    held.state, held.ended_at, held.ended_by = LetterState.REVOKED, now(), actor
    held.end_reason = reason.strip()[:500]
    held.save(update_fields=["state", "ended_at", "ended_by", "end_reason"])
    audit.record(
        name="letter.notice_lifted",
        subject_type="letter",
        subject_id=held.public_id,
        actor=actor,
        data={"subject": held.subject, "kind": held.kind},
        note=reason,
    )
    return held


def read_file(
    letter: Letter, *, actor: User | None = None, address: str = "", detail: str = ""
) -> bytes:
    """The newest signed PDF of a letter that has been delivered, its hash checked; logged.

    Raises WrongState before delivery or after erasure, WrongBytes and files.errors.FilesError
    when storage does not give back what was written.
    """
    file = letter.current_file()
    if letter.delivered_at is None or file is None or file.stored is None:
        raise WrongState(_("내려받을 수 있는 추천서 파일이 없습니다."))
    data = files.read(file.stored)
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise WrongBytes(_("저장된 추천서 파일이 발급한 것과 다릅니다. 담당자에게 알려 주세요."))
    audit.log_access(
        actor=actor,
        what="letter.downloaded",
        subject_type="letter",
        subject_id=letter.public_id,
        address=address,
        detail=detail,
    )
    return data


def frozen_values(letter: Letter) -> Values:
    """What the letter says, as frozen at sign-off. Raises WrongState after erasure."""
    if letter.inputs is None:
        raise WrongState(_("개인정보가 파기된 추천서입니다."))
    values: Values = json.loads(letter.inputs)
    return values


def _lock(letter: Letter) -> Letter:
    return Letter.objects.select_for_update(no_key=True, of=("self",)).get(pk=letter.pk)


def _in_transaction(what: str) -> None:
    if not connection.in_atomic_block:
        raise TransactionManagementError(f"{what} belongs in the caller's transaction.")
