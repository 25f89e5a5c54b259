"""The company's list of its cases as a file."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications.letter_standing import shown_stage, with_standing
from applications.models import Application
from applications.sheets import Column, Sheet
from applications.stages import CLOSED


def own_cases_sheet(cases: QuerySet[Application], **narrowed: Any) -> Sheet:
    """The cases of `applications.selectors.own_cases`, narrowed or not, one row each.
    `narrowed` are the sheet's `filters` and `search`."""
    return Sheet(
        name="applications",
        title=_("신청 현황"),
        columns=[
            Column(_("접수번호"), lambda case: case.receipt_no, 22),
            Column(_("회사"), lambda case: _named(case.company), 28),
            Column(_("외국인"), lambda case: case.candidate.passport_name, 28),
            Column(_("프로그램"), lambda case: case.programme.name, 28),
            Column(_("진행 단계"), lambda case: shown_stage(case)[0], 28),
            Column(_("작성 시작"), lambda case: case.created_at, 18),
            Column(_("접수일시"), lambda case: case.received_at, 18),
            Column(_("처리 기한"), lambda case: None if case.at in CLOSED else case.due_on, 14),
            Column(_("보완기한"), lambda case: case.answer_by, 14),
            Column(_("종결일시"), lambda case: case.closed_at, 18),
        ],
        rows=with_standing(cases.iterator(chunk_size=500)),
        count=cases.count(),
        **narrowed,
    )


def _named(company: Any) -> str:
    english = (get_language() or "ko").startswith("en")
    return (company.name_en if english else "") or company.name_ko
