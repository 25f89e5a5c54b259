"""Reads for the applying side's pages."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from applications.disclosure import with_changes
from applications.letter_standing import standing
from applications.models import Application, SupplementRequest
from applications.stages import Stage

PAGE_SIZE = 20


@dataclass(frozen=True)
class Page:
    """A stretch of a list ordered newest first, and the keys of its neighbours (empty: none)."""

    rows: list[Application]
    newer: str
    older: str


def receipts(subjects: Collection[UUID]) -> dict[UUID, str]:
    """The receipt numbers of cases, by public id; those not received yet are left out."""
    return {
        public_id: receipt_no
        for public_id, receipt_no in Application.objects.filter(
            public_id__in=subjects, receipt_no__isnull=False
        ).values_list("public_id", "receipt_no")
        if receipt_no
    }


def own_cases(user: User) -> QuerySet[Application]:
    """The cases of the person's companies, newest first, with what a list shows of each."""
    open_request = SupplementRequest.objects.filter(application=OuterRef("pk"), closed_at=None)
    return (
        Application.objects.for_company_member(user)
        .select_related("candidate", "programme", "company")
        .prefetch_related(with_changes())
        .annotate(answer_by=Subquery(open_request.values("due_on")[:1]))
        .order_by("-created_at", "-id")
    )


def page_of(
    cases: QuerySet[Application], *, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Page:
    """The rows after (older than) or before (newer than) the case with that public id; one query.

    A key that is none, or of a case one may not see, is the beginning of the list.
    """
    older_than, newer_than = _uuid(after), _uuid(before)
    if newer_than is not None:
        rows = list(_beyond(cases, newer_than, newer=True).order_by("created_at", "id")[: size + 1])
        more, rows = len(rows) > size, rows[:size][::-1]
        if rows:
            return Page(rows, str(rows[0].public_id) if more else "", str(rows[-1].public_id))
        return page_of(cases, size=size)
    if older_than is not None:
        cases = _beyond(cases, older_than, newer=False)
    rows = list(cases[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if not rows and older_than is not None:
        return Page([], "", "")
    newer = str(rows[0].public_id) if rows and older_than is not None else ""
    return Page(rows, newer, str(rows[-1].public_id) if more else "")


def _beyond(cases: QuerySet[Application], key: UUID, *, newer: bool) -> QuerySet[Application]:
    there = Application.objects.filter(public_id=key)
    at, pk = Subquery(there.values("created_at")[:1]), Subquery(there.values("id")[:1])
    word = "gt" if newer else "lt"
    return cases.filter(Q(**{f"created_at__{word}": at}) | Q(created_at=at, **{f"id__{word}": pk}))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def next_action(case: Application, *, answer_by: Any = None) -> dict[str, Any] | None:
    """What the company can do next: `{label, url, urgent}`, or None while it only waits."""
    if case.at == Stage.DRAFT:
        url = reverse("applications:edit", args=[case.public_id, "candidate"])
        return {"label": _("이어서 작성"), "url": url, "urgent": False}
    if case.at == Stage.SUPPLEMENT:
        url = reverse("applications:supplement", args=[case.public_id])
        return {"label": _("보완 답변"), "url": url, "urgent": True}
    if case.at == Stage.ISSUED:
        return _letter_action(case)
    if case.at == Stage.REFUSED:
        url = reverse("case", args=[case.public_id]) + "#decision"
        return {"label": _("사유와 이의신청"), "url": url, "urgent": False}
    if case.at == Stage.RETURNED:
        url = reverse("case", args=[case.public_id]) + "#decision"
        return {"label": _("반려 사유 보기"), "url": url, "urgent": False}
    return None


def _letter_action(case: Application) -> dict[str, Any] | None:
    """What can be done with the letter as it stands today; None where there is none."""
    labels = {
        "valid": _("추천서 받기"),
        "expired": _("추천서 보기"),
        "revoked": _("취소 사유 보기"),
    }
    label = labels.get(standing(case))
    if label is None:
        return None
    url = reverse("case", args=[case.public_id]) + "#letter"
    return {"label": label, "url": url, "urgent": False}
