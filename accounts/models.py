"""People, the companies and offices they act for, and what they may do there."""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.business_number import validate_business_number


class UserManager(BaseUserManager["User"]):
    """Users are known by their mail address, compared without case."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(
            email, password, **{**fields, "is_staff": True, "is_superuser": True}
        )

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractUser):
    """A person who signs in. What they may do hangs on memberships, never on this row."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("이메일"), unique=True)
    name = models.CharField(_("이름"), max_length=120)
    phone = models.CharField(_("전화번호"), max_length=30, blank=True)
    language = models.CharField(
        _("언어"), max_length=8, choices=[("ko", "한국어"), ("en", "English")], default="ko"
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()  # type: ignore[assignment,misc]

    class Meta:
        verbose_name = _("사용자")
        verbose_name_plural = _("사용자")

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


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
    OWNER = "owner", _("관리자")
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


class Office(models.Model):
    """An issuing body: KOTRA, a province. Staff act for an office; its cases are its own.

    `shown_as_official` may be set only by an installation that really is that body: it turns on
    the government banner and the body's own mark. Off by default.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(_("코드"), unique=True)
    name_ko = models.CharField(_("기관명 (국문)"), max_length=200)
    name_en = models.CharField(_("기관명 (영문)"), max_length=200)
    department_ko = models.CharField(_("부서 (국문)"), max_length=200, blank=True)
    department_en = models.CharField(_("부서 (영문)"), max_length=200, blank=True)
    phone = models.CharField(_("전화번호"), max_length=60, blank=True)
    shown_as_official = models.BooleanField(_("공식 누리집으로 표시"), default=False)

    class Meta:
        verbose_name = _("추천기관")
        verbose_name_plural = _("추천기관")

    def __str__(self) -> str:
        return self.name_ko


class StaffRole(models.TextChoices):
    REVIEWER = "reviewer", _("심사자")
    LEAD = "lead", _("결재자")
    ADMINISTRATOR = "administrator", _("운영자")


class StaffMembership(models.Model):
    """A person works for an office in a role; `programmes` empty means all of the office's."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="staff")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="staff_memberships")
    role = models.CharField(max_length=16, choices=StaffRole)
    programmes = models.JSONField(_("프로그램"), default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("기관 직원")
        verbose_name_plural = _("기관 직원")
        constraints = [
            models.UniqueConstraint(
                name="staff_role_once",
                fields=["office", "user", "role"],
                violation_error_message=_("이미 같은 역할이 있습니다."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.office} · {self.get_role_display()}"
