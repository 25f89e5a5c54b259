"""What assigning goes by: what each reviewer can take, an office's numbers, and who must not."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Company, CompanyMembership, Office
from applications.models import Application
from audit.fields import SealedTextField

# Assumed, all three: no source gives them. An office sets its own; the pages say where it has not.
LEASE_HOURS = 72
CAPACITY = 20
NOT_AGAIN_HOURS = 24


class AssignmentRule(models.Model):
    """An office's own numbers for assigning; without a row the assumed ones count."""

    office = models.OneToOneField(Office, on_delete=models.CASCADE, related_name="assignment_rule")
    lease_hours = models.PositiveSmallIntegerField(_("맡은 신청의 유지 시간"), default=LEASE_HOURS)
    capacity = models.PositiveSmallIntegerField(_("한 사람이 맡는 신청 수"), default=CAPACITY)
    not_again_hours = models.PositiveSmallIntegerField(
        _("내려놓은 신청을 다시 받지 않는 시간"), default=NOT_AGAIN_HOURS
    )

    class Meta:
        verbose_name = _("배정 기준")
        verbose_name_plural = _("배정 기준")
        constraints = [
            models.CheckConstraint(
                name="assignment_rule_within_reason",
                condition=Q(lease_hours__gte=1, lease_hours__lte=24 * 60)
                & Q(capacity__gte=1, capacity__lte=1000)
                & Q(not_again_hours__lte=24 * 60),
                violation_error_message=_("배정 기준의 값이 범위를 벗어났습니다."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.office)


class ReviewerProfile(models.Model):
    """What a reviewer can take on. `languages` are those read beside Korean (ISO 639-1);
    `occupations` are beginnings of occupation codes, none meaning all; no `capacity` means the
    office's."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reviewer_profile"
    )
    languages = models.JSONField(_("읽을 수 있는 언어"), default=list, blank=True)
    occupations = models.JSONField(_("심사하는 직종"), default=list, blank=True)
    capacity = models.PositiveSmallIntegerField(_("맡을 수 있는 신청 수"), null=True, blank=True)

    class Meta:
        verbose_name = _("심사자 정보")
        verbose_name_plural = _("심사자 정보")
        constraints = [
            models.CheckConstraint(
                name="reviewer_capacity_within_reason",
                condition=Q(capacity=None) | Q(capacity__lte=1000),
                violation_error_message=_("맡을 수 있는 신청 수는 1000 이하입니다."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


# Who is in conflict with a case is not given it, whoever writes the row: by declaration, for the
# case or its company, or as one of the company's own people.
IN_CONFLICT = f"""SELECT 1 FROM {Application._meta.db_table} AS held
    WHERE held.id = NEW.application_id AND NEW.ended_at IS NULL AND (
        EXISTS (SELECT 1 FROM reviews_conflict AS said
            WHERE said.user_id = NEW.assignee_id AND said.ended_at IS NULL
                AND (said.company_id = held.company_id OR said.application_id = held.id))
        OR EXISTS (SELECT 1 FROM {CompanyMembership._meta.db_table} AS own
            WHERE own.user_id = NEW.assignee_id AND own.company_id = held.company_id))"""  # noqa: S608 (names of tables)


class Conflict(models.Model):
    """Why a person of the reviewing side has nothing to do with a company's cases, or with one.

    While it lasts no page of such a case opens for them and nothing gives it to them. `note` is
    the person's own words: it is sealed, in no event, and shown to nobody but them and the
    administrators.
    """

    class Kind(models.TextChoices):
        SAME_COMPANY = "same_company", pgettext_lazy("conflict", "같은 회사")
        FAMILY = "family", pgettext_lazy("conflict", "가족·친족")
        FORMER_EMPLOYER = "former_employer", pgettext_lazy("conflict", "이전 직장")
        SCHOOL = "school", pgettext_lazy("conflict", "같은 학교·연구기관")
        COAUTHOR = "coauthor", pgettext_lazy("conflict", "공동 연구·저술")
        DECLARED = "declared", pgettext_lazy("conflict", "그 밖의 이해관계")
        # Written when an objection is upheld, never declared, and not ended by anybody.
        TOOK_PART = "took_part", pgettext_lazy("conflict", "이의신청으로 취소된 불허를 기안함")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conflicts"
    )
    kind = models.CharField(_("이해관계"), max_length=16, choices=Kind)
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, null=True, blank=True, related_name="conflicts"
    )
    note = SealedTextField(_("설명"), null=True, blank=True)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    declared_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("이해관계")
        verbose_name_plural = _("이해관계")
        constraints = [
            models.CheckConstraint(
                name="conflict_kind_known",
                condition=Q(
                    kind__in=[
                        "same_company",
                        "family",
                        "former_employer",
                        "school",
                        "coauthor",
                        "declared",
                        "took_part",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="conflict_took_part_in_case",
                condition=~Q(kind="took_part") | Q(application__isnull=False, ended_at=None),
                violation_error_message=_("앞선 결정에 관여한 것은 끝낼 수 없습니다."),
            ),
            models.CheckConstraint(
                name="conflict_with_company_or_case",
                condition=Q(company__isnull=False, application=None)
                | Q(company=None, application__isnull=False),
                violation_error_message=_("회사나 신청 가운데 하나를 골라 주세요."),
            ),
            models.CheckConstraint(
                name="conflict_ended_by_somebody_else",
                condition=Q(ended_at=None, ended_by=None)
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_by=F("user"))),
                violation_error_message=_("자신의 이해관계는 다른 사람이 끝낼 수 있습니다."),
            ),
            models.UniqueConstraint(
                name="one_conflict_with_company",
                fields=["user", "company"],
                condition=Q(ended_at=None, company__isnull=False),
                violation_error_message=_("이미 신고한 이해관계입니다."),
            ),
            models.UniqueConstraint(
                name="one_conflict_with_case",
                fields=["user", "application"],
                condition=Q(ended_at=None, application__isnull=False),
                violation_error_message=_("이미 신고한 이해관계입니다."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_kind_display()}"
