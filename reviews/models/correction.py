"""What a lead put right in a case, with what stood there before."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from applications.models.declared import ClaimKind
from audit.fields import SealedJSONField

CANDIDATE = "candidate"


class DataCorrection(models.Model):
    """A slip in what was declared, put right by a lead (not what validation found: that is the
    claim's verified value). Rows are only ever added; words about people are sealed.

    `subject` is a claim kind, or `candidate`; `before` and `after` hold the whole value.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="corrections"
    )
    subject = models.CharField(max_length=16)
    position = models.PositiveSmallIntegerField(default=0)
    before = SealedJSONField()
    after = SealedJSONField()
    reason = models.TextField(_("정정 사유"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("자료 정정")
        verbose_name_plural = _("자료 정정")
        ordering = ["application", "pk"]
        constraints = [
            models.CheckConstraint(name="data_correction_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="data_correction_subject_known",
                condition=Q(subject__in=[CANDIDATE, *ClaimKind.values]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} · {self.subject}"
