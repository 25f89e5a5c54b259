"""Supplementing or changing a case on one's own, before it is decided (PETITION-ACT §22②).

What is changed waits in the buffer, unseen by the office, until it is sent; the case then is read
anew from its documents on, by the same reviewer, with what has changed beside it. Nobody has asked
for it, so the clock does not stand (APA-DECREE §11 speaks of what was asked for).
"""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import is_member
from accounts.models import User
from applications import guards, stages, workflow
from applications.errors import NotAllowed, NotNow
from applications.models import Application, Demand, QueueRow, SupplementRequest
from applications.services import buffer, notices
from applications.services.submission import declare_identity
from audit.services import record
from programs import calendar

# Whatever ends the case, or the time in which it can be changed.
ENDING = ("approve", "wait_for_quota", "turn_down", "withdraw", "treat_as_withdrawn")


@transaction.atomic
def begin(*, application: Application, actor: User) -> SupplementRequest:
    """Open the buffer. A repeat, by anyone of the company, finds the one that is open. Raises
    NotAllowed, NotNow."""
    case = _own(application, actor)
    held = buffer.own_round(case)
    if held is not None:
        return held
    own = SupplementRequest.every.filter(application=case, demand=Demand.OWN)
    try:
        with transaction.atomic():
            return SupplementRequest.every.create(
                application=case,
                demand=Demand.OWN,
                round=own.count() + 1,
                requested_by=actor,
                requested_at=calendar.now(),
                due_on=calendar.today(),
            )
    except IntegrityError as clash:
        raise NotNow(_("다른 창이나 다른 사람이 먼저 시작했습니다. 다시 열어 주세요.")) from clash


@transaction.atomic
def give_up(*, application: Application, actor: User) -> None:
    """Throw away what was not sent. A repeat changes nothing. Raises NotAllowed, NotNow."""
    case = _own(application, actor)
    held = buffer.own_round(case)
    if held is None:
        return
    held.delete()
    record(
        name="application.own_change_given_up",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={"round": held.round},
    )


@transaction.atomic
def send(
    *, application: Application, actor: User, words: str, expected_revision: int | None = None
) -> Application:
    """Make what waits part of the case, which goes back to its documents at the top of the same
    reviewer's queue; `words` say what was changed and why. Raises NotAllowed, NotNow, StaleCase.
    """
    case = workflow.lock(application)
    held = buffer.own_round(case)
    said = words.replace("\x00", "").strip()
    case = workflow.apply(
        application=case,
        name="supplement_unasked",
        actor=actor,
        expected_revision=expected_revision,
        reason=said,
        data={"round": held.round if held else 0},
    )
    if held is None:
        return case
    buffer.send(case, held, None)
    held.closed_at, held.closed_because = calendar.now(), "answered"
    held.save(update_fields=["closed_at", "closed_because"])
    declare_identity(case)
    QueueRow.objects.filter(application=case).update(urgency=1)
    notices.word_for_staff(case, "changed_unasked", held)
    return case


def _own(application: Application, actor: User) -> Application:
    case = workflow.lock(application)
    if not is_member(actor, case.company_id):
        raise NotAllowed(_("이 회사의 구성원만 수정할 수 있습니다."))
    if case.at not in stages.WORKED:
        raise NotNow(_("심사하는 동안에만 스스로 보완하거나 바꿀 수 있습니다."))
    return case


# --- what else becomes of it ---------------------------------------------------------------------
def join(case: Application, change: object) -> None:
    """Effect of asking for a supplement: what was begun unasked waits with the answers."""
    asked = case.supplements.filter(closed_at=None).first()
    for held in _open(case):
        if asked is not None:
            buffer.move(held, asked, {})
        held.delete()


def drop(case: Application, change: object) -> None:
    """Effect of a decision or an end: what was never sent is not kept."""
    for held in _open(case):
        held.delete()


def _open(case: Application) -> list[SupplementRequest]:
    return list(SupplementRequest.every.filter(application=case, demand=Demand.OWN, closed_at=None))


def _guard_ready(case: Application, actor: User | None) -> str | None:
    held = buffer.own_round(case)
    if held is not None and (held.buffered_sections.exists() or buffer.waiting(held)):
        return None
    return _("보낼 변경이 없습니다. 먼저 내용을 고치거나 서류를 올려 주세요.")


guards.register("own_change_ready", _guard_ready)
workflow.on("request_supplement", join)
for _name in ENDING:
    workflow.on(_name, drop)
