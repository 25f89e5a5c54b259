"""What the office asks the applicant to add, item by item, and what was answered."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Manager, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from applications.models.case import Application
from applications.models.declared import Document
from programs import calendar
from programs.manifest import FORMATS

if TYPE_CHECKING:
    from datetime import date

# PETITION-DECREE §24: who was not answered in time may ask once more, for at most so many days.
SECOND_DEMAND_DAYS = 10
MOST_EXTENSIONS = 2
MOST_DELIVERIES = 2


class Demand(models.TextChoices):
    FIRST = "first", _("보완 요구")
    AGAIN = "again", _("재보완 요구")
    # Asked for by nobody: the applicant supplements or changes on their own (PETITION-ACT §22②).
    OWN = "own", _("자진 보완")


class AskedFor(Manager["SupplementRequest"]):
    """Rounds that the office has asked for; the applicant's own are nobody else's business before
    they are sent."""

    def get_queryset(self) -> "models.QuerySet[SupplementRequest]":
        return super().get_queryset().exclude(demand=Demand.OWN)


class SupplementRequest(models.Model):
    """One round of asking (보완요구). At most one is open per case.

    A round that nobody answered in time may be followed by one second demand, which is shorter.
    The applicant's own rounds (`Demand.OWN`) ask for nothing, stop no clock, and are numbered for
    themselves; only `every` finds them.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="supplements"
    )
    round = models.PositiveSmallIntegerField()
    demand = models.CharField(max_length=8, choices=Demand, default=Demand.FIRST)
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="demanded_again"
    )
    days = models.PositiveSmallIntegerField(_("보완 기간 (일)"), null=True, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField()
    due_on = models.DateField(_("보완기한"))
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.CharField(
        max_length=16,
        blank=True,
        choices=[
            ("answered", _("보완 제출")),
            ("overdue", _("기한 경과")),
            ("withdrawn", _("취하")),
            ("undeliverable", _("송달 불능")),
        ],
    )

    objects = AskedFor()
    every = Manager["SupplementRequest"]()

    class Meta:
        verbose_name = _("보완 요구")
        verbose_name_plural = _("보완 요구")
        ordering = ["application", "round"]
        constraints = [
            models.UniqueConstraint(
                name="supplement_round_once",
                fields=["application", "round"],
                condition=~Q(demand="own"),
            ),
            models.UniqueConstraint(
                name="own_change_round_once",
                fields=["application", "round"],
                condition=Q(demand="own"),
            ),
            models.UniqueConstraint(
                name="one_open_supplement",
                fields=["application"],
                condition=Q(closed_at=None) & ~Q(demand="own"),
                violation_error_message=_("이미 진행 중인 보완 요구가 있습니다."),
            ),
            models.UniqueConstraint(
                name="one_open_own_change",
                fields=["application"],
                condition=Q(closed_at=None, demand="own"),
            ),
            models.CheckConstraint(
                name="supplement_closed_with_cause",
                condition=Q(closed_at=None, closed_because="")
                | (Q(closed_at__isnull=False) & ~Q(closed_because="")),
            ),
            models.CheckConstraint(
                name="supplement_closes_after_request",
                condition=Q(closed_at=None) | Q(closed_at__gte=F("requested_at")),
            ),
            models.CheckConstraint(
                name="second_demand_follows_the_first",
                condition=Q(demand__in=[Demand.FIRST, Demand.OWN], follows=None)
                | Q(demand=Demand.AGAIN, follows__isnull=False),
            ),
            models.CheckConstraint(
                name="petition_decree_24_ten_days",
                condition=~Q(demand=Demand.AGAIN)
                | Q(days__isnull=False, days__gte=1, days__lte=SECOND_DEMAND_DAYS),
                violation_error_message=_("재보완 기간은 10일을 넘을 수 없습니다."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} · {self.round}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def asked_on(self) -> "date":
        return calendar.in_seoul(self.requested_at).date()

    @property
    def is_overdue(self) -> bool:
        """Open, and its last day has passed: the clock runs again although nothing was done."""
        return self.is_open and calendar.today() > self.due_on


class SupplementItem(models.Model):
    """One thing asked for: a listed document or a field of the form, or it is optional
    (PETITION-ACT §10).

    `answer`, `answered_at` are the applicant's buffer until `sent_at`; the reviewing side reads
    only what was sent. An item that was asked again is answered by the new one, not by this.
    """

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", _("확인함")
        AGAIN = "again", _("다시 요구")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(SupplementRequest, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    document_code = models.CharField(max_length=60, blank=True)
    # A section of the form (`applications.sections`) and, where one is meant, a field of it.
    section = models.CharField(max_length=16, blank=True)
    field = models.CharField(max_length=60, blank=True)
    # A reason from the lists (`applications.reasons`), with its words as they were when asked.
    reason = models.CharField(max_length=60, blank=True)
    reason_words = models.JSONField(default=dict, blank=True)
    text = models.TextField(_("요청 내용"), blank=True)
    formats = models.JSONField(_("받는 형식"), default=list, blank=True)
    optional = models.BooleanField(_("선택 제출"), default=False)
    again_of = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="asked_again"
    )
    answer = models.TextField(_("답변"), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("보낸 시각"), null=True, blank=True)
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="answers"
    )
    verdict = models.CharField(max_length=8, choices=Verdict, blank=True)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    judged_at = models.DateTimeField(null=True, blank=True)
    judged_words = models.TextField(blank=True)

    class Meta:
        verbose_name = _("보완 항목")
        verbose_name_plural = _("보완 항목")
        ordering = ["request", "position"]
        constraints = [
            models.UniqueConstraint(name="supplement_item_place", fields=["request", "position"]),
            models.CheckConstraint(
                name="petition_act_10_listed_or_optional",
                condition=~Q(document_code="") | ~Q(section="") | Q(optional=True),
                violation_error_message=_("공고된 서류를 지정하거나 선택 제출로 표시해야 합니다."),
            ),
            models.CheckConstraint(
                name="supplement_item_one_thing",
                condition=Q(document_code="") | Q(section=""),
            ),
            models.CheckConstraint(
                name="supplement_item_field_of_a_section", condition=Q(field="") | ~Q(section="")
            ),
            models.CheckConstraint(
                name="supplement_item_says_why", condition=~Q(reason="") | ~Q(text="")
            ),
            models.CheckConstraint(
                name="supplement_item_sent_answered",
                condition=Q(sent_at=None) | Q(answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="supplement_item_judged_by_someone",
                condition=Q(verdict="", judged_by=None, judged_at=None)
                | Q(
                    verdict__in=["accepted", "again"],
                    sent_at__isnull=False,
                    judged_by__isnull=False,
                    judged_at__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.said[:40]

    @property
    def said(self) -> str:
        """What is asked and why, in the reader's language as far as it has words of its own."""
        english = (get_language() or "ko").startswith("en")
        listed = self.reason_words.get("en" if english else "ko", "")
        return " ".join(part for part in (listed, self.text) if part)

    @property
    def format_words(self) -> str:
        """`PDF, PNG, JPEG`: what the file may be; all of them where none is named."""
        return ", ".join(one.upper() for one in (self.formats or FORMATS))

    @property
    def state(self) -> str:
        """`accepted`, `again`, `sent` (waits for the reviewer), `answered` (not sent yet), `open`:
        the applicant's view. The reviewing side never learns of `answered`."""
        if self.verdict:
            return self.verdict
        if self.sent_at is not None:
            return "sent"
        return "open" if self.answered_at is None else "answered"


class SupplementExtension(models.Model):
    """The applicant asks for more time (PETITION-DECREE §24), at most twice for one request."""

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("supplement extension", "답변 기다림")
        GRANTED = "granted", pgettext_lazy("supplement extension", "연장됨")
        REFUSED = "refused", pgettext_lazy("supplement extension", "연장하지 않음")
        LAPSED = "lapsed", pgettext_lazy("supplement extension", "답변 없이 끝남")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(
        SupplementRequest, on_delete=models.CASCADE, related_name="extensions"
    )
    number = models.PositiveSmallIntegerField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    reason = models.TextField(_("사유"))
    until = models.DateField(_("언제까지"))
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    words = models.TextField(blank=True)
    due_before = models.DateField()
    due_after = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("보완 기간 연장 요청")
        verbose_name_plural = _("보완 기간 연장 요청")
        ordering = ["request", "number"]
        constraints = [
            models.CheckConstraint(
                name="petition_decree_24_asked_at_most_twice",
                condition=Q(number__gte=1, number__lte=MOST_EXTENSIONS),
                violation_error_message=_("연장은 두 번까지만 요청할 수 있습니다."),
            ),
            models.UniqueConstraint(
                name="supplement_extension_number_once", fields=["request", "number"]
            ),
            models.UniqueConstraint(
                name="one_asked_supplement_extension",
                fields=["request"],
                condition=Q(state="asked"),
            ),
            models.CheckConstraint(
                name="supplement_extension_decided",
                condition=Q(state="asked", decided_by=None, decided_at=None, due_after=None)
                | Q(
                    state="granted",
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    due_after__gt=F("due_before"),
                )
                | (
                    Q(
                        state="refused",
                        decided_by__isnull=False,
                        decided_at__isnull=False,
                        due_after=None,
                    )
                    & ~Q(words="")
                )
                | Q(state="lapsed", decided_by=None, decided_at__isnull=False, due_after=None),
            ),
            models.CheckConstraint(
                name="supplement_extension_later", condition=Q(until__gt=F("due_before"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request} · {self.number}"


class SupplementDelivery(models.Model):
    """One attempt to let a request reach the applicant. The first goes to the company's people by
    itself, a second to another contact; after two that failed a lead may treat the case as
    withdrawn (PETITION-DECREE §25, APA-DECREE §10)."""

    class How(models.TextChoices):
        MAIL = "mail", _("메일이 영구히 거부됨")
        STAFF = "staff", _("담당자가 확인함")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(
        SupplementRequest, on_delete=models.CASCADE, related_name="deliveries"
    )
    attempt = models.PositiveSmallIntegerField()
    # Empty: the company's people. An address: who else was written to.
    to = models.EmailField(_("받는 사람"), blank=True)
    # What the keys of this attempt's mails begin with.
    key = models.CharField(max_length=200)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True, blank=True)
    how = models.CharField(max_length=8, choices=How, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    words = models.TextField(blank=True)

    class Meta:
        verbose_name = _("보완 요구 송달")
        verbose_name_plural = _("보완 요구 송달")
        ordering = ["request", "attempt"]
        constraints = [
            models.CheckConstraint(
                name="petition_decree_25_two_attempts",
                condition=Q(attempt__gte=1, attempt__lte=MOST_DELIVERIES),
            ),
            models.UniqueConstraint(name="supplement_delivery_once", fields=["request", "attempt"]),
            models.CheckConstraint(
                name="second_delivery_to_another", condition=Q(attempt=1) | ~Q(to="")
            ),
            models.CheckConstraint(
                name="supplement_delivery_failed_how",
                condition=Q(failed_at=None, how="", recorded_by=None, words="")
                | Q(failed_at__isnull=False, how="mail", recorded_by=None)
                | (
                    Q(failed_at__isnull=False, how="staff", recorded_by__isnull=False)
                    & ~Q(words="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request} · {self.attempt}"
