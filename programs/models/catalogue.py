"""The catalogue as loaded: programmes, their dated versions, national figures, evaluations."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from programs.manifest import Manifest


class ProgrammeKind(models.TextChoices):
    LETTER = "letter", pgettext_lazy("programme kind", "추천서")
    PASS = "pass", pgettext_lazy("programme kind", "패스")
    PERMIT_ROUND = "permit_round", pgettext_lazy("programme kind", "허가 회차")
    SELF_CHECK = "self_check", pgettext_lazy("programme kind", "자가 진단")


class VersionStatus(models.TextChoices):
    IN_FORCE = "in_force", pgettext_lazy("version status", "시행")
    ANNOUNCED = "announced", pgettext_lazy("version status", "발표")


class Verdict(models.TextChoices):
    ELIGIBLE = "eligible", pgettext_lazy("eligibility", "요건 충족")
    NOT_ELIGIBLE = "not_eligible", pgettext_lazy("eligibility", "요건 미충족")
    UNDECIDED = "undecided", pgettext_lazy("eligibility", "판단 보류")


class Purpose(models.TextChoices):
    PRECHECK = "precheck", pgettext_lazy("evaluation purpose", "사전 확인")
    SUBMISSION = "submission", pgettext_lazy("evaluation purpose", "제출 시")
    VERIFIED = "verified", pgettext_lazy("evaluation purpose", "검증 후")
    SIGN_OFF = "sign_off", pgettext_lazy("evaluation purpose", "결재 시")
    OFFER = "offer", pgettext_lazy("evaluation purpose", "배정 시")


class Programme(models.Model):
    """Something that may be applied for. What it asks is in its versions.

    `names` repeats the newest loaded file's {"ko": ..., "en": ...}, so that lists need not
    open a document for each row.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(_("코드"), max_length=64, unique=True)
    kind = models.CharField(
        pgettext_lazy("programme", "종류"), max_length=16, choices=ProgrammeKind
    )
    office = models.ForeignKey(
        "accounts.Office", on_delete=models.PROTECT, related_name="programmes"
    )
    names = models.JSONField(_("이름"), default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    if TYPE_CHECKING:
        # The version of the day: only on what `programs.selectors.open_programmes` gives.
        version: "ProgrammeVersion"

    class Meta:
        verbose_name = _("프로그램")
        verbose_name_plural = _("프로그램")
        ordering = ("slug",)
        constraints = [
            models.CheckConstraint(
                name="programme_kind_known",
                condition=Q(kind__in=ProgrammeKind.values),
                violation_error_message=_("프로그램의 종류를 알 수 없습니다."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the moment, Korean when it has none."""
        return self.names.get((get_language() or "ko")[:2]) or self.names.get("ko", self.slug)

    @property
    def takes_cases(self) -> bool:
        """Whether one applies for it here: a self-check ends with its answer."""
        return self.kind != ProgrammeKind.SELF_CHECK


class ProgrammeVersion(models.Model):
    """One dated file of the catalogue. Its rules never change once it is loaded.

    `document` is the file's data; `rules_hash` covers what judges a case, `text_hash` the
    whole document. `effective_to` is the last day, both ends counted; null means until a
    later version begins. A version that is only announced is history and never judges.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="versions")
    label = models.CharField(pgettext_lazy("programme version", "판"), max_length=32)
    effective_from = models.DateField(_("시행일"))
    effective_to = models.DateField(_("종료일"), null=True, blank=True)
    status = models.CharField(_("상태"), max_length=16, choices=VersionStatus)
    document = models.JSONField(_("내용"))
    rules_hash = models.CharField(_("규칙 해시"), max_length=64)
    text_hash = models.CharField(_("문구 해시"), max_length=64)
    loaded_at = models.DateTimeField(auto_now_add=True)
    texts_changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("프로그램 판")
        verbose_name_plural = _("프로그램 판")
        ordering = ("programme_id", "effective_from", "id")
        constraints = [
            models.UniqueConstraint(
                name="programme_version_label_once",
                fields=["programme", "label"],
                violation_error_message=_("같은 이름의 판이 이미 있습니다."),
            ),
            models.UniqueConstraint(
                name="programme_version_from_once",
                fields=["programme", "effective_from"],
                condition=Q(status="in_force"),
                violation_error_message=_("같은 날 시행되는 판이 이미 있습니다."),
            ),
            models.UniqueConstraint(
                name="programme_version_one_open",
                fields=["programme"],
                condition=Q(status="in_force", effective_to=None),
                violation_error_message=_("종료일이 없는 판은 하나만 둘 수 있습니다."),
            ),
            models.CheckConstraint(
                name="programme_version_period",
                condition=Q(effective_to=None) | Q(effective_to__gte=F("effective_from")),
                violation_error_message=_("종료일은 시행일보다 빠를 수 없습니다."),
            ),
            models.CheckConstraint(
                name="programme_version_status_known",
                condition=Q(status__in=VersionStatus.values),
                violation_error_message=_("판의 상태를 알 수 없습니다."),
            ),
            models.CheckConstraint(
                name="programme_version_hashes",
                condition=Q(rules_hash__regex=r"^[0-9a-f]{64}$")
                & Q(text_hash__regex=r"^[0-9a-f]{64}$"),
                violation_error_message=_("해시 값이 올바르지 않습니다."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.label}"

    def manifest(self) -> "Manifest":
        """The document as typed, frozen data; parsed once per process and text."""
        from programs.document import manifest_for  # the document room reads no tables

        return manifest_for(self.document, text_hash=self.text_hash)


class Figure(models.Model):
    """A national figure for a stretch of days: a wage floor, GNI per head, the minimum wage.

    `value` is an integer in `unit` (won). Both ends of the period count; `valid_to` null
    means until the next row of the same key.
    """

    key = models.SlugField(_("코드"), max_length=64)
    names = models.JSONField(_("이름"), default=dict)
    unit = models.CharField(_("단위"), max_length=32)
    valid_from = models.DateField(_("적용 시작일"))
    valid_to = models.DateField(_("적용 종료일"), null=True, blank=True)
    value = models.BigIntegerField(_("값"))
    citations = models.JSONField(_("출처"), default=list, blank=True)
    assumed = models.BooleanField(pgettext_lazy("value", "확인되지 않음"), default=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("국가 기준값")
        verbose_name_plural = _("국가 기준값")
        ordering = ("key", "valid_from")
        constraints = [
            models.UniqueConstraint(
                name="figure_from_once",
                fields=["key", "valid_from"],
                violation_error_message=_("같은 날부터 적용되는 값이 이미 있습니다."),
            ),
            models.CheckConstraint(
                name="figure_period",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("적용 종료일은 시작일보다 빠를 수 없습니다."),
            ),
            models.CheckConstraint(
                name="figure_not_negative",
                condition=Q(value__gte=0),
                violation_error_message=_("값은 0보다 작을 수 없습니다."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.valid_from:%Y-%m-%d} {self.value}"


class Evaluation(models.Model):
    """What the rules said about some facts on a day, kept as it was said.

    Rows are written once: `tree` holds every rule's text, source, observed and required value,
    and `figures` the national figures used, so the answer can be read after all have changed.
    `subject` is the public id of what was judged, opaque here; null for a pre-check.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(
        ProgrammeVersion, on_delete=models.PROTECT, related_name="evaluations"
    )
    subject = models.UUIDField(null=True, blank=True, db_index=True)
    purpose = models.CharField(_("목적"), max_length=16, choices=Purpose)
    facts = models.JSONField(_("사실"))
    on = models.DateField(_("기준일"))
    figures = models.JSONField(_("사용한 기준값"), default=dict)
    figures_hash = models.CharField(max_length=64)
    verdict = models.CharField(_("결과"), max_length=16, choices=Verdict)
    tree = models.JSONField(_("근거"))
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = pgettext_lazy("rules", "자격 판단")
        verbose_name_plural = pgettext_lazy("rules", "자격 판단")
        ordering = ("id",)
        indexes = [models.Index(fields=["subject", "purpose", "id"], name="evaluation_of_subject")]
        constraints = [
            models.CheckConstraint(
                name="evaluation_verdict_known",
                condition=Q(verdict__in=Verdict.values),
                violation_error_message=_("자격 판단 결과를 알 수 없습니다."),
            ),
            models.CheckConstraint(
                name="evaluation_purpose_known",
                condition=Q(purpose__in=Purpose.values),
                violation_error_message=_("자격 판단의 목적을 알 수 없습니다."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.on:%Y-%m-%d} {self.verdict}"
