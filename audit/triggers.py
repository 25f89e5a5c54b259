"""Append-only tables: the database itself refuses to change or delete their rows.

A room names its table once, in AppConfig.ready():

    append_only("programs_ledgerrow")
    append_only("letters_letter", may_change=("state", "delivered_at"))

After every migrate the triggers are put back (SQLite drops them when Django rebuilds a table),
and a system check errors when one is missing, switched off or out of date. A refused statement
raises IntegrityError on both databases.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from audit.sql import vendor_sql


@dataclass(frozen=True)
class Protection:
    """What must hold for a table.

    `may_change`: columns that may be updated; every other is fixed for ever.
    `delete_after`: (timestamp column, days): only rows older than that may be deleted.
    """

    table: str
    allow_delete: bool = False
    may_change: tuple[str, ...] = ()
    delete_after: tuple[str, int] | None = None


@dataclass(frozen=True)
class Trigger:
    """One trigger as SQL. Its name ends in a digest of that SQL, so a stale one is recognised."""

    table: str
    name: str
    create: str


PROTECTED: dict[str, Protection] = {}


def append_only(
    table: str,
    *,
    allow_delete: bool = False,
    may_change: tuple[str, ...] = (),
    delete_after: tuple[str, int] | None = None,
) -> None:
    """Protect a table from now on. Naming it again replaces what was said before."""
    if allow_delete and delete_after:
        raise ValueError("Either any row may be deleted, or those of a certain age.")
    PROTECTED[table] = Protection(table, allow_delete, tuple(sorted(may_change)), delete_after)


def put_back(connection: BaseDatabaseWrapper) -> list[str]:
    """Make the triggers of every table that exists what they should be.

    Returns the names of those it created; removes what an earlier rule left behind.
    """
    wanted, found = _wanted(connection), _found(connection)
    wrong = [
        table
        for table, triggers in sorted(wanted.items())
        if {trigger.name for trigger in triggers} != found.get(table, set())
    ]
    if not wrong:
        return []
    created = []
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in vendor_sql(connection).PREPARE:
            cursor.execute(statement)
        for table in wrong:
            _drop(connection, cursor, table)
            for trigger in wanted[table]:
                cursor.execute(trigger.create)
                if trigger.name not in found.get(table, set()):
                    created.append(trigger.name)
    return created


def missing(connection: BaseDatabaseWrapper) -> list[Trigger]:
    """Triggers that should be there, on tables that exist, and are not (or not in force)."""
    found = _found(connection)
    return [
        trigger
        for table, triggers in sorted(_wanted(connection).items())
        for trigger in triggers
        if trigger.name not in found.get(table, set())
    ]


@contextmanager
def suspended(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Take all protection away for the block, and put it back: for emptying a test database."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for table in set(connection.introspection.table_names(cursor)) & set(PROTECTED):
            _drop(connection, cursor, table)
    try:
        yield
    finally:
        put_back(connection)


def _wanted(connection: BaseDatabaseWrapper) -> dict[str, list[Trigger]]:
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    return {
        table: _triggers(connection, protection)
        for table, protection in PROTECTED.items()
        if table in tables
    }


def _found(connection: BaseDatabaseWrapper) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        for table, name in vendor_sql(connection).in_force(cursor):
            found.setdefault(table, set()).add(name)
    return found


def _triggers(connection: BaseDatabaseWrapper, protection: Protection) -> list[Trigger]:
    vendor = vendor_sql(connection)
    columns = []
    if protection.may_change:
        with connection.cursor() as cursor:
            description = connection.introspection.get_table_description(cursor, protection.table)
        columns = [column.name for column in description]
    unknown = set(protection.may_change) - set(columns)
    if unknown:
        raise ValueError(f"{protection.table} has no column {', '.join(sorted(unknown))}.")
    fixed = [column for column in columns if column not in protection.may_change]
    result = []
    for verb, template in vendor.statements(
        fixed=fixed,
        may_change=protection.may_change,
        allow_delete=protection.allow_delete,
        delete_after=protection.delete_after,
    ):
        text = f"{vendor.PREPARE}{protection.table}{template}"
        digest = hashlib.sha256(text.encode()).hexdigest()[:10]
        name = f"keep_{protection.table[:38]}_{verb}_{digest}"
        create = template.replace("$NAME", f'"{name}"').replace("$TABLE", f'"{protection.table}"')
        result.append(Trigger(protection.table, name, create))
    return result


def _drop(connection: BaseDatabaseWrapper, cursor, table: str) -> None:
    for statement in vendor_sql(connection).drop_all(cursor, table):
        cursor.execute(statement)
