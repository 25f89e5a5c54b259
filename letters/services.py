"""Writes of this room: reserving a letter, making it visible or void, handing its file out.

A letter is reserved in the transaction that signs the decision off; the PDF is made later by a
worker (letters.making) and shown by the room that knows the subject (letters.registry).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Office, User
from audit import services as audit
from files import services as files
from files.errors import FilesError
from letters import content, designs, ending, keys, rendering
from letters.ending import lift_notice, void
from letters.errors import CannotIssue, DesignError, WrongBytes, WrongState
from letters.freezing import (
    MAKE,
    QUEUE,
    birth_digest,
    frozen_values,
    in_transaction,
    lock,
    number_and_freeze,
    problems_without_seal,
)
from letters.models import Letter, LetterState
from notifications import outbox
from programs.calendar import now

__all__ = [
    "MAKE",
    "TIMESTAMP",
    "SealLook",
    "birth_digest",
    "draft_pdf",
    "frozen_values",
    "lift_notice",
    "look_at_seal",
    "make_visible",
    "problems",
    "prove_time",
    "read_file",
    "reserve",
    "void",
]

TIMESTAMP = "letters.timestamp"


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
    found = problems_without_seal(office, letter_def, inputs, on, registered)
    if seal is None:
        seal = look_at_seal(office) if registered.seal else SealLook(None)
    elif registered.seal != seal.seal:
        return [*found, _("관인이 방금 바뀌었습니다. 초안을 다시 확인하고 결재해 주세요.")]
    return [*found, seal.problem] if seal.problem else found


def draft_pdf(
    *,
    office: Office,
    letter_def: Mapping[str, Any],
    inputs: Mapping[str, object],
    on: date,
    replaces: Letter | None = None,
) -> bytes:
    """The letter as it would be, marked as a draft, without number, seal or signature.

    Takes a quarter of a second; not inside a transaction. Raises CannotIssue.
    """
    try:
        definition = content.Definition.read(letter_def)
        template = designs.current(definition.template, office)
        values = content.values_for(
            definition=definition, office=office, inputs=inputs, on=on, replaces=replaces
        )
        sheet = rendering.Sheet(
            template.html,
            template.css,
            values,
            mark="draft",
            seal=rendering.specimen_seal(),
            logo=bytes(template.logo),
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
    in_transaction("reserve")
    living = Letter.objects.filter(
        subject=subject, kind=kind, state__in=[LetterState.RESERVED, LetterState.VALID]
    ).first()
    if living is not None:
        return living
    return number_and_freeze(
        kind=kind,
        subject_kind=subject_kind,
        subject=subject,
        office=office,
        programme_slug=programme_slug,
        letter_def=letter_def,
        inputs=inputs,
        on=on,
        actor=actor,
        wait=wait,
    )


def make_visible(*, letter: Letter) -> Letter:
    """Let the finished letter be seen: its legal arrival, `delivered_at`. Idempotent.

    In the caller's transaction, which holds the subject's locks and has checked that it is still
    approved. The letter in whose place it stands ends in the same moment. Raises WrongState when
    the letter is not reserved, or has no registered file.
    """
    in_transaction("make_visible")
    # Before the letters themselves, by the order of locks.
    asked = ending.lock_open(letter.supersedes_id) if letter.supersedes_id else None
    held = lock(letter)
    if held.state == LetterState.VALID:
        return held
    file = held.current_file()
    early = held.not_before is not None and now() < held.not_before
    if held.state != LetterState.RESERVED or file is None or early:
        raise WrongState(_("아직 교부할 수 있는 추천서가 아닙니다."))
    if held.supersedes_id is not None:
        ending.give_way(held, asked)
    held.state = LetterState.VALID
    held.delivered_at = now()
    held.save(update_fields=["state", "delivered_at"])
    audit.record(
        name="letter.delivered",
        subject_type="letter",
        subject_id=held.public_id,
        data={"subject": held.subject, "file": file.sha256, "revision": file.revision},
    )
    prove_time(held)
    return held


def prove_time(letter: Letter) -> bool:
    """Have the file time-stamped in the background, where there is a server; False where not.

    In the caller's transaction. A repeat changes nothing.
    """
    if not settings.LETTER_TIMESTAMP_URL:
        return False
    outbox.enqueue(
        topic=TIMESTAMP,
        key=str(letter.public_id),
        payload={"letter": letter.public_id},
        queue=QUEUE,
    )
    return True


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
