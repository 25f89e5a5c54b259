"""What a decision rests on, and what a sign-off would do to the quota."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications.models import Application
from letters import services as letters
from letters.models import Letter
from programs import calendar, quota
from programs.models import ClaimState, Pool, PoolClaim
from reviews.facts import verified
from reviews.models import Decision, Outcome
from reviews.services.letter_inputs import letter_inputs
from reviews.services.line import step_name
from reviews.services.notice import inputs_of, notice_def


@dataclass(frozen=True)
class PoolChange:
    """A pool before and after one more unit is taken from it."""

    name: str
    size: int
    issued: int
    held: int
    free: int
    free_after: int

    @property
    def used_after(self) -> int:
        """Which of the pool's units this one would be, were they counted as they are taken."""
        return self.size - self.free_after


@dataclass(frozen=True)
class QuotaEffect:
    """What an approval would do: take a unit of each pool, or join the waiting list at `place`."""

    pools: list[PoolChange]
    place: int | None

    @property
    def waits(self) -> bool:
        return self.place is not None

    @property
    def whole(self) -> PoolChange:
        """The outermost pool: every letter of the programme takes a unit of it."""
        return self.pools[0]


def quota_effect(case: Application, claim: PoolClaim | None) -> QuotaEffect | None:
    """None when the programme has no quota, or the case has a place in it already (`claim`)."""
    if claim is not None:
        return None
    try:
        path = quota.pools_for(version=case.version, facts=verified(case))
    except quota.QuotaError:
        return None
    if not path:
        return None
    waiting = waiting_before(path)
    full = any(pool.free <= 0 for pool in path)
    place = waiting + 1 if full or waiting else None
    return QuotaEffect(
        [
            PoolChange(
                name=name_of(pool),
                size=pool.size,
                issued=pool.issued,
                held=pool.held,
                free=pool.free,
                free_after=pool.free if place else pool.free - 1,
            )
            for pool in path
        ],
        place,
    )


def name_of(pool: Pool) -> str:
    english = (get_language() or "ko").startswith("en")
    return pool.name_en if english and pool.name_en else pool.name_ko


def waiting_before(path: list[Pool]) -> int:
    """How many wait already in the tree of these pools."""
    root = path[0]
    return PoolClaim.objects.filter(
        leaf__programme_id=root.programme_id,
        leaf__period_code=root.period_code,
        state=ClaimState.WAITING,
    ).count()


def draft_letter(case: Application, decision: Decision) -> bytes:
    """The letter or notice as it would be, marked as a draft. Raises letters.errors.CannotIssue."""
    if decision.outcome != Outcome.APPROVE:
        return letters.draft_pdf(
            office=case.office,
            letter_def=notice_def(case, decision.outcome),
            inputs=inputs_of(case, decision),
            on=calendar.today(),
        )
    definition = case.manifest.letter
    if definition is None:
        raise ValueError("This programme issues no letter.")
    return letters.draft_pdf(
        office=case.office,
        letter_def=definition.as_dict(),
        inputs=letter_inputs(case),
        on=calendar.today(),
    )


@dataclass(frozen=True)
class LineStep:
    """One step of a decision's line: done by whom, or still to come. `now` is the one to be taken
    next."""

    name: str
    who: str
    at: datetime | None
    note: str
    now: bool


def line_of(decision: Decision) -> list[LineStep]:
    """The whole line of a decision that has more than a draft and a signature; else nothing."""
    if not decision.steps_wanted:
        return []
    done = list(decision.steps.all())
    steps = [LineStep(_("기안"), str(decision.drafted_by), decision.drafted_at, "", now=False)]
    for number, wanted in enumerate(decision.line):
        taken = done[number] if number < len(done) else None
        steps.append(
            LineStep(
                step_name(wanted),
                str(taken.done_by) if taken else "",
                taken.done_at if taken else None,
                taken.note if taken else "",
                now=number == len(done),
            )
        )
    signed = decision.signed_off_by
    steps.append(
        LineStep(
            str(decision.get_signed_as_display()) if signed else _("결재"),
            str(signed) if signed else "",
            decision.signed_off_at,
            "",
            now=signed is None and len(done) == decision.steps_wanted,
        )
    )
    return steps


def claim_of(case: Application) -> PoolClaim | None:
    """The case's place in its programme's quota; nobody is asked where there is none."""
    return quota.live_claim(case.public_id) if case.manifest.quota is not None else None


def letters_of(case: Application) -> list[Letter]:
    """Every letter of the case, the gaps too, oldest first."""
    return list(Letter.objects.filter(subject=case.public_id).order_by("reserved_at", "pk"))
