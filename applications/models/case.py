"""The case, its place in the queue, its clock and its history."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.access import staff_scope
from accounts.models import Company, Office, User
from applications import bars
from applications.stages import OPEN, Stage
from programs import calendar
from programs.models import Programme, ProgrammeVersion

if TYPE_CHECKING:
    from programs.manifest import Manifest

# Sorted: a set's order would change the migration from run to run.
OPEN_STAGES = sorted(stage.value for stage in OPEN)
NOT_YET_RECEIVED = [Stage.DRAFT, Stage.WITHDRAWN]


class ApplicationQuerySet(models.QuerySet["Application"]):
    """What each person may see. Everything that reads a case for a person starts here."""

    def for_company_member(self, user: User) -> "ApplicationQuerySet":
        return self.filter(company__memberships__user=user)

    def for_staff(self, user: User, *roles: str) -> "ApplicationQuerySet":
        """Received cases of the person's offices, for the programmes they have there, but for
        those they are barred from."""
        scope = staff_scope(user, *roles)
        allowed = Q(pk__in=[])
        for office_id, slugs in scope:
            of_office = Q(office_id=office_id)
            allowed |= of_office & Q(programme__slug__in=slugs) if slugs else of_office
        return self.filter(allowed).exclude(received_at=None).exclude(bars.barred(user))

    def visible_to(self, user: User) -> "ApplicationQuerySet":
        """Own company's cases and, for staff, the received cases of their offices."""
        mine = self.model.objects.for_company_member(user).values("pk")
        office = self.model.objects.for_staff(user).values("pk")
        return self.filter(Q(pk__in=mine) | Q(pk__in=office))


