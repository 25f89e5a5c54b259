"""Companies, who acts for them, and who asks to."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.business_number import validate_business_number
from accounts.models.people import User


class Company(models.Model):
    """An employer that asks for recommendations (corporate member)."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    business_no = models.CharField(
        _("사업자등록번호"),
        max_length=10,
        unique=True,
        validators=[validate_business_number],
        help_text=_("숫자 10자리"),
    )
    name_ko = models.CharField(_("회사명 (국문)"), max_length=200)
    name_en = models.CharField(_("회사명 (영문)"), max_length=200, blank=True)
    representative = models.CharField(_("대표자"), max_length=120, blank=True)
    address = models.CharField(_("소재지"), max_length=300, blank=True)
    phone = models.CharField(_("전화번호"), max_length=30, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("회사")
        verbose_name_plural = _("회사")
        constraints = [
            models.CheckConstraint(
                name="company_business_no_digits",
                condition=Q(business_no__regex=r"^[0-9]{10}$") & ~Q(business_no="0000000000"),
                violation_error_message=_("사업자등록번호는 숫자 10자리입니다."),
            ),
        ]

    def __str__(self) -> str:
        return self.name_ko

    @property
    def business_no_dashed(self) -> str:
        number = self.business_no
        return f"{number[:3]}-{number[3:5]}-{number[5:]}"


class CompanyRole(models.TextChoices):
    OWNER = "owner", pgettext_lazy("company", "관리자")
    MEMBER = "member", pgettext_lazy("company", "담당자")


class CompanyMembership(models.Model):
    """A person acts for a company. Cases belong to the company, not to the person (T19)."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="company_memberships")
    role = models.CharField(max_length=16, choices=CompanyRole, default=CompanyRole.MEMBER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("회사 구성원")
        verbose_name_plural = _("회사 구성원")
        constraints = [
            models.UniqueConstraint(
                name="company_member_once",
                fields=["company", "user"],
                violation_error_message=_("이미 이 회사의 구성원입니다."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.company}"


class JoinOutcome(models.TextChoices):
    APPROVED = "approved", pgettext_lazy("join request", "승인")
    DECLINED = "declined", pgettext_lazy("join request", "거절")
    WITHDRAWN = "withdrawn", pgettext_lazy("join request", "취소")


class JoinRequest(models.Model):
    """Someone asks to act for a company that is registered already; its owners answer."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="join_requests")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="join_requests")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    answered_at = models.DateTimeField(null=True, editable=False)
    outcome = models.CharField(max_length=16, choices=JoinOutcome, blank=True)

    class Meta:
        verbose_name = _("참여 요청")
        verbose_name_plural = _("참여 요청")
        constraints = [
            models.UniqueConstraint(
                name="one_pending_join_request",
                fields=["company", "user"],
                condition=Q(answered_at=None),
                violation_error_message=_("이미 참여를 요청하셨습니다."),
            ),
            models.CheckConstraint(
                name="join_request_answered_with_outcome",
                condition=Q(answered_at=None, outcome="")
                | Q(answered_at__isnull=False, outcome__in=JoinOutcome.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.company}"
