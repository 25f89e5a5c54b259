"""What the reviews room says to SQLite alone. The same names as sql_postgresql."""

from collections.abc import Sequence

TAKES_AT_ONCE = False


def rows_as_json(subquery: str, names: Sequence[str]) -> str:
    """All the rows of a subquery as one JSON list of objects."""
    pairs = ", ".join(f"'{name}', few.\"{name}\"" for name in names)
    return f"(SELECT json_group_array(json_object({pairs})) FROM ({subquery}) few)"  # noqa: S608


def text_of(column: str, key: str) -> str:
    """The text under a key of a JSON column."""
    return f"JSON_EXTRACT({column}, '$.{key}')"


def domain_of(column: str) -> str:
    """What follows the at sign of a mail address."""
    return f"SUBSTR({column}, INSTR({column}, '@') + 1)"