class Application(models.Model):
    """One request for one letter for one person.

    `stage` is written only by `applications.workflow`. `revision` counts every change of the case
    and is what a form sends back to prove that it saw the latest state.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="applications")
    # While a draft: the version it was begun under. From submission on: the one that judges it.
    version = models.ForeignKey(
        ProgrammeVersion, on_delete=models.PROTECT, related_name="applications"
    )
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="applications")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="applications")
    stage = models.CharField(max_length=24, choices=Stage, default=Stage.DRAFT)
    stage_since = models.DateTimeField(auto_now_add=True)
    revision = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    receipt_no = models.CharField(_("접수번호"), max_length=40, unique=True, null=True, blank=True)
    # Both in Asia/Seoul: `due_on` is what the office aims at, `legal_due_on` what the law allows.
    due_on = models.DateField(_("처리 기한"), null=True, blank=True)
    legal_due_on = models.DateField(_("법정 처리 기한"), null=True, blank=True)
    # The revision of the holiday table both rest on; empty for the shipped table.
    calendar_revision = models.PositiveIntegerField(null=True, blank=True)
    # When the applicant was told how far the case is, 30 days after receipt (PETITION-DECREE §23).
    progress_told_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("신청")
        verbose_name_plural = _("신청")
        constraints = [
            models.CheckConstraint(
                name="application_stage_known", condition=Q(stage__in=Stage.values)
            ),
            models.CheckConstraint(
                name="application_received_has_number",
                condition=Q(stage__in=NOT_YET_RECEIVED)
                | Q(
                    submitted_at__isnull=False, received_at__isnull=False, receipt_no__isnull=False
                ),
                violation_error_message=_("접수된 신청에는 접수번호와 접수일시가 있어야 합니다."),
            ),
            models.CheckConstraint(
                name="application_closed_at_with_stage",
                condition=Q(stage__in=OPEN_STAGES, closed_at__isnull=True)
                | (~Q(stage__in=OPEN_STAGES) & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="application_target_within_the_law",
                condition=Q(due_on=None) | Q(legal_due_on=None) | Q(due_on__lte=F("legal_due_on")),
                violation_error_message=_("처리 기한은 법정 처리 기한보다 늦을 수 없습니다."),
            ),
            models.CheckConstraint(
                name="application_receipt_follows_submission",
                condition=Q(received_at__isnull=True) | Q(received_at__gte=F("submitted_at")),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-created_at", "-id"], name="application_of_company"),
            models.Index(fields=["office", "-received_at", "-id"], name="application_received"),
            models.Index(
                fields=["office", "-closed_at", "-id"],
                name="application_closed",
                condition=Q(closed_at__isnull=False),
            ),
            models.Index(
                fields=["programme", "stage", "-closed_at", "-id"],
                name="application_over",
                condition=Q(closed_at__isnull=False, received_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.receipt_no or f"{_('작성 중')} {str(self.public_id)[:8]}"

    @property
    def at(self) -> Stage:
        return Stage(self.stage)

    @property
    def manifest(self) -> "Manifest":
        return self.version.manifest()


class QueueRow(models.Model):
    """One narrow row per received, open case. Stage, due and urgency are the workflow's to write;
    assignee and lease are the reviewing side's.

    The queue's order is `rank`, `due_on`, case: all three ascending, so that one row comparison
    finds a place in it. Every list reads a few stretches of one index, each of one programme (and
    one stage), and merges their beginnings: its cost does not grow with the table.
    """

    application = models.OneToOneField(
        Application, on_delete=models.CASCADE, primary_key=True, related_name="queue_row"
    )
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    # The indexes below begin with these two where they are asked for.
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    stage = models.CharField(max_length=24, choices=Stage)
    due_on = models.DateField()
    # More is more urgent; `rank` is the same the other way round.
    urgency = models.SmallIntegerField(default=0)
    rank = models.GeneratedField(
        expression=F("urgency") * -1, output_field=models.SmallIntegerField(), db_persist=True
    )
    parked = models.BooleanField(default=False)
    # The day the case came to this stage, by Asia/Seoul.
    since = models.DateField(default=calendar.today)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="queue_rows",
        db_index=False,
    )
    assigned_at = models.DateTimeField(null=True, blank=True)
    # Whoever took the case from the free queue has it until then; empty for a case given to them.
    lease_until = models.DateTimeField(null=True, blank=True)
    # What reading it takes: the language of the applicant's papers beside Korean and English, and
    # the occupation's code. Empty when nothing special is known.
    language = models.CharField(max_length=8, blank=True, default="")
    occupation = models.CharField(max_length=16, blank=True, default="")

    class Meta:
        verbose_name = _("대기열 행")
        verbose_name_plural = _("대기열 행")
        constraints = [
            models.CheckConstraint(
                name="queue_assignee_has_time",
                condition=Q(assignee=None, assigned_at=None)
                | Q(assignee__isnull=False, assigned_at__isnull=False),
            ),
            models.CheckConstraint(
                name="queue_lease_has_assignee",
                condition=Q(lease_until=None) | Q(assignee__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["assignee", "parked", "rank", "due_on", "application"],
                name="queue_of_person",
            ),
            models.Index(
                fields=["programme", "rank", "due_on", "application"], name="queue_of_programme"
            ),
            models.Index(
                fields=["programme", "stage", "rank", "due_on", "application"],
                name="queue_of_stage",
            ),
            # What nobody has, by programme.
            models.Index(
                fields=["programme", "rank", "due_on", "application"],
                name="queue_unassigned",
                condition=Q(assignee=None, parked=False),
            ),
            models.Index(
                fields=["programme", "stage", "due_on", "application"],
                name="queue_by_due",
                condition=Q(parked=False),
            ),
            # "Take next" of an office with several programmes: one read for all of them.
            models.Index(
                fields=["office", "rank", "due_on", "application"],
                name="queue_to_take",
                condition=Q(assignee=None, parked=False),
            ),
            models.Index(
                fields=["lease_until"],
                name="queue_leased",
                condition=Q(lease_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.stage}"


class StageChange(models.Model):
    """One applied transition: who moved the case where, and why. Rows are only ever added."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="changes")
    transition = models.CharField(max_length=40)
    from_stage = models.CharField(max_length=24, choices=Stage)
    to_stage = models.CharField(max_length=24, choices=Stage)
    revision = models.PositiveIntegerField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("단계 이동")
        verbose_name_plural = _("단계 이동")
        constraints = [
            models.UniqueConstraint(
                name="stage_change_once_per_revision", fields=["application", "revision"]
            )
        ]
        indexes = [models.Index(fields=["application", "id"], name="stage_change_of_case")]

    def __str__(self) -> str:
        return f"{self.transition} {self.from_stage} → {self.to_stage}"


class ReceiptSeries(models.Model):
    """The counter of receipt numbers, per programme and year. Numbers are never reused."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("접수번호 대장")
        verbose_name_plural = _("접수번호 대장")
        constraints = [
            models.UniqueConstraint(name="one_receipt_series", fields=["programme", "year"])
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.year}: {self.last}"


class CandidateLink(models.Model):
    """The candidate's own way to their case. Only a keyed digest of the token is stored.

    It opens after name and birth date are confirmed; too many wrong answers close it.
    """

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="candidate_links"
    )
    token_digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("후보자 링크")
        verbose_name_plural = _("후보자 링크")

    def __str__(self) -> str:
        return f"{self.application_id} {self.created_at:%Y-%m-%d}"
