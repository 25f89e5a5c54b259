"""Sealing, keyed digests, sealed fields, and the keys behind them."""

import base64
import json
import os
import threading
import uuid

import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection, models

from audit import checks, crypto, keyring
from audit.errors import KeysMissing
from audit.fields import SealedJSONField, SealedTextField

BIND = "candidates.passport:1"


@pytest.fixture
def keys(tmp_path, settings):
    """Keys of this test's own."""
    settings.KEYS_DIR = tmp_path / "keys"
    keyring.reload()
    yield settings.KEYS_DIR
    keyring.reload()


def key():
    return base64.b64encode(os.urandom(32)).decode()


def test_what_is_sealed_opens_again_and_does_not_show(keys):
    sealed = crypto.seal(b"M12345678", bind=BIND)
    assert b"M12345678" not in sealed
    assert crypto.unseal(sealed, bind=BIND) == b"M12345678"
    assert crypto.seal(b"M12345678", bind=BIND) != sealed
    assert crypto.unseal(crypto.seal(b"", bind=BIND), bind=BIND) == b""


def test_sealed_bytes_open_nowhere_else(keys):
    sealed = crypto.seal(b"M12345678", bind=BIND)
    with pytest.raises(crypto.Unreadable):
        crypto.unseal(sealed, bind="candidates.passport:2")


def test_every_changed_byte_is_noticed(keys):
    sealed = crypto.seal(b"word", bind=BIND)
    for index in range(len(sealed)):
        changed = bytearray(sealed)
        changed[index] ^= 1
        with pytest.raises(crypto.Unreadable):
            crypto.unseal(bytes(changed), bind=BIND)
    for length in range(len(sealed)):
        with pytest.raises(crypto.Unreadable):
            crypto.unseal(sealed[:length], bind=BIND)


def test_a_new_key_seals_and_old_ones_still_open(keys):
    old = crypto.seal(b"old", bind=BIND)
    path = keys / "data_keys.json"
    ring = json.loads(path.read_text())
    was = ring["current"]
    ring["keys"]["2027"] = key()
    ring["current"] = "2027"
    path.write_text(json.dumps(ring))
    keyring.reload()
    new = crypto.seal(b"new", bind=BIND)
    assert (crypto.key_id(old), crypto.key_id(new)) == (was, "2027")
    assert crypto.unseal(old, bind=BIND) == b"old"
    del ring["keys"][was]
    path.write_text(json.dumps(ring))
    keyring.reload()
    assert crypto.unseal(new, bind=BIND) == b"new"
    with pytest.raises(crypto.Unreadable, match="no data key"):
        crypto.unseal(old, bind=BIND)


def test_a_key_added_while_this_process_runs_is_found(keys):
    crypto.seal(b"x", bind=BIND)
    path = keys / "data_keys.json"
    ring = json.loads(path.read_text())
    before = keyring.data_keys()
    ring["keys"]["2027"], ring["current"] = key(), "2027"
    path.write_text(json.dumps(ring))
    keyring.reload()
    new = crypto.seal(b"new", bind=BIND)
    keyring.reload()
    assert before.current != "2027"
    assert crypto.unseal(new, bind=BIND) == b"new"


def test_a_digest_finds_equal_numbers_of_one_purpose_and_needs_the_key(keys):
    first = crypto.digest("M12345678", purpose="passport")
    assert first == crypto.digest(crypto.normalised(" m1234-5678 "), purpose="passport")
    assert first == crypto.digest(crypto.normalised("Ｍ１２３４５６７８"), purpose="passport")
    assert first != crypto.digest("M12345678", purpose="registration")
    assert len(first) == 64
    (keys / "data_keys.json").unlink()
    keyring.reload()
    assert first != crypto.digest("M12345678", purpose="passport")


def test_a_demonstration_makes_its_keys_once_and_for_its_owner_alone(keys):
    assert keyring.data_keys() == keyring.data_keys()
    made = keyring.data_keys()
    keyring.reload()
    assert keyring.data_keys() == made
    assert (keys / "data_keys.json").stat().st_mode & 0o777 == 0o600
    assert keys.stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in keys.iterdir()) == ["data_keys.json"]


