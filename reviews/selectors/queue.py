"""The queue: which cases wait for whom, most urgent first, page by key."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.utils.translation import get_language

from accounts.models import StaffRole, User
from applications.models import Application, QueueRow, SupplementRequest
from applications.stages import RECEIVED_OPEN, Stage
from programs import calendar
from reviews.filters import Filters
from reviews.models import Decision, Invitation
from reviews.permissions import WORKING, Desk

PAGE = 20
# Counting further would cost more the longer the queue; "99+" says as much as a number.
MOST_COUNTED = 99
ORDER = ("-urgency", "due_on", "application_id")
REVERSED = ("urgency", "-due_on", "-application_id")


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
class Entry:
    """One case in a list. `answered` of `asked` evaluations are in; `asked` is 0 when the case is
    not with evaluators."""

    public_id: UUID
    receipt_no: str
    company: str
    candidate: str
    programme: str
    stage: Stage
    received_at: datetime | None
    due_on: date | None
    days: int | None
    closed_at: datetime | None
    answer_by: date | None
    answer_days: int | None
    assignee: str
    mine: bool
    back: bool
    parked: bool
    may_take: bool
    may_reassign: bool
    answered: int
    asked: int


@dataclass(frozen=True)
class Page:
    entries: list[Entry]
    newer: str
    older: str


@dataclass(frozen=True)
class Key:
    """The place of a row in the order, as an address carries it: urgency, due date, public id."""

    urgency: int
    due_on: date
    public_id: UUID

    def __str__(self) -> str:
        return f"{self.urgency}_{self.due_on}_{self.public_id}"

    @classmethod
    def read(cls, text: str) -> "Key | None":
        """None for anything that is no key: the list then starts at its beginning."""
        parts = text.split("_")
        if len(parts) != 3:
            return None
        try:
            urgency = int(parts[0])
            key = cls(urgency, date.fromisoformat(parts[1]), UUID(parts[2]))
        except ValueError:
            return None
        return key if -32768 <= urgency <= 32767 else None


def rows_of(tab: TabName, desk: Desk, user: User) -> QuerySet[QueueRow]:
    """The tab's rows, of the person's offices and programmes only."""
    rows = QueueRow.objects.filter(desk.where())
    match tab:
        case TabName.MINE:
            return rows.filter(assignee=user, parked=False)
        case TabName.FREE:
            return rows.filter(assignee=None, parked=False)
        case TabName.WAITING:
            return rows.filter(stage=Stage.SUPPLEMENT)
        case TabName.OVERDUE:
            return rows.filter(parked=False, due_on__lt=calendar.today())
        case TabName.DONE:
            return rows.none()
        case _:
            return rows


def finished(desk: Desk) -> QuerySet[Application]:
    """Received cases of the person's offices and programmes that are over."""
    # Closed is what has a closing time (constraint): said so, the index of closed cases serves.
    return Application.objects.filter(
        desk.where(), closed_at__isnull=False, received_at__isnull=False
    )


def counts(desk: Desk, user: User) -> dict[str, str]:
    """How many cases each tab has, up to MOST_COUNTED, and how many decisions wait for this
    person's sign-off (key `sign_offs`): one query."""
    asked: dict[str, QuerySet[Any]] = {
        str(tab): rows_of(tab, desk, user).values("pk") for tab in TabName
    }
    asked[str(TabName.DONE)] = finished(desk).values("pk")
    asked["sign_offs"] = to_sign(desk).values("pk")
    columns = [CappedCount(rows.order_by()[: MOST_COUNTED + 1]) for rows in asked.values()]
    found = User.objects.filter(pk=user.pk).values_list(*columns).get()
    return {
        name: f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number)
        for name, number in zip(asked, found, strict=True)
    }


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
    rows = rows_of(tab, desk, user).filter(filters.where(case="application__"))
    backwards = before is not None and after is None
    if key := before if backwards else after:
        rows = rows.filter(_beyond(key, backwards=backwards))
    order = REVERSED if backwards else ORDER
    found = list(rows.order_by(*order).values(*COLUMNS, **_computed())[: PAGE + 1])
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
    rows = rows_of(tab, desk, user).filter(filters.where(case="application__"))
    read = rows.order_by(*ORDER).values(*COLUMNS, **_computed()).iterator(chunk_size=500)
    return rows.count(), (_entry(row, desk, user) for row in read)


