"""What was recognised in a file's words, kept so that no page reads two hundred pages again."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.fields import SealedJSONField
from files.models import StoredFile


class Recognised(models.Model):
    """`reviews.recognition.extract` of one file, sealed like the file. One of another edition is
    made anew; without a row it is made where it is needed."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    stored = models.OneToOneField(StoredFile, on_delete=models.CASCADE, related_name="recognised")
    edition = models.PositiveSmallIntegerField()
    found = SealedJSONField()
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("읽어 낸 내용")
        verbose_name_plural = _("읽어 낸 내용")

    def __str__(self) -> str:
        return str(self.stored_id)