def test_processes_that_start_together_agree_on_the_keys(keys):
    found, start = [], threading.Barrier(8)

    def first_use():
        start.wait(10)
        found.append(keyring._ring("data_keys", keyring._new_data_keys)["current"])

    threads = [threading.Thread(target=first_use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_production_never_makes_keys(keys, settings):
    settings.DEMONSTRATION = False
    with pytest.raises(KeysMissing, match="CHUCHEON_DATA_KEYS"):
        crypto.seal(b"x", bind=BIND)
    assert not keys.exists()
    assert [error.id for error in checks.keys_present()] == ["audit.E002", "audit.E003"]


def test_keys_may_come_from_the_environment(keys, settings, monkeypatch):
    settings.DEMONSTRATION = False
    ring = {"current": "a", "keys": {"a": key()}, "index": key()}
    monkeypatch.setenv("CHUCHEON_DATA_KEYS", json.dumps(ring))
    heads = {"current": "h", "keys": {"h": key()}}
    monkeypatch.setenv("CHUCHEON_HEAD_KEYS", json.dumps(heads))
    assert crypto.key_id(crypto.seal(b"x", bind=BIND)) == "a"
    assert checks.keys_present() == []


@pytest.mark.parametrize(
    "ring",
    [
        "not json",
        "[]",
        {"current": "a", "keys": {}, "index": key()},
        {"current": "b", "keys": {"a": key()}, "index": key()},
        {"current": "a", "keys": {"a": "short"}, "index": key()},
        {"current": "a", "keys": {"a": key()}},
        {"current": "a" * 64, "keys": {"a" * 64: key()}, "index": key()},
        {"current": "a", "keys": {"a": "A" * 43 + "="}, "index": "A" * 43 + "="},
    ],
)
def test_a_ring_that_is_not_well_formed_says_so(keys, monkeypatch, ring):
    text = ring if isinstance(ring, str) else json.dumps(ring)
    monkeypatch.setenv("CHUCHEON_DATA_KEYS", text)
    with pytest.raises(ValueError):
        keyring.data_keys()


# --- Fields ---------------------------------------------------------------------------------


class Secretive(models.Model):
    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    passport = SealedTextField(null=True)
    inputs = SealedJSONField(null=True)
    word = models.CharField(max_length=20, default="")

    class Meta:
        app_label = "audit"
        managed = False
        db_table = "secretive"

    def __str__(self) -> str:
        return str(self.public_id)


@pytest.fixture
def table(keys, db):
    with connection.schema_editor(atomic=False) as editor:
        editor.create_model(Secretive)


def raw(column):
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM secretive ORDER BY id')
        return [None if value is None else bytes(value) for (value,) in cursor.fetchall()]


def test_a_sealed_field_is_plain_in_python_and_sealed_in_the_table(table):
    row = Secretive.objects.create(passport="M12345678", inputs={"이름": ["홍길동"]})
    assert row.passport == "M12345678"
    loaded = Secretive.objects.get()
    assert (loaded.passport, loaded.inputs) == ("M12345678", {"이름": ["홍길동"]})
    assert b"M12345678" not in raw("passport")[0]
    assert "홍길동".encode() not in raw("inputs")[0]


def test_an_unchanged_value_is_not_sealed_again_and_a_changed_one_is(table):
    Secretive.objects.create(passport="M12345678")
    before = raw("passport")
    row = Secretive.objects.get()
    row.word = "other"
    row.save()
    assert raw("passport") == before
    row.passport = "M87654321"
    row.save(update_fields=["passport"])
    assert raw("passport") != before
    assert Secretive.objects.get().passport == "M87654321"


def test_empty_and_absent_differ(table):
    Secretive.objects.create(passport="")
    Secretive.objects.create(passport=None)
    assert [row.passport for row in Secretive.objects.order_by("id")] == ["", None]
    assert Secretive.objects.filter(passport__isnull=True).count() == 1


def test_bytes_copied_to_another_row_do_not_open(table):
    first = Secretive.objects.create(passport="M12345678")
    second = Secretive.objects.create(passport="M87654321")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE secretive SET passport = (SELECT passport FROM secretive WHERE id = %s)",
            [first.pk],
        )
    assert Secretive.objects.get(pk=first.pk).passport == "M12345678"
    with pytest.raises(crypto.Unreadable):
        _ = Secretive.objects.get(pk=second.pk).passport


def test_a_list_of_rows_opens_nothing_it_does_not_show(table, monkeypatch):
    Secretive.objects.create(passport="M12345678")
    monkeypatch.setattr(crypto, "unseal", lambda *_, **__: pytest.fail("opened"))
    assert [row.word for row in Secretive.objects.all()] == [""]


def test_a_deferred_value_is_loaded_when_read(table):
    Secretive.objects.create(passport="M12345678")
    assert Secretive.objects.defer("passport", "public_id").get().passport == "M12345678"
    row = Secretive.objects.only("word").get()
    row.save()
    assert Secretive.objects.get().passport == "M12345678"


def test_bulk_create_seals_each_row(table):
    Secretive.objects.bulk_create([Secretive(passport=f"M1234567{n}") for n in range(3)])
    assert [row.passport[-1] for row in Secretive.objects.order_by("id")] == ["0", "1", "2"]
    assert not any(b"M1234567" in value for value in raw("passport"))


@pytest.mark.parametrize(
    "use",
    [
        lambda: Secretive.objects.update(passport="M12345678"),
        lambda: Secretive.objects.filter(passport="M12345678").exists(),
        lambda: Secretive.objects.filter(passport__contains="M1").exists(),
        lambda: Secretive.objects.filter(passport__in=["M1"]).exists(),
    ],
)
def test_what_would_compare_or_write_without_a_row_is_refused(table, use):
    with pytest.raises(FieldError, match="sealed"):
        use()


def test_bulk_update_is_refused_rather_than_written_plain(table):
    row = Secretive.objects.create(passport="M12345678")
    row.passport = "M87654321"
    with pytest.raises(FieldError, match="sealed"):
        Secretive.objects.bulk_update([row], ["passport"])


def test_a_fixture_is_refused_rather_than_written_plain(table):
    Secretive.objects.create(passport="M12345678")
    with pytest.raises(FieldError, match="sealed"):
        serializers.serialize("json", Secretive.objects.all())


def test_only_strings_go_into_a_text_field(table):
    with pytest.raises(TypeError):
        Secretive.objects.create(passport=12345678)
