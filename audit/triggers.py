"""What the database itself refuses: to change or delete rows, and rows that a rule forbids.

A room names its table once, in AppConfig.ready():

    append_only("programs_ledgerrow")
    append_only("letters_letter", may_change=("state", "delivered_at"))

or a rule over several rows, which no constraint can say without an extension:

    refuse_rows("applications_clocksegment", name="overlap", columns=("from_on",), exists=…)

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
class Rule:
    """Rows that must not be: a new row, or one whose `columns` change, is refused when the SELECT
    `exists` finds something. It names the row `NEW` and speaks SQL that both databases know.

    `lock`: a SELECT … of the row that everybody who writes such rows holds first, so that two who
    write at once see one another; only PostgreSQL needs it.
    """

    table: str
    name: str
    columns: tuple[str, ...]
    exists: str
    lock: str = ""


@dataclass(frozen=True)
class Trigger:
    """One trigger as SQL. Its name ends in a digest of that SQL, so a stale one is recognised."""

    table: str
    name: str
    create: str
    before: tuple[str, ...] = ()


PROTECTED: dict[str, Protection] = {}
RULES: dict[str, dict[str, Rule]] = {}


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


def refuse_rows(
    table: str, *, name: str, columns: tuple[str, ...], exists: str, lock: str = ""
) -> None:
    """Refuse such rows from now on. Naming a rule again replaces what was said before."""
    RULES.setdefault(table, {})[name] = Rule(table, name, columns, exists, lock)


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
        for statement in dict.fromkeys(
            one for table in wrong for trigger in wanted[table] for one in trigger.before
        ):
            cursor.execute(statement)
        for table in wrong:
            _drop(connection, cursor, table)
            for trigger in wanted[table]:
                cursor.execute(trigger.create)
                if trigger.name not in found.get(table, set()):
                    created.append(trigger.name)
    return created


def make_way(connection: BaseDatabaseWrapper) -> None:
    """Before migrations on SQLite, which rebuilds a table by dropping it and renaming another: it
    refuses that while a trigger of any table names the one that is gone. `put_back` follows."""
    if connection.vendor != "sqlite":
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for table in set(connection.introspection.table_names(cursor)) & set(RULES):
            _drop(connection, cursor, table)


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
        for table in set(connection.introspection.table_names(cursor)) & _named():
            _drop(connection, cursor, table)
    try:
        yield
    finally:
        put_back(connection)


def _wanted(connection: BaseDatabaseWrapper) -> dict[str, list[Trigger]]:
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    return {
        table: [
            *(_triggers(connection, PROTECTED[table]) if table in PROTECTED else ()),
            *(
                trigger
                for _name, rule in sorted(RULES.get(table, {}).items())
                for trigger in _refusing(connection, rule)
            ),
        ]
        for table in _named() & tables
    }


def _named() -> set[str]:
    return {*PROTECTED, *RULES}


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
    statements = vendor.statements(
        fixed=fixed,
        may_change=protection.may_change,
        allow_delete=protection.allow_delete,
        delete_after=protection.delete_after,
    )
    return [
        _trigger(protection.table, f"{protection.table[:38]}_{verb}", template, vendor.PREPARE)
        for verb, template in statements
    ]


def _refusing(connection: BaseDatabaseWrapper, rule: Rule) -> list[Trigger]:
    return [
        _trigger(rule.table, f"{rule.table[:24]}_{rule.name[:13]}_{verb}", template, before)
        for verb, before, template in vendor_sql(connection).refusing(
            table=rule.table,
            name=rule.name,
            columns=rule.columns,
            exists=rule.exists,
            lock=rule.lock,
        )
    ]


def _trigger(table: str, name: str, template: str, before: tuple[str, ...]) -> Trigger:
    """`before` are statements that must have run; they count in the digest."""
    digest = hashlib.sha256(f"{before}{table}{template}".encode()).hexdigest()[:10]
    full = f"keep_{name}_{digest}"
    create = template.replace("$NAME", f'"{full}"').replace("$TABLE", f'"{table}"')
    return Trigger(table, full, create, before)


def _drop(connection: BaseDatabaseWrapper, cursor, table: str) -> None:
    for statement in vendor_sql(connection).drop_all(cursor, table):
        cursor.execute(statement)
