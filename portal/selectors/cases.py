"""The offices' cases in figures: open and overdue, by stage, how they ended, what falls due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from applications.models import FigureRow, QueueRow, Settled
from applications.stages import SEQUENCE, Stage
from programs import calendar
from reviews.permissions import Desk
from reviews.selectors.queue import CappedCount
from reviews.selectors.rows import in_reader_language

MOST_COUNTED = 1000
# How far ahead a deadline is near, and how many of the nearest are shown.
NEAR, NEAREST = timedelta(days=7), 10
# A withdrawal settles a case, but nobody decided it.
DECIDED = (Settled.APPROVED, Settled.REFUSED, Settled.RETURNED)
ORDER = [*SEQUENCE[:1], Stage.SUPPLEMENT, *SEQUENCE[1:], Stage.WAITING_QUOTA, Stage.APPROVED]
ORDER.append(Stage.NOTIFYING)


@dataclass(frozen=True)
class Figures:
    """How many, each up to MOST_COUNTED: "1000+" beyond."""

    open: str
    overdue: str
    supplement: str
    waiting_quota: str
    decided: str
    ended: list[tuple[Settled, str]]


def in_scope(desk: Desk, slug: str = "") -> Q:
    """The programmes that the person sees: a condition that begins an index."""
    return Q(programme_id__in=[programme for _office, programme in desk.scope(slug=slug)])


def figures(desk: Desk, user: User) -> Figures:
    """What is open and what became of the rest: one query. `decided` are this month's decisions,
    `ended` the year's cases by how they were settled."""
    today = calendar.today()
    rows = QueueRow.objects.filter(in_scope(desk))
    settled = FigureRow.objects.filter(in_scope(desk))
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    asked: list[QuerySet[Any]] = [
        rows,
        rows.filter(parked=False, due_on__lt=today),
        rows.filter(stage=Stage.SUPPLEMENT),
        rows.filter(stage=Stage.WAITING_QUOTA),
        settled.filter(settled_on__gte=month, outcome__in=DECIDED),
        *(settled.filter(settled_on__gte=year, outcome=one) for one in Settled),
    ]
    counts = [CappedCount(one.order_by().values("pk")[: MOST_COUNTED + 1]) for one in asked]
    found = User.objects.filter(pk=user.pk).values_list(*counts).get()
    words = [f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number) for number in found]
    running, overdue, supplement, waiting_quota, decided, *ended = words
    return Figures(
        open=running,
        overdue=overdue,
        supplement=supplement,
        waiting_quota=waiting_quota,
        decided=decided,
        ended=list(zip(Settled, ended, strict=True)),
    )


@dataclass(frozen=True)
class StageCount:
    """`percent` of the programme's open cases; `query` narrows the list of cases to these."""

    stage: Stage
    count: int
    percent: int
    query: str


@dataclass(frozen=True)
class Backlog:
    """Open cases of one programme by stage."""

    programme: str
    stages: list[StageCount]
    total: int


def backlogs(desk: Desk) -> list[Backlog]:
    """Open cases by programme and stage: one GROUP BY over the narrow queue rows."""
    rows = (
        QueueRow.objects.filter(in_scope(desk))
        .order_by()
        .values_list("programme__slug", "programme__names", "stage")
        .annotate(number=Count("pk"))
        .order_by("programme__slug")
    )
    found: dict[str, tuple[dict[str, str], dict[str, int]]] = {}
    for slug, names, stage, number in rows:
        found.setdefault(slug, (names, {}))[1][stage] = number
    return [
        Backlog(
            programme=in_reader_language(names.get("ko", slug), names.get("en", "")),
            stages=list(_stages(slug, by_stage)),
            total=sum(by_stage.values()),
        )
        for slug, (names, by_stage) in found.items()
    ]


def _stages(slug: str, by_stage: dict[str, int]) -> Iterable[StageCount]:
    total = sum(by_stage.values())
    for stage in ORDER:
        if stage in by_stage:
            yield StageCount(
                stage=stage,
                count=by_stage[stage],
                percent=by_stage[stage] * 100 // total,
                query=urlencode({"programme": slug, "stage": stage.value}),
            )
