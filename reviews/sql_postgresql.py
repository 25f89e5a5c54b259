"""What the reviews room says to PostgreSQL alone. The same names as sql_sqlite."""

from collections.abc import Sequence


def rows_as_json(subquery: str, names: Sequence[str]) -> str:
    """All the rows of a subquery as one JSON list of objects."""
    return f"(SELECT COALESCE(jsonb_agg(few), '[]') FROM ({subquery}) few)"  # noqa: S608
