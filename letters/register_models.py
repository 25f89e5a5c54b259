"""Letters from before this system: what an office's own register said of them.

They carry no signature of ours, so nothing can prove a copy; the register can only say that such a
letter was issued. Part of `letters.models`.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Office
from audit.fields import SealedTextField


class RegisterState(models.TextChoices):
    LOOKED = "looked", pgettext_lazy("register", "확인 중")
    APPLIED = "applied", pgettext_lazy("register", "등록")
    DISCARDED = "discarded", pgettext_lazy("register", "취소")


class RegisterImport(models.Model):
    """A register that was handed in. `rows` holds what was read until it is applied or discarded;
    then only the letters stay, and how many rows there were."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(
        "programs.Programme", on_delete=models.PROTECT, related_name="registers"
    )
    period_code = models.CharField(max_length=40)
    file_name = models.CharField(_("파일"), max_length=200)
    sha256 = models.CharField(max_length=64)
    rows = SealedTextField(null=True, blank=True)
    row_count = models.PositiveIntegerField(_("행"), default=0)
    new_count = models.PositiveIntegerField(_("새로 등록"), default=0)
    source = models.CharField(_("출처"), max_length=200, blank=True, default="")
    state = models.CharField(
        _("상태"), max_length=12, choices=RegisterState, default=RegisterState.LOOKED
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("올린 때"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("기존 발급 대장")
        verbose_name_plural = _("기존 발급 대장")
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                name="register_state_known", condition=Q(state__in=RegisterState.values)
            ),
            # What was read of people is kept only as long as somebody looks at it.
            models.CheckConstraint(
                name="register_rows_while_looked",
                condition=Q(state="looked", rows__isnull=False, closed_at=None)
                | Q(
                    ~Q(state="looked"),
                    rows__isnull=True,
                    closed_at__isnull=False,
                    closed_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="register_says_its_source", condition=~Q(state="applied") | ~Q(source="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.state}"


class EarlierLetter(models.Model):
    """One letter that was issued before this system. `pools` names the quota's pools of which it
    is a unit, as ",4,7,"; its name is sealed, and only its masked form is told."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    register = models.ForeignKey(RegisterImport, on_delete=models.PROTECT, related_name="letters")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    programme_slug = models.CharField(max_length=80)
    number = models.CharField(_("발급번호"), max_length=60, unique=True)
    issue_date = models.DateField(_("발급일"))
    name = SealedTextField(null=True, blank=True)
    masked_name = models.CharField(max_length=120)
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    birth_digest = models.CharField(max_length=64, blank=True, default="")
    company = models.CharField(_("회사"), max_length=200, blank=True, default="")
    occupation = models.CharField(_("직종"), max_length=80, blank=True, default="")
    pools = models.CharField(max_length=200, blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("기존 추천서")
        verbose_name_plural = _("기존 추천서")
        ordering = ("issue_date", "number")
        constraints = [
            # Who knows the birth date is asked for it; a digest stands for one.
            models.CheckConstraint(
                name="earlier_letter_birth_whole",
                condition=Q(birth_digest="", birth_year=None)
                | Q(~Q(birth_digest=""), birth_year__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number
