"""The one door: one table says what can happen to a case, one function makes it happen.

Buttons, the API, tasks and tests all read `TRANSITIONS`. In one transaction `apply` locks the
case, checks permission, stage, revision and guard, and writes stage, queue row, history and event.
Locks, always in this order: application, queue row, supplement or decision, quota pools by id,
letter series, inserts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.access import has_role, is_member
from accounts.models import StaffRole, User
from applications import bars, guards, stages
from applications.disclosure import told
from applications.errors import AlreadyDone, NotAllowed, NotNow, StaleCase
from applications.models import Application, FigureRow, QueueRow, Settled, StageChange
from applications.needs import needs_of
from applications.stages import Stage
from audit.services import record
from programs import calendar

MEMBER, ASSIGNEE, LEAD, SYSTEM = "member", "assignee", "lead", "system"


@dataclass(frozen=True)
class Transition:
    """A row of the table. `target` None means computed: the next stage of the case's version."""

    name: str
    sources: frozenset[Stage]
    target: Stage | None
    who: str
    guard: str
    label: Promise
    needs_reason: bool = False


def _table(*rows: Transition) -> dict[str, Transition]:
    return {row.name: row for row in rows}


_t = Transition
TRANSITIONS = _table(
    #  name                 from                   to                     who       guard
    _t("submit", stages.DRAFT, Stage.DOCUMENT_REVIEW, MEMBER, "complete", gettext_lazy("제출")),
    _t(
        "request_supplement",
        stages.EXAMINING,
        Stage.SUPPLEMENT,
        ASSIGNEE,
        "supplement_requested",
        gettext_lazy("보완 요구"),
    ),
    _t(
        "answer_supplement",
        stages.SUPPLEMENT,
        Stage.DOCUMENT_REVIEW,
        MEMBER,
        "supplement_answered",
        gettext_lazy("보완 제출"),
    ),
    # On their own, at any time before the decision (PETITION-ACT §22②): it is read anew.
    _t(
        "supplement_unasked",
        stages.WORKED,
        Stage.DOCUMENT_REVIEW,
        MEMBER,
        "own_change_ready",
        gettext_lazy("자진 보완 제출"),
    ),
    _t(
        "end_supplement",
        stages.SUPPLEMENT,
        Stage.DOCUMENT_REVIEW,
        ASSIGNEE,
        "supplement_overdue",
        gettext_lazy("보완 종료"),
    ),
    _t(
        "demand_again",
        stages.SUPPLEMENT,
        Stage.SUPPLEMENT,
        ASSIGNEE,
        "second_demand_open",
        gettext_lazy("재보완 요구"),
    ),
    _t(
        "treat_as_withdrawn",
        stages.SUPPLEMENT,
        Stage.WITHDRAWN,
        LEAD,
        "undelivered_twice",
        gettext_lazy("취하로 처리"),
        True,
    ),
    _t(
        "advance",
        stages.ADVANCING,
        None,
        ASSIGNEE,
        "stage_finished",
        gettext_lazy("다음 단계로"),
    ),
    _t(
        "close_review",
        stages.ADVANCING,
        Stage.DECISION,
        ASSIGNEE,
        "negative_decision_drafted",
        gettext_lazy("심사 종료"),
    ),
    _t(
        "approve",
        stages.DECISION,
        Stage.APPROVED,
        LEAD,
        "approval_signed",
        pgettext_lazy("transition", "승인"),
    ),
    _t(
        "wait_for_quota",
        stages.DECISION,
        Stage.WAITING_QUOTA,
        LEAD,
        "approval_signed",
        gettext_lazy("쿼터 대기"),
    ),
    _t(
        "accept_unit",
        stages.WAITING,
        Stage.APPROVED,
        LEAD,
        "unit_accepted",
        gettext_lazy("쿼터 배정 수락"),
    ),
    # A refusal or return takes effect when its notice arrives (OFFICE-DECREE §6).
    _t(
        "turn_down",
        stages.DECISION,
        Stage.NOTIFYING,
        LEAD,
        "negative_signed",
        gettext_lazy("불허·반려 결재"),
    ),
    _t(
        "refuse",
        stages.NOTIFYING,
        Stage.REFUSED,
        SYSTEM,
        "refusal_delivered",
        pgettext_lazy("transition", "불허"),
    ),
    _t(
        "return",
        stages.NOTIFYING,
        Stage.RETURNED,
        SYSTEM,
        "return_delivered",
        pgettext_lazy("transition", "반려"),
    ),
    _t(
        "take_back",
        stages.APPROVED | stages.WAITING | stages.NOTIFYING,
        Stage.DECISION,
        LEAD,
        "letter_not_visible",
        gettext_lazy("결재 취소"),
        True,
    ),
    _t(
        "issue",
        stages.APPROVED,
        Stage.ISSUED,
        SYSTEM,
        "letter_visible",
        pgettext_lazy("transition", "발급"),
    ),
    _t(
        "withdraw",
        stages.WITHDRAWABLE,
        Stage.WITHDRAWN,
        MEMBER,
        "always",
        pgettext_lazy("transition", "취하"),
    ),
    _t(
        "reopen",
        stages.REFUSED,
        Stage.DOCUMENT_REVIEW,
        LEAD,
        "objection_upheld",
        gettext_lazy("이의신청 인용"),
        True,
    ),
    _t(
        "reopen_documents",
        stages.AFTER_DOCUMENTS,
        Stage.DOCUMENT_REVIEW,
        LEAD,
        "may_reopen",
        gettext_lazy("서류 심사로 되돌리기"),
        True,
    ),
    _t(
        "reopen_validation",
        stages.AFTER_VALIDATION,
        Stage.VALIDATION,
        LEAD,
        "may_reopen_validation",
        gettext_lazy("검증으로 되돌리기"),
        True,
    ),
)

