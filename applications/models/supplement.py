"""What the office asks the applicant to add, item by item, and what was answered."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.models.case import Application
from applications.models.declared import Document


class SupplementRequest(models.Model):
    """One round of asking (보완요구). At most one is open per case."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="supplements"
    )
    round = models.PositiveSmallIntegerField()
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField()
    due_on = models.DateField(_("보완기한"))
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.CharField(
        max_length=16,
        blank=True,
        choices=[
            ("answered", _("보완 제출")),
            ("overdue", _("기한 경과")),
            ("withdrawn", _("취하")),
        ],
    )

    class Meta:
        verbose_name = _("보완 요구")
        verbose_name_plural = _("보완 요구")
        ordering = ["application", "round"]
        constraints = [
            models.UniqueConstraint(name="supplement_round_once", fields=["application", "round"]),
            models.UniqueConstraint(
                name="one_open_supplement",
                fields=["application"],
                condition=Q(closed_at=None),
                violation_error_message=_("이미 진행 중인 보완 요구가 있습니다."),
            ),
            models.CheckConstraint(
                name="supplement_closed_with_cause",
                condition=Q(closed_at=None, closed_because="")
                | (Q(closed_at__isnull=False) & ~Q(closed_because="")),
            ),
            models.CheckConstraint(
                name="supplement_closes_after_request",
                condition=Q(closed_at=None) | Q(closed_at__gte=F("requested_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} · {self.round}"


class SupplementItem(models.Model):
    """One thing asked for. It names a listed document, or it is optional (PETITION-ACT §10)."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(SupplementRequest, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    document_code = models.CharField(max_length=60, blank=True)
    text = models.TextField(_("요청 내용"))
    optional = models.BooleanField(_("선택 제출"), default=False)
    answer = models.TextField(_("답변"), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="answers"
    )

    class Meta:
        verbose_name = _("보완 항목")
        verbose_name_plural = _("보완 항목")
        ordering = ["request", "position"]
        constraints = [
            models.UniqueConstraint(name="supplement_item_place", fields=["request", "position"]),
            models.CheckConstraint(
                name="supplement_item_listed_or_optional",
                condition=~Q(document_code="") | Q(optional=True),
                violation_error_message=_("공고된 서류를 지정하거나 선택 제출로 표시해야 합니다."),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]
