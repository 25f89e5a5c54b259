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


class SignedAs(models.TextChoices):
    """In whose place a decision was signed (OFFICE-DECREE §10)."""

    OWN = "own", pgettext_lazy("signed as", "결재")
    DELEGATED = "delegated", pgettext_lazy("signed as", "전결")
    ACTING = "acting", pgettext_lazy("signed as", "대결")


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
    # The programme's approval line as it was when this was drafted: [{code, ko, en, by}], in order.
    line = models.JSONField(default=list, blank=True)
    steps_wanted = models.PositiveSmallIntegerField(default=0)
    signed_as = models.CharField(max_length=12, choices=SignedAs, default=SignedAs.OWN)
    # For whom an acting signer signed, why they could not, and when they were reported to.
    acted_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    acted_because = models.TextField(_("대결 사유"), blank=True)
    reported_at = models.DateTimeField(_("대결 보고를 받은 때"), null=True, blank=True)
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
                name="decision_signed_as_known",
                condition=Q(signed_as__in=["own", "delegated", "acting"]),
            ),
            # Acting is for another than oneself, and never for whoever drafted it.
            models.CheckConstraint(
                name="decision_acting_for_another",
                condition=(
                    ~Q(signed_as="acting") & Q(acted_for=None, acted_because="", reported_at=None)
                )
                | (
                    Q(signed_as="acting", acted_for__isnull=False)
                    & ~Q(acted_because="")
                    & ~Q(acted_for=F("signed_off_by"))
                    & ~Q(acted_for=F("drafted_by"))
                ),
                violation_error_message=_("대결은 기안자가 아닌 다른 결재자를 대신해서만 합니다."),
            ),
            models.CheckConstraint(
                name="decision_negative_has_reason",
                condition=Q(outcome="approve") | ~Q(reason=""),
                violation_error_message=_("불허와 반려에는 사유가 필요합니다."),
            ),
            # Which of the grounds, the letter and the case's page say; none is no reason.
            models.CheckConstraint(
                name="decision_refusal_has_grounds",
                condition=~Q(outcome="refuse") | ~Q(grounds=[]),
                violation_error_message=_("불허에는 근거가 하나 이상 필요합니다."),
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


class DecisionStep(models.Model):
    """One agreement between a draft and its signature (검토), in the order of the decision's line.

    Nobody who drafted the decision, or took another step of it, takes one; nor signs it afterwards.
    """

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="steps")
    place = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    done_at = models.DateTimeField()
    note = models.TextField(_("검토 의견"), blank=True)

    class Meta:
        verbose_name = _("결재선의 단계")
        verbose_name_plural = _("결재선의 단계")
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(name="decision_step_once", fields=["decision", "place"]),
            models.UniqueConstraint(
                name="decision_step_one_person",
                fields=["decision", "done_by"],
                violation_error_message=_("한 사람이 두 단계를 맡을 수 없습니다."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision} · {self.place}"


# A step taken by whoever drafted the decision, or after it was signed.
OWN_STEP = """SELECT 1 FROM reviews_decision AS held
    WHERE held.id = NEW.decision_id
        AND (held.drafted_by_id = NEW.done_by_id OR held.signed_off_by_id = NEW.done_by_id
            OR held.signed_off_at IS NOT NULL OR NEW.place > held.steps_wanted)"""
# A signature by somebody who took a step, or before all steps of the line were taken.
UNDER_STEPS = """SELECT 1 WHERE NEW.signed_off_by_id IS NOT NULL AND (
    EXISTS (SELECT 1 FROM reviews_decisionstep AS step
        WHERE step.decision_id = NEW.id AND step.done_by_id = NEW.signed_off_by_id)
    OR (SELECT COUNT(*) FROM reviews_decisionstep AS step WHERE step.decision_id = NEW.id)
        < NEW.steps_wanted)"""


class Objection(models.Model):
    """The applicant's objection to a refusal (이의신청): within 60 days, decided within 10 business
    days, once extendable by 10, by another person than those who refused (PETITION-ACT §35).

    Open until it is decided or the applicant withdraws it; one open at a time.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="objections")
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    filed_at = models.DateTimeField()
    text = models.TextField(_("이의 내용"))
    due_on = models.DateField(_("처리 기한"))
    # The day it was first due, who put it off and why: all or nothing.
    first_due_on = models.DateField(null=True, blank=True)
    extended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    extended_at = models.DateTimeField(null=True, blank=True)
    extended_because = models.TextField(_("연장 사유"), blank=True)
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
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

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
            # Put off once, to a later day, by somebody who says why.
            models.CheckConstraint(
                name="objection_extended_whole",
                condition=Q(
                    first_due_on=None, extended_by=None, extended_at=None, extended_because=""
                )
                | (
                    Q(
                        first_due_on__isnull=False,
                        extended_by__isnull=False,
                        extended_at__isnull=False,
                        due_on__gt=F("first_due_on"),
                    )
                    & ~Q(extended_because="")
                ),
            ),
            models.CheckConstraint(
                name="objection_withdrawn_undecided",
                condition=Q(withdrawn_by=None, withdrawn_at=None)
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False, decided_at=None),
            ),
            models.UniqueConstraint(
                name="one_objection",
                fields=["decision"],
                condition=Q(withdrawn_at=None),
                violation_error_message=_("이미 이의를 신청했습니다."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision} · {self._meta.verbose_name}"

    @property
    def is_open(self) -> bool:
        return self.decided_at is None and self.withdrawn_at is None


# Whoever drafted or signed a refusal that an objection has undone drafts no decision of that case
# again, whoever writes the row.
TOOK_PART = """SELECT 1 FROM reviews_decision AS past
    WHERE past.application_id = NEW.application_id AND past.id <> NEW.id
        AND past.ended_because = 'objection_upheld'
        AND NEW.drafted_by_id IN (past.drafted_by_id, past.signed_off_by_id)"""