# Called in the transition's transaction, after the case and its queue row are written.
Effect = Callable[[Application, StageChange], None]
_effects: dict[str, list[Effect]] = {}


def on(name: str, effect: Effect) -> None:
    """Register what else belongs to a transition, in its transaction. It may lock only what comes
    after the queue row in the order of locks, and must not render, mail or fetch."""
    if name not in TRANSITIONS:
        raise RuntimeError(f"No transition is called {name!r}.")
    effects = _effects.setdefault(name, [])
    if effect not in effects:
        effects.append(effect)


def lock(application: Application) -> Application:
    """Lock the case and its queue row for the rest of the transaction; its present state.

    `FOR NO KEY UPDATE`: rows that only refer to the case can still be inserted. Every service
    begins here, so nobody ever waits for a case while holding what comes later in the order.
    """
    case = Application.objects.select_for_update(no_key=True, of=("self",)).get(pk=application.pk)
    if case.received_at is not None:
        QueueRow.objects.select_for_update(no_key=True, of=("self",)).filter(
            application=case
        ).first()
    return case


def may(application: Application, who: str, actor: User | None) -> bool:
    """Whether the actor is, for this case, what the table's `who` says."""
    if who == SYSTEM:
        return actor is None
    if actor is None:
        return False
    if who == MEMBER:
        return _read_by_member(application, actor) or is_member(actor, application.company_id)
    roles = {ASSIGNEE: (StaffRole.REVIEWER, StaffRole.LEAD), LEAD: (StaffRole.LEAD,)}[who]
    reader, held = application.__dict__.get("roles_held", (None, frozenset()))
    has_one = (
        not held.isdisjoint(roles)
        if reader == actor.pk
        else has_role(
            actor, application.office_id, *roles, programme_slug=application.programme.slug
        )
    )
    return has_one and not is_barred(application, actor)


def _read_by_member(application: Application, actor: User) -> bool:
    """Whether a page has read the case for this person as one of the company's people. As with
    `roles_held`: what a page may show is asked once; a locked case is always asked anew."""
    return application.__dict__.get("read_by_member") == actor.pk


