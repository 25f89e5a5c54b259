"""What has happened to a case, in the order it happened."""

from django.db.models import Count
from django.utils.translation import gettext as _

from applications.models import Application
from applications.stages import Stage
from applications.workflow import TRANSITIONS
from audit.models import AccessLog
from audit.selectors import events_for
from reviews.components import Event

BAD = {Stage.REFUSED, Stage.RETURNED}
LATE = {Stage.SUPPLEMENT, Stage.WAITING_QUOTA}


def timeline(case: Application) -> list[Event]:
    """Every step of the case with who took it and why; the last one is where it stands now."""
    changes = list(case.changes.select_related("actor").order_by("pk"))
    return [
        Event(
            state=_state(Stage(change.to_stage), last=change is changes[-1] and case.at.is_open),
            title=str(TRANSITIONS[change.transition].label)
            if change.transition in TRANSITIONS
            else change.transition,
            at=change.at,
            who=str(change.actor) if change.actor else _("시스템"),
            note=change.reason,
            label=Stage(change.to_stage).label,
            tone=Stage(change.to_stage).tone,
        )
        for change in changes
    ]


def _state(stage: Stage, *, last: bool) -> str:
    if stage in BAD:
        return "bad"
    if last:
        return "now"
    return "warn" if stage in LATE else "done"


def record_counts(case: Application) -> dict[str, int]:
    """How many events the record holds for the case, how many of them are sealed, and how often
    somebody opened a document or an identifier."""
    events = events_for("application", case.public_id).order_by().select_related(None)
    found = events.aggregate(events=Count("pk"), sealed=Count("seal"))
    opened = AccessLog.objects.filter(subject_type="application", subject_id=case.public_id)
    return {**found, "opened": opened.count()}
