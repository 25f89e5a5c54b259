"""Append-only tables, on both databases."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, connections, transaction
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite
from django.db.utils import DEFAULT_DB_ALIAS
from django.utils import timezone

from audit import checks, services, triggers
from audit.models import AccessLog, Event
from tests.audit.test_record import SUBJECT, record

pytestmark = pytest.mark.sqlite


@pytest.fixture(params=["default", "sqlite"])
def database(request, tmp_path, db):
    """The test database, and a SQLite file beside it."""
    if request.param == "default":
        yield connection
        return
    settings = {**connections.settings[DEFAULT_DB_ALIAS], "NAME": str(tmp_path / "t.sqlite3")}
    settings |= {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": {}, "CONN_MAX_AGE": 0}
    lite = SQLite(settings, "lite")
    connections["lite"] = lite
    yield lite
    lite.close()
    del connections["lite"]


@pytest.fixture
def table(database):
    """An empty table, protected as each test says."""
    run(database, "CREATE TABLE keep_me (id integer PRIMARY KEY, word text, state text, at text)")
    yield "keep_me"
    triggers.PROTECTED.pop("keep_me", None)


def run(database, sql, *params):
    with transaction.atomic(using=database.alias), database.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else None


def refused(database, sql, *params):
    with pytest.raises(IntegrityError, match="append-only"):
        run(database, sql, *params)
    return True


def test_a_protected_row_can_be_written_and_nothing_else(database, table):
    run(database, "INSERT INTO keep_me VALUES (1, 'before', '', '')")
    run(database, "UPDATE keep_me SET word = 'unprotected'")  # the rig can fail
    triggers.append_only(table)
    assert triggers.put_back(database)
    run(database, "INSERT INTO keep_me VALUES (2, 'after', '', '')")
    assert refused(database, "UPDATE keep_me SET word = 'changed' WHERE id = 1")
    assert refused(database, "DELETE FROM keep_me WHERE id = 2")
    assert run(database, "SELECT id, word FROM keep_me ORDER BY id") == [
        (1, "unprotected"),
        (2, "after"),
    ]


def test_rows_may_be_deleted_where_that_was_said(database, table):
    triggers.append_only(table, allow_delete=True)
    triggers.put_back(database)
    run(database, "INSERT INTO keep_me VALUES (1, 'word', '', '')")
    assert refused(database, "UPDATE keep_me SET word = 'x'")
    run(database, "DELETE FROM keep_me")
    assert run(database, "SELECT * FROM keep_me") == []


def test_named_columns_may_change_and_no_other(database, table):
    triggers.append_only(table, may_change=("state",))
    triggers.put_back(database)
    run(database, "INSERT INTO keep_me VALUES (1, NULL, 'reserved', '')")
    run(database, "UPDATE keep_me SET state = 'valid', word = NULL")
    assert refused(database, "UPDATE keep_me SET state = 'void', word = 'x'")
    assert refused(database, "UPDATE keep_me SET id = 2")
    assert run(database, "SELECT state FROM keep_me") == [("valid",)]


def test_a_column_that_does_not_exist_is_a_mistake(database, table):
    triggers.append_only(table, may_change=("stat",))
    with pytest.raises(ValueError, match="no column stat"):
        triggers.put_back(database)


def test_a_changed_rule_replaces_the_old_triggers(database, table):
    triggers.append_only(table)
    triggers.put_back(database)
    triggers.append_only(table, allow_delete=True)
    # Nothing is missing, but the old refusal to delete must go.
    assert triggers.missing(database) == []
    triggers.put_back(database)
    run(database, "INSERT INTO keep_me VALUES (1, 'word', '', '')")
    assert refused(database, "UPDATE keep_me SET state = 'x'")
    run(database, "DELETE FROM keep_me")
    triggers.append_only(table, may_change=("state",))
    triggers.put_back(database)
    run(database, "INSERT INTO keep_me VALUES (1, 'word', '', '')")
    run(database, "UPDATE keep_me SET state = 'x'")
    assert refused(database, "DELETE FROM keep_me")


def test_a_missing_trigger_is_an_error_of_the_system_check(database, table):
    triggers.append_only(table)
    triggers.put_back(database)
    assert checks.triggers_in_force(databases=[database.alias]) == []
    name = triggers._triggers(database, triggers.PROTECTED[table])[0].name
    on = f' ON "{table}"' if database.vendor == "postgresql" else ""
    run(database, f'DROP TRIGGER "{name}"{on}')
    (error,) = checks.triggers_in_force(databases=[database.alias])
    assert (error.id, table in error.msg) == ("audit.E001", True)
    assert triggers.put_back(database) == [name]
    assert checks.triggers_in_force(databases=[database.alias]) == []


def test_the_migrated_database_is_protected(db):
    assert triggers.missing(connection) == []
    event = record(note="말")
    services.seal()
    for change in (
        lambda: Event.objects.update(name="x"),
        lambda: Event.objects.all()._raw_delete(using="default"),
        lambda: event.note.__class__.objects.update(text="x"),
        lambda: event.seal.__class__.objects.update(hash="x"),
        event.seal.delete,
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()


def test_the_access_log_is_kept_two_years_and_never_changed(db):
    now = timezone.now()
    for days in (3, 729, 732):
        AccessLog.objects.create(
            at=now - timedelta(days=days), what="a.b", subject_type="c", subject_id=SUBJECT
        )
    old, kept, young = AccessLog.objects.order_by("at")
    for row in (kept, young):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            row.delete()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AccessLog.objects.update(what="x.y")
    old.delete()
    assert AccessLog.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_flush_empties_a_test_database_and_protects_it_again():
    record()
    call_command("flush", interactive=False, verbosity=0)
    assert not Event.objects.exists()
    assert triggers.missing(connection) == []


@pytest.mark.django_db(transaction=True)
def test_migrate_puts_back_what_was_lost():
    with triggers.suspended(connection):
        pass
    with connection.cursor() as cursor:
        triggers._drop(connection, cursor, "audit_event")
    assert triggers.missing(connection)
    call_command("migrate", verbosity=0, stdout=StringIO())
    assert triggers.missing(connection) == []


def test_production_is_never_flushed(db, settings):
    settings.DEMONSTRATION = False
    with pytest.raises(CommandError, match="append-only"):
        call_command("flush", interactive=False)
