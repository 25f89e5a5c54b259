"""Invitations: a link in a mail, for whoever reads that address."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.companies import Company, CompanyRole
from accounts.models.offices import Office, StaffRole
from accounts.models.people import User

OPEN = Q(accepted_at=None, withdrawn_at=None)


class Invitation(models.Model):
    """A company or an office asks the owner of a mail address to work for it, in a role.

    Only a keyed digest of the link's token is kept. Exactly one of `company` and `office` is set;
    `programmes` is an office's (empty means all). Inviting again withdraws the earlier one.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey(
        Company, null=True, on_delete=models.PROTECT, related_name="invitations"
    )
    office = models.ForeignKey(
        Office, null=True, on_delete=models.PROTECT, related_name="invitations"
    )
    email = models.EmailField(_("이메일"))
    role = models.CharField(max_length=16)
    programmes = models.JSONField(_("프로그램"), default=list, blank=True)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="invitations_made"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("초대")
        verbose_name_plural = _("초대")
        constraints = [
            models.CheckConstraint(
                name="invitation_for_company_or_office",
                condition=Q(company__isnull=False, office=None, role__in=CompanyRole.values)
                | Q(company=None, office__isnull=False, role__in=StaffRole.values),
            ),
            models.CheckConstraint(
                name="invitation_accepted_or_withdrawn",
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
            ),
            models.UniqueConstraint(
                name="one_open_invitation_to_company",
                fields=["company", "email"],
                condition=OPEN & Q(company__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_open_invitation_to_office",
                fields=["office", "email", "role"],
                condition=OPEN & Q(office__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company or self.office} · {self.role}"

    @property
    def where(self) -> Company | Office:
        """The company or office that invites; the database sees to it that there is one."""
        found = self.company or self.office
        assert found is not None  # noqa: S101
        return found

    @property
    def role_label(self) -> str:
        roles = CompanyRole if self.company_id else StaffRole
        return str(roles(self.role).label)

    def expired(self, now: datetime | None = None) -> bool:
        return self.expires_at <= (now or timezone.now())
