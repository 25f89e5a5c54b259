"""Events and their chain, and the log of who looked at what.

All tables here are append-only; `audit.triggers` holds that in the database.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ActorKind(models.TextChoices):
    USER = "user", _("사용자")
    SYSTEM = "system", _("시스템")
    CANDIDATE = "candidate", _("신청 대상자")
    PUBLIC = "public", _("로그인하지 않은 사람")


class Event(models.Model):
    """Something that happened to a subject: references, codes and keyed digests, no words.

    Written in the transaction of what it records. Its place in the chain comes later (EventSeal),
    so that writers never wait for one another.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("시각"), default=timezone.now, editable=False)
    name = models.CharField(_("사건"), max_length=80)
    subject_type = models.CharField(_("대상 종류"), max_length=40)
    subject_id = models.UUIDField(_("대상"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("처리자"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    actor_kind = models.CharField(_("처리자 종류"), max_length=16, choices=ActorKind)
    data = models.JSONField(_("내용"), default=dict)
    # SHA-256 of the note's salt and text: proves the note while it exists, tells nothing after.
    note_digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = _("기록")
        verbose_name_plural = _("기록")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(name="event_by_subject", fields=["subject_type", "subject_id", "id"])
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="event_actor_matches_kind",
                condition=Q(actor_kind="user", actor__isnull=False)
                | Q(actor_kind="candidate")
                | Q(actor_kind__in=["system", "public"], actor__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject_id}"


class EventNote(models.Model):
    """Words about people that belong to an event. Erasable; the event and the chain stay."""

    event = models.OneToOneField(
        Event, primary_key=True, on_delete=models.PROTECT, related_name="note"
    )
    text = models.TextField(_("내용"))
    salt = models.CharField(max_length=32, editable=False)

    class Meta:
        verbose_name = _("기록의 사유")
        verbose_name_plural = _("기록의 사유")

    def __str__(self) -> str:
        return str(self.event_id)


class EventSeal(models.Model):
    """An event's place in the one global chain. Places are 1, 2, 3 … without a gap.

    `hash` is SHA-256 over canonical JSON of the event, its place and `prev`; `prev` is the hash of
    the place before (64 zeros before the first). Unique `prev`: the chain cannot fork.
    """

    place = models.PositiveBigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="seal")
    prev = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("기록의 봉인")
        verbose_name_plural = _("기록의 봉인")
        ordering: ClassVar = ["place"]

    def __str__(self) -> str:
        return f"{self.place} {self.hash}"


class ChainHead(models.Model):
    """The chain's head on a day, signed (Ed25519) with a key kept outside the database."""

    day = models.DateField(unique=True)
    place = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)
    key_id = models.CharField(max_length=32)
    signature = models.BinaryField()
    signed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("서명된 사슬 머리")
        verbose_name_plural = _("서명된 사슬 머리")
        ordering: ClassVar = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.place} {self.hash}"


class AccessLog(models.Model):
    """Who looked at whose data: account, time, origin, subject, what (PIPC 2025-9).

    Kept two years, because unique identifiers are processed; the database refuses to delete
    a younger row, and to change any.
    """

    at = models.DateTimeField(_("시각"), default=timezone.now, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("사용자"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    what = models.CharField(_("한 일"), max_length=80)
    subject_type = models.CharField(_("대상 종류"), max_length=40)
    subject_id = models.UUIDField(_("대상"))
    address = models.CharField(_("접속지"), max_length=64, blank=True)
    detail = models.CharField(_("상세"), max_length=200, blank=True)
    # What makes several rows the same look, so that only the first is written; else empty.
    once = models.CharField(max_length=200, null=True, blank=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("접속 기록")
        verbose_name_plural = _("접속 기록")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(name="access_by_subject", fields=["subject_type", "subject_id", "id"]),
            models.Index(name="access_by_time", fields=["at"]),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.subject_id}"
