"""Writing to the record: events, notes, the access log, and the erasing of notes."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from audit import guard
from audit.chain import Bad, Report, seal, sign_head, verify
from audit.models import AccessLog, ActorKind, Event, EventNote

__all__ = [
    "Bad",
    "Report",
    "erase_notes",
    "log_access",
    "log_access_to_all",
    "note_digest",
    "record",
    "seal",
    "sign_head",
    "verify",
    "writing",
]

INSERT = (
    "INSERT INTO audit_event (public_id, at, name, subject_type, subject_id, actor_id,"
    " actor_kind, data, note_digest)"
)
VALUES = (
    "%(event_id)s, %(event_at)s, %(event_name)s, %(event_type)s, {}, %(event_actor)s,"
    " 'user', %(event_data)s::jsonb, ''"
)


def record(
    *,
    name: str,
    subject_type: str,
    subject_id: UUID,
    actor: Any = None,
    actor_kind: str = "",
    data: Mapping[str, Any] | None = None,
    note: str = "",
) -> Event:
    """Write down that something happened, in the caller's transaction.

    `name` is dotted (`application.submitted`). `data` holds codes, references, numbers and dates
    only. `note` holds words about people; it can be erased later without touching the chain.
    `actor_kind` defaults to `user` with an actor and to `system` without.
    Raises PersonalData.
    """
    actor_id = getattr(actor, "pk", None)
    event = Event(
        name=guard.check_name(name, "The event's name"),
        subject_type=guard.check_name(subject_type, "The subject's type"),
        subject_id=subject_id,
        actor_id=actor_id,
        actor_kind=actor_kind or (ActorKind.USER if actor_id else ActorKind.SYSTEM),
        data=guard.clean(data or {}),
    )
    note = note.replace("\x00", "").strip()
    if not note:
        event.save(force_insert=True)
        return event
    salt = secrets.token_hex(16)
    event.note_digest = note_digest(salt, note)
    with transaction.atomic(savepoint=False):
        event.save(force_insert=True)
        EventNote(event=event, text=note, salt=salt).save(force_insert=True)
    return event


@dataclass(frozen=True)
class Writing:
    """An event that another statement writes together with what it records: `statement` is an
    INSERT to be one of its parts, `given` the values that it names."""

    statement: str
    given: dict[str, Any]


def writing(
    *,
    name: str,
    subject_type: str,
    subject: str,
    source: str,
    actor: Any,
    data: Mapping[str, Any] | None = None,
) -> Writing:
    """The same as `record` without a note, for PostgreSQL: one event for each row of `source`,
    with the column `subject` of it as its subject. Both are SQL, never anybody's input.
    Raises PersonalData.
    """
    given = {
        "event_id": uuid4(),
        "event_at": timezone.now(),
        "event_name": guard.check_name(name, "The event's name"),
        "event_type": guard.check_name(subject_type, "The subject's type"),
        "event_actor": actor.pk,
        "event_data": json.dumps(guard.clean(data or {})),
    }
    return Writing(f"{INSERT} SELECT {VALUES.format(subject)} FROM {source}", given)  # noqa: S608


def note_digest(salt: str, text: str) -> str:
    """The digest by which a sealed event vouches for its note."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def erase_notes(*, subject_type: str, subject_id: UUID, actor: Any = None) -> int:
    """Erase the words about people on a subject's events; the events and the chain stay.

    Records `audit.notes_erased` with the number of notes, and returns it.
    """
    with transaction.atomic():
        erased, _ = EventNote.objects.filter(
            event__subject_type=subject_type, event__subject_id=subject_id
        ).delete()
        if erased:
            record(
                name="audit.notes_erased",
                subject_type=subject_type,
                subject_id=subject_id,
                actor=actor,
                data={"notes": erased},
            )
    return erased


def log_access(
    *,
    actor: Any,
    what: str,
    subject_type: str,
    subject_id: UUID,
    address: str = "",
    detail: str = "",
    once: str = "",
) -> None:
    """Log that somebody looked: `what` is dotted (`document.viewed`, `passport.unmasked`).

    `address` is where they came from, `detail` a code such as a document's reference. Of several
    with the same `once` only the first is written, however many come at the same moment.
    Raises PersonalData.
    """
    row = AccessLog(
        user_id=getattr(actor, "pk", None),
        what=guard.check_name(what, "What was done"),
        subject_type=guard.check_name(subject_type, "The subject's type"),
        subject_id=subject_id,
        address=address[:64],
        detail=guard.check_code(detail, "The detail"),
        once=once or None,
    )
    AccessLog.objects.bulk_create([row], ignore_conflicts=bool(once))


def log_access_to_all(
    *,
    actor: Any,
    what: str,
    subject_type: str,
    subject_ids: Iterable[UUID],
    address: str = "",
    detail: str = "",
) -> None:
    """`log_access` to many subjects, one row each, in one statement. Raises PersonalData."""
    said = {
        "user_id": getattr(actor, "pk", None),
        "what": guard.check_name(what, "What was done"),
        "subject_type": guard.check_name(subject_type, "The subject's type"),
        "address": address[:64],
        "detail": guard.check_code(detail, "The detail"),
    }
    AccessLog.objects.bulk_create([AccessLog(subject_id=one, **said) for one in subject_ids])
