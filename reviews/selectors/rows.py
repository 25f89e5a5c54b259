"""A case as a list shows it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.utils.translation import get_language

from applications.models import SupplementRequest
from applications.stages import RECEIVED_OPEN, Stage
from programs import calendar
from reviews.models import Invitation


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
    # Until when one's own case is held without anything being done on it.
    held_until: datetime | None = None


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
