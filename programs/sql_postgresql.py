"""What the programs room says to PostgreSQL alone. The same names as sql_sqlite."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection

from audit import prepared
from programs.quota.movements import Attempt, ClaimMove, Result, Row, Sought, Taken, totals

# The order of the locks is the order of the ids; a row that had to be waited for is read again.
LOCK = """SELECT id, parent_id, size, held, issued FROM "programs_pool"
WHERE id = ANY(%(pools)s) ORDER BY id FOR NO KEY UPDATE
"""

# What is sought, as `programs.quota.reading.read_sought` says it.
BY_PERIOD = """(period_code = %(period)s OR %(day)s BETWEEN period_from AND period_to)
ORDER BY (%(day)s BETWEEN period_from AND period_to) DESC, (period_code = %(period)s) DESC,
    period_code COLLATE "C"
LIMIT 1
"""
LOCK_SOUGHT = f"""SELECT id, parent_id FROM "programs_pool"
WHERE programme_id = %(programme)s AND path = ANY(%(paths)s) AND closed_at IS NULL
  AND period_code = (
    SELECT period_code FROM "programs_pool"
    WHERE programme_id = %(programme)s AND path = ANY(%(paths)s) AND {BY_PERIOD})
ORDER BY id FOR NO KEY UPDATE
"""  # noqa: S608

# Nested pools are locked before, or one could be taken and the next found full.
TAKE = """WITH taken AS (
    UPDATE "programs_pool" SET held = held + 1
    WHERE id = ANY(%(path)s) AND held + issued < size
      AND %(depth)s = (
        SELECT count(*) FROM "programs_pool" WHERE id = ANY(%(path)s) AND held + issued < size)
      AND NOT EXISTS (
        SELECT 1 FROM "programs_poolclaim"
        WHERE leaf_id = %(leaf)s AND also = %(also)s AND state = 'waiting')
    RETURNING id
), claimed AS (
    INSERT INTO "programs_poolclaim"
        (public_id, subject, leaf_id, also, state, taken_under_id, version, taken_by_id,
         opened_at, changed_at)
    SELECT %(public_id)s, %(subject)s, %(leaf)s, %(also)s, 'held', %(version)s, 1,
           %(actor)s::bigint, %(now)s, %(now)s
    WHERE (SELECT count(*) FROM taken) = %(depth)s
    ON CONFLICT (subject) WHERE NOT (state = 'returned') DO NOTHING
    RETURNING id
), written AS (
    INSERT INTO "programs_ledgerrow"
        (pool_id, claim_id, kind, delta_size, delta_held, delta_issued, key, actor_id, reason, at)
    SELECT taken.id, claimed.id, 'take', 0, 1, 0, %(key)s::text || taken.id, %(actor)s::bigint,
           %(reason)s, %(now)s
    FROM taken, claimed
)
SELECT (SELECT count(*) FROM taken), (SELECT id FROM claimed)
"""

# One pool is found, guarded and taken by the same statement. The UPDATE's own row is checked again
# when it had to be waited for; the subqueries are not.
TAKE_AT_ONCE = f"""WITH sought AS (
    SELECT id FROM "programs_pool"
    WHERE programme_id = %(programme)s AND path = %(leaf)s AND {BY_PERIOD}
), taken AS (
    UPDATE "programs_pool" SET held = held + 1
    WHERE id = (SELECT id FROM sought) AND held + issued < size AND closed_at IS NULL
      AND NOT EXISTS (
        SELECT 1 FROM "programs_poolclaim"
        WHERE leaf_id = (SELECT id FROM sought) AND also = '' AND state = 'waiting')
    RETURNING id
), claimed AS (
    INSERT INTO "programs_poolclaim"
        (public_id, subject, leaf_id, also, state, taken_under_id, version, taken_by_id,
         opened_at, changed_at)
    SELECT %(public_id)s, %(subject)s, id, '', 'held', %(version)s, 1,
           %(actor)s::bigint, %(now)s, %(now)s
    FROM taken
    ON CONFLICT (subject) WHERE NOT (state = 'returned') DO NOTHING
    RETURNING id, leaf_id
), written AS (
    INSERT INTO "programs_ledgerrow"
        (pool_id, claim_id, kind, delta_size, delta_held, delta_issued, key, actor_id, reason, at)
    SELECT leaf_id, id, 'take', 0, 1, 0, %(key)s::text || leaf_id, %(actor)s::bigint,
           %(reason)s, %(now)s
    FROM claimed
)
SELECT (SELECT id FROM taken), (SELECT id FROM claimed)
"""  # noqa: S608
# The driver remembers how it read a statement of at most 4096 characters.
LOCK_SOUGHT, TAKE, TAKE_AT_ONCE = (
    " ".join(said.split()) for said in (LOCK_SOUGHT, TAKE, TAKE_AT_ONCE)
)

# Where the statement is its own transaction, a claim that is there already undoes all of it.
ON_CONFLICT = "ON CONFLICT (subject) WHERE NOT (state = 'returned') DO NOTHING "
TAKE_ALONE = TAKE_AT_ONCE.replace(ON_CONFLICT, "")

UNDO = 'UPDATE "programs_pool" SET held = held - 1 WHERE id = ANY(%(path)s)'

MOVE = """WITH moved AS (
    UPDATE "programs_poolclaim" AS claim
    SET state = step.after, version = claim.version + 1, changed_at = %(now)s
    FROM unnest(%(claims)s::bigint[], %(befores)s::text[], %(afters)s::text[])
        AS step(claim, before, after)
    WHERE claim.id = step.claim AND claim.state = step.before
    RETURNING claim.id
), counted AS (
    UPDATE "programs_pool" AS pool
    SET size = pool.size + step.size, held = pool.held + step.held,
        issued = pool.issued + step.issued
    FROM unnest(%(pools)s::bigint[], %(sizes)s::int[], %(helds)s::int[], %(issueds)s::int[])
        AS step(pool, size, held, issued)
    WHERE pool.id = step.pool AND (SELECT count(*) FROM moved) = %(moves)s
    RETURNING pool.id
), written AS (
    INSERT INTO "programs_ledgerrow"
        (pool_id, claim_id, kind, delta_size, delta_held, delta_issued, key, actor_id, reason, at)
    SELECT pool, claim, kind, size, held, issued, key, %(actor)s, %(reason)s, %(now)s
    FROM unnest(%(row_pools)s::bigint[], %(row_claims)s::bigint[], %(row_kinds)s::text[],
                %(row_sizes)s::int[], %(row_helds)s::int[], %(row_issueds)s::int[],
                %(row_keys)s::text[])
        AS step(pool, claim, kind, size, held, issued, key)
    WHERE (SELECT count(*) FROM moved) = %(moves)s
    RETURNING id
)
SELECT (SELECT count(*) FROM moved), (SELECT count(*) FROM counted),
       (SELECT count(*) FROM written)
