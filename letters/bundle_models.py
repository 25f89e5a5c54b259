"""Many letters in two files: one to print, one archive of the signed originals.

Part of `letters.models`.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Office
from files.models import StoredFile


class BundleState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("bundle", "만드는 중")
    READY = "ready", pgettext_lazy("bundle", "준비됨")
    GONE = "gone", pgettext_lazy("bundle", "지움")


class Bundle(models.Model):
    """Asked for by one person, made by a worker, kept for a few days. `letters` are public ids in
    the order of the pages; `left_out` are those that had ended before the files were made."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    letters = models.JSONField()
    count = models.PositiveIntegerField(_("건수"))
    left_out = models.JSONField(default=list, blank=True)
    state = models.CharField(
        _("상태"), max_length=12, choices=BundleState, default=BundleState.WAITING
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("요청한 때"))
    made_at = models.DateTimeField(_("만든 때"), null=True, blank=True)
    # Then both files are destroyed.
    expires_at = models.DateTimeField(_("지우는 때"), null=True, blank=True)
    print_file = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    archive = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("추천서 묶음")
        verbose_name_plural = _("추천서 묶음")
        ordering = ("-asked_at", "-pk")
        constraints = [
            models.CheckConstraint(
                name="letter_bundle_state_has_its_files",
                condition=Q(
                    state="waiting",
                    made_at=None,
                    expires_at=None,
                    print_file=None,
                    archive=None,
                )
                | Q(
                    state="ready",
                    made_at__isnull=False,
                    expires_at__isnull=False,
                    print_file__isnull=False,
                    archive__isnull=False,
                )
                | Q(state="gone", made_at__isnull=False, print_file=None, archive=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M} · {self.count}"
