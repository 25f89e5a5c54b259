"""What the audit room says to SQLite alone. The same names as sql_postgresql."""

from collections.abc import Iterator

PREPARE: tuple[str, ...] = ()
REFUSE = "BEGIN SELECT RAISE(ABORT, 'append-only: refused'); END"


def statements(
    *,
    fixed: list[str],
    may_change: tuple[str, ...],
    allow_delete: bool,
    delete_after: tuple[str, int] | None,
) -> Iterator[tuple[str, str]]:
    """Yield (verb, CREATE TRIGGER with $NAME and $TABLE)."""
    when = ""
    if may_change:
        changed = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in fixed)
        when = f"WHEN {changed} "
    yield (
        "upd",
        f"CREATE TRIGGER $NAME BEFORE UPDATE ON $TABLE FOR EACH ROW {when}{REFUSE}",
    )
    if allow_delete:
        return
    when = ""
    if delete_after:
        column, days = delete_after
        # Django stores UTC as text; text of one shape compares as time does.
        when = f"WHEN OLD.\"{column}\" > datetime('now', '-{days:d} days') "
    yield (
        "del",
        f"CREATE TRIGGER $NAME BEFORE DELETE ON $TABLE FOR EACH ROW {when}{REFUSE}",
    )


def refusing(
    *, table: str, name: str, columns: tuple[str, ...], exists: str, lock: str
) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Yield (verb, statements that come before, CREATE TRIGGER with $NAME and $TABLE). Here a
    writer is alone: nothing is locked."""
    refuse = f"BEGIN SELECT RAISE(ABORT, 'refused: {name} on {table}'); END"
    of = ", ".join(f'"{column}"' for column in columns)
    for verb, when in (("ins", "INSERT"), ("chg", f"UPDATE OF {of}")):
        yield (
            verb,
            (),
            (
                f"CREATE TRIGGER $NAME BEFORE {when} ON $TABLE FOR EACH ROW"
                f" WHEN EXISTS ({exists}) {refuse}"
            ),
        )


def in_force(cursor) -> list[tuple[str, str]]:
    """(table, trigger) of ours."""
    cursor.execute(
        "SELECT tbl_name, name FROM sqlite_master"
        " WHERE type = 'trigger' AND name LIKE 'keep#_%%' ESCAPE '#'"
    )
    return cursor.fetchall()


def drop_all(cursor, table: str) -> list[str]:
    """Statements that drop our triggers on a table."""
    cursor.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
        " AND name LIKE 'keep#_%%' ESCAPE '#'",
        [table],
    )
    return [f'DROP TRIGGER "{name}"' for (name,) in cursor.fetchall()]


def be_the_only_sealer(cursor) -> None:
    """Nothing to do: a transaction here is IMMEDIATE, so it is the only writer already."""
