"""After the letter: what became of the visa, and what is still to be done until when."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.models.case import Application


class VisaOutcome(models.TextChoices):
    GRANTED = "granted", pgettext_lazy("visa result", "허가")
    REFUSED = "refused", pgettext_lazy("visa result", "불허")
    NOT_ASKED = "not_asked", pgettext_lazy("visa result", "신청하지 않음")


class VisaReport(models.Model):
    """What company or candidate have told of the visa or the change of status. Rows are only ever
    added: the last one counts."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="visa_reports"
    )
    outcome = models.CharField(_("결과"), max_length=12, choices=VisaOutcome)
    decided_on = models.DateField(_("결과가 나온 날"), null=True, blank=True)
    # Into Korea, or the day of the change of status for whoever is there already.
    entered_on = models.DateField(_("입국한 날"), null=True, blank=True)
    words = models.CharField(_("덧붙이는 말"), max_length=500, blank=True, default="")
    # Nobody: the candidate, by their own link.
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reported_at = models.DateTimeField()

    class Meta:
        verbose_name = _("사증 결과")
        verbose_name_plural = _("사증 결과")
        ordering = ["application", "pk"]
        constraints = [
            models.CheckConstraint(
                name="visa_report_whole",
                condition=Q(outcome="not_asked", decided_on=None, entered_on=None)
                | Q(outcome="refused", decided_on__isnull=False, entered_on=None)
                | Q(outcome="granted", decided_on__isnull=False),
            ),
            models.CheckConstraint(
                name="visa_report_entered_after",
                condition=Q(entered_on=None) | Q(entered_on__gte=F("decided_on")),
                violation_error_message=_("입국한 날이 결과가 나온 날보다 앞섭니다."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} · {self.outcome}"


class FollowUp(models.Model):
    """Something that is to be done after a letter, until a day: that the letter is used before it
    expires, that the visa's result is told, and what the programme's file names.

    `due_on` is empty until the day is known from which it counts. `remind_on` is when the next
    word is due, and moves on with each: a run that is missed, doubled or late says nothing twice.
    """

    VALIDITY = "letter-validity"
    RESULT = "visa-result"
    OWN = (VALIDITY, RESULT)

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="follow_ups"
    )
    # One of OWN, or the code of a follow-up in the case's version.
    code = models.SlugField(max_length=60)
    due_on = models.DateField(_("기한"), null=True, blank=True)
    remind_on = models.DateField(null=True, blank=True)
    told = models.PositiveSmallIntegerField(default=0)
    done_on = models.DateField(_("마친 날"), null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    # Nobody: the candidate, by their own link.
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    # A code: what of the product's own made it pointless.
    ended_because = models.SlugField(max_length=30, blank=True, default="")

    class Meta:
        verbose_name = _("발급 뒤에 할 일")
        verbose_name_plural = _("발급 뒤에 할 일")
        ordering = ["application", "due_on", "pk"]
        constraints = [
            models.UniqueConstraint(name="follow_up_once", fields=["application", "code"]),
            models.CheckConstraint(
                name="follow_up_done_or_ended",
                condition=Q(done_on=None, done_at=None, done_by=None, ended_at=None)
                | Q(done_on__isnull=False, done_at__isnull=False, ended_at=None, remind_on=None)
                | Q(
                    done_on=None, done_at=None, done_by=None, ended_at__isnull=False, remind_on=None
                ),
            ),
            models.CheckConstraint(
                name="follow_up_end_has_reason",
                condition=Q(ended_at=None, ended_because="")
                | Q(Q(ended_at__isnull=False), ~Q(ended_because="")),
            ),
        ]
        indexes = [
            models.Index(
                name="follow_up_to_remind",
                fields=["remind_on"],
                condition=Q(remind_on__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.application} · {self.code}"

    @property
    def is_open(self) -> bool:
        return self.done_on is None and self.ended_at is None
