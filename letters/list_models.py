"""The revocation list as it was signed last. Part of `letters.models`."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class SignedList(models.Model):
    """A JWS in its general JSON form: one payload, a signature by each key in force. The newest
    counts; those before it are deleted when it is written."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    document = models.TextField()
    issued_at = models.DateTimeField(_("만든 때"))
    next_update = models.DateTimeField(_("다음 갱신"))
    count = models.PositiveIntegerField(_("건수"))
    # Ids of the keys that signed, and of those in force whose private half could not be used.
    signed_by = models.JSONField()
    missing = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("서명된 취소 목록")
        verbose_name_plural = _("서명된 취소 목록")
        ordering = ("-issued_at", "-pk")
        constraints = [
            models.CheckConstraint(
                name="signed_list_ends_after_it_begins",
                condition=models.Q(next_update__gt=models.F("issued_at")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.issued_at:%Y-%m-%d %H:%M} · {self.count}"
