"""The outbox, what went wrong with it, and the mails it sends. Knows no domain."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

OPEN = Q(done_at=None, failed_at=None)


class OutboxRow(models.Model):
    """Something that must happen once, written in the transaction that caused it.

    The row is the truth; the Celery message is a hint. `due_at` is when it may run next,
    `hint_at` when the sweeper next sends a hint for it (moved on by every hint and lease, so a
    backlog is not hinted again and again). A lease is a token until a time; whoever holds another
    token changes nothing. `payload` holds ids and codes only.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    topic = models.CharField(_("주제"), max_length=80)
    key = models.CharField(_("키"), max_length=200)
    queue = models.CharField(_("대기열"), max_length=40, default="default")
    payload = models.JSONField(_("내용"), default=dict)
    created_at = models.DateTimeField(_("만든 시각"), default=timezone.now, editable=False)
    due_at = models.DateTimeField(_("실행 시각"), default=timezone.now)
    hint_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(_("시도"), default=0)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    done_at = models.DateTimeField(_("마친 시각"), null=True, editable=False)
    failed_at = models.DateTimeField(_("포기한 시각"), null=True, editable=False)
    last_error = models.CharField(_("마지막 오류"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("보낼 일")
        verbose_name_plural = _("보낼 일")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(name="outbox_to_hint", fields=["hint_at", "id"], condition=OPEN),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(name="outbox_key_once", fields=["topic", "key"]),
            models.CheckConstraint(
                name="outbox_done_or_failed", condition=Q(done_at=None) | Q(failed_at=None)
            ),
            models.CheckConstraint(
                name="outbox_lease_has_an_end",
                condition=Q(lease_token=None, lease_until=None)
                | Q(lease_token__isnull=False, lease_until__isnull=False),
            ),
            models.CheckConstraint(
                name="outbox_closed_is_not_leased", condition=OPEN | Q(lease_token=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"


class AlertKind(models.TextChoices):
    UNKNOWN_TOPIC = "unknown_topic", _("처리할 수 없는 주제")
    FAILED = "failed", pgettext_lazy("outbox", "포기함")
    STUCK = "stuck", _("여러 번 실패함")


class Alert(models.Model):
    """Something in the outbox needs a person. Closed by itself when the row is done."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("종류"), max_length=20, choices=AlertKind)
    row = models.ForeignKey(OutboxRow, on_delete=models.CASCADE, related_name="alerts")
    opened_at = models.DateTimeField(_("시각"), default=timezone.now, editable=False)
    closed_at = models.DateTimeField(_("해소 시각"), null=True, blank=True)

    class Meta:
        verbose_name = _("경보")
        verbose_name_plural = _("경보")
        ordering: ClassVar = ["-opened_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_open_alert", fields=["row", "kind"], condition=Q(closed_at=None)
            ),
            models.CheckConstraint(
                name="alert_closed_after_opened",
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}"


class Mail(models.Model):
    """A mail as it was written, in its reader's language. Sent by the outbox, kept as an inbox.

    `key` makes the same occasion one mail; the Message-ID is derived from it, so a mail that was
    sent twice because a worker died is recognised by the receiving server.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=200, unique=True, editable=False)
    to = models.EmailField(_("받는 사람"))
    reply_to = models.EmailField(_("회신 주소"), blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("받는 사용자"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="mails",
        db_index=False,  # mail_by_user begins with it
    )
    language = models.CharField(_("언어"), max_length=8)
    about = models.UUIDField(_("관련 대상"), null=True, blank=True)
    subject = models.CharField(_("제목"), max_length=200)
    text = models.TextField(_("내용"))
    html = models.TextField(blank=True)
    created_at = models.DateTimeField(_("작성 시각"), default=timezone.now, editable=False)
    sent_at = models.DateTimeField(_("발송 시각"), null=True, blank=True)

    class Meta:
        verbose_name = _("알림 메일")
        verbose_name_plural = _("알림 메일")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(name="mail_by_user", fields=["user", "-id"]),
            models.Index(
                name="mail_by_subject", fields=["about"], condition=Q(about__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.subject
