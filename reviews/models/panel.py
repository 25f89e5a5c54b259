"""Whom an office may ask for opinions: panels by programme and field, and mail domains."""

import uuid
from types import ModuleType

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, CompanyMembership, Office, StaffMembership, User
from applications.models import Application, Claim
from programs.models import Programme
from reviews.models.evaluation import Evaluator

# Assumed: providers with whom everybody may have an address.
PUBLIC_MAIL = (
    *("gmail.com", "naver.com", "daum.net", "hanmail.net", "kakao.com", "nate.com"),
    *("outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "yahoo.co.kr"),
    *("icloud.com", "me.com", "proton.me", "protonmail.com", "gmx.com", "mail.com"),
    *("qq.com", "163.com", "126.com", "foxmail.com", "mail.ru", "yandex.ru", "yandex.com"),
)


class Panel(models.Model):
    """Evaluators for one field of a programme; it is its office's. `occupations` are beginnings of
    occupation codes, none meaning all."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="panels")
    name = models.CharField(_("위원회 이름"), max_length=120)
    occupations = models.JSONField(_("직종"), default=list, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("평가위원회")
        verbose_name_plural = _("평가위원회")
        constraints = [
            models.UniqueConstraint(
                name="panel_name_once",
                fields=["programme", "name"],
                condition=Q(retired_at=None),
                violation_error_message=_("같은 이름의 위원회가 있습니다."),
            ),
            models.CheckConstraint(name="panel_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name

    def fits(self, occupation: str) -> bool:
        """Whether it is the panel for an occupation; an unknown one fits panels for all."""
        return not self.occupations or (
            bool(occupation) and occupation.startswith(tuple(self.occupations))
        )


class PanelMember(models.Model):
    """An evaluator on a panel."""

    panel = models.ForeignKey(Panel, on_delete=models.CASCADE, related_name="members")
    evaluator = models.ForeignKey(Evaluator, on_delete=models.PROTECT, related_name="panels")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("평가위원회 위원")
        verbose_name_plural = _("평가위원회 위원")
        constraints = [
            models.UniqueConstraint(
                name="panel_member_once",
                fields=["panel", "evaluator"],
                violation_error_message=_("이미 이 위원회의 위원입니다."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.panel} · {self.evaluator}"


class MailDomain(models.Model):
    """An office's word on whether a mail domain is open to everybody, so that sharing it ties
    nobody to anybody. Without a word `PUBLIC_MAIL` are, and every other belongs to somebody."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="mail_domains")
    domain = models.CharField(_("메일 도메인"), max_length=253)
    public = models.BooleanField(_("누구나 쓰는 메일"), default=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("메일 도메인")
        verbose_name_plural = _("메일 도메인")
        constraints = [
            models.UniqueConstraint(
                name="mail_domain_once_per_office", fields=["office", "domain"]
            ),
            models.CheckConstraint(
                name="mail_domain_is_one",
                condition=Q(domain__regex=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"),
                violation_error_message=_("메일 도메인을 example.com처럼 적어 주세요."),
            ),
        ]

    def __str__(self) -> str:
        return self.domain


# An invitation, open or answered, of someone whom something ties to the case: refused whoever
# writes the row. `reviews.services.exclusion` says the same for people, and looks closer at names.
TIED = """SELECT 1 FROM {application} AS held
    JOIN reviews_evaluator AS asked ON asked.id = NEW.evaluator_id
    JOIN {user} AS person ON person.id = asked.user_id
    JOIN {company} AS firm ON firm.id = held.company_id
    WHERE held.id = NEW.application_id AND NEW.state IN ('invited', 'accepted', 'submitted') AND (
        EXISTS (SELECT 1 FROM {membership} AS own
            WHERE own.user_id = asked.user_id AND own.company_id = held.company_id)
        OR EXISTS (SELECT 1 FROM {staff} AS post
            WHERE post.user_id = asked.user_id AND post.office_id = held.office_id)
        OR EXISTS (SELECT 1 FROM reviews_conflict AS said
            WHERE said.user_id = asked.user_id AND said.ended_at IS NULL
                AND (said.company_id = held.company_id OR said.application_id = held.id))
        OR (TRIM(asked.institution) <> '' AND LOWER(TRIM(asked.institution))
            IN (LOWER(TRIM(firm.name_ko)), LOWER(TRIM(firm.name_en))))
        OR EXISTS (SELECT 1 FROM {claim} AS claim
            WHERE claim.application_id = held.id
                AND ((claim.kind = 'degree'
                        AND LOWER(TRIM({institution})) = LOWER(TRIM(asked.institution)))
                    OR (claim.kind = 'career'
                        AND LOWER(TRIM({employer})) = LOWER(TRIM(asked.institution)))))
        OR (EXISTS (SELECT 1 FROM {membership} AS theirs
                JOIN {user} AS colleague ON colleague.id = theirs.user_id
                WHERE theirs.company_id = held.company_id
                    AND LOWER({colleague_domain}) = LOWER({person_domain}))
            AND NOT COALESCE(
                (SELECT own.public FROM reviews_maildomain AS own
                    WHERE own.office_id = held.office_id AND own.domain = LOWER({person_domain})),
                LOWER({person_domain}) IN ({public}))))"""


def tied(vendor: ModuleType) -> str:
    """`TIED` as a vendor says it."""
    tables = {
        "application": Application,
        "claim": Claim,
        "user": User,
        "membership": CompanyMembership,
        "company": Company,
        "staff": StaffMembership,
    }
    return TIED.format(
        **{name: model._meta.db_table for name, model in tables.items()},
        institution=vendor.text_of("claim.declared", "institution"),
        employer=vendor.text_of("claim.declared", "employer"),
        colleague_domain=vendor.domain_of("colleague.email"),
        person_domain=vendor.domain_of("person.email"),
        public=", ".join(f"'{domain}'" for domain in PUBLIC_MAIL),
    )
