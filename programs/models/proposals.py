"""A changed quota that the catalogue proposes and two administrators of the office confirm."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ProposalState(models.TextChoices):
    OPEN = "open", pgettext_lazy("quota proposal", "확인 대기")
    APPLIED = "applied", pgettext_lazy("quota proposal", "반영")
    REJECTED = "rejected", pgettext_lazy("quota proposal", "거절")
    REPLACED = "replaced", pgettext_lazy("quota proposal", "새 제안으로 대체")


class QuotaProposal(models.Model):
    """A tree of pools that a later file names for a period whose pools are open already.

    `tree` is what is wanted: {"from", "to", "pools": [{"path", "ko", "en", "size"}]}, parents
    first. `changes` is what that meant when it was proposed, and, once applied, what was done.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(
        "programs.Programme", on_delete=models.PROTECT, related_name="quota_proposals"
    )
    period_code = models.CharField(_("기간 코드"), max_length=40)
    version = models.ForeignKey(
        "programs.ProgrammeVersion", on_delete=models.PROTECT, related_name="+"
    )
    tree = models.JSONField(_("제안된 쿼터"))
    tree_hash = models.CharField(max_length=64)
    changes = models.JSONField(_("변경 내용"))
    state = models.CharField(
        _("상태"), max_length=16, choices=ProposalState, default=ProposalState.OPEN
    )
    created_at = models.DateTimeField(_("제안일시"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("첫 번째 확인"),
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("두 번째 확인 또는 거절"),
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("거절 사유"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("쿼터 변경 제안")
        verbose_name_plural = _("쿼터 변경 제안")
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                name="quota_proposal_one_open",
                fields=["programme", "period_code"],
                condition=Q(state="open"),
                violation_error_message=_("이 기간에는 이미 확인을 기다리는 제안이 있습니다."),
            ),
            models.CheckConstraint(
                name="quota_proposal_state_known",
                condition=Q(state__in=ProposalState.values),
                violation_error_message=_("제안의 상태를 알 수 없습니다."),
            ),
            models.CheckConstraint(
                name="quota_proposal_two_people",
                condition=~Q(state="applied")
                | Q(
                    confirmed_by__isnull=False,
                    closed_by__isnull=False,
                    confirmed_at__isnull=False,
                    closed_at__isnull=False,
                )
                & ~Q(confirmed_by=F("closed_by")),
                violation_error_message=_("서로 다른 운영자 두 사람이 확인해야 합니다."),
            ),
            models.CheckConstraint(
                name="quota_proposal_closed_or_open",
                condition=Q(state="open", closed_at=None)
                | Q(~Q(state="open"), closed_at__isnull=False),
                violation_error_message=_("끝난 제안에는 끝난 때가 있어야 합니다."),
            ),
            models.CheckConstraint(
                name="quota_proposal_rejected_by_someone",
                condition=~Q(state="rejected") | Q(Q(closed_by__isnull=False), ~Q(reason="")),
                violation_error_message=_("거절한 사람과 사유가 있어야 합니다."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.period_code} {self.state}"
