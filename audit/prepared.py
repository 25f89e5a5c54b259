"""Statements that a process says again and again: PostgreSQL keeps their plan on the connection.

The ORM binds values on the client's side, so each of its statements is planned anew. For the few
large statements on a hot path planning costs more than running them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def cursor(connection: BaseDatabaseWrapper) -> Iterator[Any]:
    """A cursor on PostgreSQL that binds on the server's side. Statements are wrapped, logged and
    their errors translated as those of `connection.cursor()`. They are prepared from their fifth
    use on, unless the settings say that a pooler stands in between."""
    from django.db.backends.postgresql.base import ServerBindingCursor

    connection.ensure_connection()
    bare = ServerBindingCursor(connection.connection)
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with wrap(bare) as wrapped:
        yield wrapped


def row(
    connection: BaseDatabaseWrapper, statement: str, given: Mapping[str, Any]
) -> tuple[Any, ...] | None:
    """The first row of the statement's answer."""
    with cursor(connection) as prepared:
        prepared.execute(statement, given)
        return prepared.fetchone()
