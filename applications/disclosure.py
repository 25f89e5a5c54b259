"""What the applying side may know of how far its case is.

A decision takes effect when its letter can be seen (OFFICE-DECREE §6), and can be taken back until
then. Before, neither its signature nor its undoing is said, nor that the examination was ended
early: that happens only where somebody proposes to refuse or to return. A place in the waiting list
is told, and so is everything that follows from it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from applications import stages
from applications.models import Application, StageChange
from applications.stages import Stage

SIGNED = frozenset({"approve", "turn_down"})
REOPENED = frozenset({"reopen_documents", "reopen_validation"})
# Cases stand here when a signature is not said, if nothing else is known of their way.
SILENT = stages.APPROVED | stages.NOTIFYING


@dataclass(frozen=True)
class Told:
    """Where the case stands and since when, and the steps that led there, as they are told."""

    stage: Stage
    since: datetime
    changes: list[StageChange]


def with_changes() -> Prefetch:
    """What `told` reads, for a page or a list that reads its cases with it."""
    return Prefetch("changes", StageChange.objects.select_related("actor").order_by("id"))


def told(case: Application) -> Told:
    """The case as its company and its candidate may know it; one query, none for a case that was
    read with `with_changes`."""
    if "changes" in getattr(case, "_prefetched_objects_cache", {}):
        changes = list(case.changes.all())
    else:
        changes = list(case.changes.select_related("actor").order_by("id"))
    kept, shown, silent = _kept(changes)
    stage = case.at
    if silent:
        stage = shown or Stage.DECISION
    elif stage in SILENT and shown != stage:
        stage = Stage.DECISION
    since = kept[-1].at if kept and shown == stage else case.stage_since
    return Told(stage, since, kept)


def _kept(changes: list[StageChange]) -> tuple[list[StageChange], Stage | None, bool]:
    """The steps that are told, the stage they led to, and whether one after them is not told."""
    kept: list[StageChange] = []
    shown: Stage | None = None
    closed: StageChange | None = None
    signed: StageChange | None = None
    for change in changes:
        if change.transition == "close_review":
            closed = change
            continue
        if change.transition in SIGNED:
            signed = change
            continue
        if change.transition == "take_back" and signed is not None:
            signed = None
            continue
        if closed is not None and change.transition in REOPENED and change.to_stage == shown:
            closed = None
            continue
        arrived = change.to_stage in stages.CLOSED and change.transition != "withdraw"
        if closed is not None and arrived:
            kept.append(closed)
        # A refusal is told by its arrival, an approval is a step of its own.
        if signed is not None and signed.transition == "approve":
            kept.append(signed)
        kept.append(change)
        closed, signed, shown = None, None, Stage(change.to_stage)
    return kept, shown, closed is not None or signed is not None
