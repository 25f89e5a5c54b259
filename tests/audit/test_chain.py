"""The chain of events: sealing, signed heads, and what tampering leaves to be found."""

import base64
import json
import uuid
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from audit import chain, keyring, services, triggers
from audit.models import ChainHead, Event, EventNote, EventSeal
from tests.audit.test_record import record

pytestmark = pytest.mark.sqlite


def audit(*arguments):
    """The command's exit code and what it printed."""
    out = StringIO()
    try:
        call_command("audit", *arguments, stdout=out, stderr=StringIO())
    except SystemExit as end:
        return end.code, out.getvalue().strip()
    return 0, out.getvalue().strip()


@pytest.fixture
def ten(db):
    """Ten sealed events, the third with a note."""
    events = [record(data={"n": n}, note="말" if n == 3 else "") for n in range(1, 11)]
    assert services.seal() == 10
    return events


def tamper(sql, *params):
    """Change a table as someone would who owns the database and switches its triggers off."""
    with triggers.suspended(connection), connection.cursor() as cursor:
        cursor.execute(sql, params)


def first_bad():
    report = services.verify()
    assert not report.ok
    return report.first_bad.place, report.first_bad.why


def test_an_empty_record_is_whole(db):
    assert audit("verify") == (0, f"ok 0 {'0' * 64} 0")


def test_sealing_gives_places_and_links_in_order(ten):
    seals = list(EventSeal.objects.values_list("place", "event_id", "prev", "hash"))
    assert [(place, event) for place, event, _, _ in seals] == [
        (n, event.pk) for n, event in enumerate(ten, 1)
    ]
    assert [prev for _, _, prev, _ in seals] == ["0" * 64, *(seal[3] for seal in seals[:-1])]
    assert len({seal[3] for seal in seals}) == 10
    assert services.seal() == 0


def test_verify_says_how_many_are_not_sealed_yet(ten):
    record()
    head = EventSeal.objects.get(place=10).hash
    assert audit("verify") == (0, f"ok 10 {head} 1")
    code, text = audit("verify", "--json")
    assert code == 0
    assert json.loads(text) == {
        "ok": True,
        "rows": 10,
        "head": head,
        "unsealed": 1,
        "first_bad": None,
        "unprotected": [],
    }


def test_the_command_seals_everything(ten, monkeypatch):
    monkeypatch.setattr(chain, "CHUNK", 2)
    for _ in range(5):
        record()
    assert audit("seal") == (0, "5")
    assert audit("verify")[1].startswith("ok 15 ")


def test_the_hash_does_not_depend_on_the_order_of_keys_or_the_zone(ten, settings):
    before = services.verify()
    settings.TIME_ZONE = "UTC"
    assert services.verify() == before


@pytest.mark.parametrize(
    "change",
    [
        "name = 'application.approved'",
        "at = '2020-01-01 00:00:00+00:00'",
        "subject_type = 'letter'",
        "subject_id = '00000000-0000-4000-8000-000000000000'",
        "actor_kind = 'public'",
        """data = '{"n": 50}'""",
        "public_id = '00000000-0000-4000-8000-000000000000'",
        "note_digest = 'x'",
    ],
)
def test_a_changed_event_is_found(ten, change):
    if connection.vendor == "sqlite":
        change = change.replace("-", "") if "_id = '0" in change else change
    tamper(f"UPDATE audit_event SET {change} WHERE id = %s", ten[4].pk)
    assert first_bad() == (5, "the event is not what was sealed")
    assert audit("verify") == (
        3,
        f"bad 5 {Event.objects.get(pk=ten[4].pk).public_id} the event is not what was sealed",
    )


def test_a_changed_note_is_found_and_an_erased_one_is_not_missed(ten):
    tamper("UPDATE audit_eventnote SET text = 'x'")
    assert first_bad() == (3, "the event's note is not what was written")
    EventNote.objects.all().delete()
    assert services.verify().ok


def test_a_note_added_later_is_found(ten):
    EventNote.objects.create(event=ten[6], text="나중에 붙인 말", salt="0" * 32)
    assert first_bad() == (7, "the event's note is not what was written")


def test_a_deleted_event_is_found(ten):
    tamper("DELETE FROM audit_eventseal WHERE place = 5")
    tamper("DELETE FROM audit_event WHERE id = %s", ten[4].pk)
    assert first_bad() == (5, "the place is missing, the next is 6")


def test_a_deleted_event_is_found_even_when_the_places_close_up(ten):
    tamper("DELETE FROM audit_eventseal WHERE place = 5")
    for place in range(6, 11):
        tamper("UPDATE audit_eventseal SET place = %s WHERE place = %s", place - 1, place)
    assert first_bad() == (5, "it does not follow the place before")


