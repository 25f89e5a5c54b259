"""The register of the offices' letters: narrowed, page by key, or all of it for a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet, Subquery

from applications.models import Application
from letters.held_up import held_up
from letters.models import Letter, LetterState
from programs import calendar
from reviews.permissions import Desk

PAGE = 30
EXPIRED = "expired"


@dataclass(frozen=True)
class LetterFilters:
    """Codes as an address carries them; an empty one narrows nothing. `specimen` is "yes" or
    "no"."""

    programme: str = ""
    state: str = ""
    specimen: str = ""
    q: str = ""

    def codes(self) -> dict[str, str]:
        return {"programme": self.programme, "state": self.state, "specimen": self.specimen}

    def any(self) -> bool:
        return self != LetterFilters()

    def query(self) -> str:
        values = {**self.codes(), "q": self.q}
        return urlencode({name: value for name, value in values.items() if value})

    def where(self) -> Q:
        found = Q()
        if self.programme:
            found &= Q(programme_slug=self.programme)
        if self.state:
            found &= _in_state(self.state)
        if self.specimen:
            found &= Q(specimen=self.specimen == "yes")
        if self.q:
            # By the letter's number, or the receipt number of its case.
            cases = Application.objects.filter(receipt_no__iexact=self.q.strip())
            found &= Q(number__icontains=self.q.strip()) | Q(subject__in=cases.values("public_id"))
        return found


def _in_state(code: str) -> Q:
    """A letter whose last day is over is "expired" and not "valid", though nothing is stored."""
    over = Q(valid_until__lt=calendar.today())
    if code == EXPIRED:
        return Q(state=LetterState.VALID) & over
    if code == LetterState.VALID:
        return Q(state=code) & ~over
    return Q(state=code)


@dataclass(frozen=True)
class LetterPage:
    letters: list[Letter]
    newer: str
    older: str


def register(desk: Desk, filters: LetterFilters) -> QuerySet[Letter]:
    """The offices' letters, latest number first, gaps included."""
    rows = Letter.objects.filter(desk.where(programme="programme_slug")).filter(filters.where())
    # What is printed is sealed and long: no list needs it.
    return rows.defer("inputs").order_by("-reserved_at", "-pk")


def page(
    desk: Desk,
    filters: LetterFilters | None = None,
    *,
    after: UUID | None = None,
    before: UUID | None = None,
) -> LetterPage:
    """One page of the register, in one query; `after` and `before` are public ids."""
    filters = filters or LetterFilters()
    rows = register(desk, filters)
    backwards = before is not None and after is None
    key = before if backwards else after
    if key is not None:
        rows = rows.filter(_beyond(key, backwards=backwards))
    if backwards:
        rows = rows.order_by("reserved_at", "pk")
    found = list(rows[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    if backwards:
        found.reverse()
    if not found:
        return LetterPage([], "", "")
    _say_what_holds_up(found)
    has_newer = more if backwards else after is not None
    has_older = more or backwards
    start = f"?{query}&" if (query := filters.query()) else "?"
    return LetterPage(
        found,
        f"{start}before={found[0].public_id}" if has_newer else "",
        f"{start}after={found[-1].public_id}" if has_older else "",
    )


def _say_what_holds_up(letters: list[Letter]) -> None:
    """Why a letter that is being made is not there yet, as its last attempt said: one query."""
    found = held_up(letters)
    for one in letters:
        one.stuck = found.get(one.pk)  # type: ignore[attr-defined]


def everything(desk: Desk, filters: LetterFilters) -> tuple[int, Iterator[Letter]]:
    """How many there are, and all of them in the register's order, read in pieces."""
    rows = register(desk, filters)
    return rows.count(), rows.iterator(chunk_size=500)


def _beyond(key: UUID, *, backwards: bool) -> Q:
    row = Letter.objects.filter(public_id=key)
    at, pk = Subquery(row.values("reserved_at")[:1]), Subquery(row.values("pk")[:1])
    if backwards:
        return Q(reserved_at__gt=at) | Q(reserved_at=at, pk__gt=pk)
    return Q(reserved_at__lt=at) | Q(reserved_at=at, pk__lt=pk)
