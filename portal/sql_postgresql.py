"""What the portal room says to PostgreSQL alone: pouring many rows in. The same names as
sql_sqlite."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField

from applications.models.search import TermsField


def needs_care(field: Field) -> bool:
    """Whether a value of the field is made ready before it is poured."""
    return isinstance(field, JSONField | TermsField)


def ready(field: Field, value: Any) -> Any:
    """A value as `pour` takes it."""
    if isinstance(field, JSONField):
        return json.dumps(value)
    if isinstance(field, TermsField):
        # Letters, digits and our own marks only: nothing that an array would have to escape.
        return '{"' + '","'.join(value or ()) + '"}'
    return value


def take_time() -> None:
    """Building an index over a million rows takes longer than a page may."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")


def pour(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    quoted = ", ".join(map(connection.ops.quote_name, columns))
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {connection.ops.quote_name(table)} ({quoted}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def settle(tables: Sequence[str]) -> None:
    """Let the planner know what came in, and readers find whole pages visible."""
    with connection.cursor() as cursor:
        for table in tables:
            # Inside somebody's transaction nothing can be vacuumed.
            how = "ANALYZE" if connection.in_atomic_block else "VACUUM (ANALYZE)"
            cursor.execute(f"{how} {connection.ops.quote_name(table)}")
