"""Statements that a process says again and again: PostgreSQL keeps their plan on the connection.

The ORM binds values on the client's side, so each of its statements is planned anew. For the few
large statements on a hot path planning costs more than running them.
"""

from collections.abc import Mapping
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def rows(
    connection: BaseDatabaseWrapper, statement: str, given: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    """All rows of the statement's answer."""
    return _execute(connection, statement, given).fetchall()


def row(
    connection: BaseDatabaseWrapper, statement: str, given: Mapping[str, Any]
) -> tuple[Any, ...] | None:
    """The first row of the statement's answer."""
    return _execute(connection, statement, given).fetchone()


def _execute(connection: BaseDatabaseWrapper, statement: str, given: Mapping[str, Any]) -> Any:
    """As `connection.cursor()` executes, wrapped and logged where somebody asks for it, its errors
    translated; but values are bound on the server's side. Statements are prepared from their fifth
    use on, unless the settings say that a pooler stands in between."""
    connection.ensure_connection()
    cursor = _cursor(connection)
    if connection.queries_logged or connection.execute_wrappers:
        wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
        wrap(cursor).execute(statement, given)
        return cursor
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        return cursor.execute(statement, given)


def _cursor(connection: BaseDatabaseWrapper) -> Any:
    """One cursor for each connection to the server: it remembers how values are written."""
    kept = getattr(connection, "prepared_cursor", None)
    if kept is None or kept.closed or kept.connection is not connection.connection:
        from django.db.backends.postgresql.base import ServerBindingCursor

        kept = ServerBindingCursor(connection.connection)
        setattr(connection, "prepared_cursor", kept)  # noqa: B010 - the wrapper declares no such
    return kept
