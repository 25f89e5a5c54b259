"""The queue: which cases wait for whom, most urgent first, page by key."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from accounts.models import StaffRole, User
from applications.models import Application, QueueRow, SupplementRequest
from applications.search import MOST_FOUND
from applications.stages import WORKED, Stage
from programs import calendar
from reviews.filters import CLOSED_ORDER, WORKED_ORDER, Filters
from reviews.keyset import Order, beginning, key_of
from reviews.models import Decision
from reviews.permissions import WORKING, Desk
from reviews.selectors.rows import Entry, answers_of, entry
from reviews.selectors.saved_views import ViewLine, lines, offered

PAGE = 20
# Counting further would cost more the longer the queue; "99+" says as much as a number.
MOST_COUNTED = 99
# The queue's own order, and that of every list of what falls due: the longest overdue first.
RANKED = Order(("rank", "due_on", "application_id"))
BY_DUE = Order(("due_on", "application_id"))
LATEST_OVER = Order(("closed_at", "pk"), descending=True)


class TabName(StrEnum):
    MINE = "mine"
    FREE = "free"
    WAITING = "waiting"
    OVERDUE = "overdue"
    ALL = "all"
    DONE = "done"


class CappedCount(Subquery):
    """How many rows a sliced query has: the database stops counting at the slice's end."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) few)"
    output_field = IntegerField()
    # A tab that can have no rows is never asked about.
    empty_result_set_value = 0


@dataclass(frozen=True)
class Page:
    entries: list[Entry]
    newer: str
    older: str


@dataclass(frozen=True)
class Key:
    """The place of a row in the order, as an address carries it: rank, due date, public id."""

    rank: int
    due_on: date
    public_id: UUID

    def __str__(self) -> str:
        return f"{self.rank}_{self.due_on}_{self.public_id}"

    @classmethod
    def read(cls, text: str) -> "Key | None":
        """None for anything that is no key: the list then starts at its beginning."""
        parts = text.split("_")
        if len(parts) != 3:
            return None
        try:
            rank = int(parts[0])
            key = cls(rank, date.fromisoformat(parts[1]), UUID(parts[2]))
        except ValueError:
            return None
        return key if -32768 <= rank <= 32767 else None


@dataclass(frozen=True)
class Listed:
    """A tab with its filters: which stretches of the queue's indexes make it, in which order."""

    streams: tuple[Q, ...]
    order: Order

    @property
    def where(self) -> Q:
        """All of it as one condition, for counting and for whole lists."""
        found = Q(pk__in=[])
        for stream in self.streams:
            found |= stream
        return found


def listed(
    tab: TabName,
    desk: Desk,
    user: User,
    filters: Filters | None = None,
    *,
    most: int | None = MOST_FOUND,
) -> Listed:
    """The tab's cases, of the person's offices and programmes only; of those with the words asked
    for at most so many."""
    filters = filters or Filters()
    scope = desk.scope(slug=filters.programme)
    stages = [Stage(filters.stage)] if filters.stage else []
    narrow, order = Q(), RANKED
    match tab:
        case TabName.MINE:
            narrow = Q(assignee=user, parked=False)
        case TabName.FREE:
            narrow = Q(assignee=None, parked=False)
        case TabName.WAITING:
            stages = [Stage.SUPPLEMENT]
        case TabName.OVERDUE:
            narrow = Q(parked=False, due_on__lt=calendar.today())
        case TabName.DONE:
            scope = []
    if filters.due or tab == TabName.OVERDUE:
        # A case that waits for the applicant or for quota is not the office's to hurry.
        stages = [stage for stage in WORKED_ORDER if stage in (stages or WORKED)]
        narrow &= Q(parked=False) & filters.due_where()
        order = BY_DUE
        if not stages:
            scope = []
    if filters.sought or tab == TabName.MINE:
        # Few rows, found by the words or by the person: where they lie does not matter.
        own = together(scope) & (Q(stage__in=stages) if stages else Q())
        if filters.sought:
            own &= filters.words(scope, most=None if tab == TabName.MINE else most)
        return Listed((own & narrow,) if scope else (), order)
    return Listed(
        tuple(
            Q(office_id=office, programme_id=programme) & one & narrow
            for office, programme in scope
            for one in ([Q(stage=stage) for stage in stages] or [Q()])
        ),
        order,
    )


