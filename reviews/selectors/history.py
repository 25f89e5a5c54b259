"""What has happened to a case, in the order it happened."""

from datetime import date
from typing import Any

from django.db.models import Count, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.models import Application, StageChange
from applications.reckoning import moves
from applications.stages import Stage
from audit.models import AccessLog
from audit.selectors import events_for
from letters.models import Ending, EndingKind, EndingState
from reviews.components import Event
from reviews.models import Assignment
from reviews.selectors.case import stage_name
from reviews.selectors.correction import corrections
from reviews.selectors.why import Words

BAD = {Stage.REFUSED, Stage.RETURNED}
LATE = {Stage.SUPPLEMENT, Stage.WAITING_QUOTA}


# What each step of the table has led to, in a sentence; `advance` names the stage it has ended.
SAID = {
    "submit": gettext_lazy("신청서가 제출되어 접수되었습니다."),
    "request_supplement": gettext_lazy("보완을 요구했습니다."),
    "answer_supplement": gettext_lazy("보완 답변이 도착했습니다."),
    "supplement_unasked": gettext_lazy("신청인이 요구받지 않은 보완이나 변경을 보냈습니다."),
    "demand_again": gettext_lazy("기한이 지나 보완을 다시 요구했습니다."),
    "treat_as_withdrawn": gettext_lazy("보완 요구가 두 번 송달되지 않아 취하로 처리했습니다."),
    "end_supplement": gettext_lazy("보완 기간이 끝나 심사를 다시 시작했습니다."),
    "advance": gettext_lazy("다음 단계로 넘어갔습니다: %(stage)s 마침"),
    "close_review": gettext_lazy("심사를 마치고 결정 단계로 넘겼습니다."),
    "approve": gettext_lazy("승인이 결재되었습니다."),
    "wait_for_quota": gettext_lazy("승인이 결재되어 쿼터 대기열에 올랐습니다."),
    "accept_unit": gettext_lazy("배정된 쿼터 한 자리를 수락했습니다."),
    "turn_down": gettext_lazy("불허나 반려가 결재되어 통지서를 만들고 있습니다."),
    "refuse": gettext_lazy("불허 통지서가 신청인에게 도달했습니다."),
    "return": gettext_lazy("반려 통지서가 신청인에게 도달했습니다."),
    "take_back": gettext_lazy("결재를 취소했습니다."),
    "issue": gettext_lazy("추천서가 발급되었습니다."),
    "withdraw": gettext_lazy("신청인이 신청을 취하했습니다."),
    "reopen_documents": gettext_lazy("서류 심사 단계로 되돌렸습니다."),
    "reopen_validation": gettext_lazy("검증 단계로 되돌렸습니다."),
    "reopen": gettext_lazy("이의신청이 받아들여져 심사를 다시 시작했습니다."),
}


# Each opens a round.
ASKING = ("request_supplement", "demand_again")


def timeline(case: Application) -> list[Event]:
    """Every step of the case and every change of hands, with who and why; the last step is where
    it stands now. Five queries, six when the holidays have moved; one more for an issued case."""
    changes = list(case.changes.select_related("actor").order_by("pk"))
    requests = iter(case.supplements.annotate(asked=Count("items")).order_by("round"))
    steps = []
    for change in changes:
        note = change.reason
        if change.transition in ASKING and (request := next(requests, None)):
            note = _asked(request.round, request.asked, request.due_on)
        last = change is changes[-1] and case.at.is_open
        steps.append(_step(case, change, note, last=last))
    moved = [
        Event(
            state="warn",
            title=_("기한 변경"),
            at=move.at,
            who=move.who,
            note=f"{move.sentence}\n{move.why}",
        )
        for move in moves(case, for_office=True)
    ]
    held = list(case.assignments.select_related("assignee", "assigned_by"))
    words = Words(held)
    hands = [_hand(row, words) for row in held]
    corrected = [
        Event(
            state="warn",
            title=_("자료 정정: %(what)s") % {"what": one.title},
            at=one.at,
            who=one.who,
            note="\n".join([*one.sentences, one.reason]),
        )
        for one in corrections(case)
    ]
    # Steps and hands at the same moment: the step has led to the hand.
    events = [*steps, *hands, *moved, *corrected, *_letter_ends(case)]
    return sorted(events, key=lambda event: event.at or case.created_at)


