"""The views a person may choose from: their own, and those shared with their offices."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import F, JSONField, Q, QuerySet, Subquery

from accounts.models import User
from reviews.models import SavedView
from reviews.permissions import Desk
from reviews.sql import vendor_sql

COLUMNS = (
    "public_id",
    "name",
    "tab",
    "programme",
    "stage",
    "due",
    "position",
    "is_default",
    "owner_id",
    "office_id",
    "owner_name",
)


class RowsAsJson(Subquery):
    """The rows of a values() query as one JSON list: another list in a query that is asked
    anyway."""

    output_field = JSONField()
    empty_result_set_value = "[]"

    def __init__(self, rows: QuerySet[Any], names: Sequence[str]) -> None:
        super().__init__(rows)
        self.names = names

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **_more: Any
    ) -> tuple[str, Any]:
        subquery, params = self.query.as_sql(compiler, connection)
        return vendor_sql(connection).rows_as_json(subquery[1:-1], self.names), params


@dataclass(frozen=True)
class ViewLine:
    """One view as the person sees it. `owner` is named for what others share."""

    public_id: UUID
    name: str
    tab: str
    codes: dict[str, str]
    mine: bool
    shared: bool
    default: bool
    owner: str

    @property
    def url(self) -> str:
        return "?" + urlencode({"tab": self.tab, **{k: v for k, v in self.codes.items() if v}})


def offered(desk: Desk, user: User) -> RowsAsJson:
    """As a column of another query; `lines` reads it."""
    rows = SavedView.objects.filter(Q(owner=user) | Q(office__in=desk.offices()))
    named = rows.annotate(owner_name=F("owner__name"))
    return RowsAsJson(named.order_by("position", "pk").values(*COLUMNS), COLUMNS)


def lines(found: list[dict[str, Any]], user: User) -> list[ViewLine]:
    """The person's own first, in their order."""
    made = [
        ViewLine(
            public_id=UUID(row["public_id"]),
            name=row["name"],
            tab=row["tab"],
            codes={key: row[key] for key in ("programme", "stage", "due")},
            mine=row["owner_id"] == user.pk,
            shared=row["office_id"] is not None,
            default=bool(row["is_default"]) and row["owner_id"] == user.pk,
            owner=row["owner_name"],
        )
        for row in found
    ]
    return sorted(made, key=lambda line: not line.mine)
