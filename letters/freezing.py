"""A letter's number and what it says, frozen in one row: the only way a letter begins."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.transaction import TransactionManagementError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Office, User
from audit import services as audit
from audit.crypto import digest
from audit.masking import mask_name
from letters import content, designs, fonts, keys, markup, sql
from letters.errors import CannotIssue, DesignError, WrongState
from letters.models import EarlierLetter, Letter
from letters.tokens import new_token
from letters.variables import Values
from notifications import outbox
from programs.calendar import now

MAKE = "letters.make"
QUEUE = "letters"
_BIRTH = "letter.birth_date"


def problems_without_seal(
    office: Office,
    letter_def: Mapping[str, Any],
    inputs: Mapping[str, object],
    on: date,
    registered: keys.Registered,
) -> list[str]:
    """Reads the database and memory only, so it is quick enough for the sign-off itself."""
    try:
        definition = content.Definition.read(letter_def)
        template = designs.current(definition.template, office)
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


def number_and_freeze(
    *,
    kind: str,
    subject_kind: str,
    subject: UUID,
    office: Office,
    programme_slug: str,
    letter_def: Mapping[str, Any],
    inputs: Mapping[str, object],
    on: date,
    actor: User | None,
    wait: timedelta = timedelta(0),
    supersedes: Letter | None = None,
) -> Letter:
    """A new letter with the next number, and its row in the outbox. One that `supersedes` another
    names its number and is valid no longer than that one. As `reserve`."""
    registered = keys.registered(office)
    if found := problems_without_seal(office, letter_def, inputs, on, registered):
        raise CannotIssue(found)
    definition = content.Definition.read(letter_def, programme_slug=programme_slug)
    template = designs.current(definition.template, office)
    series_id, place = sql.take_number(office_id=office.pk, name=definition.series, year=on.year)
    number = definition.number(year=on.year, number=place)
    if (
        Letter.objects.filter(number=number).exists()
        or EarlierLetter.objects.filter(number=number).exists()
    ):
        raise CannotIssue([_("이미 쓰인 발급번호입니다: %(number)s") % {"number": number}])
    token = new_token()
    values = content.values_for(
        definition=definition,
        office=office,
        inputs=inputs,
        on=on,
        number=number,
        token=token,
        replaces=supersedes,
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
        supersedes=supersedes,
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
            **({"supersedes": supersedes.public_id} if supersedes else {}),
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


def frozen_values(letter: Letter) -> Values:
    """What the letter says, as frozen at sign-off. Raises WrongState after erasure."""
    if letter.inputs is None:
        raise WrongState(_("개인정보가 파기된 추천서입니다."))
    values: Values = json.loads(letter.inputs)
    return values


def lock(letter: Letter) -> Letter:
    return Letter.objects.select_for_update(no_key=True, of=("self",)).get(pk=letter.pk)


def in_transaction(what: str) -> None:
    if not connection.in_atomic_block:
        raise TransactionManagementError(f"{what} belongs in the caller's transaction.")
