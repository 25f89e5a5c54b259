"""Pages by key: the beginning of a long list, read from an index and never counted through.

A list is made of streams: conditions that fix the first columns of an index, so that each stream
lies sorted in it. A page is the merged beginning of its streams, whatever follows them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import BooleanField, F, Func, Model, Q, QuerySet, Subquery, Value
from django.db.models.expressions import RawSQL


class Beyond(Func):
    """`(a, b, c) > (x, y, z)`: a bound of an index over a, b, c, which the same said with AND and
    OR would not be."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, columns: Sequence[str], place: Sequence[Any], word: str) -> None:
        here = [F(column) for column in columns]
        there = [one if hasattr(one, "resolve_expression") else Value(one) for one in place]
        super().__init__(*here, *there)
        self.word = word

    def as_sql(self, compiler: Any, connection: Any, **_more: Any) -> tuple[str, list[Any]]:
        parts, params = [], []
        for one in self.get_source_expressions():
            sql, own = compiler.compile(one)
            parts.append(sql)
            params += own
        half = len(parts) // 2
        here, there = ", ".join(parts[:half]), ", ".join(parts[half:])
        return f"({here}) {self.word} ({there})", params


@dataclass(frozen=True)
class Order:
    """Columns, all one way; the last is the primary key."""

    columns: tuple[str, ...]
    descending: bool = False

    def sorted(self, *, backwards: bool = False) -> tuple[str, ...]:
        down = "-" if self.descending != backwards else ""
        return tuple(down + column for column in self.columns)

    def beyond(self, place: Sequence[Any], *, backwards: bool) -> Beyond:
        """The rows after the place, or before it. The row itself may have gone since."""
        return Beyond(self.columns, place, "<" if self.descending != backwards else ">")


def beginning(
    rows: QuerySet[Any],
    streams: Sequence[Q],
    order: Order,
    most: int,
    *,
    place: Sequence[Any] = (),
    backwards: bool = False,
) -> QuerySet[Any]:
    """The first `most` of the streams' rows after (or before) a place, in the order's direction.

    The streams' beginnings are found first, by their keys alone; only then is anything joined.
    """
    if place:
        rows = rows.filter(order.beyond(place, backwards=backwards))
    way = order.sorted(backwards=backwards)
    found = [rows.filter(stream).order_by(*way)[:most] for stream in streams]
    if not found:
        return rows.none()
    whole: QuerySet[Any] = rows.model._default_manager.order_by(*way)
    if len(found) == 1:
        return whole.filter(pk__in=found[0].values("pk"))
    return whole.filter(pk__in=_merged(found, order, most, backwards=backwards))


def _merged(found: Sequence[QuerySet[Any]], order: Order, most: int, *, backwards: bool) -> RawSQL:
    """The primary keys of the first of all: Django's own union can neither be asked for one column
    of it nor take limited parts on SQLite."""
    names = [f"key{number}" for number in range(len(order.columns))]
    columns = dict(zip(names, map(F, order.columns), strict=True))
    parts, params = [], []
    for one in found:
        sql, own = one.values(**columns).query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        parts.append(f"SELECT * FROM ({sql}) stream")  # noqa: S608
        params += own
    way = " DESC" if order.descending != backwards else ""
    by = ", ".join(name + way for name in names)
    union = " UNION ALL ".join(parts)
    return RawSQL(  # noqa: S611
        f"SELECT {names[-1]} FROM ({union}) merged ORDER BY {by} LIMIT {most:d}",  # noqa: S608
        params,
    )


def key_of(model: type[Model], public_id: Any, column: str = "pk") -> Subquery:
    """The value of the row with this public id, as part of a place."""
    there = model._default_manager.filter(public_id=public_id)
    return Subquery(there.values(column)[:1])
