"""The queue by programme and stage: how many cases stand where, in one query."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from accounts.models import User
from applications.models import QueueRow
from applications.stages import WORKED, Stage
from programs import calendar
from reviews.filters import OPEN_ORDER, programme_name
from reviews.permissions import Desk
from reviews.selectors.queue import MOST_COUNTED, CappedCount, TabName

Programmes = list[tuple[int, str, dict[str, str]]]


@dataclass(frozen=True)
class StageRow:
    """Numbers up to MOST_COUNTED, "99+" beyond. `nobody` and `overdue` are None where nobody has to
    work on the cases; an address is empty where there is nothing to see."""

    stage: Stage
    open: str
    open_url: str
    nobody: str | None
    nobody_url: str
    overdue: str | None
    overdue_url: str


@dataclass(frozen=True)
class ProgrammeStages:
    """Stages without a case are left out."""

    name: str
    slug: str
    rows: list[StageRow]


def by_stage(desk: Desk, programmes: Programmes, user: User) -> list[ProgrammeStages]:
    """Every programme that the person sees, with every stage of an open case."""
    scope = desk.scope()
    known = [(office, pk, slug) for office, pk, slug in desk.programmes if (office, pk) in scope]
    columns = []
    for office, pk, _slug in known:
        for stage in OPEN_ORDER:
            cases = QueueRow.objects.filter(office_id=office, programme_id=pk, stage=stage)
            asked = [cases]
            if stage in WORKED:
                worked = cases.filter(parked=False)
                asked += [
                    worked.filter(assignee=None),
                    worked.filter(due_on__lt=calendar.today()),
                ]
            columns += [
                CappedCount(rows.order_by().values("pk")[: MOST_COUNTED + 1]) for rows in asked
            ]
    if not columns:
        return []
    numbers = iter(User.objects.filter(pk=user.pk).values_list(*columns).get())
    names = {slug: programme_name(names, slug) for _office, slug, names in programmes}
    found = [(slug, [_row(slug, stage, numbers) for stage in OPEN_ORDER]) for *_ids, slug in known]
    return [
        ProgrammeStages(names[slug], slug, [row for row in rows if row.open_url])
        for slug, rows in found
    ]


def _row(slug: str, stage: Stage, numbers: Iterator[int]) -> StageRow:
    worked = stage in WORKED

    def cell(tab: TabName) -> tuple[str, str]:
        number = next(numbers)
        address = "?" + urlencode({"tab": tab, "programme": slug, "stage": stage})
        said = f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number)
        return said, address if number else ""

    found = cell(TabName.ALL)
    nobody = cell(TabName.FREE) if worked else (None, "")
    overdue = cell(TabName.OVERDUE) if worked else (None, "")
    return StageRow(stage, *found, *nobody, *overdue)
