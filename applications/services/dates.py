"""Writing a case's due dates: computed afresh, kept with what moved them, seen in the queue.

Everything that lets days count or not (a supplement, an extension, a holiday, a correction) calls
`settle` in its own transaction. A change is a row of the case's history, for both sides.
"""

from accounts.models import User
from applications.deadlines import Dates, dates
from applications.models import Application, DueCause, DueChange, QueueRow
from audit.services import record
from programs import calendar
from programs.calendar import Calendar

SET = ("due_on", "legal_due_on", "calendar_revision")


def begin(case: Application) -> None:
    """The first dates of a case that is just being received; the caller saves them (`SET`)."""
    _put(case, dates(case))


def settle(
    case: Application,
    *,
    cause: DueCause,
    key: str,
    actor: User | None = None,
    reason: str = "",
    table: Calendar | None = None,
) -> DueChange | None:
    """Compute a locked case's dates and write what moved; None when nothing did.

    `key` names the occasion, once per case: a repeat adds no second row. Raises NotNow outside the
    holiday calendar.
    """
    if case.received_at is None or case.due_on is None:
        return None
    before = (case.due_on, case.legal_due_on or case.due_on, case.calendar_revision)
    found = dates(case, table=table)
    if before == (found.target, found.legal, found.revision):
        return None
    _put(case, found)
    case.save(update_fields=SET)
    if before[:2] == (found.target, found.legal):
        return None
    QueueRow.objects.filter(application=case).update(due_on=found.target)
    change, made = DueChange.objects.get_or_create(
        application=case,
        key=key,
        defaults={
            "cause": cause,
            "due_before": before[0],
            "legal_before": before[1],
            "due_after": found.target,
            "legal_after": found.legal,
            "calendar_revision": found.revision,
            "reason": reason.strip(),
            "actor": actor,
            "at": calendar.now(),
        },
    )
    if made:
        record(
            name="application.due_moved",
            subject_type="application",
            subject_id=case.public_id,
            actor=actor,
            data={
                "cause": str(cause),
                "due_before": before[0].isoformat(),
                "due_after": found.target.isoformat(),
                "legal_before": before[1].isoformat(),
                "legal_after": found.legal.isoformat(),
                "calendar": found.revision or 0,
            },
            note=reason,
        )
    return change


def _put(case: Application, found: Dates) -> None:
    case.due_on, case.legal_due_on = found.target, found.legal
    case.calendar_revision = found.revision
