"""The address book as its pages show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from reviews.models import Institution
from reviews.permissions import WORKING, Desk
from reviews.services.inquiries import key_of

# More are found by their name.
MOST = 100


@dataclass(frozen=True)
class Book:
    """`asked` of a row: how often it was asked. `more`: there are others beyond these."""

    rows: Sequence[Institution]
    more: bool


def book(desk: Desk, *, name: str = "", retired: bool = False) -> Book:
    """The entries of the person's offices whose name has this in it. One query."""
    found = Institution.objects.filter(_of(desk), retired_at__isnull=not retired).select_related(
        "office"
    )
    if key := key_of(name):
        found = found.filter(name_key__contains=key)
    rows = list(
        found.annotate(asked=Count("inquiries")).order_by("office_id", "name", "pk")[: MOST + 1]
    )
    return Book(rows[:MOST], len(rows) > MOST)


def entry(desk: Desk, public_id: UUID) -> Institution | None:
    """An entry of one of the person's offices."""
    return (
        Institution.objects.filter(_of(desk), public_id=public_id).select_related("office").first()
    )


def _of(desk: Desk) -> Q:
    return Q(office__in={office for office, role, _slugs in desk.posts if role in WORKING})
