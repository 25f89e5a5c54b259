"""What waits for a lead: decisions to sign, offered units, objections."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from accounts.models import StaffRole, User
from applications.models import Application
from applications.stages import Stage
from programs import calendar
from programs.models import ClaimState, Pool, PoolClaim
from reviews.facts import with_claims
from reviews.models import Decision, Objection
from reviews.permissions import Desk
from reviews.selectors.queue import to_sign

MOST = 100
RELATED = (
    "application__candidate",
    "application__company",
    "application__programme",
    "application__version",
    "application__office",
    "drafted_by",
    "signed_off_by",
)


@dataclass(frozen=True)
class Waiting:
    """A case in the waiting list, or with a unit offered to it."""

    decision: Decision
    claim: PoolClaim

    @property
    def offered(self) -> bool:
        return self.claim.state == ClaimState.OFFERED


def drafts(desk: Desk) -> list[Decision]:
    """Decisions waiting for a sign-off, the earliest due first."""
    return list(to_sign(desk).select_related(*RELATED).order_by("application__due_on", "pk")[:MOST])


def free_units(decisions: Iterable[Decision]) -> dict[int, int]:
    """Free units of each decision's programme in the period that runs, by programme id: of the
    outermost pool, which every letter takes a unit of. Programmes without a quota are absent."""
    today = calendar.today()
    pools = Pool.objects.filter(
        programme__in={decision.application.programme_id for decision in decisions},
        parent=None,
        period_from__lte=today,
        period_to__gte=today,
    )
    return {pool.programme_id: pool.free for pool in pools}


def units(desk: Desk) -> list[Waiting]:
    """Approved cases that wait for a unit: offered ones first, then in the order of the list."""
    decisions = {
        decision.application.public_id: decision
        for decision in _decisions(desk)
        .filter(ended_at=None, application__stage=Stage.WAITING_QUOTA)
        .select_related(*RELATED)[:MOST]
    }
    claims = PoolClaim.objects.filter(
        subject__in=decisions, state__in=(ClaimState.WAITING, ClaimState.OFFERED)
    ).select_related("leaf")
    rows = [Waiting(decisions[claim.subject], claim) for claim in claims.order_by("pk")]
    return sorted(rows, key=lambda row: not row.offered)


def signed_lately(desk: Desk) -> list[Decision]:
    """The last decisions signed off, for taking back what nobody has received yet."""
    return list(
        _decisions(desk)
        .filter(ended_at=None, signed_off_at__isnull=False)
        .select_related(*RELATED)
        .order_by("-signed_off_at", "-pk")[:10]
    )


def objections(desk: Desk) -> list[Objection]:
    """Undecided objections, the earliest due first."""
    return list(
        Objection.objects.filter(
            desk.where(
                StaffRole.LEAD,
                office="decision__application__office",
                programme="decision__application__programme__slug",
            ),
            decided_at=None,
        )
        .select_related(
            "decision__application__candidate",
            "decision__application__company",
            "decision__application__programme",
            "filed_by",
        )
        .order_by("due_on", "pk")[:MOST]
    )


def decision_for(user: User, public_id: UUID) -> Decision | None:
    """A decision of the person's offices, whatever its state."""
    return (
        Decision.objects.filter(
            public_id=public_id, application__in=Application.objects.for_staff(user)
        )
        .select_related(*RELATED, "evaluation", "ended_by", "application__queue_row__assignee")
        .prefetch_related(Prefetch("application__claims", with_claims().queryset))
        .first()
    )


def objection_for(user: User, public_id: UUID) -> Objection | None:
    return (
        Objection.objects.filter(
            public_id=public_id, decision__application__in=Application.objects.for_staff(user)
        )
        .select_related(
            *(f"decision__{name}" for name in RELATED),
            "filed_by",
            "decided_by",
            "decision__application__queue_row__assignee",
        )
        .first()
    )


def _decisions(desk: Desk) -> QuerySet[Decision]:
    return Decision.objects.filter(
        desk.where(
            StaffRole.LEAD,
            office="application__office",
            programme="application__programme__slug",
        )
    )


def days_of(decision: Decision) -> int | None:
    due = decision.application.due_on
    return None if due is None else (due - calendar.today()).days
