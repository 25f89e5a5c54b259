"""Letters: numbers, frozen designs and inputs, the files made from them, keys and seals.

A letter knows a case only as `subject_kind`, `subject` and frozen inputs. What verification must
still answer when personal data has been erased stands in plain columns, masked; everything else
about the person is sealed in `inputs` and may be emptied.
"""

import uuid
from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Office
from audit.fields import SealedTextField
from files.models import StoredFile
from letters.design_models import OwnDraft, TemplateDraft, TemplateVersion
from letters.tokens import new_token


class LetterKind(models.TextChoices):
    """What the letter does; each kind may be valid at most once per case."""

    RECOMMENDATION = "recommendation", _("추천서")
    REFUSAL = "refusal", _("불허 통지서")
    RETURN = "return", _("반려 통지서")


# What tells of a decision and recommends nobody: takes no unit of quota.
NOTICES = (LetterKind.REFUSAL, LetterKind.RETURN)


class LetterState(models.TextChoices):
    """Expiry is computed from `valid_until`, never stored."""

    RESERVED = "reserved", pgettext_lazy("letter", "발급 준비 중")
    VALID = "valid", pgettext_lazy("letter", "유효")
    REVOKED = "revoked", pgettext_lazy("letter", "발급 취소")
    SUPERSEDED = "superseded", pgettext_lazy("letter", "재발급으로 대체")
    VOID = "void", pgettext_lazy("letter", "결번")


LIVE = [LetterState.RESERVED, LetterState.VALID]


