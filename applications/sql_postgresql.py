"""What the applications room says to PostgreSQL alone. The same names as sql_sqlite."""

from collections.abc import Sequence
from typing import Any

TERMS_TYPE = "text[]"
# Without the list of pending entries: a search costs the same at any hour.
TERMS_INDEX = (
    'CREATE INDEX "search_terms" ON "applications_searchrow" USING gin ("terms")'
    " WITH (fastupdate = off)"
)


def stored_terms(terms: Sequence[str]) -> Any:
    return list(terms)


def read_terms(stored: Any) -> list[str]:
    return list(stored)


def has_all(column: str, terms: Sequence[str]) -> tuple[str, list[Any]]:
    """All the terms are in the column."""
    return f"{column} @> %s::text[]", [list(terms)]


def has_any(column: str, terms: Sequence[str]) -> tuple[str, list[Any]]:
    """One of the terms is in the column."""
    return f"{column} && %s::text[]", [list(terms)]
