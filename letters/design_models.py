"""What an office's administrators write themselves: the draft of a letter's design."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Office


class OwnDraft(models.Model):
    """An office's changed design while somebody works on it. No letter ever uses it; publishing
    makes it a TemplateVersion and removes it.

    `html` and `css` are what was typed, without page and verification; `content_hash` is the
    SHA-256 over both with those around them, as of the version it would become.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    code = models.SlugField(_("서식 코드"))
    html = models.TextField()
    css = models.TextField(blank=True)
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
