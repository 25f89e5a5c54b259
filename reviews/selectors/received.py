"""Received cases whether open or over: the queue's "done", and the desk's list of all cases."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery

from applications.models import Application
from applications.search import MOST_FOUND
from reviews.filters import Filters
from reviews.keyset import Order, beginning, key_of
from reviews.models import Assignment
from reviews.permissions import Desk
from reviews.selectors import queue
from reviews.selectors.queue import Listed, Page
from reviews.selectors.rows import Entry, answers_of, entry

LATEST_RECEIVED = Order(("received_at", "pk"), descending=True)
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


def done(desk: Desk, filters: Filters, *, most: int | None = MOST_FOUND) -> Listed:
    """What is over, the latest first."""
    return queue.finished(desk, filters, most=most)


def received(desk: Desk, filters: Filters, *, most: int | None = MOST_FOUND) -> Listed:
    """Every case the offices have received, the latest first."""
    scope = desk.scope(slug=filters.programme)
    narrow = Q(received_at__isnull=False) & filters.where()
    if filters.sought:
        # Found by the words, wherever they lie: asked for once, not once for each office.
        found = queue.together(scope) & narrow & filters.words(scope, most=most)
        return Listed((found,) if scope else (), LATEST_RECEIVED)
    own: dict[int, list[int]] = {}
    for office, programme in scope:
        own.setdefault(office, []).append(programme)
    return Listed(
        tuple(
            Q(office_id=office, programme_id__in=programmes) & narrow
            for office, programmes in own.items()
        ),
        LATEST_RECEIVED,
    )


def page(
    asked: Listed,
    *,
    query: str,
    after: UUID | None = None,
    before: UUID | None = None,
) -> Page:
    """One page in one query; `after` and `before` are public ids of cases already seen."""
    backwards = before is not None and after is None
    key = before if backwards else after
    place = [key_of(Application, key, column) for column in asked.order.columns] if key else ()
    rows = beginning(
        Application.objects.all(),
        asked.streams,
        asked.order,
        queue.PAGE + 1,
        place=place,
        backwards=backwards,
    )
    found = list(rows.values(*COLUMNS, **_computed()))
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


def number(asked: Listed) -> int:
    """How many there are, all counted: for lists that a figure has narrowed."""
    return Application.objects.filter(asked.where).count()


def everything(asked: Listed) -> tuple[int, Iterator[Entry]]:
    """How many there are, and all of them in the list's order, read in pieces."""
    rows = Application.objects.filter(asked.where)
    read = rows.order_by(*asked.order.sorted()).values(*COLUMNS, **_computed())
    return rows.count(), (_entry(row) for row in read.iterator(chunk_size=500))


def _computed() -> dict[str, Any]:
    last = Assignment.objects.filter(application=OuterRef("pk")).order_by("-assigned_at", "-pk")
    return answers_of("pk") | {"reviewer": Subquery(last.values("assignee__name")[:1])}


def _entry(row: dict[str, Any]) -> Entry:
    return entry(row, case="", assignee=row["reviewer"] or "")
