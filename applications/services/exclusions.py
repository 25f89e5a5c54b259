"""Stages whose days do not count, where the programme's file says so (APA-DECREE §11).

The technical review by outside experts is one: from the day it begins to the day it ends, both
left out. A programme that names no such reason keeps its days running (assumed).
"""

from applications import workflow
from applications.models import Application, ClockReason, ClockSegment, DueCause, StageChange
from applications.services import dates
from applications.stages import Stage
from programs import calendar

OF_STAGE = {Stage.EXTERNAL_EVALUATION: ClockReason.EXTERNAL_EVALUATION}


def follow_stage(case: Application, change: StageChange) -> None:
    """Effect of a step: close what ran in the stage that was left, open what runs in the new."""
    left = OF_STAGE.get(Stage(change.from_stage))
    running = case.clock_segments.filter(reason=left, until_on=None).first() if left else None
    if running is not None:
        running.until_on = max(running.from_on, calendar.today())
        running.save(update_fields=["until_on"])
        dates.settle(case, cause=DueCause.EXCLUSION, key=f"exclusion:{running.pk}")
    entered = OF_STAGE.get(Stage(change.to_stage))
    if entered and entered in case.manifest.deadlines.excluded:
        ClockSegment.objects.create(
            application=case, reason=entered, from_on=calendar.today(), until_on=None
        )


# Every step that can lead into or out of such a stage.
for row in workflow.TRANSITIONS.values():
    if row.target is None or row.target in OF_STAGE or row.sources & OF_STAGE.keys():
        workflow.on(row.name, follow_stage)
