"""Received cases whether open or over: the queue's "done", and the desk's list of all cases."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from applications.models import Application
from reviews.filters import Filters
from reviews.models import Assignment
from reviews.permissions import Desk
from reviews.selectors import queue
from reviews.selectors.queue import Entry, Page, answers_of, entry

COLUMNS = (
    "public_id",
    "receipt_no",
    "stage",
    "received_at",
    "due_on",
    "closed_at",
    "programme__slug",
    "programme__names",
    "company__name_ko",
    "company__name_en",
    "candidate__surname",
    "candidate__given_names",
)


def done(desk: Desk, filters: Filters) -> QuerySet[Application]:
    return queue.finished(desk).filter(filters.where())


def received(desk: Desk, filters: Filters) -> QuerySet[Application]:
    """Every case the offices have received."""
    rows = Application.objects.filter(desk.where()).exclude(received_at=None)
    return rows.filter(filters.where())


def page(
    rows: QuerySet[Application],
    *,
    by: str,
    query: str,
    after: UUID | None = None,
    before: UUID | None = None,
) -> Page:
    """One page, the latest `by` ("closed_at", "received_at") first, in one query; `after` and
    `before` are public ids of cases already seen."""
    backwards = before is not None and after is None
    key = before if backwards else after
    if key is not None:
        rows = rows.filter(_beyond(key, by, backwards=backwards))
    order = (by, "pk") if backwards else (f"-{by}", "-pk")
    found = list(rows.order_by(*order).values(*COLUMNS, **_computed())[: queue.PAGE + 1])
    more, found = len(found) > queue.PAGE, found[: queue.PAGE]
    if backwards:
        found.reverse()
    if not found:
        return Page([], "", "")
    has_newer = more if backwards else after is not None
    has_older = more or backwards
    start = f"?{query}&" if query else "?"
    return Page(
        [_entry(row) for row in found],
        f"{start}before={found[0]['public_id']}" if has_newer else "",
        f"{start}after={found[-1]['public_id']}" if has_older else "",
    )


def everything(rows: QuerySet[Application], *, by: str) -> tuple[int, Iterator[Entry]]:
    """How many there are, and all of them in the list's order, read in pieces."""
    read = rows.order_by(f"-{by}", "-pk").values(*COLUMNS, **_computed()).iterator(chunk_size=500)
    return rows.count(), (_entry(row) for row in read)


def _computed() -> dict[str, Any]:
    last = Assignment.objects.filter(application=OuterRef("pk")).order_by("-assigned_at", "-pk")
    return answers_of("pk") | {"reviewer": Subquery(last.values("assignee__name")[:1])}


def _entry(row: dict[str, Any]) -> Entry:
    return entry(row, case="", assignee=row["reviewer"] or "")


def _beyond(key: UUID, by: str, *, backwards: bool) -> Q:
    there = Application.objects.filter(public_id=key)
    at, pk = Subquery(there.values(by)[:1]), Subquery(there.values("pk")[:1])
    word = "gt" if backwards else "lt"
    return Q(**{f"{by}__{word}": at}) | Q(**{by: at, f"pk__{word}": pk})
