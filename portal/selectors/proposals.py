"""Quota proposals of one's own offices, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import StaffRole, User
from programs.models import Pool, ProposalState, QuotaProposal
from reviews.permissions import Desk
from reviews.selectors.rows import in_reader_language

ENDED = 5


@dataclass(frozen=True)
class Change:
    """One thing that would be done, or was: what, from, to, and what of it is used now."""

    what: str
    before: str
    after: str
    used: int | None
    impossible: bool = False


@dataclass(frozen=True)
class Proposed:
    """A proposal; `may_answer` for an administrator, `confirmed` when they confirmed already."""

    proposal: QuotaProposal
    changes: list[Change]
    may_answer: bool
    confirmed: bool

    @property
    def open(self) -> bool:
        return self.proposal.state == ProposalState.OPEN


def waiting(posts: Desk) -> list[QuotaProposal]:
    """Those that wait for an answer."""
    return list(_of(posts).filter(state=ProposalState.OPEN).order_by("pk"))


def ended(posts: Desk) -> list[QuotaProposal]:
    """The last ones that were applied or rejected."""
    closed = (ProposalState.APPLIED, ProposalState.REJECTED)
    return list(_of(posts).filter(state__in=closed).order_by("-closed_at")[:ENDED])


def proposal_for(posts: Desk, person: User, public_id: UUID) -> Proposed | None:
    proposal = _of(posts).filter(public_id=public_id).first()
    if proposal is None:
        return None
    pools = {
        pool.path: pool
        for pool in Pool.objects.filter(
            programme=proposal.programme, period_code=proposal.period_code
        )
    }
    names = {pool["path"]: in_reader_language(pool["ko"], pool["en"]) for pool in _pools(proposal)}
    names |= {
        path: in_reader_language(pool.name_ko, pool.name_en)
        for path, pool in pools.items()
        if path not in names
    }
    programme = proposal.programme
    return Proposed(
        proposal=proposal,
        changes=[_change(one, names, pools) for one in proposal.changes],
        may_answer=posts.can(programme.office_id, programme.slug, StaffRole.ADMINISTRATOR),
        confirmed=proposal.confirmed_by_id == person.pk,
    )


def _of(posts: Desk) -> Any:
    return QuotaProposal.objects.filter(
        posts.where(office="programme__office", programme="programme__slug")
    ).select_related("programme__office", "version", "confirmed_by", "closed_by")


def _pools(proposal: QuotaProposal) -> list[dict[str, Any]]:
    return proposal.tree["pools"]


def _change(said: dict[str, Any], names: dict[str, str], pools: dict[str, Pool]) -> Change:
    path, do = said["path"], said["do"]
    if do == "period":
        return Change(_("기간"), _days(said["before"]), _days(said["after"]), None)
    pool = pools.get(path)
    used = pool.held + pool.issued if pool else None
    before = str(said["before"]) if do != "open" else pgettext("quota proposal", "없음")
    after = str(said["after"]) if do != "close" else pgettext("quota proposal", "마감")
    too_small = do == "size" and used is not None and said["after"] < used
    return Change(names.get(path, path), before, after, used, too_small)


def _days(period: str) -> str:
    first, _dots, last = period.partition("..")
    return " ~ ".join(date_format(date.fromisoformat(day), "DATE_FORMAT") for day in (first, last))
