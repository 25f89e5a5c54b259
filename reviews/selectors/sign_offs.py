"""What waits for a lead: decisions to sign, offered units, objections."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import StaffRole
from applications.models import Application, Claim, Document
from applications.stages import RECEIVED_OPEN, Stage
from letters.models import Letter
from programs import calendar
from programs.models import ClaimState, Pool, PoolClaim
from programs.quota import accept_by
from reviews.components import Item
from reviews.models import Decision, DecisionStep, Objection
from reviews.permissions import Desk
from reviews.selectors.queue import to_sign
from reviews.selectors.rows import in_reader_language

MOST = 100
# As many drafts as can be signed in one batch.
MOST_DRAFTS = 200
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
    place: int | None

    @property
    def offered(self) -> bool:
        return self.claim.state == ClaimState.OFFERED

    @property
    def accept_by(self) -> date | None:
        return accept_by(self.claim)


def drafts(desk: Desk) -> list[Decision]:
    """Decisions waiting for a sign-off, the earliest due first."""
    return list(
        to_sign(desk).select_related(*RELATED).order_by("application__due_on", "pk")[:MOST_DRAFTS]
    )


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
        .select_related(*RELATED)
        .order_by("signed_off_at", "pk")[:MOST]
    }
    if not decisions:
        return []
    programmes = {decision.application.programme_id for decision in decisions.values()}
    claims = list(
        PoolClaim.objects.filter(
            leaf__programme__in=programmes, state__in=(ClaimState.WAITING, ClaimState.OFFERED)
        )
        .select_related("leaf", "taken_under")
        .order_by("pk")
    )
    places = _places(claims, Pool.objects.filter(programme__in=programmes).order_by("pk"))
    rows = [
        Waiting(decisions[claim.subject], claim, places.get(claim.pk))
        for claim in claims
        if claim.subject in decisions
    ]
    return sorted(rows, key=lambda row: not row.offered)


def _places(claims: list[PoolClaim], pools: Iterable[Pool]) -> dict[int, int]:
    """The place of each waiting claim, by the meaning of `PoolClaim.place`, for all at once: among
    those who wait for the same unit, that is in the largest pool on the way that is full."""
    by_id = {pool.pk: pool for pool in pools}
    found: dict[int, int] = {}
    before: dict[int, int] = {}
    for claim in claims:
        if claim.state != ClaimState.WAITING:
            continue
        way = sorted({above for leaf in claim.leaves for above in _way(by_id, leaf)})
        for pool in way:
            before[pool] = before.get(pool, 0) + 1
        full = next((pool for pool in way if not by_id[pool].free), claim.leaf_id)
        found[claim.pk] = before[full]
    return found


def _way(pools: dict[int, Pool], leaf: int) -> list[int]:
    """The pool and every one around it."""
    way = []
    pool: int | None = leaf
    while pool is not None:
        way.append(pool)
        pool = pools[pool].parent_id
    return way


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
            withdrawn_at=None,
        )
        .select_related(
            "decision__application__candidate",
            "decision__application__company",
            "decision__application__programme",
            "filed_by",
        )
        .order_by("due_on", "pk")[:MOST]
    )


def decision_for(desk: Desk, public_id: UUID) -> Decision | None:
    """A decision of the person's offices, whatever its state, with all that its page shows."""
    claims = Claim.objects.select_related(
        "check_result__checked_by", "check_result__evidence__stored"
    )
    return (
        _of_offices(Decision.objects, desk, "application__")
        .filter(public_id=public_id)
        .select_related(
            *RELATED,
            "evaluation",
            "ended_by",
            "acted_for",
            "application__queue_row__assignee",
            "application__quorum_override__lead",
        )
        .prefetch_related(
            Prefetch("application__claims", claims),
            Prefetch("steps", DecisionStep.objects.select_related("done_by").order_by("place")),
        )
        .first()
    )


def evidence(case: Application) -> list[Document]:
    """The papers that the checks of the case's claims name; read with the decision."""
    checks = (getattr(claim, "check_result", None) for claim in case.claims.all())
    return [check.evidence for check in checks if check is not None and check.evidence is not None]


def objection_for(desk: Desk, public_id: UUID) -> Objection | None:
    return (
        _of_offices(Objection.objects, desk, "decision__application__")
        .filter(public_id=public_id)
        .select_related(
            *(f"decision__{name}" for name in RELATED),
            "filed_by",
            "decided_by",
            "extended_by",
            "withdrawn_by",
            "decision__application__queue_row__assignee",
        )
        .first()
    )


@dataclass(frozen=True)
class Brief:
    """The case in a few words, above what is to be signed."""

    title: str
    days: int | None
    summary: list[Item]


def brief(case: Application, letter: Letter | None = None) -> Brief:
    """For a case that was read with candidate, company, programme, version and queue row."""
    running = case.due_on is not None and case.at in RECEIVED_OPEN
    days = (case.due_on - calendar.today()).days if case.due_on and running else None
    row = getattr(case, "queue_row", None)
    company = case.company
    items = [
        Item(_("회사"), in_reader_language(company.name_ko, company.name_en)),
        Item(_("프로그램"), f"{case.programme.name} {case.version.label}"),
        Item(_("접수일"), _day(case.received_at and calendar.in_seoul(case.received_at))),
        Item(_("처리 기한"), _day(case.due_on), days=days),
        Item(_("담당자"), str(row.assignee) if row and row.assignee else _("없음"))
        if letter is None
        else Item(_("발급번호"), letter.number),
    ]
    return Brief(case.candidate.passport_name or _("이름 없음"), days, items)


def _day(day: Any) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""


def _of_offices(rows: Any, desk: Desk, case: str) -> Any:
    """Those of received cases of the person's offices and programmes."""
    own = desk.where(office=f"{case}office", programme=f"{case}programme__slug")
    return rows.filter(own).exclude(**{f"{case}received_at": None})


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
