"""Decisions: drafted by one person, signed off by another."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.models import Application
from programs.models import Evaluation


class Outcome(models.TextChoices):
    APPROVE = "approve", pgettext_lazy("decision", "추천 승인")
    REFUSE = "refuse", pgettext_lazy("decision", "불허")
    RETURN = "return", pgettext_lazy("decision", "반려")


# What of the product's own ends a decision, for which nobody has written words.
ENDED_BY_ITSELF = {
    "withdrawn": pgettext_lazy("decision ended", "신청 취하"),
    "objection_upheld": pgettext_lazy("decision ended", "이의신청 인용"),
    "applicant_changed": pgettext_lazy("decision ended", "신청인이 스스로 보완하거나 바꿈"),
}


class Decision(models.Model):
    """What is to happen with a case. Live until it is taken back or discarded.

    The two people are different: the service says so, and so does the database.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="decisions")
    outcome = models.CharField(max_length=16, choices=Outcome)
    # Codes of the rules, checklist points and criteria the decision rests on.
    grounds = models.JSONField(default=list, blank=True)
    reason = models.TextField(_("결정 사유"), blank=True)
    # The rules' answer on verified facts that this decision rests on.
    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="drafted_decisions"
    )
    drafted_at = models.DateTimeField()
    signed_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="signed_decisions",
    )
    signed_off_at = models.DateTimeField(null=True, blank=True)
    # When the answer reached the applicant: a letter visible, a refusal or return shown.
    delivered_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    # Somebody's words, or what of the product's own ended it (`ENDED_BY_ITSELF`).
    ended_because = models.TextField(blank=True)

    class Meta:
        verbose_name = _("결정")
        verbose_name_plural = _("결정")
        constraints = [
            models.CheckConstraint(
                name="decision_four_eyes",
                condition=Q(signed_off_by=None) | ~Q(signed_off_by=F("drafted_by")),
                violation_error_message=_("기안한 사람은 결재할 수 없습니다."),
            ),
            models.CheckConstraint(
                name="decision_signed_by_and_at",
                condition=Q(signed_off_by=None, signed_off_at=None)
                | Q(signed_off_by__isnull=False, signed_off_at__isnull=False),
            ),
            models.CheckConstraint(
                name="decision_negative_has_reason",
                condition=Q(outcome="approve") | ~Q(reason=""),
                violation_error_message=_("불허와 반려에는 사유가 필요합니다."),
            ),
            models.CheckConstraint(
                name="decision_approval_rests_on_rules",
                condition=~Q(outcome="approve") | Q(evaluation__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_live_decision",
                fields=["application"],
                condition=Q(ended_at=None),
                violation_error_message=_("이미 기안된 결정이 있습니다."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.get_outcome_display()}"

    @property
    def ended_words(self) -> str:
        """Why it was taken away."""
        return str(ENDED_BY_ITSELF.get(self.ended_because, self.ended_because))


class Objection(models.Model):
    """The applicant's objection to a refusal (이의신청): within 60 days, decided by another person
    than those who refused (PETITION-ACT §35)."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="objection")
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    filed_at = models.DateTimeField()
    text = models.TextField(_("이의 내용"))
    due_on = models.DateField(_("처리 기한"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    upheld = models.BooleanField(_("인용"), null=True, blank=True)
    answer = models.TextField(_("결정 이유"), blank=True)

    class Meta:
        verbose_name = _("이의신청")
        verbose_name_plural = _("이의신청")
        constraints = [
            models.CheckConstraint(
                name="objection_decided_whole",
                condition=Q(decided_by=None, decided_at=None, upheld=None)
                | (
                    Q(decided_by__isnull=False, decided_at__isnull=False, upheld__isnull=False)
                    & ~Q(answer="")
                ),
            ),
            models.CheckConstraint(name="objection_has_text", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return f"{self.decision} · {self._meta.verbose_name}"
