"""Who agrees to a decision between its draft and its signature, and when it may be seen."""

from __future__ import annotations

from programs.outcome import Approval, ApprovalStep
from programs.reading import At
from programs.sections.shape import SOURCED, once
from programs.sourcing import NOTHING

# Who may take a step: whoever works on cases, or only who may sign.
TAKERS = ("reviewer", "lead")
# Eight steps are more than any approval line has; a week is longer than any release waits.
MOST_STEPS, MOST_HOURS = 8, 168


def approval(place: At) -> Approval:
    if not place.mapping(allowed=("steps", "delegated", "release", *SOURCED)):
        return Approval()
    place, sourced = place.with_sources()
    steps = []
    if "steps" in place:
        for step in once(place["steps"].items(at_least=1), "code"):
            step.mapping(required=("code", "names", "by"))
            steps.append(
                ApprovalStep(step["code"].slug(), step["names"].words(), step["by"].one_of(TAKERS))
            )
    if len(steps) > MOST_STEPS:
        place["steps"].problem(f"{len(steps)} steps, expected at most {MOST_STEPS}")
    hours, hours_assumed = place.optional("release", _release, (0, False))
    return Approval(
        steps=tuple(steps),
        delegated=place.optional("delegated", At.words, NOTHING),
        release_hours=hours,
        release_assumed=hours_assumed,
        assumed=sourced.assumed,
        citations=sourced.citations,
    )


def _release(place: At) -> tuple[int, bool]:
    place.mapping(required=("hours",), allowed=SOURCED)
    return place["hours"].whole(1, MOST_HOURS), place.sourced().assumed