"""


def lock(pools: Sequence[int]) -> list[tuple[int, int | None, int, int, int]]:
    """Lock these pools by id, ascending, until the transaction ends; (id, parent, size, held,
    issued) of each as it is now."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"pools": list(pools)})
        return cursor.fetchall()


def lock_sought(sought: Sought) -> list[tuple[int, int | None]]:
    """Find the pools that are sought and lock them, by id; (id, parent) of each."""
    given = {
        "programme": sought.programme,
        "paths": list(sought.paths),
        "period": sought.period,
        "day": sought.day,
    }
    return prepared.rows(connection, LOCK_SOUGHT, given)


def taking(attempt: Attempt) -> dict[str, Any]:
    """The values of every statement that takes, but those that say where."""
    return {
        "subject": attempt.subject,
        "public_id": attempt.public_id,
        "version": attempt.version,
        "actor": attempt.actor,
        "key": attempt.key(""),
        "reason": attempt.reason,
        "now": attempt.now,
    }


def on_path(attempt: Attempt) -> dict[str, Any]:
    """Where TAKE takes."""
    return {
        "path": list(attempt.path),
        "depth": len(attempt.path),
        "leaf": attempt.leaf,
        "also": attempt.also,
    }


def at_once(attempt: Attempt) -> dict[str, Any]:
    """The values of TAKE_AT_ONCE."""
    (leaf,) = attempt.sought.paths
    return taking(attempt) | {
        "programme": attempt.sought.programme,
        "leaf": leaf,
        "period": attempt.sought.period,
        "day": attempt.sought.day,
    }


