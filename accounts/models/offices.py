"""Issuing bodies and those who work for them."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


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
    # What notices say of who deals with a case (PETITION-DECREE §31); the office's where empty.
    department_ko = models.CharField(_("담당 부서 (국문)"), max_length=200, blank=True)
    department_en = models.CharField(_("담당 부서 (영문)"), max_length=200, blank=True)
    phone = models.CharField(_("업무 전화번호"), max_length=60, blank=True)
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
