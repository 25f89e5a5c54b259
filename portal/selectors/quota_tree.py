"""One quota with all its pools, what waits for an answer about it, and how it came to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import StaffRole, User
from applications.models import Application
from programs.models import (
    ChangeKind,
    ChangeState,
    ClaimState,
    LedgerRow,
    Movement,
    Pool,
    PoolClaim,
    QuotaChange,
)
from programs.quota.effects import Effect, Wanted, consents, look
from programs.quota.loading import CATALOGUE
from programs.quota.proposals import PROPOSAL
from programs.sourcing import Text
from reviews.permissions import Desk
from reviews.selectors.rows import in_reader_language

ENDED = 10
PUBLIC_ID = len(str(UUID(int=0)))
ROWS = 30
# What an office reads as the history of its quota: how many there are, not who took one.
OF_THE_SIZE = (
    Movement.CREATE,
    Movement.OPENING,
    Movement.RESIZE,
    Movement.TRANSFER,
    Movement.PERIOD,
)


@dataclass(frozen=True)
class PoolRow:
    """A pool of the table; `waiting` are those who wait for exactly this one."""

    pool: Pool
    name: str
    depth: int
    waiting: int


@dataclass(frozen=True)
class Tree:
    """`exchange` is, by path of a pool, the consent under which its parts may exchange units."""

    root: Pool
    rows: list[PoolRow]
    exchange: dict[str, Text]
    may_change: bool

    @property
    def pools(self) -> list[Pool]:
        return [row.pool for row in self.rows if row.pool.closed_at is None]

    @property
    def exchanging(self) -> list[Pool]:
        """The pools between whose kind units may move."""
        return [pool for pool in self.pools if pool.path.rpartition("/")[0] in self.exchange]

    def name(self, pool_id: int) -> str:
        return next((row.name for row in self.rows if row.pool.pk == pool_id), "")


def roots(posts: Desk) -> list[Pool]:
    """The outermost pools of one's offices, the latest period first."""
    return list(
        Pool.objects.filter(_own(posts), parent=None)
        .select_related("programme__office")
        .order_by("programme__slug", "-period_from")
    )


def tree_for(posts: Desk, public_id: UUID) -> Tree | None:
    """The quota whose outermost pool this is."""
    pool = (
        Pool.objects.filter(_own(posts), public_id=public_id, parent=None)
        .select_related("programme__office")
        .first()
    )
    return tree_of(posts, pool) if pool else None


def tree_of(posts: Desk, root: Pool) -> Tree:
    pools = Pool.objects.filter(
        programme_id=root.programme_id, period_code=root.period_code
    ).order_by("path")
    waiting = dict(
        PoolClaim.objects.filter(leaf__in=pools, state=ClaimState.WAITING)
        .order_by()
        .values_list("leaf")
        .annotate(number=Count("pk"))
    )
    programme = root.programme
    return Tree(
        root=root,
        rows=[
            PoolRow(
                pool=pool,
                name=in_reader_language(pool.name_ko, pool.name_en),
                depth=pool.path.count("/"),
                waiting=waiting.get(pool.pk, 0),
            )
            for pool in pools
        ],
        exchange=consents(root),
        may_change=posts.can(programme.office_id, programme.slug, StaffRole.ADMINISTRATOR),
    )


@dataclass(frozen=True)
class Line:
    """One movement of the size, in words."""

    when: Any
    what: str
    pool: str
    size: int
    issued: int
    who: str
    reason: str


def history(tree: Tree) -> list[Line]:
    """How the quota came to be as large as it is, the latest first."""
    rows = (
        LedgerRow.objects.filter(pool__in=[row.pool for row in tree.rows], kind__in=OF_THE_SIZE)
        .select_related("actor")
        .order_by("-pk")[:ROWS]
    )
    return [
        Line(
            when=row.at,
            what=str(row.get_kind_display()),
            pool=tree.name(row.pool_id),
            size=row.delta_size,
            issued=row.delta_issued,
            who=str(row.actor) if row.actor else _("시스템"),
            reason=_reason(row),
        )
        for row in rows
    ]