class Series(models.Model):
    """A counter of numbers: one per office, name (the programme, unless it names another), year.

    `last` only grows, so a number is never used again; letters.sql holds the one statement that
    moves it.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("발급번호 계열")
        verbose_name_plural = _("발급번호 계열")
        constraints = [
            models.UniqueConstraint(name="series_once_a_year", fields=["office", "name", "year"])
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.year}: {self.last}"


class SigningKey(models.Model):
    """The public half of a key that signs letters. The private half is only on the worker.

    A specimen key belongs to no office and signs specimens only; a production key belongs to one
    office. `key_id` names the key in letters and on the worker's disk.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    key_id = models.CharField(_("키 ID"), max_length=32, unique=True)
    office = models.ForeignKey(
        Office, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    production = models.BooleanField(_("정식 키"), default=False)
    certificate = models.TextField(_("인증서 (PEM)"))
    chain = models.TextField(_("상위 인증서 (PEM)"))
    fingerprint = models.CharField(_("지문 (SHA-256)"), max_length=64, unique=True)
    not_after = models.DateTimeField(_("만료"))
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    retired_at = models.DateTimeField(_("사용 종료"), null=True, blank=True)

    class Meta:
        verbose_name = _("서명 키")
        verbose_name_plural = _("서명 키")
        constraints = [
            # A production key is an office's own, and a person answers for it.
            models.CheckConstraint(
                name="signing_key_production_has_office",
                condition=(
                    Q(production=True, office__isnull=False, registered_by__isnull=False)
                    | Q(production=False, office__isnull=True)
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.key_id


class OfficeSeal(models.Model):
    """The registered image of an office's seal. Re-registering retires the old one."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    image = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("관인")
        verbose_name_plural = _("관인")
        constraints = [
            models.UniqueConstraint(
                name="office_one_seal", fields=["office"], condition=Q(retired_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.registered_at:%Y-%m-%d}"


class Letter(models.Model):
    """One numbered letter, from the number's reservation to its end.

    `delivered_at` is the moment it became visible: its legal arrival. Nothing but the states' own
    transitions in letters.services writes `state`.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("발급번호"), max_length=60, unique=True)
    kind = models.CharField(_("종류"), max_length=20, choices=LetterKind)
    subject_kind = models.CharField(max_length=40, default="application")
    subject = models.UUIDField(db_index=True)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    programme_slug = models.CharField(max_length=80)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="letters")
    state = models.CharField(
        _("상태"), max_length=12, choices=LetterState, default=LetterState.RESERVED
    )
    specimen = models.BooleanField(_("견본"))
    template = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="+")
    seal = models.ForeignKey(
        OfficeSeal, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    token = models.CharField(max_length=26, unique=True, default=new_token, editable=False)
    inputs = SealedTextField(null=True, blank=True)
    inputs_hash = models.CharField(max_length=64)
    issue_date = models.DateField(_("발급일"))
    valid_until = models.DateField(_("유효기간"), null=True, blank=True)

    # What the public may still be told after erasure.
    title_ko = models.CharField(_("제목 (국문)"), max_length=200)
    title_en = models.CharField(_("제목 (영문)"), max_length=200)
    masked_name = models.CharField(max_length=120)
    birth_year = models.PositiveSmallIntegerField()
    birth_digest = models.CharField(max_length=64)
    programme_name_ko = models.CharField(max_length=200)
    programme_name_en = models.CharField(max_length=200)
    office_name_ko = models.CharField(max_length=200)
    office_name_en = models.CharField(max_length=200)

    reserved_at = models.DateTimeField()
    reserved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Not seen before then, though it may be finished: so long it can be taken back.
    not_before = models.DateTimeField(_("교부 예정"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("교부일시"), null=True, blank=True)
    voided_at = models.DateTimeField(_("결번 처리일시"), null=True, blank=True)
    ended_at = models.DateTimeField(_("효력 종료일시"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    end_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    end_reason = models.CharField(_("사유"), max_length=500, blank=True)
    supersedes = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="successors"
    )

    class Meta:
        verbose_name = _("추천서")
        verbose_name_plural = _("추천서")
        ordering = ["-reserved_at", "-pk"]
        constraints = [
            # Each state has exactly its own moments.
            models.CheckConstraint(
                name="letter_state_has_its_moments",
                condition=(
                    Q(
                        state="reserved",
                        delivered_at=None,
                        voided_at=None,
                        ended_at=None,
                        inputs__isnull=False,
                    )
                    | Q(state="valid", delivered_at__isnull=False, voided_at=None, ended_at=None)
                    | Q(state="void", delivered_at=None, voided_at__isnull=False, ended_at=None)
                    | Q(
                        state__in=["revoked", "superseded"],
                        delivered_at__isnull=False,
                        voided_at=None,
                        ended_at__isnull=False,
                    )
                ),
            ),
            models.CheckConstraint(
                name="letter_not_delivered_early",
                condition=Q(delivered_at=None)
                | Q(not_before=None)
                | Q(delivered_at__gte=F("not_before")),
            ),
            # A gap in the numbers and an ended letter say why.
            models.CheckConstraint(
                name="letter_end_has_reason",
                condition=Q(state__in=["reserved", "valid"]) | ~Q(end_reason=""),
            ),
            # What somebody has received is ended by two people. A notice of refusal or return is
            # ended by the objection that was upheld, which has its own two sides.
            models.CheckConstraint(
                name="letter_end_four_eyes",
                condition=(
                    ~Q(state__in=["revoked", "superseded"])
                    | (
                        Q(ended_by__isnull=False, end_confirmed_by__isnull=False)
                        & ~Q(ended_by=F("end_confirmed_by"))
                    )
                    | Q(kind__in=["refusal", "return"], state="revoked", ended_by__isnull=False)
                ),
            ),
            models.UniqueConstraint(
                name="letter_one_valid",
                fields=["subject", "kind"],
                condition=Q(state="valid"),
                violation_error_message=_("이 건에는 이미 유효한 추천서가 있습니다."),
            ),
            models.UniqueConstraint(
                name="letter_one_reserved",
                fields=["subject", "kind"],
                condition=Q(state="reserved"),
                violation_error_message=_("이 건의 추천서를 이미 준비하고 있습니다."),
            ),
            # One that never arrived leaves its place to another.
            models.UniqueConstraint(
                name="letter_one_successor",
                fields=["supersedes"],
                condition=~Q(state="void"),
                violation_error_message=_("이 추천서를 대신할 추천서가 이미 있습니다."),
            ),
            # A second live letter exists only as the successor of the first.
            models.UniqueConstraint(
                name="letter_one_live",
                fields=["subject", "kind"],
                condition=Q(state__in=["reserved", "valid"], supersedes=None),
                violation_error_message=_("이 건에는 이미 추천서가 있습니다."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def expired_on(self, day: date) -> bool:
        """`valid_until` itself still counts."""
        return self.valid_until is not None and day > self.valid_until

    def status_on(self, day: date) -> str:
        """The state, or "expired": computed, so that no nightly job can be late."""
        if self.state == LetterState.VALID and self.expired_on(day):
            return "expired"
        return str(self.state)

    def current_file(self) -> "LetterFile | None":
        return self.files.order_by("-revision").first()

    files: Any  # reverse relation of LetterFile


class LetterFile(models.Model):
    """One signed PDF of a letter. Revisions carry the same content; the newest is handed out.

    `sha256` outlives the file itself, so that a copy can be recognised after erasure.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="files")
    revision = models.PositiveSmallIntegerField()
    stored = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField()
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    # What its last time stamp says (letters.timestamps); none in the revision that was issued.
    proved_at = models.DateTimeField(_("시점확인"), null=True, blank=True)

    class Meta:
        verbose_name = _("추천서 파일")
        verbose_name_plural = _("추천서 파일")
        ordering = ["letter", "revision"]
        constraints = [
            models.UniqueConstraint(name="letter_file_revision_once", fields=["letter", "revision"])
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} · {self.revision}"


class TimestampCertificate(models.Model):
    """A certificate inside the time stamps of our letters, the stamper's or one above it. Written
    when a stamp was verified against the authority the operator named; never removed."""

    fingerprint = models.CharField(_("지문 (SHA-256)"), max_length=64, unique=True)
    certificate = models.TextField(_("인증서 (PEM)"))
    first_used_at = models.DateTimeField()

    class Meta:
        verbose_name = _("시점확인 인증서")
        verbose_name_plural = _("시점확인 인증서")

    def __str__(self) -> str:
        return self.fingerprint[:16]


# At the end: these are tables of this room too, and they name none of the classes above.
from letters.bundle_models import Bundle, BundleState  # noqa: E402
from letters.ending_models import Ending, EndingKind, EndingState  # noqa: E402
from letters.list_models import SignedList  # noqa: E402
from letters.register_models import (  # noqa: E402
    EarlierLetter,
    RegisterImport,
    RegisterState,
)

__all__ = [
    "LIVE",
    "Bundle",
    "BundleState",
    "EarlierLetter",
    "Ending",
    "EndingKind",
    "EndingState",
    "Letter",
    "LetterFile",
    "LetterKind",
    "LetterState",
    "OfficeSeal",
    "OwnDraft",
    "RegisterImport",
    "RegisterState",
    "Series",
    "SignedList",
    "SigningKey",
    "TemplateDraft",
    "TemplateVersion",
    "TimestampCertificate",
]