def test_an_inserted_row_is_found(ten):
    for place in range(10, 5, -1):
        tamper("UPDATE audit_eventseal SET place = %s WHERE place = %s", place + 1, place)
    prev = EventSeal.objects.get(place=5).hash
    forged = Event.objects.create(
        name="letter.issued", subject_type="letter", subject_id=uuid.uuid4(), actor_kind="system"
    )
    tamper("UPDATE audit_eventseal SET prev = %s WHERE place = 7", "f" * 64)
    row = Event.objects.filter(pk=forged.pk).values_list(*chain.COLUMNS).get()
    digest = chain.hash_of(6, prev, row)
    EventSeal.objects.create(place=6, event=forged, prev=prev, hash=digest)
    assert first_bad() == (7, "it does not follow the place before")


def test_reordered_rows_are_found(ten):
    prev = EventSeal.objects.get(place=3).hash
    after = EventSeal.objects.get(place=6).prev
    tamper("DELETE FROM audit_eventseal WHERE place IN (4, 5)")
    EventSeal.objects.create(place=4, event=ten[4], prev=prev, hash="a" * 64)
    EventSeal.objects.create(place=5, event=ten[3], prev="a" * 64, hash=after)
    assert first_bad() == (4, "the event is not what was sealed")


def test_the_chain_cannot_fork(ten):
    event = record()
    with pytest.raises(IntegrityError), transaction.atomic():
        EventSeal.objects.create(
            place=11, event=event, prev=EventSeal.objects.get(place=10).prev, hash="a" * 64
        )


def test_a_removed_end_is_found_by_the_signed_head_or_one_noted_elsewhere(ten):
    head = services.sign_head()
    noted = f"{head.place}:{head.hash}"
    assert services.verify().ok
    assert audit("sign") == (0, noted)
    tamper("DELETE FROM audit_eventseal WHERE place > 8")
    assert first_bad() == (10, "a known head lies beyond the end")
    tamper("DELETE FROM audit_chainhead")
    assert services.verify().ok  # nothing inside this database could know
    assert audit("verify", "--head", noted)[0] == 3


def test_a_chain_rewritten_from_its_beginning_does_not_meet_its_signed_head(ten):
    services.sign_head()
    tamper("UPDATE audit_event SET name = 'a.lie' WHERE id = %s", ten[0].pk)
    tamper("DELETE FROM audit_eventseal WHERE place > 0")
    services.seal()
    place, why = first_bad()
    assert (place, why) == (10, "the hash is not the one that was signed or noted")
    # Who also rewrites the head lacks the key that is not in the database.
    tamper("UPDATE audit_chainhead SET hash = (SELECT hash FROM audit_eventseal WHERE place = 10)")
    assert first_bad()[1].startswith("the signature of the head of")


def test_a_head_signed_with_an_unknown_key_is_found(ten):
    services.sign_head()
    tamper("UPDATE audit_chainhead SET key_id = 'other'")
    assert "unknown key" in first_bad()[1]


def test_the_head_is_signed_once_a_day_and_seals_first(db):
    assert services.sign_head() is None
    record()
    head = services.sign_head()
    record()
    assert services.sign_head() == head
    assert ChainHead.objects.count() == 1
    assert head.place == 1


def test_an_old_head_verifies_with_the_public_half_alone(ten, tmp_path, settings):
    settings.KEYS_DIR = tmp_path
    keyring.reload()
    services.sign_head()
    ring = json.loads((tmp_path / "head_keys.json").read_text())
    old = keyring.head_keys()
    ring["public"][old.current] = base64.b64encode(
        old.public[old.current].public_bytes_raw()
    ).decode()
    ring["keys"] = {"new": keyring._random_key()}
    ring["current"] = "new"
    (tmp_path / "head_keys.json").write_text(json.dumps(ring))
    keyring.reload()
    assert services.verify().ok
    keyring.reload()


def test_an_old_event_committed_late_is_sealed_by_the_full_pass(db, monkeypatch):
    monkeypatch.setattr(chain, "REACH", 2)
    late, *others = [record() for _ in range(6)]
    # As if `late` had committed only now: everything after it is sealed already.
    with triggers.suspended(connection):
        Event.objects.filter(pk=late.pk).update(actor_kind="public")
    prev = chain.GENESIS
    sealed = Event.objects.exclude(pk=late.pk).values_list(*chain.COLUMNS)
    for place, event in enumerate(sealed, 1):
        digest = chain.hash_of(place, prev, event)
        EventSeal.objects.create(place=place, event_id=event[0], prev=prev, hash=digest)
        prev = digest
    assert services.seal() == 0
    assert services.verify().unsealed == 1
    assert chain.seal_all() == 1
    assert late.seal.place == len(others) + 1
    assert services.verify().ok
