"""Answers of the pre-check that somebody passed on by a link."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.models.catalogue import Verdict


class SharedAnswer(models.Model):
    """What the rules said, without who it was said about: kept for whoever holds the link.

    The link's key is 128 random bits; only its digest is kept. `content` holds no fact that names
    or dates a person (`programs.sharing.without_person`). Gone after `expires_at`.
    """

    token_digest = models.CharField(max_length=64, unique=True)
    version = models.ForeignKey(
        "programs.ProgrammeVersion", on_delete=models.CASCADE, related_name="+"
    )
    verdict = models.CharField(_("결과"), max_length=16, choices=Verdict)
    on = models.DateField(_("기준일"))
    content = models.JSONField(_("근거"))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = pgettext_lazy("pre-check", "공유한 확인 결과")
        verbose_name_plural = pgettext_lazy("pre-check", "공유한 확인 결과")
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                name="shared_answer_verdict_known", condition=Q(verdict__in=Verdict.values)
            ),
            models.CheckConstraint(
                name="shared_answer_expires_later",
                condition=Q(expires_at__gt=models.F("created_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.on:%Y-%m-%d} {self.verdict}"
