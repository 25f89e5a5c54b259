"""Lists of cases as files, for those who work on them."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from applications.sheets import Column, Sheet
from reviews.filters import Filters
from reviews.selectors.rows import Entry


def cases_sheet(
    name: str,
    title: str,
    found: tuple[int, Iterable[Entry]],
    filters: Filters,
    *,
    tab: str = "",
) -> Sheet:
    """Cases as their list shows them, one row each."""
    count, rows = found
    return Sheet(
        name=name,
        title=title,
        columns=[
            Column(_("접수번호"), lambda row: row.receipt_no, 22),
            Column(_("접수일시"), lambda row: row.received_at, 18),
            Column(_("회사"), lambda row: row.company, 28),
            Column(_("외국인"), lambda row: row.candidate, 28),
            Column(_("프로그램"), lambda row: row.programme, 28),
            Column(_("단계"), lambda row: str(row.stage.label), 20),
            Column(_("처리 기한"), lambda row: row.due_on, 14),
            Column(_("남은 일수"), lambda row: None if row.parked else row.days, 10),
            Column(_("보완기한"), lambda row: row.answer_by, 14),
            Column(_("요청한 평가"), lambda row: row.asked or None, 12),
            Column(_("제출된 평가"), lambda row: row.answered if row.asked else None, 12),
            Column(_("담당자"), lambda row: row.assignee, 16),
            Column(_("종결일시"), lambda row: row.closed_at, 18),
        ],
        rows=rows,
        count=count,
        filters={"tab": tab, **filters.codes()},
        search=filters.q,
    )
