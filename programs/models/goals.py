"""What an administrator wants a quota to have reached by a day. It limits and judges nothing."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programs.models.quota import Pool


class QuotaGoal(models.Model):
    """So many units of a pool taken (held or issued) by the end of a day. A goal is set once and
    ended, never changed, so that one can read later what was wanted when."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="goals")
    number = models.PositiveIntegerField(_("목표 인원"))
    due_on = models.DateField(_("목표일"))
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("쿼터 목표")
        verbose_name_plural = _("쿼터 목표")
        ordering = ("pool", "due_on", "pk")
        constraints = [
            models.CheckConstraint(
                name="quota_goal_at_least_one",
                condition=Q(number__gte=1),
                violation_error_message=_("목표는 1명 이상이어야 합니다."),
            ),
            models.CheckConstraint(
                name="quota_goal_ended_whole",
                condition=Q(ended_by=None, ended_at=None)
                | Q(ended_by__isnull=False, ended_at__isnull=False, ended_at__gte=F("set_at")),
            ),
            models.UniqueConstraint(
                name="one_quota_goal_a_day",
                fields=["pool", "due_on"],
                condition=Q(ended_at=None),
                violation_error_message=_("이 날짜의 목표가 이미 있습니다."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pool} {self.number} {self.due_on}"