def _reason(row: LedgerRow) -> str:
    """As it was typed; what came of the catalogue is said in the reader's language."""
    by, _space, label = row.reason.partition(" ")
    if row.kind == Movement.CREATE and by == CATALOGUE:
        return _("프로그램 자료 %(version)s") % {"version": label}
    if by == PROPOSAL and len(label) == PUBLIC_ID:
        return _("두 운영자가 확인한 프로그램 자료의 변경")
    return row.reason


@dataclass(frozen=True)
class Asked:
    """A change in words, as it was proposed."""

    what: str
    lines: list[tuple[str, str]]


def in_words(asked: Wanted, tree: Tree) -> Asked:
    name = tree.name(asked.pool.pk)
    if asked.kind == ChangeKind.TRANSFER:
        source = tree.name(asked.source.pk) if asked.source else ""
        lines = [
            (_("보내는 쿼터"), source),
            (_("받는 쿼터"), name),
            (_("옮길 수"), str(asked.units)),
        ]
    elif asked.kind == ChangeKind.SIZE:
        lines = [(_("쿼터"), name), (_("새 정원"), str(asked.units))]
    else:
        days = [
            date_format(day, "DATE_FORMAT") if day else "–"
            for day in (asked.first_day, asked.last_day)
        ]
        lines = [(_("새 기간"), " ~ ".join(days))]
    return Asked(str(ChangeKind(asked.kind).label), lines)


@dataclass(frozen=True)
class EffectRow:
    name: str
    depth: int
    before: int
    after: int
    used: int
    free: int
    free_after: int

    @property
    def moved(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class Look:
    """What a change would do now, in words; `offered` are the receipt numbers in their order."""

    effect: Effect
    rows: list[EffectRow]
    offered: list[str]
    consent: str


def looked_at(asked: Wanted, tree: Tree) -> Look:
    effect = look(asked)
    names = {row.pool.path: row.name for row in tree.rows}
    receipts = dict(
        Application.objects.filter(public_id__in=effect.offered).values_list(
            "public_id", "receipt_no"
        )
    )
    return Look(
        effect=effect,
        rows=[
            EffectRow(
                name=names[one.path],
                depth=one.path.count("/"),
                before=one.size,
                after=one.size_after,
                used=one.used,
                free=one.free,
                free_after=one.free_after,
            )
            for one in effect.pools
        ],
        offered=[receipts.get(UUID(one)) or "–" for one in effect.offered],
        consent=str(effect.consent),
    )


# --- changes ---------------------------------------------------------------------------------
def change_for(posts: Desk, public_id: UUID) -> QuotaChange | None:
    return _changes(posts).filter(public_id=public_id).first()


def changes_of(posts: Desk, tree: Tree) -> list[QuotaChange]:
    """The open one first, then the last ones that ended."""
    mine = _changes(posts).filter(
        programme=tree.root.programme_id, period_code=tree.root.period_code
    )
    still = list(mine.filter(state=ChangeState.OPEN))
    return still + list(mine.exclude(state=ChangeState.OPEN).order_by("-closed_at")[:ENDED])


def waiting(posts: Desk) -> list[QuotaChange]:
    """Those of one's offices that wait for an answer."""
    return list(_changes(posts).filter(state=ChangeState.OPEN).order_by("pk"))


def tree_of_change(posts: Desk, change: QuotaChange) -> Tree:
    root = Pool.objects.select_related("programme__office").get(
        programme=change.programme_id, period_code=change.period_code, parent=None
    )
    return tree_of(posts, root)


def consent_of(change: QuotaChange) -> str:
    language = get_language() or "ko"
    said = change.consent or {}
    return str(said.get("en" if language.startswith("en") else "ko", ""))


def may_answer(posts: Desk, change: QuotaChange) -> bool:
    programme = change.programme
    return posts.can(programme.office_id, programme.slug, StaffRole.ADMINISTRATOR)


def is_own(change: QuotaChange, person: User) -> bool:
    return change.proposed_by_id == person.pk


def _changes(posts: Desk) -> Any:
    return QuotaChange.objects.filter(_own(posts)).select_related(
        "programme__office", "pool", "source", "proposed_by", "closed_by"
    )


def _own(posts: Desk) -> Q:
    return posts.where(office="programme__office", programme="programme__slug")
