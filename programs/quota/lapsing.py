"""An offered unit that nobody accepts in time goes to the next who waits.

The claim it was offered to keeps a place: a new one, at the end of the list. Where nobody else
can use the unit it stays offered, however late it is.
"""

import uuid
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from programs.calendar import OutsideTable, add_business_days, in_seoul, now
from programs.models import ClaimState, LedgerRow, Movement, PoolClaim
from programs.quota.locked import in_callers_transaction
from programs.quota.moves import locked, tell

LAPSED = "offer not accepted in time"


@dataclass(frozen=True)
class Lapsed:
    """The new place of who was too late, and to whom units are offered now."""

    claim: PoolClaim
    subjects: list[UUID]


def accept_by(claim: PoolClaim) -> date | None:
    """The last day on which an offered unit is accepted; None where the programme names no
    deadline, or the calendar does not reach so far."""
    if claim.state != ClaimState.OFFERED:
        return None
    days = claim.taken_under.manifest().offer_days
    if days is None:
        return None
    try:
        return add_business_days(in_seoul(claim.changed_at).date(), days)
    except OutsideTable:
        return None


def overdue(on: date) -> list[PoolClaim]:
    """Offered claims whose last day is before `on`, the oldest offer first."""
    offered = (
        PoolClaim.objects.filter(state=ClaimState.OFFERED)
        .select_related("taken_under", "leaf")
        .order_by("changed_at", "pk")
    )
    return [claim for claim in offered if (by := accept_by(claim)) is not None and by < on]


@in_callers_transaction
def lapse(*, subject: UUID, on: date) -> Lapsed | None:
    """Offer the subject's overdue unit to the next, and put the subject at the end of the list.

    None, and nothing has changed, when its offer is not overdue on that day (any more), or nobody
    else who waits could take the unit. So a run that is repeated or late does no harm.
    """
    tree, claim = locked(subject)
    if claim is None:
        return None
    by = accept_by(claim)
    if by is None or by >= on:
        return None
    tree.step(claim, ClaimState.RETURNED)
    subjects = tree.offer()
    if not subjects:
        return None
    tree.write(actor=None, reason=LAPSED)
    moment = now()
    again = PoolClaim.objects.create(
        public_id=uuid.uuid4(),
        subject=subject,
        leaf_id=claim.leaf_id,
        also=claim.also,
        state=ClaimState.WAITING,
        taken_under_id=claim.taken_under_id,
        taken_by_id=claim.taken_by_id,
        opened_at=moment,
        changed_at=moment,
    )
    LedgerRow.objects.create(
        pool_id=claim.leaf_id,
        claim=again,
        kind=Movement.WAIT,
        key=f"{again.public_id}:1:{claim.leaf_id}",
        reason=LAPSED,
        at=moment,
    )
    tell(subjects)
    return Lapsed(again, subjects)