def nearest(desk: Desk, user: User, *, until: date, most: int) -> list[Entry]:
    """The cases that fall due by a day, those past it first: for whoever looks after the office."""
    rows = QueueRow.objects.filter(desk.where(), parked=False, due_on__lte=until)
    found = rows.order_by("due_on", "application_id").values(*COLUMNS, **_computed())[:most]
    return [_entry(row, desk, user) for row in found]


COLUMNS = (
    "urgency",
    "due_on",
    "stage",
    "parked",
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


def answers_of(case: str, stage: str = "stage") -> dict[str, Any]:
    """For rows whose application is `case`: the day an open supplement is due, and how many
    evaluations were asked for and are in. What the stage rules out is not asked about."""
    request = SupplementRequest.objects.filter(application=OuterRef(case), closed_at=None)
    live = Invitation.objects.filter(application=OuterRef(case), state__in=Invitation.LIVE)

    def number(rows: QuerySet[Invitation]) -> Case:
        few = rows.order_by().values("application").annotate(number=Count("pk"))
        return Case(
            When(**{stage: Stage.EXTERNAL_EVALUATION}, then=Subquery(few.values("number"))),
            default=Value(0),
            output_field=IntegerField(),
        )

    return {
        "answer_by": Case(
            When(**{stage: Stage.SUPPLEMENT}, then=Subquery(request.values("due_on")[:1]))
        ),
        "asked": number(live),
        "answered": number(live.filter(state=Invitation.State.SUBMITTED)),
    }


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


def _beyond(key: Key, *, backwards: bool) -> Q:
    """The rows after the key in the order, or before it. The row itself may have gone since."""
    place = Subquery(Application.objects.filter(public_id=key.public_id).values("pk")[:1])
    if backwards:
        return (
            Q(urgency__gt=key.urgency)
            | Q(urgency=key.urgency, due_on__lt=key.due_on)
            | Q(urgency=key.urgency, due_on=key.due_on, application_id__lt=place)
        )
    return (
        Q(urgency__lt=key.urgency)
        | Q(urgency=key.urgency, due_on__gt=key.due_on)
        | Q(urgency=key.urgency, due_on=key.due_on, application_id__gt=place)
    )


def _key(row: dict[str, Any]) -> Key:
    return Key(row["urgency"], row["due_on"], row["application__public_id"])


def _entry(row: dict[str, Any], desk: Desk, user: User) -> Entry:
    office, slug = row["office_id"], row["programme__slug"]
    return entry(
        row,
        case="application__",
        assignee=row["assignee__name"] or "",
        mine=row["assignee_id"] == user.pk,
        back=bool(row["back"]),
        parked=row["parked"],
        may_take=row["assignee_id"] is None and desk.can(office, slug, *WORKING),
        may_reassign=row["assignee_id"] is not None and desk.can(office, slug, StaffRole.LEAD),
    )


def entry(row: dict[str, Any], *, case: str, **own: Any) -> Entry:
    """A row of columns as a case in a list. `case` is the way to the application's columns."""
    today = calendar.today()
    stage, slug = Stage(row["stage"]), row["programme__slug"]
    due_on = row["due_on"] if stage in RECEIVED_OPEN else None
    answer_by = row["answer_by"]
    values: dict[str, Any] = {
        "mine": False,
        "back": False,
        "parked": False,
        "may_take": False,
        "may_reassign": False,
    } | own
    return Entry(
        public_id=row[f"{case}public_id"],
        receipt_no=row[f"{case}receipt_no"] or "",
        company=in_reader_language(row[f"{case}company__name_ko"], row[f"{case}company__name_en"]),
        candidate=" ".join(
            part
            for part in (
                row[f"{case}candidate__surname"],
                row[f"{case}candidate__given_names"],
            )
            if part
        ),
        programme=in_reader_language(
            row["programme__names"].get("ko", slug), row["programme__names"].get("en", "")
        ),
        stage=stage,
        received_at=row[f"{case}received_at"],
        due_on=due_on,
        days=(due_on - today).days if due_on else None,
        closed_at=row.get("closed_at"),
        answer_by=answer_by,
        answer_days=(answer_by - today).days if answer_by else None,
        answered=row["answered"] or 0,
        asked=row["asked"] or 0,
        **values,
    )


def in_reader_language(korean: str, english: str) -> str:
    return english if (get_language() or "ko").startswith("en") and english else korean


def tabs_for(desk: Desk) -> Iterable[TabName]:
    """Administrators take no cases, so they have none of their own and none to take."""
    if desk.has(*WORKING):
        return TabName
    return (TabName.ALL, TabName.OVERDUE, TabName.WAITING, TabName.DONE)
