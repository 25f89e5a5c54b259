"""What the audit room says to PostgreSQL alone. The same names as sql_sqlite."""

from collections.abc import Iterator

# 23001, restrict_violation, is an integrity error for every client library.
PREPARE = (
    """CREATE OR REPLACE FUNCTION chucheon_append_only() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'append-only: % on % refused', TG_OP, TG_TABLE_NAME USING ERRCODE = '23001';
END
$body$""",
)
REFUSE = "EXECUTE FUNCTION chucheon_append_only()"
SEALER = 0x5EA1


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
        row = ", ".join(f'{{0}}."{column}"' for column in fixed)
        old, new = row.format("OLD"), row.format("NEW")
        when = f"WHEN (ROW({old}) IS DISTINCT FROM ROW({new})) "
    yield (
        "upd",
        f"CREATE TRIGGER $NAME BEFORE UPDATE ON $TABLE FOR EACH ROW {when}{REFUSE}",
    )
    yield "trn", f"CREATE TRIGGER $NAME BEFORE TRUNCATE ON $TABLE FOR EACH STATEMENT {REFUSE}"
    if allow_delete:
        return
    when = ""
    if delete_after:
        column, days = delete_after
        when = f"WHEN (OLD.\"{column}\" > now() - interval '{days:d} days') "
    yield (
        "del",
        f"CREATE TRIGGER $NAME BEFORE DELETE ON $TABLE FOR EACH ROW {when}{REFUSE}",
    )


def in_force(cursor) -> list[tuple[str, str]]:
    """(table, trigger) of ours that fires; none at all when the function they call was changed."""
    cursor.execute("SELECT prosrc FROM pg_proc WHERE oid = to_regproc('chucheon_append_only')")
    source = cursor.fetchone()
    if source is None or source[0] not in PREPARE[0]:
        return []
    cursor.execute(
        "SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgname LIKE 'keep\\_%%'"
        " AND pg_table_is_visible(pg_class.oid)"
    )
    return cursor.fetchall()


def drop_all(cursor, table: str) -> list[str]:
    """Statements that drop our triggers on a table."""
    cursor.execute(
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'keep\\_%%'"
        " AND tgrelid = to_regclass(%s)",
        [f'"{table}"'],
    )
    return [f'DROP TRIGGER "{name}" ON "{table}"' for (name,) in cursor.fetchall()]


def be_the_only_sealer(cursor) -> None:
    """Wait until no other transaction seals, until this one ends."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALER])
