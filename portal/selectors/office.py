"""Whose desk it is: the offices, who works for them, and where their record stands."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import Office, StaffMembership, User
from audit.models import ChainHead, Event, EventSeal
from programs.models import BooksCheck
from reviews.permissions import Desk
from reviews.selectors.queue import CappedCount
from reviews.selectors.rows import in_reader_language

MOST_COUNTED = 1000


def staff(desk: Desk) -> QuerySet[StaffMembership]:
    """Everyone who works for the person's offices."""
    return (
        StaffMembership.objects.filter(office__in=desk.offices())
        .select_related("user", "office")
        .order_by("office__name_ko", "role", "user__name", "pk")
    )


def offices(desk: Desk) -> list[Office]:
    return list(Office.objects.filter(pk__in=desk.offices()).order_by("name_ko", "pk"))


@dataclass(frozen=True)
class Head:
    """The last signed head of the chain."""

    day: date
    hash: str


@dataclass(frozen=True)
class Books:
    """What the latest check of the quota's books found, as it was last seen: of the reader's
    programmes, whatever does not add up."""

    at: datetime
    wrong: list[str]


@dataclass(frozen=True)
class Record:
    """Where the record of events and the quota's books stand. `unsealed` counts up to
    MOST_COUNTED; `books` is None before the first check."""

    head: Head | None
    place: int
    unsealed: int
    books: Books | None

    @property
    def unsealed_words(self) -> str:
        if self.unsealed > MOST_COUNTED:
            return f"{MOST_COUNTED}+"
        return str(self.unsealed)


def record(user: User, programmes: Collection[str] = ()) -> Record:
    """All of it in one query; of the books what concerns these programmes, by their slugs."""
    heads = ChainHead.objects.order_by("-day")
    unsealed = Event.objects.filter(seal=None).order_by().values("pk")[: MOST_COUNTED + 1]
    checks = BooksCheck.objects.order_by("-pk")
    day, said, place, number, checked_at, wrong = (
        User.objects.filter(pk=user.pk)
        .values_list(
            Subquery(heads.values("day")[:1]),
            Subquery(heads.values("hash")[:1]),
            Subquery(EventSeal.objects.order_by("-place").values("place")[:1]),
            CappedCount(unsealed),
            Subquery(checks.values("last_at")[:1]),
            Subquery(checks.values("wrong")[:1]),
        )
        .get()
    )
    return Record(
        head=Head(day, said) if day else None,
        place=place or 0,
        unsealed=number,
        books=Books(checked_at, _of(programmes, wrong)) if checked_at else None,
    )


def _of(programmes: Collection[str], wrong: dict[str, list[str]]) -> list[str]:
    return [
        f"{pool}: {one}"
        for pool, found in sorted(wrong.items())
        if pool.partition("/")[0] in programmes
        for one in found
    ]


def office_names(found: list[Office]) -> str:
    return ", ".join(in_reader_language(one.name_ko, one.name_en) for one in found) or _("없음")
