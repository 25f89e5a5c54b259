"""Many cases at once: looked at first, then done one by one, with a result for each.

Looking changes nothing. Doing is one transaction per case, which is refused for a case that has
changed since it was looked at; what is refused for one case does not stop the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import StaffRole, User
from applications import workflow
from applications.errors import CaseError, NotNow
from applications.models import Application, QueueRow
from reviews.models import Assignment
from reviews.permissions import Desk
from reviews.services import assignment, conflicts, roster
from reviews.services.choosing import Choice, Known, choose

# As many as anybody can look through; a page of the queue has fewer.
MOST = 100


class Action(StrEnum):
    REASSIGN = "reassign"
    RELEASE = "release"


@dataclass(frozen=True)
class Planned:
    """What would happen to one case: it goes to `to` (None: the free queue), or why not."""

    case: Application
    now: User | None
    to: str = ""
    choice: Choice | None = None
    refusal: str = ""


@dataclass(frozen=True)
class Done:
    """What has happened to one case."""

    case: Application
    to: str = ""
    refusal: str = ""


def chosen(actor: User, desk: Desk, wanted: Sequence[UUID]) -> list[Application]:
    """The received cases of the person's offices among these, in the queue's order; others do not
    exist for them, and those they are in conflict with are left out."""
    found = (
        Application.objects.filter(desk.where(), ~conflicts.cases_barred_to(actor))
        .exclude(received_at=None)
        .filter(public_id__in=list(wanted)[:MOST])
        .select_related("programme", "office", "company", "candidate", "queue_row__assignee")
    )
    return sorted(found, key=_place)


def _place(case: Application) -> tuple[Any, ...]:
    row = _row(case)
    return (row is None, row and row.rank, row and row.due_on, case.pk)


def _row(case: Application) -> QueueRow | None:
    try:
        return case.queue_row
    except QueueRow.DoesNotExist:
        return None


def look(
    *, cases: Sequence[Application], actor: User, desk: Desk, action: Action, to: User | None
) -> list[Planned]:
    """What would happen to each; nothing is written. For `reassign`, no `to` means by rule."""
    if action == Action.RELEASE:
        return [_look_release(case, actor, desk) for case in cases]
    known: dict[int, Known] = {}
    rosters: dict[int, roster.Roster] = {}
    for office in {case.office_id for case in cases}:
        rosters[office] = roster.of_office(office)
        known[office] = Known.of(cases, rosters[office])
    return [
        _look_reassign(case, desk, to, rosters[case.office_id], known[case.office_id])
        for case in cases
    ]


def _look_release(case: Application, actor: User, desk: Desk) -> Planned:
    row = _row(case)
    refusal = _over(row)
    if row is not None and not refusal:
        if row.assignee_id is None:
            refusal = _("담당자가 없는 신청입니다.")
        elif row.assignee_id != actor.pk and not _leads(desk, case):
            refusal = _("담당자나 결재자만 신청을 내려놓을 수 있습니다.")
    return Planned(case, row.assignee if row else None, refusal=refusal)


def _look_reassign(
    case: Application, desk: Desk, to: User | None, people: roster.Roster, known: Known
) -> Planned:
    row = _row(case)
    now = row.assignee if row else None
    if refusal := _over(row) or ("" if _leads(desk, case) else _no_right()):
        return Planned(case, now, refusal=refusal)
    assert row is not None  # noqa: S101
    if to is not None:
        return Planned(case, now, to=str(to), refusal=_unfit(case, row, to, people, known))
    without = [row.assignee_id] if row.assignee_id else []
    choice = choose(case, row, people, without=without, known=known)
    refusal = "" if choice.member else _nobody()
    name = choice.member.name if choice.member else ""
    return Planned(case, now, to=name, choice=choice, refusal=refusal)


def _unfit(case: Application, row: QueueRow, to: User, people: roster.Roster, known: Known) -> str:
    """As `assignment.cannot_have`, from what is known of all the cases."""
    if row.assignee_id == to.pk:
        return _("이미 이 사람이 맡고 있는 신청입니다.")
    member = people.get(to.pk)
    if member is None or not member.works_for(case.programme.slug, StaffRole.REVIEWER):
        return _("이 기관의 심사자에게만 배정할 수 있습니다.")
    because, _more = known.kept[case.pk].get(to.pk, (None, {}))
    if because == "conflict":
        return _("이 신청과 이해관계가 있어 맡을 수 없는 사람입니다.")
    return ""


def _over(row: QueueRow | None) -> str:
    return _("이미 끝난 신청입니다.") if row is None else ""


def _leads(desk: Desk, case: Application) -> bool:
    return desk.can(case.office_id, case.programme.slug, StaffRole.LEAD)


def _no_right() -> str:
    return _("이 단계를 처리할 권한이 없습니다.")


def _nobody() -> str:
    return _("맡을 수 있는 다른 심사자가 없습니다.")


def do(
    *,
    cases: Sequence[Application],
    revisions: dict[UUID, int],
    actor: User,
    action: Action,
    to: User | None,
    reason: str,
) -> list[Done]:
    """Do it, case by case. `revisions` are those that were looked at: a case without one, or with
    an older one, is refused."""
    return [
        _one(case, actor, action, to, reason, revisions.get(case.public_id, 0)) for case in cases
    ]


def _one(
    case: Application, actor: User, action: Action, to: User | None, reason: str, revision: int
) -> Done:
    try:
        if action == Action.RELEASE:
            assignment.release(
                application=case, actor=actor, reason=reason, expected_revision=revision
            )
            return Done(case)
        if to is not None:
            given = assignment.reassign(
                application=case, actor=actor, to=to, reason=reason, expected_revision=revision
            )
        else:
            given = reassign_by_rule(
                application=case, actor=actor, reason=reason, expected_revision=revision
            )
    except CaseError as refused:
        return Done(case, refusal=refused.sentence)
    return Done(case, to=str(given.assignee))


@transaction.atomic
def reassign_by_rule(
    *, application: Application, actor: User, reason: str, expected_revision: int | None = None
) -> Assignment:
    """A lead gives a case to whom the rule chooses, its present reviewer aside. Raises NotAllowed,
    StaleCase, NotNow when nobody else may and can take it: the case then stays where it is."""
    case = workflow.lock(application)
    assignment.require(case, actor, StaffRole.LEAD)
    row = assignment.open_row(case)
    because = assignment.stated(reason)
    assignment.expect(case, expected_revision)
    without = [row.assignee_id] if row.assignee_id else []
    choice = choose(case, row, roster.of_office(case.office_id), without=without)
    if choice.member is None:
        raise NotNow(_nobody())
    if row.assignee_id is not None:
        assignment.set_free(case, row, how=Assignment.Ended.REASSIGNED, because=because)
    else:
        workflow.touch(case)
    return assignment.give(
        case,
        row,
        User.objects.get(pk=choice.member.user_id),
        by=actor,
        why=assignment.WHY_LEAST_LOADED,
        data={**choice.data, "reason": because},
    )
