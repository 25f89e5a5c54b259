"""What the applicant has changed during a supplement and not sent yet.

Nothing of the reviewing side reads these tables: pages, exports, the API, search and rules see the
case as it was when the supplement was asked for, until the changes are sent.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.declared import Document
from applications.models.supplement import SupplementItem, SupplementRequest
from audit.fields import SealedJSONField
from files.models import StoredFile


class BufferedSection(models.Model):
    """A section of the form as the applicant wants it to read. `content` is the candidate's fields
    (dates as ISO text) or the list of all claims of the section's kind; sealed, because passport
    numbers are among it."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(
        SupplementRequest, on_delete=models.CASCADE, related_name="buffered_sections"
    )
    section = models.CharField(max_length=16)
    content = SealedJSONField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("보내지 않은 수정")
        verbose_name_plural = _("보내지 않은 수정")
        constraints = [
            models.UniqueConstraint(name="one_buffer_per_section", fields=["request", "section"])
        ]

    def __str__(self) -> str:
        return f"{self.request} · {self.section}"


class BufferedDocument(models.Model):
    """A file that waits to be sent, as a further part of a listed document or in place of one; or,
    without a file, that a document is to be taken out. `dropped_at`: overtaken before it was sent.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(
        SupplementRequest, on_delete=models.CASCADE, related_name="buffered_documents"
    )
    item = models.ForeignKey(
        SupplementItem, on_delete=models.CASCADE, null=True, blank=True, related_name="buffered"
    )
    code = models.CharField(max_length=60)
    part = models.PositiveSmallIntegerField(default=1)
    stored = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    replaces = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("보내지 않은 서류")
        verbose_name_plural = _("보내지 않은 서류")
        constraints = [
            models.UniqueConstraint(
                name="one_buffered_document",
                fields=["request", "code", "part"],
                condition=Q(dropped_at=None),
                violation_error_message=_("같은 서류가 동시에 올라왔습니다. 새로 고쳐 주세요."),
            ),
            models.CheckConstraint(
                name="buffered_document_brings_or_takes",
                condition=Q(stored__isnull=False) | Q(replaces__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.part}"