def together(scope: list[tuple[int, int]]) -> Q:
    """The same as a list of conditions, one for each office and programme."""
    return Q(
        office_id__in={office for office, _ in scope},
        programme_id__in={programme for _, programme in scope},
    )


def finished(
    desk: Desk, filters: Filters | None = None, *, most: int | None = MOST_FOUND
) -> Listed:
    """Received cases of the person's offices and programmes that are over."""
    filters = filters or Filters()
    scope = desk.scope(slug=filters.programme)
    stages = [Stage(filters.stage)] if filters.stage else CLOSED_ORDER
    # Closed is what has a closing time (constraint): said so, the index of closed cases serves.
    over = Q(closed_at__isnull=False, received_at__isnull=False)
    if filters.sought:
        own = together(scope) & Q(stage__in=stages) & over
        own &= filters.words(scope, most=most)
        return Listed((own,) if scope else (), LATEST_OVER)
    return Listed(
        tuple(
            Q(office_id=office, programme_id=programme, stage=stage) & over
            for office, programme in scope
            for stage in stages
        ),
        LATEST_OVER,
    )


@dataclass(frozen=True)
class Head:
    """What stands above every list: how many cases each tab has and how many decisions wait for
    this person's sign-off (key `sign_offs`), up to MOST_COUNTED; the views they may choose; and
    whether more cases have the words than a page looks through."""

    counts: dict[str, str]
    views: list[ViewLine]
    too_many: bool

    @property
    def default(self) -> ViewLine | None:
        return next((one for one in self.views if one.default), None)


def head(desk: Desk, user: User, filters: Filters | None = None) -> Head:
    """All of it in one query."""
    filters = filters or Filters()
    asked: dict[str, QuerySet[Any]] = {
        str(tab): QueueRow.objects.filter(counted(tab, desk, user)).values("pk") for tab in TabName
    }
    over = Q(closed_at__isnull=False, received_at__isnull=False, stage__in=CLOSED_ORDER)
    asked[str(TabName.DONE)] = Application.objects.filter(together(desk.scope()) & over).values(
        "pk"
    )
    asked["sign_offs"] = to_sign(desk).values("pk")
    columns: list[Any] = [
        CappedCount(rows.order_by()[: MOST_COUNTED + 1]) for rows in asked.values()
    ]
    columns.append(offered(desk, user))
    if filters.sought:
        found_by = filters.words(desk.scope(slug=filters.programme), most=MOST_FOUND + 1)
        columns.append(CappedCount(Application.objects.filter(found_by).values("pk").order_by()))
    found = User.objects.filter(pk=user.pk).values_list(*columns).get()
    numbers = dict(zip(asked, found, strict=False))
    return Head(
        {
            name: f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number)
            for name, number in numbers.items()
        },
        lines(found[len(asked)], user),
        filters.sought and found[-1] > MOST_FOUND,
    )


def counts(desk: Desk, user: User) -> dict[str, str]:
    """Only the numbers of `head`."""
    return head(desk, user).counts


def counted(tab: TabName, desk: Desk, user: User) -> Q:
    """The same cases as `listed`, in the shape that an index counts quickest."""
    scope = together(desk.scope())
    match tab:
        case TabName.MINE:
            return scope & Q(assignee=user, parked=False)
        case TabName.FREE:
            return scope & Q(assignee=None, parked=False)
        case TabName.WAITING:
            return scope & Q(stage=Stage.SUPPLEMENT)
        case TabName.OVERDUE:
            return scope & Q(stage__in=WORKED_ORDER, parked=False, due_on__lt=calendar.today())
        case TabName.DONE:
            return Q(pk__in=[])
        case _:
            return scope


def to_sign(desk: Desk) -> QuerySet[Decision]:
    """Drafted, unsigned decisions of the offices where the person is a lead."""
    return Decision.objects.filter(
        desk.where(
            StaffRole.LEAD,
            office="application__office",
            programme="application__programme__slug",
        ),
        ended_at=None,
        signed_off_at=None,
        application__stage=Stage.DECISION,
    )


