"""Who works on a case, the checklist, and the verified counterpart of each claim."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.models import Application, Claim, Document
from reviews.models.validation import EvidenceFile, Inquiry


class Assignment(models.Model):
    """A stretch of time in which one reviewer had the case, and why it was given to them."""

    class Ended(models.TextChoices):
        RELEASED = "released", pgettext_lazy("assignment", "내려놓음")
        REASSIGNED = "reassigned", pgettext_lazy("assignment", "재배정")
        LEASE_EXPIRED = "lease_expired", pgettext_lazy("assignment", "맡은 시간이 지남")
        CONFLICT = "conflict", pgettext_lazy("assignment", "이해관계로 회피")
        AWAY = "away", pgettext_lazy("assignment", "부재로 대리자에게 넘김")
        BACK = "back", pgettext_lazy("assignment", "부재가 끝나 돌려줌")
        LEFT = "left", pgettext_lazy("assignment", "담당에서 물러남")
        CLOSED = "closed", pgettext_lazy("assignment", "신청이 끝남")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="assignments"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments"
    )
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    assigned_at = models.DateTimeField()
    why = models.CharField(_("배정 사유"), max_length=200)
    # What the reason rests on: numbers, dates, codes and people's public ids; words are made of it
    # when it is read (`reviews.selectors.why`).
    why_data = models.JSONField(default=dict, blank=True)
    # Whose case it is while they are away: it goes back to them afterwards.
    instead_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_how = models.CharField(max_length=16, blank=True, choices=Ended)
    ended_because = models.CharField(_("종료 사유"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("배정")
        verbose_name_plural = _("배정")
        indexes = [
            # What somebody let go lately is not given back to them at once.
            models.Index(
                fields=["assignee", "ended_at"],
                name="assignment_let_go",
                condition=Q(ended_how__in=["released", "lease_expired"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_running_assignment",
                fields=["application"],
                condition=Q(ended_at=None),
                violation_error_message=_("이미 다른 심사자에게 배정된 신청입니다."),
            ),
            models.CheckConstraint(
                name="assignment_ends_after_start",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("assigned_at")),
            ),
            models.CheckConstraint(
                name="assignment_ended_says_how",
                condition=Q(ended_at=None, ended_how="")
                | Q(
                    ended_at__isnull=False,
                    ended_how__in=[
                        "released",
                        "reassigned",
                        "lease_expired",
                        "conflict",
                        "away",
                        "back",
                        "left",
                        "closed",
                    ],
                ),
            ),
            models.CheckConstraint(
                name="assignment_instead_of_another",
                condition=Q(instead_of=None) | ~Q(instead_of=F("assignee")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} → {self.assignee}"


class ChecklistMark(models.Model):
    """A reviewer's finding on one point of a case's checklist (`reviews.checklist`); the latest one
    counts. `code` is a requirement's or an absent document's with its prefix, or one of the
    programme's own points'."""

    class Finding(models.TextChoices):
        FULFILLED = "fulfilled", pgettext_lazy("checklist", "적합")
        MISSING = "missing", pgettext_lazy("checklist", "보완")
        NOT_APPLICABLE = "not_applicable", pgettext_lazy("checklist", "해당 없음")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="marks")
    code = models.CharField(max_length=80)
    finding = models.CharField(max_length=16, choices=Finding)
    note = models.TextField(_("메모"), blank=True)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    marked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("점검 결과")
        verbose_name_plural = _("점검 결과")
        constraints = [
            models.UniqueConstraint(name="checklist_point_once", fields=["application", "code"]),
            models.CheckConstraint(
                name="checklist_finding_known",
                condition=Q(finding__in=["fulfilled", "missing", "not_applicable"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.get_finding_display()}"


class DocumentCheck(models.Model):
    """That a reviewer has read one file, and whether it will do. A newer file is another document:
    what was found about the old one does not vouch for it."""

    class Finding(models.TextChoices):
        FINE = "fine", pgettext_lazy("document", "적합")
        WANTING = "wanting", pgettext_lazy("document", "보완 필요")
        NOT_APPLICABLE = "not_applicable", pgettext_lazy("document", "해당 없음")

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="reading")
    finding = models.CharField(max_length=16, choices=Finding)
    note = models.TextField(_("메모"), blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    checked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("서류 확인")
        verbose_name_plural = _("서류 확인")
        constraints = [
            models.CheckConstraint(
                name="document_finding_known",
                condition=Q(finding__in=["fine", "wanting", "not_applicable"]),
            ),
            models.CheckConstraint(
                name="wanting_document_says_what",
                condition=~Q(finding="wanting") | ~Q(note=""),
                violation_error_message=_("무엇을 보완해야 하는지 적어 주세요."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document}: {self.get_finding_display()}"


class ClaimCheck(models.Model):
    """What validation found about one claim. Rules before a decision run on `verified` only.

    `verified` has the shape of the claim's kind. A rejected claim has none: it counts as not made.
    `asked` says what was asked of whom; the note says what came back and was found.
    """

    class Verdict(models.TextChoices):
        CONFIRMED = "confirmed", pgettext_lazy("claim", "신고 내용과 같음")
        CORRECTED = "corrected", pgettext_lazy("claim", "다른 내용으로 확인")
        REJECTED = "rejected", pgettext_lazy("claim", "확인되지 않음")

    class Method(models.TextChoices):
        DOCUMENT = "document", _("제출 서류 확인")
        ORIGINAL = "original", _("원본 확인")
        APOSTILLE = "apostille", _("아포스티유·영사확인")
        ISSUER = "issuer", _("발급기관 회신")
        EMPLOYER = "employer", _("근무처 회신")
        REGISTER = "register", _("행정정보 공동이용·등록부")
        INTERVIEW = "interview", _("전화·면담 확인")

    # What somebody else sent back: when it came has to be said.
    REPLIES = (Method.ISSUER, Method.EMPLOYER)

    claim = models.OneToOneField(Claim, on_delete=models.CASCADE, related_name="check_result")
    verdict = models.CharField(max_length=16, choices=Verdict)
    verified = models.JSONField(null=True, blank=True)
    method = models.CharField(max_length=16, choices=Method)
    evidence = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    evidence_file = models.ForeignKey(
        EvidenceFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    inquiry = models.ForeignKey(
        Inquiry, on_delete=models.PROTECT, null=True, blank=True, related_name="checks"
    )
    asked = models.TextField(_("물어본 내용"), blank=True)
    asked_on = models.DateField(_("물어본 날"), null=True, blank=True)
    answered_on = models.DateField(_("답을 받은 날"), null=True, blank=True)
    note = models.TextField(_("확인 내용"), blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    checked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("사실 확인")
        verbose_name_plural = _("사실 확인")
        constraints = [
            models.CheckConstraint(
                name="claim_check_value_unless_rejected",
                condition=Q(verdict="rejected", verified__isnull=True)
                | Q(verdict__in=["confirmed", "corrected"], verified__isnull=False),
                violation_error_message=_("확인한 값이 필요합니다."),
            ),
            models.CheckConstraint(
                name="claim_check_method_known",
                condition=Q(
                    method__in=[
                        "document",
                        "original",
                        "apostille",
                        "issuer",
                        "employer",
                        "register",
                        "interview",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="claim_check_reply_has_its_day",
                condition=~Q(method__in=["issuer", "employer"]) | Q(answered_on__isnull=False),
                violation_error_message=_("회신을 받은 날을 적어 주세요."),
            ),
            models.CheckConstraint(
                name="claim_check_answer_after_question",
                condition=Q(asked_on=None)
                | Q(answered_on=None)
                | Q(answered_on__gte=F("asked_on")),
                violation_error_message=_("답을 받은 날이 물어본 날보다 빠릅니다."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim}: {self.get_verdict_display()}"
