"""The holiday table: what the working calendar is, and what it was before each change."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _


class HolidayKind(models.TextChoices):
    STATUTORY = "statutory", _("법정공휴일")
    SUBSTITUTE = "substitute", _("대체공휴일")
    ELECTION = "election", _("선거일")
    TEMPORARY = "temporary", _("임시공휴일")


class CalendarRevision(models.Model):
    """One change of the holiday table; the newest one is in force.

    `years` are the years whose holidays are complete: the clock refuses to count in any other.
    A row is never changed, so an old due date can be recomputed with the table of its day.
    """

    number = models.PositiveIntegerField(_("개정 번호"), unique=True)
    years = models.JSONField(_("대상 연도"))
    source = models.CharField(_("출처"), max_length=300)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("개정 일시"))

    class Meta:
        verbose_name = _("공휴일표 개정")
        verbose_name_plural = _("공휴일표 개정")

    def __str__(self) -> str:
        return f"{self.number}"


class Holiday(models.Model):
    """A day on which offices are closed, from the revision that added it to the one that took
    it away again. Saturdays and Sundays need no row."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    date = models.DateField(_("날짜"))
    name_ko = models.CharField(_("이름 (국문)"), max_length=100)
    name_en = models.CharField(_("이름 (영문)"), max_length=100)
    kind = models.CharField(pgettext_lazy("holiday", "종류"), max_length=16, choices=HolidayKind)
    added_in = models.ForeignKey(CalendarRevision, on_delete=models.PROTECT, related_name="added")
    removed_in = models.ForeignKey(
        CalendarRevision, null=True, blank=True, on_delete=models.PROTECT, related_name="removed"
    )

    class Meta:
        verbose_name = _("공휴일")
        verbose_name_plural = _("공휴일")
        ordering = ("date",)
        constraints = [
            models.UniqueConstraint(
                name="holiday_once_a_day",
                fields=["date"],
                condition=Q(removed_in=None),
                violation_error_message=_("이 날짜는 이미 공휴일로 등록되어 있습니다."),
            ),
            models.CheckConstraint(
                name="holiday_kind_known", condition=Q(kind__in=HolidayKind.values)
            ),
            models.CheckConstraint(
                name="holiday_removed_by_another_revision",
                condition=Q(removed_in=None) | ~Q(removed_in=F("added_in")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name_ko}"

    @property
    def name(self) -> str:
        """In the language of the moment, Korean when it has none."""
        return (self.name_en if (get_language() or "ko")[:2] == "en" else "") or self.name_ko
