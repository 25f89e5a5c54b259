"""What the applications room says to SQLite alone. The same names as sql_postgresql.

Terms lie in one text between spaces, and are looked for by reading every row: enough for a
demonstration.
"""

from collections.abc import Sequence
from typing import Any

TERMS_TYPE = "text"
TERMS_INDEX = ""
_WILD = str.maketrans({"%": "\\%", "_": "\\_", "\\": "\\\\"})


def stored_terms(terms: Sequence[str]) -> Any:
    return f" {' '.join(terms)} "


def read_terms(stored: Any) -> list[str]:
    return str(stored).split()


def has_all(column: str, terms: Sequence[str]) -> tuple[str, list[Any]]:
    """All the terms are in the column."""
    return _joined(column, terms, " AND ")


def has_any(column: str, terms: Sequence[str]) -> tuple[str, list[Any]]:
    """One of the terms is in the column."""
    return _joined(column, terms, " OR ")


def _joined(column: str, terms: Sequence[str], word: str) -> tuple[str, list[Any]]:
    each = f"{column} LIKE %s ESCAPE '\\'"
    return (
        f"({word.join([each] * len(terms))})",
        [f"% {term.translate(_WILD)} %" for term in terms],
    )