def page(
    tab: TabName,
    desk: Desk,
    user: User,
    *,
    after: Key | None = None,
    before: Key | None = None,
    filters: Filters | None = None,
) -> Page:
    """One page of the tab, in one query; `after` and `before` are keys of rows already seen."""
    filters = filters or Filters()
    asked = listed(tab, desk, user, filters)
    backwards = before is not None and after is None
    key = before if backwards else after
    rows = beginning(
        QueueRow.objects.all(),
        asked.streams,
        asked.order,
        PAGE + 1,
        place=_place(key, asked.order) if key else (),
        backwards=backwards,
    )
    found = list(rows.values(*COLUMNS, **_computed()))
    more = len(found) > PAGE
    found = found[:PAGE]
    if backwards:
        found.reverse()
    if not found:
        return Page([], "", "")
    first, last = (str(_key(found[0])), str(_key(found[-1])))
    has_newer = more if backwards else after is not None
    has_older = more or backwards
    here = filters.query(tab=tab)
    return Page(
        [_entry(row, desk, user) for row in found],
        f"?{here}&before={first}" if has_newer else "",
        f"?{here}&after={last}" if has_older else "",
    )


def everything(
    tab: TabName, desk: Desk, user: User, filters: Filters
) -> tuple[int, Iterator[Entry]]:
    """How many cases the whole filtered tab has, and all of them in its order, read in pieces."""
    asked = listed(tab, desk, user, filters, most=None)
    rows = QueueRow.objects.filter(asked.where)
    read = rows.order_by(*asked.order.sorted()).values(*COLUMNS, **_computed())
    return rows.count(), (_entry(row, desk, user) for row in read.iterator(chunk_size=500))


def nearest(desk: Desk, user: User, *, until: date, most: int) -> list[Entry]:
    """The cases that fall due by a day, those past it first: for whoever looks after the office."""
    streams = [
        Q(office_id=office, programme_id=programme, stage=stage)
        for office, programme in desk.scope()
        for stage in WORKED_ORDER
    ]
    due = QueueRow.objects.filter(parked=False, due_on__lte=until)
    found = beginning(due, streams, BY_DUE, most).values(*COLUMNS, **_computed())
    return [_entry(row, desk, user) for row in found]


COLUMNS = (
    "rank",
    "urgency",
    "due_on",
    "stage",
    "parked",
    "lease_until",
    "office_id",
    "assignee_id",
    "assignee__name",
    "programme__slug",
    "programme__names",
    "application__public_id",
    "application__receipt_no",
    "application__received_at",
    "application__company__name_ko",
    "application__company__name_en",
    "application__candidate__surname",
    "application__candidate__given_names",
)


def _computed() -> dict[str, Any]:
    answered = SupplementRequest.objects.filter(
        application=OuterRef("application_id"), closed_because="answered"
    )
    return answers_of("application_id") | {
        # Only rows the workflow has put on top are asked about.
        "back": Case(
            When(urgency__gt=0, then=Exists(answered)),
            default=Value(False),
            output_field=BooleanField(),
        ),
    }


def _place(key: Key, order: Order) -> tuple[Any, ...]:
    case = key_of(Application, key.public_id)
    return (key.rank, key.due_on, case) if order is RANKED else (key.due_on, case)


def _key(row: dict[str, Any]) -> Key:
    return Key(row["rank"], row["due_on"], row["application__public_id"])


def _entry(row: dict[str, Any], desk: Desk, user: User) -> Entry:
    office, slug = row["office_id"], row["programme__slug"]
    return entry(
        row,
        case="application__",
        assignee=row["assignee__name"] or "",
        mine=row["assignee_id"] == user.pk,
        back=bool(row["back"]),
        parked=row["parked"],
        held_until=row["lease_until"]
        if row["assignee_id"] == user.pk and not row["parked"]
        else None,
        may_take=row["assignee_id"] is None and desk.can(office, slug, *WORKING),
        may_reassign=row["assignee_id"] is not None and desk.can(office, slug, StaffRole.LEAD),
    )


def tabs_for(desk: Desk) -> Iterable[TabName]:
    """Administrators take no cases, so they have none of their own and none to take."""
    if desk.has(*WORKING):
        return TabName
    return (TabName.ALL, TabName.OVERDUE, TabName.WAITING, TabName.DONE)
