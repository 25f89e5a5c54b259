"""Append-only tables: what only PostgreSQL can do to them."""

import pytest
from django.db import IntegrityError, connection, transaction

from audit import triggers
from audit.models import Event
from tests.audit.test_record import record


def test_truncate_is_refused(db):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute("TRUNCATE audit_event CASCADE")


@pytest.mark.parametrize(
    "sabotage",
    [
        "ALTER TABLE audit_event DISABLE TRIGGER USER",
        """CREATE OR REPLACE FUNCTION chucheon_append_only() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RETURN NULL; END $$""",
    ],
)
def test_a_trigger_that_does_nothing_is_noticed_and_put_back(db, sabotage):
    connection.cursor().execute(sabotage)
    assert "audit_event" in {trigger.table for trigger in triggers.missing(connection)}
    triggers.put_back(connection)
    assert triggers.missing(connection) == []
    record()
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.update(name="changed")


def test_a_rule_whose_function_was_emptied_is_noticed_and_put_back(db):
    """Rows over several of which a rule is laid; `overlap` is that of the clock's segments."""
    named = {trigger.name for trigger in _of("applications_clocksegment")}
    assert named
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE tgname = %s",
            [min(named)],
        )
        (function,) = cursor.fetchone()
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NEW; END $$"
        )
    assert {trigger.name for trigger in triggers.missing(connection)} == named
    triggers.put_back(connection)
    assert triggers.missing(connection) == []


def _of(table):
    return triggers._wanted(connection)[table]
