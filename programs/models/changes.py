"""A change of a quota that an office makes itself: proposed by one administrator, approved by
another."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ChangeKind(models.TextChoices):
    TRANSFER = "transfer", pgettext_lazy("quota change", "이동")
    SIZE = "size", pgettext_lazy("quota change", "정원 변경")
    PERIOD = "period", pgettext_lazy("quota change", "기간 변경")


class ChangeState(models.TextChoices):
    OPEN = "open", pgettext_lazy("quota change", "승인 대기")
    APPLIED = "applied", pgettext_lazy("quota change", "반영")
    REJECTED = "rejected", pgettext_lazy("quota change", "거절")
    WITHDRAWN = "withdrawn", pgettext_lazy("quota change", "제안 취소")


class QuotaChange(models.Model):
    """A transfer of `units` from `source` to `pool`, a new size (`units`) of `pool`, or a new
    period of the tree whose root is `pool`.

    `consent` is what the programme's file demanded for a transfer when it was proposed, and
    `consent_reference` how it was met. `known_tree` is the digest of the tree that the catalogue
    named when the change was applied: a file that says no more than that is not proposed again.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(
        "programs.Programme", on_delete=models.PROTECT, related_name="quota_changes"
    )
    period_code = models.CharField(_("기간 코드"), max_length=40)
    kind = models.CharField(_("종류"), max_length=16, choices=ChangeKind)
    pool = models.ForeignKey("programs.Pool", on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(
        "programs.Pool", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    units = models.PositiveIntegerField(null=True, blank=True)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    reason = models.CharField(_("사유"), max_length=200)
    consent = models.JSONField(default=dict, blank=True)
    consent_reference = models.CharField(
        _("협의·동의 근거"), max_length=200, blank=True, default=""
    )
    state = models.CharField(
        _("상태"), max_length=16, choices=ChangeState, default=ChangeState.OPEN
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(_("제안일시"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(_("거절 사유"), max_length=300, blank=True, default="")
    effect = models.JSONField(default=dict, blank=True)
    known_tree = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = _("쿼터 변경")
        verbose_name_plural = _("쿼터 변경")
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                name="quota_change_one_open",
                fields=["programme", "period_code"],
                condition=Q(state="open"),
                violation_error_message=_("이 기간에는 이미 승인을 기다리는 변경이 있습니다."),
            ),
            models.CheckConstraint(
                name="quota_change_state_known",
                condition=Q(state__in=ChangeState.values),
                violation_error_message=_("변경의 상태를 알 수 없습니다."),
            ),
            models.CheckConstraint(
                name="quota_change_four_eyes",
                condition=~Q(state__in=["applied", "rejected"]) | ~Q(closed_by=F("proposed_by")),
                violation_error_message=_("제안한 사람이 아닌 다른 운영자가 답해야 합니다."),
            ),
            models.CheckConstraint(
                name="quota_change_withdrawn_by_proposer",
                condition=~Q(state="withdrawn") | Q(closed_by=F("proposed_by")),
                violation_error_message=_("제안한 사람만 제안을 취소할 수 있습니다."),
            ),
            models.CheckConstraint(
                name="quota_change_closed_or_open",
                condition=Q(state="open", closed_at=None, closed_by=None)
                | Q(~Q(state="open"), closed_at__isnull=False, closed_by__isnull=False),
                violation_error_message=_("끝난 변경에는 끝낸 사람과 때가 있어야 합니다."),
            ),
            models.CheckConstraint(
                name="quota_change_says_why",
                condition=~Q(reason="") & (~Q(state="rejected") | ~Q(answer="")),
                violation_error_message=_("사유를 적어야 합니다."),
            ),
            # Each kind has exactly what it needs.
            models.CheckConstraint(
                name="quota_change_whole",
                condition=Q(
                    Q(
                        kind="transfer",
                        source__isnull=False,
                        units__gt=0,
                        first_day=None,
                        last_day=None,
                    ),
                    ~Q(source=F("pool")),
                )
                | Q(kind="size", source=None, units__isnull=False, first_day=None, last_day=None)
                | Q(
                    kind="period",
                    source=None,
                    units=None,
                    first_day__isnull=False,
                    last_day__gte=F("first_day"),
                ),
                violation_error_message=_("변경의 내용이 빠졌습니다."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.period_code} {self.kind} {self.state}"


class BooksCheck(models.Model):
    """What the nightly check of the quota found, from `first_at` until `last_at`.

    A check that finds the same as the one before moves `last_at`; another finding is a new row.
    `wrong` is {pool's key: [what does not agree]}, empty when everything adds up.
    """

    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    wrong = models.JSONField(default=dict, blank=True)
    digest = models.CharField(max_length=64)
    after = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="next"
    )

    class Meta:
        verbose_name = _("쿼터 장부 점검")
        verbose_name_plural = _("쿼터 장부 점검")
        ordering = ("pk",)
        constraints = [
            # Two checks at once cannot both be the next one: one finding is told once.
            models.UniqueConstraint(
                name="books_check_one_first", fields=["digest"], condition=Q(after=None)
            ),
            models.CheckConstraint(
                name="books_check_in_order", condition=Q(last_at__gte=F("first_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.last_at:%Y-%m-%d %H:%M} {'WRONG' if self.wrong else 'ok'}"
