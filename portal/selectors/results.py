"""What was settled in a period: how much, how fast, and how often approved."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth

from applications.models import ClockSegment, FigureRow, Settled
from portal.selectors.business_days import Counted
from portal.selectors.cases import DECIDED, in_scope
from programs import calendar
from programs.models import ProgrammeVersion, VersionStatus
from reviews.filters import programme_name
from reviews.permissions import Desk

# Received, decided, and the stretches between that do not count.
Paused = tuple[date, date, list[tuple[date, date | None]]]


@dataclass(frozen=True)
class Middle:
    """How long the cases took, in whole business days: the middle one, and the middle half of them.
    None without a case. Each is a number that some case really took (nearest rank)."""

    cases: int
    low: int | None
    middle: int | None
    high: int | None

    @classmethod
    def of(cls, days: Mapping[int, int]) -> "Middle":
        """`days` is how many cases took how many days."""
        number = sum(days.values())
        return cls(number, *(_ranked(days, number, share) for share in (25, 50, 75)))


def _ranked(days: Mapping[int, int], number: int, percent: int) -> int | None:
    place, seen = -(-number * percent // 100), 0
    for day in sorted(days):
        seen += days[day]
        if seen >= place:
            return day
    return None


@dataclass
class Durations:
    """How many cases took how many business days from receipt to decision: all of them, and
    without those that do not count against the processing period."""

    whole: Counter[int] = field(default_factory=Counter)
    net: Counter[int] = field(default_factory=Counter)

    def add(self, whole: int, net: int, cases: int) -> None:
        self.whole[whole] += cases
        self.net[net] += cases


@dataclass(frozen=True)
class Month:
    """What came and went in a month of the period. `first` and `last` are its days within."""

    first: date
    last: date
    received: int
    settled: dict[str, int]
    whole: Middle
    net: Middle

    @property
    def decided(self) -> int:
        return sum(self.settled.get(one, 0) for one in DECIDED)


@dataclass(frozen=True)
class Results:
    """The months of a period, newest first, and all of them together. `unknown` decisions are in no
    median, for the holiday table does not go back to their receipt."""

    months: list[Month]
    total: Month
    unknown: int


def results(desk: Desk, first: date, last: date, slug: str = "") -> Results:
    """Four queries; what they bring does not grow with the number of cases, but for those that
    were paused."""
    scope = in_scope(desk, slug)
    received: dict[date, int] = dict(
        FigureRow.objects.filter(scope, received_on__range=(first, last))
        .order_by()
        .annotate(month=TruncMonth("received_on"))
        .values_list("month")
        .annotate(cases=Count("pk"))
    )
    settled = FigureRow.objects.filter(scope, settled_on__range=(first, last))
    days = Counted(calendar.current())
    by_month: dict[date, Counter[str]] = defaultdict(Counter)
    took: dict[date, Durations] = defaultdict(Durations)
    unknown = 0
    for begun, ended, outcome, cases in (
        settled.order_by()
        .values_list("received_on", "settled_on", "outcome")
        .annotate(cases=Count("pk"))
    ):
        month = ended.replace(day=1)
        by_month[month][outcome] += cases
        if outcome not in DECIDED:
            continue
        if not days.knows(begun, ended):
            unknown += cases
            continue
        number = days.between(begun, ended)
        took[month].add(number, number, cases)
    for begun, ended, pauses in _paused(settled.filter(outcome__in=DECIDED)):
        if days.knows(begun, ended):
            net = took[ended.replace(day=1)].net
            number = days.between(begun, ended)
            net[number] -= 1
            net[days.outside(begun, ended, pauses)] += 1
    months = [
        _month(max(one, first), min(_end_of(one), last), received, by_month[one], took[one])
        for one in _months(first, last)
    ]
    whole = Durations()
    for one in took.values():
        whole.whole.update(one.whole)
        whole.net.update(one.net)
    total = Month(
        first,
        last,
        sum(received.values()),
        dict(sum(by_month.values(), Counter())),
        Middle.of(whole.whole),
        Middle.of(+whole.net),
    )
    return Results(months[::-1], total, unknown)


def _month(
    first: date,
    last: date,
    received: Mapping[date, int],
    settled: Counter[str],
    took: Durations,
) -> Month:
    key = first.replace(day=1)
    return Month(
        first,
        last,
        received.get(key, 0),
        dict(settled),
        Middle.of(took.whole),
        Middle.of(+took.net),
    )


def _paused(settled: QuerySet[FigureRow]) -> Iterable[Paused]:
    """The settled cases that had days which do not count, with those days: one query."""
    rows: Iterable[tuple[Any, ...]] = (
        ClockSegment.objects.filter(application__figure_row__in=settled)
        .order_by("application_id")
        .values_list(
            "application_id",
            "application__figure_row__received_on",
            "application__figure_row__settled_on",
            "from_on",
            "until_on",
        )
    )
    found: dict[int, Paused] = {}
    for case, begun, ended, from_on, until_on in rows:
        found.setdefault(case, (begun, ended, []))[2].append((from_on, until_on))
    return found.values()


def _months(first: date, last: date) -> Iterable[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = _next(month)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _end_of(month: date) -> date:
    return date.fromordinal(_next(month).toordinal() - 1)


@dataclass(frozen=True)
class Occupation:
    """The decisions on one occupation of one programme. `percent` approved is None where there are
    too few of them to be a rate."""

    slug: str
    programme: str
    code: str
    name: str
    approved: int
    refused: int
    returned: int
    percent: int | None

    @property
    def decided(self) -> int:
        return self.approved + self.refused + self.returned


def occupations(desk: Desk, first: date, last: date, slug: str = "") -> list[Occupation]:
    """By programme, most decisions first; two queries. How few are too few is the programme's to
    say (`published.fewest`); where it says nothing, no rate is shown."""
    scope = in_scope(desk, slug)
    rows = (
        FigureRow.objects.filter(scope, settled_on__range=(first, last), outcome__in=DECIDED)
        .order_by()
        .values_list("programme_id", "occupation", "outcome")
        .annotate(cases=Count("pk"))
    )
    found: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for programme, code, outcome, cases in rows:
        found[programme, code][outcome] += cases
    versions = _versions({programme for programme, _code in found})
    listed = []
    for (programme, code), numbers in found.items():
        version = versions[programme]
        manifest = version.manifest()
        decided = sum(numbers.values())
        known = manifest.occupation(code) or manifest.refused_occupation(code)
        approved = numbers[Settled.APPROVED]
        enough = manifest.published is not None and decided >= manifest.published.fewest
        listed.append(
            Occupation(
                slug=version.programme.slug,
                programme=programme_name(version.programme.names, version.programme.slug),
                code=code,
                name=str(known.names) if known else "",
                approved=approved,
                refused=numbers[Settled.REFUSED],
                returned=numbers[Settled.RETURNED],
                percent=(approved * 200 + decided) // (decided * 2) if enough else None,
            )
        )
    return sorted(listed, key=lambda one: (one.slug, -one.decided, one.code))


def _versions(programmes: set[int]) -> dict[int, ProgrammeVersion]:
    """The newest version in force of each: its names are shown."""
    rows = ProgrammeVersion.objects.filter(programme__in=programmes, status=VersionStatus.IN_FORCE)
    ordered = rows.select_related("programme").order_by("effective_from", "pk")
    return {version.programme_id: version for version in ordered}
