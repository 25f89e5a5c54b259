"""The designs of letters: published versions, and the two kinds of draft that wait for a person."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Office


class TemplateVersion(models.Model):
    """A published design, whole: an edit of its files makes a new version, never changes this.

    `content_hash` is the SHA-256 over html, css and logo (PNG). One with an `office` was written
    by that office's administrators (`source_*`, without page and verification) and serves its
    letters only, until it is withdrawn; `base_hash` is the shared design it was written beside.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(_("서식 코드"))
    version = models.PositiveIntegerField(_("판"))
    office = models.ForeignKey(
        Office, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    html = models.TextField()
    css = models.TextField()
    source_html = models.TextField(blank=True, default="")
    source_css = models.TextField(blank=True, default="")
    logo = models.BinaryField(default=b"")
    content_hash = models.CharField(max_length=64)
    base_hash = models.CharField(max_length=64, blank=True, default="")
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("사용 종료"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("추천서 서식")
        verbose_name_plural = _("추천서 서식")
        constraints = [
            models.UniqueConstraint(name="template_version_once", fields=["code", "version"]),
            # A person answers for an office's own design, and for going back from it.
            models.CheckConstraint(
                name="template_version_own_has_author",
                condition=Q(office=None, withdrawn_at=None, withdrawn_by=None)
                | Q(
                    office__isnull=False,
                    published_by__isnull=False,
                    withdrawn_at=None,
                    withdrawn_by=None,
                )
                | Q(
                    office__isnull=False,
                    published_by__isnull=False,
                    withdrawn_at__isnull=False,
                    withdrawn_by__isnull=False,
                ),
            ),
            # What several offices share shows the logo of none.
            models.CheckConstraint(
                name="template_version_logo_is_own",
                condition=Q(office__isnull=False) | Q(logo=b""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class TemplateDraft(models.Model):
    """A changed design of a programme's own, waiting for a person to publish it. A newer change
    replaces it; no letter ever uses it."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(_("서식 코드"), unique=True)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    html = models.TextField()
    css = models.TextField()
    content_hash = models.CharField(max_length=64)
    brought_at = models.DateTimeField()

    class Meta:
        verbose_name = _("추천서 서식 초안")
        verbose_name_plural = _("추천서 서식 초안")

    def __str__(self) -> str:
        return self.code


class OwnDraft(models.Model):
    """An office's changed design while somebody works on it. No letter ever uses it; publishing
    makes it a TemplateVersion and removes it.

    `html` and `css` are what was typed, without page and verification; `content_hash` is the
    SHA-256 over both with those around them and the logo, as of the version it would become.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    code = models.SlugField(_("서식 코드"))
    html = models.TextField()
    css = models.TextField(blank=True)
    logo = models.BinaryField(default=b"")
    content_hash = models.CharField(max_length=64)
    saved_at = models.DateTimeField(_("저장한 때"))
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("기관이 고치는 서식")
        verbose_name_plural = _("기관이 고치는 서식")
        constraints = [
            models.UniqueConstraint(name="own_draft_once", fields=["office", "code"]),
        ]

    def __str__(self) -> str:
        return self.code