def is_barred(application: Application, actor: User) -> bool:
    """Whether a conflict of interest keeps the person from the case. A page that has read the case
    for this person has asked already (`cleared_for`); a locked case is always asked anew."""
    if application.__dict__.get("cleared_for") == actor.pk:
        return False
    return Application.objects.filter(bars.barred(actor), pk=application.pk).exists()


def next_stage(application: Application) -> Stage:
    """The next stage kind in the case's pinned version; `decision` after the last examining one."""
    chosen = {Stage(stage.kind) for stage in application.manifest.stages} | {Stage.DECISION}
    place = stages.SEQUENCE.index(application.at)
    return next(stage for stage in stages.SEQUENCE[place + 1 :] if stage in chosen)


def available(application: Application, actor: User | None) -> list[Transition]:
    """The rows this person could take now, before their guards: what buttons are drawn from."""
    rows = [row for row in TRANSITIONS.values() if application.at in row.sources]
    allowed = {who: may(application, who, actor) for who in {row.who for row in rows}}
    return [row for row in rows if allowed[row.who]]


def refusal(application: Application, name: str, actor: User | None) -> str | None:
    """Why this person cannot take this step now, in a sentence; None if they can."""
    row = TRANSITIONS[name]
    if not may(application, row.who, actor):
        return _("이 단계를 처리할 권한이 없습니다.")
    if application.at not in row.sources:
        return _not_from_here(application, row)
    return guards.refusal(row.guard, application, actor)


def apply(
    *,
    application: Application,
    name: str,
    actor: User | None,
    expected_revision: int | None = None,
    reason: str = "",
    data: dict[str, object] | None = None,
) -> Application:
    """Take one step of the table and return the case as it now is.

    A repeat of their own last step by the same actor returns the same result. Raises NotAllowed,
    AlreadyDone (someone else was first), StaleCase, NotNow. `data` goes into the event: codes and
    references only.
    """
    row = TRANSITIONS[name]
    with transaction.atomic():
        case = lock(application)
        if not may(case, row.who, actor):
            raise NotAllowed(_("이 단계를 처리할 권한이 없습니다."))
        if case.at not in row.sources:
            if _is_repeat(case, row, actor):
                return case
            raise _too_late(case, row)
        if expected_revision is not None and expected_revision != case.revision:
            raise StaleCase
        if row.needs_reason and not reason.strip():
            raise NotNow(_("사유를 적어 주세요."))
        if missing := guards.refusal(row.guard, case, actor):
            raise NotNow(missing)
        change = _move(case, row, actor, reason.strip())
        for effect in _effects.get(name, ()):
            effect(case, change)
        record(
            name=f"application.{name}",
            subject_type="application",
            subject_id=case.public_id,
            actor=actor,
            data={"from": change.from_stage, "to": change.to_stage, "revision": case.revision}
            | (data or {}),
        )
        return case


def touch(case: Application) -> None:
    """Count a change of a locked case that is not a step, so that older forms are noticed."""
    case.revision += 1
    Application.objects.filter(pk=case.pk).update(revision=F("revision") + 1)
    _changed(case)


# Called in the transaction of every change of a case, its queue row being locked.
Heard = Callable[[Application], None]
_heard: list[Heard] = []


def on_change(heard: Heard) -> None:
    """Register who is to know of every change of a case, a step or not. It may write the queue
    row, and lock nothing else."""
    if heard not in _heard:
        _heard.append(heard)


def _changed(case: Application) -> None:
    for heard in _heard:
        heard(case)


