"""What a case's return from the applicant needs: what it was before, and who is away."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.models import SupplementRequest
from audit.fields import SealedJSONField


class DeclaredBefore(models.Model):
    """What a case declared when a supplement was asked for: `[{"kind", "position", "declared"}]`;
    of the kind `candidate`, the candidate's own data beside the claim of identity.

    A changed claim is a new row (`save_claims`): without this nobody could say what has changed.
    Sealed, because names and birth dates are among it.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    request = models.OneToOneField(
        SupplementRequest, on_delete=models.CASCADE, related_name="declared_before"
    )
    claims = SealedJSONField()

    class Meta:
        verbose_name = _("보완 전 신고 내용")
        verbose_name_plural = _("보완 전 신고 내용")

    def __str__(self) -> str:
        return str(self.request)


class Absence(models.Model):
    """Days on which a member of staff is away; both count. A deputy takes over what falls due
    meanwhile; without one, cases that come back are shown to the leads."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences"
    )
    from_on = models.DateField(_("첫날"))
    until_on = models.DateField(_("마지막 날"))
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="deputising",
    )
    entered_at = models.DateTimeField()
    # When the person's cases were gone through at the absence's beginning, and given back after it.
    begun_at = models.DateTimeField(null=True, blank=True)
    over_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("부재")
        verbose_name_plural = _("부재")
        constraints = [
            models.CheckConstraint(
                name="absence_ends_after_start",
                condition=Q(until_on__gte=F("from_on")),
                violation_error_message=_("마지막 날은 첫날보다 빠를 수 없습니다."),
            ),
            models.CheckConstraint(
                name="absence_deputy_is_another",
                condition=Q(deputy=None) | ~Q(deputy=F("user")),
                violation_error_message=_("대리자는 다른 사람이어야 합니다."),
            ),
            models.CheckConstraint(
                name="absence_over_after_beginning",
                condition=Q(over_at=None) | Q(begun_at__isnull=False),
            ),
        ]
        indexes = [models.Index(name="absence_of_user", fields=["user", "until_on"])]

    def __str__(self) -> str:
        return f"{self.user}: {self.from_on} ~ {self.until_on}"
