"""What the portal room says to PostgreSQL alone: pouring many rows in. The same names as
sql_sqlite."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField


def ready(field: Field, value: Any) -> Any:
    """A value as `pour` takes it. Lists stay lists: the driver makes arrays of them."""
    return json.dumps(value) if isinstance(field, JSONField) else value


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