def take(attempt: Attempt) -> Taken:
    """One unit of every pool of the path, which is locked, and a held claim on it, or nothing."""
    given = taking(attempt) | on_path(attempt)
    taken, claim = prepared.row(connection, TAKE, given) or (0, None)
    if not taken:
        return Taken(Result.FULL)
    return _held_unless_claimed(claim, attempt.path, attempt.leaf)


def take_at_once(attempt: Attempt) -> Taken:
    """The same for one pool that is neither found nor locked yet; full when there is none."""
    pool, claim = prepared.row(connection, TAKE_AT_ONCE, at_once(attempt)) or (None, None)
    return Taken(Result.FULL) if pool is None else _held_unless_claimed(claim, (pool,), pool)


def _held_unless_claimed(claim: int | None, path: Sequence[int], leaf: int) -> Taken:
    if claim is not None:
        return Taken(Result.HELD, claim, leaf)
    # The subject has a claim already, perhaps since this very moment.
    with connection.cursor() as cursor:
        cursor.execute(UNDO, {"path": list(path)})
    return Taken(Result.CLAIMED)


def take_alone(attempt: Attempt) -> Taken:
    """`take_at_once` outside a transaction, as one statement: all of it happens, or nothing."""
    try:
        pool, claim = prepared.row(connection, TAKE_ALONE, at_once(attempt)) or (None, None)
    except IntegrityError as clash:
        if "one_live_claim" not in str(clash):
            raise
        return Taken(Result.CLAIMED)
    return Taken(Result.FULL) if pool is None else Taken(Result.HELD, claim, pool)


def move(
    *,
    claims: Sequence[ClaimMove],
    rows: Sequence[Row],
    actor: int | None,
    reason: str,
    now: datetime,
) -> bool:
    """Move claims, counters and ledger together. False, and nothing moved but perhaps claims,
    when a claim was not in the state it should have been: the caller gives up its transaction."""
    sums = totals(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            MOVE,
            {
                "claims": [move.claim for move in claims],
                "befores": [move.before for move in claims],
                "afters": [move.after for move in claims],
                "moves": len(claims),
                "pools": list(sums),
                "sizes": [size for size, _held, _issued in sums.values()],
                "helds": [held for _size, held, _issued in sums.values()],
                "issueds": [issued for _size, _held, issued in sums.values()],
                "row_pools": [row.pool for row in rows],
                "row_claims": [row.claim for row in rows],
                "row_kinds": [row.kind for row in rows],
                "row_sizes": [row.size for row in rows],
                "row_helds": [row.held for row in rows],
                "row_issueds": [row.issued for row in rows],
                "row_keys": [row.key for row in rows],
                "actor": actor,
                "reason": reason,
                "now": now,
            },
        )
        return cursor.fetchone() == (len(claims), len(sums), len(rows))


def read_one_snapshot() -> None:
    """From here on the transaction reads the database as it is now. First statement only."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


CATALOGUE_LOADER = 0x6361_7461  # names the lock below; nothing else uses this number


def be_the_only_loader() -> None:
    """Wait until no other transaction loads the catalogue; held until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CATALOGUE_LOADER])
