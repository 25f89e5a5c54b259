"""Stored files: what they are and where their sealed bytes lie. Knows no domain."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ScanState(models.TextChoices):
    """What is known about viruses. Only `clean` and `made_here` open everywhere."""

    NO_SCANNER = "no_scanner", _("검사기 없음 (시연 전용)")
    PENDING = "pending", _("바이러스 검사 중")
    CLEAN = "clean", pgettext_lazy("scan", "안전함")
    INFECTED = "infected", _("악성코드 발견")
    # Written by this system itself, so there is nothing foreign in it to look for.
    MADE_HERE = "made_here", _("시스템이 만든 파일")


class StoredFile(models.Model):
    """A file at rest. Everything but the scan state is fixed when the row is written.

    `sha256` and `size` are of the plain bytes; `path` is in the `sealed` storage, where only
    AES-GCM bytes bound to `public_id` lie, sealed with the data key `key_id`.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("파일 이름"), max_length=160)
    content_type = models.CharField(_("형식"), max_length=80)
    size = models.PositiveIntegerField(_("크기"))
    pages = models.PositiveSmallIntegerField(_("쪽수"), null=True, blank=True)
    sha256 = models.CharField(max_length=64, editable=False)
    scan_state = models.CharField(_("검사 상태"), max_length=16, choices=ScanState)
    scanned_at = models.DateTimeField(_("검사 시각"), null=True, blank=True)
    path = models.CharField(max_length=200, unique=True, editable=False)
    key_id = models.CharField(max_length=63, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("올린 사람"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField(_("올린 시각"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("파일")
        verbose_name_plural = _("파일")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(
                name="file_waiting_for_scan", fields=["id"], condition=Q(scan_state="pending")
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="file_is_not_empty", condition=Q(size__gt=0)),
            models.CheckConstraint(
                name="file_scan_state_known", condition=Q(scan_state__in=ScanState.values)
            ),
        ]

    def __str__(self) -> str:
        return self.name
