"""The two statements that move a counter; PostgreSQL and SQLite read them alike."""

from django.db import connection

_TAKE = """
INSERT INTO letters_series (office_id, name, year, last) VALUES (%s, %s, %s, 1)
ON CONFLICT (office_id, name, year) DO UPDATE SET last = letters_series.last + 1
RETURNING id, last
"""

_RAISE = """
INSERT INTO letters_series (office_id, name, year, last) VALUES (%s, %s, %s, %s)
ON CONFLICT (office_id, name, year) DO UPDATE SET last = excluded.last
WHERE letters_series.last < excluded.last
"""


def take_number(*, office_id: int, name: str, year: int) -> tuple[int, int]:
    """Return the series' id and its next number, and hold the series until the transaction ends.

    One statement creates the counter and moves it, so the first letter of a year needs no
    second look (T3); a rollback gives the number back before anyone has seen it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [office_id, name, year])
        series_id, last = cursor.fetchone()
    return int(series_id), int(last)


def raise_to(*, office_id: int, name: str, year: int, number: int) -> None:
    """See that the series goes on after a number that was used before; it never goes back."""
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, [office_id, name, year, number])
