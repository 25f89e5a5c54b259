"""What the audit room says to PostgreSQL alone. The same names as sql_sqlite."""

import hashlib
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


def refusing(
    *, table: str, name: str, columns: tuple[str, ...], exists: str, lock: str
) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Yield (verb, statements that come before, CREATE TRIGGER with $NAME and $TABLE)."""
    hold = f"PERFORM 1 FROM ({lock} FOR NO KEY UPDATE) AS held;" if lock else ""
    # Its name carries a digest of its text: another text is another function.
    body = f"""BEGIN
    {hold}
    IF EXISTS ({exists}) THEN
        RAISE EXCEPTION 'refused: {name} on {table}' USING ERRCODE = '23P01';
    END IF;
    RETURN NEW;
END"""
    function = f"chucheon_refuse_{table[:30]}_{_digest(body)}"
    before = (
        (
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql"
            f" AS $body$\n{body}\n$body$"
        ),
    )
    of = ", ".join(f'"{column}"' for column in columns)
    yield (
        "row",
        before,
        (
            f"CREATE TRIGGER $NAME BEFORE INSERT OR UPDATE OF {of} ON $TABLE FOR EACH ROW"
            f" EXECUTE FUNCTION {function}()"
        ),
    )


def in_force(cursor) -> list[tuple[str, str]]:
    """(table, trigger) of ours that fires, and whose function is what we wrote."""
    cursor.execute(
        "SELECT relname, tgname, proname, prosrc FROM pg_trigger"
        " JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid"
        " WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgname LIKE 'keep\\_%%'"
        " AND pg_table_is_visible(pg_class.oid)"
    )
    return [
        (table, trigger)
        for table, trigger, function, source in cursor.fetchall()
        if _is_ours(function, source)
    ]


def _is_ours(function: str, source: str) -> bool:
    if function == "chucheon_append_only":
        return source in PREPARE[0]
    return function.startswith("chucheon_refuse_") and function.endswith(_digest(source.strip()))


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:10]


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
