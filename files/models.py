"""Stored files: what they are and where their sealed bytes lie. Knows no domain."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.fields import SealedTextField


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
            ),
            # The same bytes sent with another case.
            models.Index(name="file_by_content", fields=["sha256"]),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="file_is_not_empty", condition=Q(size__gt=0)),
            models.CheckConstraint(
                name="file_scan_state_known", condition=Q(scan_state__in=ScanState.values)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PageImage(models.Model):
    """One page of a file as a picture that a browser shows safely; numbered from 1.

    `image` is a stored file of our own making. Without one the page could not be drawn, and
    `problem` says why.
    """

    class Problem(models.TextChoices):
        DAMAGED = "damaged", _("내용이 손상되어 이 쪽을 그릴 수 없습니다.")
        SIZE = "size", _("쪽의 크기가 잘못되어 이 쪽을 그릴 수 없습니다.")
        TOO_LONG = "too_long", _("허용된 시간 안에 그릴 수 없어 이 쪽을 그리다가 멈췄습니다.")
        TOO_COMPLEX = (
            "too_complex",
            _("내용이 너무 크거나 복잡하여 이 쪽을 그리다가 멈췄습니다."),
        )

    source = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="page_images")
    number = models.PositiveSmallIntegerField(_("쪽"))
    image = models.OneToOneField(
        StoredFile, null=True, on_delete=models.PROTECT, related_name="page_image"
    )
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=16, blank=True, choices=Problem)

    class Meta:
        verbose_name = _("쪽 그림")
        verbose_name_plural = _("쪽 그림")
        ordering: ClassVar = ["source", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="page_drawn_once", fields=["source", "number"]),
            models.CheckConstraint(name="page_counts_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="page_image_has_a_size",
                condition=Q(image=None, width=0, height=0)
                | Q(image__isnull=False, width__gt=0, height__gt=0),
            ),
            models.CheckConstraint(
                name="drawn_page_has_no_problem", condition=Q(image=None) | Q(problem="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.number}"


class TextLayer(models.Model):
    """The words of one page, for screen readers: as its file states them or, with `recognised`, as
    a machine read them off the picture (then also empty: it found none). Sealed like the file."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="text_layers")
    number = models.PositiveSmallIntegerField(_("쪽"))
    text = SealedTextField()
    recognised = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("쪽의 글자")
        verbose_name_plural = _("쪽의 글자")
        ordering: ClassVar = ["source", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="text_layer_once", fields=["source", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.number}"


class Rendering(models.Model):
    """That the drawing of a file's pages has come to its end, and how. No row: it goes on.

    `active` are the kinds of content that would do something in another program, separated by
    spaces (`files.draw.active`); `unknown` among them when not all could be looked at.
    """

    class Outcome(models.TextChoices):
        DRAWN = "drawn", _("모든 쪽")
        PARTLY = "partly", _("일부 쪽")
        FAILED = "failed", _("그릴 수 없음")

    source = models.OneToOneField(StoredFile, on_delete=models.CASCADE, related_name="rendering")
    outcome = models.CharField(max_length=8, choices=Outcome)
    active = models.CharField(max_length=80, blank=True)
    finished_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("쪽 그리기")
        verbose_name_plural = _("쪽 그리기")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="rendering_outcome_known",
                condition=Q(outcome__in=["drawn", "partly", "failed"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}: {self.outcome}"
