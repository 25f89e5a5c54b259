"""Pools of a scarce number of letters, the claims on them, and the ledger of every movement.

Only `programs.quota` writes these tables.
"""

import uuid
from collections.abc import Sequence

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Pool(models.Model):
    """A number of units of one programme and period; nested pools share their units.

    A unit of "total/E-7-1" is a unit of "total" too. A parent is created before its children,
    so locking by id, ascending, always locks the root first. The root's lock is thereby the
    lock of its whole tree.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(
        "programs.Programme", on_delete=models.PROTECT, related_name="pools"
    )
    period_code = models.CharField(_("기간 코드"), max_length=40)
    period_from = models.DateField(_("기간 시작"))
    period_to = models.DateField(_("기간 끝"))
    path = models.CharField(_("경로"), max_length=200)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    name_ko = models.CharField(_("이름 (국문)"), max_length=200)
    name_en = models.CharField(_("이름 (영문)"), max_length=200)
    size = models.PositiveIntegerField(pgettext_lazy("quota", "정원"))
    held = models.PositiveIntegerField(
        pgettext_lazy("quota", "배정"), default=0, help_text=_("제안된 자리도 포함합니다.")
    )
    issued = models.PositiveIntegerField(pgettext_lazy("quota", "발급"), default=0)
    # A closed pool keeps what was taken of it; nothing more is.
    closed_at = models.DateTimeField(_("마감일시"), null=True, blank=True)

    class Meta:
        verbose_name = _("쿼터")
        verbose_name_plural = _("쿼터")
        ordering = ("programme", "period_from", "path")
        constraints = [
            models.UniqueConstraint(
                name="pool_once_a_period", fields=["programme", "period_code", "path"]
            ),
            # The last line of defence: whatever a statement forgets, this does not.
            models.CheckConstraint(
                name="pool_not_oversold",
                condition=Q(held__gte=0, issued__gte=0, size__gte=F("held") + F("issued")),
                violation_error_message=_("쿼터를 넘길 수 없습니다."),
            ),
            models.CheckConstraint(
                name="pool_period_in_order", condition=Q(period_to__gte=F("period_from"))
            ),
            models.CheckConstraint(
                name="pool_root_has_no_parent",
                condition=(Q(parent=None) & ~Q(path__contains="/"))
                | (Q(parent__isnull=False) & Q(path__contains="/")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.period_code} {self.path}"

    @property
    def free(self) -> int:
        return self.size - self.held - self.issued

    def holds(self, path: str) -> bool:
        """Whether a unit of the pool at this path is one of this pool: itself, or inside it."""
        return path == self.path or path.startswith(f"{self.path}/")

    @property
    def key(self) -> str:
        """programme/period/path, as the command line names a pool."""
        return f"{self.programme.slug}/{self.period_code}/{self.path}"


class ClaimState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("quota claim", "대기")
    OFFERED = "offered", pgettext_lazy("quota claim", "제안")
    HELD = "held", pgettext_lazy("quota claim", "배정")
    ISSUED = "issued", pgettext_lazy("quota claim", "발급")
    RETURNED = "returned", pgettext_lazy("quota claim", "반납")


def write_leaves(pools: Sequence[int]) -> str:
    """Ids of pools as `PoolClaim.also` holds them: ",4,7,", so that one of them can be sought."""
    return "".join(f",{pool}" for pool in pools) + "," if pools else ""


def read_leaves(also: str) -> tuple[int, ...]:
    return tuple(int(pool) for pool in also.split(",") if pool)


class PoolClaim(models.Model):
    """One subject's claim on one unit of a pool and of every pool above it.

    Where parts of a quota overlap, a claim may have several such pools: `leaf` is the first by
    id and `also` names the others, ascending. A pool above more than one of them gives one unit.

    `offered` and `held` count in the pools' `held`, `issued` in `issued`; `waiting` and
    `returned` count nowhere. Claims wait in the order of their ids, which are given while the
    root is locked. Rows are changed only while their pools are locked.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    subject = models.UUIDField()
    leaf = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="claims")
    also = models.CharField(max_length=200, default="", blank=True, editable=False)
    state = models.CharField(max_length=16, choices=ClaimState)
    # Which events give the unit back is what this version said when it was taken.
    taken_under = models.ForeignKey(
        "programs.ProgrammeVersion", on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("쿼터 배정")
        verbose_name_plural = _("쿼터 배정")
        constraints = [
            models.UniqueConstraint(
                name="one_live_claim",
                fields=["subject"],
                condition=~Q(state="returned"),
                violation_error_message=_("이 건은 이미 쿼터에 배정되어 있습니다."),
            ),
            models.CheckConstraint(
                name="claim_state_known", condition=Q(state__in=ClaimState.values)
            ),
        ]
        indexes = [
            models.Index(name="claim_waiting", fields=["leaf", "id"], condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.state}"

    @property
    def leaves(self) -> tuple[int, ...]:
        """Ids of the innermost pools of which this is a unit."""
        return self.leaf_id, *read_leaves(self.also)

    @property
    def place(self) -> int | None:
        """Place in the waiting list, 1 being next; None when not waiting.

        Those before are the ones who wait for the same unit: in the largest pool on the way
        that is full.
        """
        if self.state != ClaimState.WAITING:
            return None
        tree = list(
            Pool.objects.filter(
                programme_id=self.leaf.programme_id, period_code=self.leaf.period_code
            ).order_by("pk")
        )
        paths = [pool.path for pool in tree if pool.pk in self.leaves]
        full = next(
            (pool for pool in tree if not pool.free and any(pool.holds(path) for path in paths)),
            self.leaf,
        )
        inside = [pool.pk for pool in tree if full.holds(pool.path)]
        queue = Q(leaf__in=inside)
        for pool in inside:
            queue |= Q(also__contains=f",{pool},")
        return PoolClaim.objects.filter(queue, state=ClaimState.WAITING, pk__lte=self.pk).count()


class Movement(models.TextChoices):
    CREATE = "create", pgettext_lazy("quota ledger", "개설")
    RESIZE = "resize", pgettext_lazy("quota ledger", "정원 변경")
    OPENING = "opening", pgettext_lazy("quota ledger", "기초 발급")
    TAKE = "take", pgettext_lazy("quota ledger", "배정")
    WAIT = "wait", pgettext_lazy("quota ledger", "대기")
    OFFER = "offer", pgettext_lazy("quota ledger", "제안")
    ACCEPT = "accept", pgettext_lazy("quota ledger", "수락")
    ISSUE = "issue", pgettext_lazy("quota ledger", "발급")
    RETURN = "return", pgettext_lazy("quota ledger", "반납")
    TRANSFER = "transfer", pgettext_lazy("quota ledger", "이동")
    PERIOD = "period", pgettext_lazy("quota ledger", "기간 변경")


class LedgerRow(models.Model):
    """One movement of one pool: append-only (trigger). The sums of a pool's rows are its counters.

    `key` is unique, so that a movement repeated is refused by the database. What moves no counter
    (a place in the waiting list, an accepted offer, another period) is one row of zeros at the
    leaf.
    """

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="ledger")
    claim = models.ForeignKey(
        PoolClaim, null=True, blank=True, on_delete=models.PROTECT, related_name="ledger"
    )
    kind = models.CharField(max_length=16, choices=Movement)
    delta_size = models.IntegerField(default=0)
    delta_held = models.IntegerField(default=0)
    delta_issued = models.IntegerField(default=0)
    key = models.CharField(max_length=120, unique=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("쿼터 원장")
        verbose_name_plural = _("쿼터 원장")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(name="ledger_kind_known", condition=Q(kind__in=Movement.values)),
        ]

    def __str__(self) -> str:
        return f"{self.pool_id} {self.kind} {self.delta_held:+d} {self.delta_issued:+d}"