def _move(case: Application, row: Transition, actor: User | None, reason: str) -> StageChange:
    now = calendar.now()
    came_from, target = case.at, row.target or next_stage(case)
    # A refusal or return takes effect with its notice; it was decided when that began to be made.
    signed_at = case.stage_since if came_from == Stage.NOTIFYING else now
    case.stage, case.stage_since = target, now
    case.revision += 1
    case.closed_at = now if target in stages.CLOSED else None
    case.save(update_fields=["stage", "stage_since", "revision", "closed_at"])
    needs = needs_of(case) if target == Stage.DOCUMENT_REVIEW else {}
    _write_queue_row(case, target, needs)
    _write_figure_row(case, came_from, target, needs.get("occupation"), signed_at)
    _changed(case)
    return StageChange.objects.create(
        application=case,
        transition=row.name,
        from_stage=came_from,
        to_stage=target,
        revision=case.revision,
        actor=actor,
        at=now,
        reason=reason,
    )


def _write_queue_row(case: Application, target: Stage, needs: dict[str, str]) -> None:
    """`needs` is what reading the case takes, where the applicant may have changed it."""
    if target in stages.CLOSED or target in stages.DRAFT:
        QueueRow.objects.filter(application=case).delete()
        return
    parked = target not in stages.WORKED
    since = calendar.in_seoul(case.stage_since).date()
    values: dict[str, object] = {"stage": target, "parked": parked, "since": since, **needs}
    if case.due_on is not None:
        values["due_on"] = case.due_on
    if QueueRow.objects.filter(application=case).update(**values) or case.due_on is None:
        return
    QueueRow.objects.create(
        application=case, office_id=case.office_id, programme_id=case.programme_id, **values
    )


# What the offices' figures say of a case that is at one of these stages.
SETTLED_AT = {
    Stage.WAITING_QUOTA: Settled.APPROVED,
    Stage.APPROVED: Settled.APPROVED,
    Stage.ISSUED: Settled.APPROVED,
    Stage.REFUSED: Settled.REFUSED,
    Stage.RETURNED: Settled.RETURNED,
    Stage.WITHDRAWN: Settled.WITHDRAWN,
}


def _write_figure_row(
    case: Application,
    came_from: Stage,
    target: Stage,
    occupation: str | None,
    signed_at: datetime,
) -> None:
    """Say in the case's row of figures what this step settled; one statement at most. `occupation`
    is None where it cannot have changed, `signed_at` is when what settles it was signed off."""
    before, after = SETTLED_AT.get(came_from), SETTLED_AT.get(target)
    if case.received_at is None or (before == after and occupation is None):
        return
    day = calendar.in_seoul(signed_at).date()
    values: dict[str, object] = {}
    if before != after:
        values |= {"settled_on": day if after else None, "outcome": after or ""}
    if occupation is not None:
        values["occupation"] = occupation
    if came_from not in stages.DRAFT:
        FigureRow.objects.filter(application=case).update(**values)
        return
    FigureRow.objects.create(
        application=case,
        office_id=case.office_id,
        programme_id=case.programme_id,
        received_on=calendar.in_seoul(case.received_at).date(),
        **values,
    )


def _is_repeat(case: Application, row: Transition, actor: User | None) -> bool:
    last = case.changes.order_by("-id").first()
    return last is not None and last.transition == row.name and last.actor_id == _pk(actor)


def _pk(actor: User | None) -> int | None:
    return None if actor is None else actor.pk


def _too_late(case: Application, row: Transition) -> NotNow | AlreadyDone:
    """Someone moved the case on from where this step starts: say who and when; else why not."""
    last = (
        case.changes.filter(from_stage__in=[s.value for s in row.sources])
        .select_related("actor")
        .order_by("-id")
        .first()
    )
    # Who of the office did what is not for the company to hear.
    if last is None or (row.who == MEMBER and TRANSITIONS[last.transition].who != MEMBER):
        return NotNow(_not_from_here(case, row))
    return AlreadyDone(
        what=str(TRANSITIONS[last.transition].label),
        who=str(last.actor) if last.actor else _("시스템"),
        at=last.at,
    )


def _not_from_here(case: Application, row: Transition) -> str:
    label = told(case).stage.label_for("applicant") if row.who == MEMBER else case.at.label
    return _("지금 단계(%(stage)s)에서는 할 수 없습니다: %(step)s") % {
        "stage": label,
        "step": row.label,
    }
