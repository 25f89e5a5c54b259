"""Lists of the queue that somebody comes back to."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Office

LONGEST_NAME = 40


class SavedView(models.Model):
    """A tab of the queue with its filters, under a name: its owner's alone, or shared with an
    office. Words that were looked for are not kept: they may be a person's name.

    `position` orders an owner's views; the default is what the owner's queue opens with.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    office = models.ForeignKey(
        Office, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("보기 이름"), max_length=LONGEST_NAME)
    tab = models.CharField(max_length=16)
    programme = models.CharField(max_length=60, blank=True)
    stage = models.CharField(max_length=24, blank=True)
    due = models.CharField(max_length=16, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_default = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("저장한 보기")
        verbose_name_plural = _("저장한 보기")
        constraints = [
            models.UniqueConstraint(
                name="saved_view_name_once",
                fields=["owner", "name"],
                violation_error_message=_("같은 이름의 보기가 있습니다. 다른 이름을 적어 주세요."),
            ),
            models.UniqueConstraint(
                name="one_default_view", fields=["owner"], condition=Q(is_default=True)
            ),
            models.CheckConstraint(name="saved_view_has_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name
