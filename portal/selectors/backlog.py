"""What is open: by stage and age, by deadline, and who has how much of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.models import Office
from applications.models import QueueRow
from applications.stages import Stage
from portal.selectors.business_days import Ages, ages
from portal.selectors.cases import ORDER, in_scope
from programs import calendar
from reviews.filters import DUE, Filters, programme_name
from reviews.permissions import Desk
from reviews.services import roster

# Business days in a stage, both ends counted.
AGES: tuple[tuple[int, int | None], ...] = ((0, 2), (3, 5), (6, 10), (11, 20), (21, None))
DUES = tuple(code for code, _label in DUE)


def age_code(low: int, high: int | None) -> str:
    """As an address carries it: "6-10", "21-"."""
    return f"{low}-{'' if high is None else high}"


AGE_CODES = tuple(age_code(low, high) for low, high in AGES)


def stretches() -> list[Ages]:
    """`AGES` as of today. Raises OutsideTable for a year without a holiday table."""
    return ages(AGES, today=calendar.today(), table=calendar.current())


def of_age(one: Ages, prefix: str = "") -> Q:
    """The queue rows of that age."""
    found = Q()
    if one.first is not None:
        found &= Q(**{f"{prefix}since__gte": one.first})
    if one.last is not None:
        found &= Q(**{f"{prefix}since__lte": one.last})
    return found


@dataclass(frozen=True)
class StageAges:
    """One stage of a programme: how many cases of each age (`AGES`), and all of them."""

    stage: Stage
    ages: list[int]
    total: int


@dataclass(frozen=True)
class Waiting:
    """The open cases of one programme; `dues` as `DUE`: past, today, within 3 and 7 days."""

    slug: str
    names: dict[str, str]
    stages: list[StageAges]
    dues: list[int]

    @property
    def name(self) -> str:
        return programme_name(self.names, self.slug)

    @property
    def total(self) -> int:
        return sum(stage.total for stage in self.stages)

    @property
    def ages(self) -> list[int]:
        """All stages together."""
        return [sum(column) for column in zip(*(one.ages for one in self.stages), strict=True)]


def backlog(desk: Desk, slug: str = "") -> list[Waiting]:
    """Programmes with open cases. One read of the narrow queue rows, one of the holiday table.
    Raises OutsideTable."""
    columns: dict[str, Any] = {
        f"age{number}": Count("pk", filter=of_age(one)) for number, one in enumerate(stretches())
    }
    for code in DUES:
        columns[f"due_{code}"] = Count("pk", filter=Q(parked=False) & Filters(due=code).due_where())
    rows: QuerySet[QueueRow, Any] = (
        QueueRow.objects.filter(in_scope(desk, slug))
        .order_by()
        .values("programme__slug", "programme__names", "stage")
        .annotate(total=Count("pk"), **columns)
        .order_by("programme__slug")
    )
    found: dict[str, tuple[dict[str, str], dict[str, StageAges], list[int]]] = {}
    for row in rows:
        _names, by_stage, dues = found.setdefault(
            row["programme__slug"], (row["programme__names"], {}, [0] * len(DUES))
        )
        numbers = [row[f"age{number}"] for number in range(len(AGES))]
        by_stage[row["stage"]] = StageAges(Stage(row["stage"]), numbers, row["total"])
        for place, code in enumerate(DUES):
            dues[place] += row[f"due_{code}"]
    return [
        Waiting(key, names, [by_stage[one] for one in ORDER if one in by_stage], dues)
        for key, (names, by_stage, dues) in found.items()
    ]


@dataclass(frozen=True)
class Load:
    """What one reviewer has to work on here, and how much they can take on."""

    public_id: UUID
    name: str
    office: str
    cases: int
    overdue: int
    capacity: int
    away_until: date | None

    @property
    def percent(self) -> int:
        """Of the capacity, rounded down; over 100 for more than that."""
        return self.cases * 100 // self.capacity if self.capacity else 100 if self.cases else 0

    @property
    def tone(self) -> str:
        return "bad" if self.percent > 100 else "warn" if self.percent >= 90 else ""


def load(desk: Desk, offices: list[Office], slug: str = "") -> list[Load]:
    """Who reviews at the offices and has how much of what the person sees; one query for each
    office and one more. Cases that wait for the applicant do not count."""
    here = {office for office, _programme in desk.scope(slug=slug)}
    members = {
        member.user_id: (office, member)
        for office in offices
        if office.pk in here
        for member in roster.of_office(office)
        if not slug or member.works_for(slug)
    }
    rows = (
        QueueRow.objects.filter(in_scope(desk, slug), assignee__in=members, parked=False)
        .order_by()
        .values_list("assignee")
        .annotate(cases=Count("pk"), overdue=Count("pk", filter=Q(due_on__lt=calendar.today())))
    )
    numbers = {person: (cases, overdue) for person, cases, overdue in rows}
    found = [
        Load(
            public_id=member.public_id,
            name=member.name,
            office=office.name_ko,
            cases=numbers.get(key, (0, 0))[0],
            overdue=numbers.get(key, (0, 0))[1],
            capacity=member.capacity,
            away_until=member.away_until,
        )
        for key, (office, member) in members.items()
    ]
    return sorted(found, key=lambda one: (-one.percent, one.name, str(one.public_id)))
