"""The chain: each event's place and hash, the signed heads, and the proof.

Writers only insert events; the sealer, one at a time, gives each committed event the next place.
A transaction that commits late keeps its lower id and simply gets a later place: the chain orders
places, not ids. What the chain proves: no sealed event was changed, removed, added between or
moved since; and since the last signed head, not even by someone who can rewrite every table.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from audit import keyring
from audit.models import ChainHead, Event, EventNote, EventSeal
from audit.sql import vendor_sql

GENESIS = "0" * 64
# How far below the highest sealed id a quick pass looks for late commits. Anything later still is
# found by the full pass, daily and in `manage.py audit seal`.
REACH = 10_000
CHUNK = 2_000
COLUMNS = (
    "id",
    "public_id",
    "at",
    "name",
    "subject_type",
    "subject_id",
    "actor_id",
    "actor_kind",
    "data",
    "note_digest",
)


@dataclass(frozen=True)
class Bad:
    """The first place that does not hold. `event` is the event's public id, where there is one."""

    place: int
    why: str
    event: str = ""


@dataclass(frozen=True)
class Report:
    """`rows` is the number of sealed events that hold, `head` the hash of the last of them."""

    ok: bool
    rows: int
    head: str
    unsealed: int
    first_bad: Bad | None = None


def hash_of(place: int, prev: str, event: tuple[Any, ...]) -> str:
    """SHA-256 (hex) over canonical JSON of place, previous hash and the event's columns."""
    values = dict(zip(COLUMNS, event, strict=True))
    values["at"] = values["at"].astimezone(UTC).isoformat(timespec="microseconds")
    values["public_id"] = str(values["public_id"])
    values["subject_id"] = str(values["subject_id"])
    text = json.dumps(
        {"event": values, "place": place, "prev": prev, "v": 1},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def seal(*, limit: int = 1000, everything: bool = False) -> int:
    """Give up to `limit` committed, unsealed events their places; return how many.

    One sealer at a time; a second waits. With `everything` it looks below REACH too, which reads
    the whole table. Never call it inside a transaction: it would keep other sealers waiting.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        vendor_sql(connection).be_the_only_sealer(cursor)
        last = EventSeal.objects.order_by("-place").values_list("place", "hash").first()
        place, prev = last or (0, GENESIS)
        waiting = Event.objects.filter(seal=None).order_by("id")
        if not everything:
            highest = EventSeal.objects.aggregate(Max("event_id"))["event_id__max"] or 0
            waiting = waiting.filter(id__gt=highest - REACH)
        seals = []
        for event in waiting.values_list(*COLUMNS)[:limit]:
            place += 1
            digest = hash_of(place, prev, event)
            seals.append(EventSeal(place=place, event_id=event[0], prev=prev, hash=digest))
            prev = digest
        EventSeal.objects.bulk_create(seals)
        return len(seals)


def seal_all() -> int:
    """Seal whatever is committed, in as many transactions as it takes; return how many."""
    total = 0
    while sealed := seal(limit=CHUNK, everything=True):
        total += sealed
    return total


def sign_head() -> ChainHead | None:
    """Seal everything, then sign today's head, once a day (UTC). None when there is no event.

    Raises KeysMissing in production without a key.
    """
    today = datetime.now(UTC).date()
    if head := ChainHead.objects.filter(day=today).first():
        return head
    seal_all()
    last = EventSeal.objects.order_by("-place").first()
    if last is None:
        return None
    keys = keyring.head_keys()
    message = _head_message(today.isoformat(), last.place, last.hash)
    head, _ = ChainHead.objects.get_or_create(
        day=today,
        defaults={
            "place": last.place,
            "hash": last.hash,
            "key_id": keys.current,
            "signature": keys.private.sign(message),
            "signed_at": timezone.now(),
        },
    )
    return head


def verify(*, expected: tuple[int, str] | None = None) -> Report:
    """Recompute the whole chain and check every signed head and every note still there.

    `expected` is a place and hash somebody wrote down elsewhere: finds a chain whose end, and
    whose signed heads, were removed together. Stops at the first bad row. Sealed rows never
    change, so it needs no snapshot and holds nobody up.
    """
    heads = {head.place: head for head in ChainHead.objects.order_by("day")}
    marks = {place: head.hash for place, head in heads.items()}
    if expected:
        marks[expected[0]] = marks.get(expected[0], expected[1])
    rows, prev = 0, GENESIS
    for problem, place, digest in _links():
        bad = problem or _bad_mark(place, digest, heads.get(place), marks.get(place), expected)
        if bad:
            return Report(False, rows, prev, _unsealed(), bad)
        rows, prev = place, digest
    bad = next(
        (Bad(place, "a known head lies beyond the end") for place in sorted(marks) if place > rows),
        None,
    )
    return Report(bad is None, rows, prev, _unsealed(), bad)


def _links() -> Iterator[tuple[Bad | None, int, str]]:
    """Walk the chain by place: (what is wrong or None, place, hash)."""
    last = EventSeal.objects.aggregate(Max("place"))["place__max"] or 0
    place, prev = 0, GENESIS
    while place < last:
        seals = list(
            EventSeal.objects.filter(place__gt=place, place__lte=last)
            .order_by("place")
            .values_list("place", "event_id", "prev", "hash")[:CHUNK]
        )
        ids = [seal[1] for seal in seals]
        events = {row[0]: row for row in Event.objects.filter(id__in=ids).values_list(*COLUMNS)}
        notes = {
            note.event_id: note for note in EventNote.objects.filter(event_id__in=ids).iterator()
        }
        for found, event_id, claimed, digest in seals:
            place += 1
            event = events.get(event_id)
            why = ""
            if found != place:
                why = f"the place is missing, the next is {found}"
            elif event is None:
                why = "its event is missing"
            elif claimed != prev:
                why = "it does not follow the place before"
            elif hash_of(place, prev, event) != digest:
                why = "the event is not what was sealed"
            elif event_id in notes and _note_differs(notes[event_id], event):
                why = "the event's note is not what was written"
            yield (
                Bad(place, why, str(event[1]) if event else "") if why else None,
                place,
                digest,
            )
            prev = digest


def _note_differs(note: EventNote, event: tuple[Any, ...]) -> bool:
    written = hashlib.sha256(f"{note.salt}\n{note.text}".encode()).hexdigest()
    return written != event[COLUMNS.index("note_digest")]


def _bad_mark(
    place: int,
    digest: str,
    head: ChainHead | None,
    mark: str | None,
    expected: tuple[int, str] | None,
) -> Bad | None:
    if mark is not None and mark != digest:
        return Bad(place, "the hash is not the one that was signed or noted")
    if expected and expected[0] == place and expected[1] != digest:
        return Bad(place, "the hash is not the one that was noted")
    if head is None:
        return None
    public = keyring.head_keys().public.get(head.key_id)
    if public is None:
        return Bad(place, f"the head of {head.day} names an unknown key")
    try:
        public.verify(
            bytes(head.signature), _head_message(head.day.isoformat(), head.place, head.hash)
        )
    except InvalidSignature:
        return Bad(place, f"the signature of the head of {head.day} is wrong")
    return None


def _head_message(day: str, place: int, digest: str) -> bytes:
    return json.dumps(
        {"chain": "chucheon audit", "day": day, "hash": digest, "place": place, "v": 1},
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


def _unsealed() -> int:
    return Event.objects.filter(seal=None).count()
