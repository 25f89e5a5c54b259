"""What the portal room says to SQLite alone: pouring many rows in. The same names as
sql_postgresql."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Field


def needs_care(field: Field) -> bool:
    """Whether a value of the field is made ready before it is poured."""
    return True


def ready(field: Field, value: Any) -> Any:
    """A value as `pour` takes it."""
    return field.get_db_prep_save(value, connection)


def take_time() -> None:
    """Nothing limits a statement here."""


def pour(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    quoted = ", ".join(map(connection.ops.quote_name, columns))
    places = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {connection.ops.quote_name(table)} ({quoted}) VALUES ({places})",  # noqa: S608
            list(rows),
        )


def settle(tables: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
