"""How a case's due dates came about: days that did not count, extensions, and each change."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.models.case import Application


class ClockReason(models.TextChoices):
    """Why days do not count (APA-DECREE §11). A supplement always; the others where the
    programme's file says so (`programs.clock.EXCLUDABLE`)."""

    SUPPLEMENT = "supplement", _("보완 기간")
    EXTERNAL_EVALUATION = "external_evaluation", _("외부 평가 기간")
    TRANSFER = "transfer", _("이송 기간")
    REPRESENTATIVE = "representative", _("대표자 선정 기간")
    HEARING = "hearing", _("의견 청취 기간")
    TEST = "test", _("시험·검사 기간")
    PRIOR_MATTER = "prior_matter", _("선행 절차 기간")


# Two stretches of a case overlap when each begins before the other ends. The day on which one ends
# may be the day on which the next begins: a supplement is answered and asked for again.
OVERLAPPING = """SELECT 1 FROM applications_clocksegment AS other
    WHERE other.application_id = NEW.application_id AND other.id <> NEW.id
        AND other.from_on < COALESCE(NEW.until_on, '9999-12-31')
        AND NEW.from_on < COALESCE(other.until_on, '9999-12-31')"""
HELD_CASE = "SELECT id FROM applications_application WHERE id = NEW.application_id"


class ClockSegment(models.Model):
    """A stretch of days that does not count against the processing period, with its reason.

    Both days are excluded (APA-DECREE §11); `until_on` is empty while it lasts. Those of one case
    do not overlap: the database refuses (`OVERLAPPING`).
    """

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="clock_segments"
    )
    reason = models.CharField(max_length=24, choices=ClockReason)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    supplement = models.ForeignKey(
        "applications.SupplementRequest",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="clock_segments",
    )
    # Where a lead has written it down: who, and why. The product's own have neither.
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    words = models.TextField(_("사유"), blank=True)

    class Meta:
        verbose_name = _("기간 불산입")
        verbose_name_plural = _("기간 불산입")
        constraints = [
            models.CheckConstraint(
                name="clock_segment_ends_after_start",
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
            ),
            models.CheckConstraint(
                name="clock_segment_reason_known", condition=Q(reason__in=ClockReason.values)
            ),
            models.CheckConstraint(
                name="clock_segment_supplement_with_its_reason",
                condition=Q(supplement=None) | Q(reason=ClockReason.SUPPLEMENT),
            ),
            models.CheckConstraint(
                name="clock_segment_by_hand_says_why",
                condition=Q(recorded_by=None, words="")
                | (Q(recorded_by__isnull=False, until_on__isnull=False) & ~Q(words="")),
            ),
            models.UniqueConstraint(
                name="one_open_clock_segment", fields=["application"], condition=Q(until_on=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_on}..{self.until_on or ''}"


class DueCause(models.TextChoices):
    """What moved a case's dates."""

    SUPPLEMENT = "supplement", _("보완 기간 불산입")
    EXCLUSION = "exclusion", _("처리기간 불산입")
    CALENDAR = "calendar", _("공휴일 변경")
    EXTENSION = "extension", _("처리기간 연장")
    CORRECTION = "correction", _("처리 기한 재계산")


class DueChange(models.Model):
    """A date of a case moved: from when to when, and why. Rows are only ever added.

    `key` makes one occasion one row: a repeat of what caused it adds none. Only the processing
    period has a legal date beside its own.
    """

    class What(models.TextChoices):
        PROCESSING = "processing", _("처리 기한")
        SUPPLEMENT = "supplement", _("보완기한")
        EVALUATION = "evaluation", _("평가 기한")

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="due_changes"
    )
    cause = models.CharField(max_length=16, choices=DueCause)
    what = models.CharField(max_length=16, choices=What, default=What.PROCESSING)
    key = models.CharField(max_length=120)
    due_before = models.DateField()
    due_after = models.DateField()
    legal_before = models.DateField(null=True, blank=True)
    legal_after = models.DateField(null=True, blank=True)
    # The holiday table that the new dates rest on.
    calendar_revision = models.PositiveIntegerField(null=True, blank=True)
    reason = models.TextField(_("사유"), blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("처리 기한 변경")
        verbose_name_plural = _("처리 기한 변경")
        constraints = [
            models.UniqueConstraint(name="due_change_once", fields=["application", "key"]),
            models.CheckConstraint(
                name="due_change_moves_something",
                condition=~Q(due_before=F("due_after")) | ~Q(legal_before=F("legal_after")),
            ),
            models.CheckConstraint(
                name="due_change_cause_known", condition=Q(cause__in=DueCause.values)
            ),
            models.CheckConstraint(
                name="due_change_legal_of_processing_only",
                condition=Q(
                    what="processing", legal_before__isnull=False, legal_after__isnull=False
                )
                | Q(what__in=("supplement", "evaluation"), legal_before=None, legal_after=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.due_before} → {self.due_after}"


class PeriodExtension(models.Model):
    """The processing period is lengthened (PETITION-DECREE §21): once by the office, once more if
    the applicant agrees, each time by no more than the period itself.

    `amount` is in the unit of the programme's period (days, or hours where it says so).
    """

    class State(models.TextChoices):
        ASKED = "asked", _("동의 요청")
        IN_FORCE = "in_force", _("연장됨")
        DECLINED = "declined", pgettext_lazy("period extension", "동의하지 않음")
        LAPSED = "lapsed", pgettext_lazy("period extension", "답변 없이 끝남")

    FIRST, SECOND = 1, 2

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="extensions"
    )
    number = models.PositiveSmallIntegerField()
    amount = models.PositiveSmallIntegerField(_("연장 기간"))
    reason = models.TextField(_("연장 사유"))
    state = models.CharField(max_length=16, choices=State)
    # What the legal date becomes, as it was told when the extension was made or asked for.
    legal_before = models.DateField()
    legal_after = models.DateField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("처리기간 연장")
        verbose_name_plural = _("처리기간 연장")
        ordering = ["application", "pk"]
        constraints = [
            models.CheckConstraint(
                name="period_extension_at_most_twice",
                condition=Q(number__in=(1, 2)),
                violation_error_message=_("처리기간은 두 번까지만 연장할 수 있습니다."),
            ),
            models.UniqueConstraint(
                name="period_extension_once_each",
                fields=["application", "number"],
                condition=Q(state__in=("asked", "in_force")),
                violation_error_message=_("이미 연장했거나 동의를 요청한 상태입니다."),
            ),
            models.CheckConstraint(
                name="period_extension_has_reason", condition=~Q(reason="") & Q(amount__gte=1)
            ),
            models.CheckConstraint(
                name="period_extension_moves_on", condition=Q(legal_after__gte=F("legal_before"))
            ),
            # The second is in force only once the applicant has agreed.
            models.CheckConstraint(
                name="period_extension_second_by_consent",
                condition=Q(number=1, state="in_force", answered_by=None, answered_at=None)
                | Q(
                    number=2,
                    state__in=("in_force", "declined"),
                    answered_by__isnull=False,
                    answered_at__isnull=False,
                )
                | Q(number=2, state="asked", answered_by=None, answered_at=None)
                | Q(number=2, state="lapsed", answered_by=None, answered_at__isnull=False),
                violation_error_message=_("두 번째 연장에는 신청인의 동의가 필요합니다."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} · {self.number}"