def _letter_ends(case: Application) -> list[Event]:
    """What was proposed and confirmed about a letter that had been delivered; one query, none for a
    case that has no such letter."""
    if case.at != Stage.ISSUED:
        return []
    found = Ending.objects.filter(letter__subject=case.public_id).select_related(
        "letter", "successor", "proposed_by", "closed_by"
    )
    events = []
    for one in found.order_by("proposed_at", "pk"):
        number = one.letter.number
        if one.successor is not None:
            number = f"{number} → {one.successor.number}"
        note = f"{number}\n{one.reason}"
        title = _("추천서: %(what)s 올림") % {"what": one.get_kind_display()}
        events.append(
            Event(
                state="warn", title=title, at=one.proposed_at, who=str(one.proposed_by), note=note
            )
        )
        if one.state == EndingState.PROPOSED:
            continue
        bad = one.state == EndingState.CONFIRMED and one.kind == EndingKind.REVOKE
        events.append(
            Event(
                state="bad" if bad else "done",
                title=_("추천서: %(what)s %(done)s")
                % {"what": one.get_kind_display(), "done": one.get_state_display()},
                at=one.closed_at,
                who=str(one.closed_by) if one.closed_by else _("시스템"),
                note=one.closed_because or number,
            )
        )
    return events


def _step(case: Application, change: StageChange, note: str, *, last: bool) -> Event:
    said = SAID.get(change.transition)
    stage = stage_name(case, Stage(change.from_stage))
    return Event(
        state=_state(Stage(change.to_stage), last=last),
        title=str(said) % {"stage": stage} if said else change.transition,
        at=change.at,
        who=str(change.actor) if change.actor else _("시스템"),
        note=note,
        label=stage_name(case, Stage(change.to_stage)),
        tone=Stage(change.to_stage).tone,
    )


def _asked(round_number: int, count: int, due_on: date) -> str:
    return ngettext(
        "%(round)d차 · 요구한 항목 %(count)d건 · 보완기한 %(due)s",
        "%(round)d차 · 요구한 항목 %(count)d건 · 보완기한 %(due)s",
        count,
    ) % {"round": round_number, "count": count, "due": date_format(due_on, "DATE_FORMAT")}


def _hand(row: Assignment, words: Words) -> Event:
    return Event(
        state="done",
        title=_("담당자가 정해졌습니다: %(who)s") % {"who": row.assignee},
        at=row.assigned_at,
        who=str(row.assigned_by) if row.assigned_by else _("시스템"),
        note=words.of(row),
    )


def _state(stage: Stage, *, last: bool) -> str:
    if stage in BAD:
        return "bad"
    if last:
        return "now"
    return "warn" if stage in LATE else "done"


def record_counts(case: Application) -> dict[str, int]:
    """How many events the record holds for the case, how many of them are sealed, and how often
    somebody opened a document or an identifier: one query."""
    events = events_for("application", case.public_id).order_by().select_related(None)
    opened = AccessLog.objects.filter(subject_type="application", subject_id=case.public_id)
    asked = {
        "events": events,
        "sealed": events.filter(seal__isnull=False),
        "opened": opened.order_by(),
    }
    counts = {name: _count(rows) for name, rows in asked.items()}
    found: Any = Application.objects.filter(pk=case.pk).values(**counts).get()
    return {name: found[name] for name in asked}


def _count(rows: QuerySet[Any]) -> Coalesce:
    """How many rows, as a part of another query."""
    counted = rows.values("subject_id").annotate(found=Count("pk")).values("found")
    return Coalesce(Subquery(counted), 0)
