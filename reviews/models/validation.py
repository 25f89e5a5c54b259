"""Validation: whom the office asks, what it asked, what came back, and what was kept of it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Office
from applications.models import Application, Claim
from applications.models.declared import ClaimKind
from files.models import StoredFile
from programs.models import Evaluation


class Language(models.TextChoices):
    KOREAN = "ko", _("한국어")
    ENGLISH = "en", _("영어")


class Institution(models.Model):
    """An entry of an office's address book: a university, an employer, whoever was asked once.

    `name_key` is the name as it is compared: without case, spaces and punctuation.
    """

    class Kind(models.TextChoices):
        SCHOOL = "school", _("학교·교육기관")
        EMPLOYER = "employer", _("근무처")
        AUTHORITY = "authority", _("행정기관·등록기관")
        OTHER = "other", pgettext_lazy("institution", "그 밖의 기관")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="institutions")
    kind = models.CharField(_("구분"), max_length=16, choices=Kind)
    name = models.CharField(_("기관 이름"), max_length=200)
    name_key = models.CharField(max_length=200, editable=False)
    email = models.EmailField(_("이메일"))
    language = models.CharField(_("메일 언어"), max_length=2, choices=Language)
    last_used_at = models.DateTimeField(_("마지막 조회"))
    # Not offered any more; what was asked of it stays. Asked again, it is back.
    retired_at = models.DateTimeField(_("쓰지 않음"), null=True, blank=True)

    class Meta:
        verbose_name = _("조회 기관")
        verbose_name_plural = _("조회 기관")
        constraints = [
            models.UniqueConstraint(
                name="institution_once_per_office",
                fields=["office", "kind", "name_key"],
                violation_error_message=_("이미 주소록에 있는 기관입니다."),
            ),
            models.CheckConstraint(name="institution_has_a_name", condition=~Q(name_key="")),
            models.CheckConstraint(
                name="institution_kind_known",
                condition=Q(kind__in=["school", "employer", "authority", "other"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Inquiry(models.Model):
    """A question to whoever issued or knows: drafted, sent, and answered or closed without answer.

    `text` is what is sent, as the reviewer left it. A claim that a supplement changes is another
    claim: the inquiry then stays with the case alone, with what it was about.
    """

    class State(models.TextChoices):
        DRAFTED = "drafted", pgettext_lazy("inquiry", "작성 중")
        SENT = "sent", pgettext_lazy("inquiry", "회신 대기")
        ANSWERED = "answered", pgettext_lazy("inquiry", "회신 받음")
        CLOSED = "closed", pgettext_lazy("inquiry", "회신 없이 종료")

    OPEN = (State.DRAFTED, State.SENT)

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="inquiries")
    claim = models.ForeignKey(
        Claim, on_delete=models.SET_NULL, null=True, blank=True, related_name="inquiries"
    )
    claim_kind = models.CharField(max_length=16, choices=ClaimKind)
    method = models.CharField(_("확인 방법"), max_length=16)
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="inquiries", verbose_name=_("조회 기관")
    )
    reference = models.CharField(_("조회 번호"), max_length=80, unique=True)
    to = models.EmailField(_("받는 주소"))
    language = models.CharField(_("메일 언어"), max_length=2, choices=Language)
    subject = models.CharField(_("제목"), max_length=200)
    text = models.TextField(_("내용"))
    state = models.CharField(_("상태"), max_length=10, choices=State, default=State.DRAFTED)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    drafted_at = models.DateTimeField()
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField(_("발송"), null=True, blank=True)
    due_on = models.DateField(_("회신 기한"), null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(_("재촉 횟수"), default=0)
    reminded_on = models.DateField(_("마지막 재촉"), null=True, blank=True)
    answered_on = models.DateField(_("회신일"), null=True, blank=True)
    answer = models.TextField(_("회신 내용"), blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("조회")
        verbose_name_plural = _("조회")
        indexes = [
            # The list of what is awaited: overdue first.
            models.Index(name="inquiry_awaited", fields=["due_on", "id"], condition=Q(state="sent"))
        ]
        constraints = [
            models.CheckConstraint(
                name="inquiry_state_known",
                condition=Q(state__in=["drafted", "sent", "answered", "closed"]),
            ),
            models.CheckConstraint(
                name="inquiry_sent_says_when",
                condition=Q(sent_at=None, sent_by=None, due_on=None, reminders=0, reminded_on=None)
                | Q(sent_at__isnull=False, sent_by__isnull=False, due_on__isnull=False),
            ),
            models.CheckConstraint(
                name="inquiry_drafted_is_not_sent",
                condition=~Q(state="drafted") | Q(sent_at=None),
            ),
            models.CheckConstraint(
                name="inquiry_awaited_was_sent",
                condition=~Q(state__in=["sent", "answered"]) | Q(sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="inquiry_answer_says_what_and_when",
                condition=~Q(state="answered") | (Q(answered_on__isnull=False) & ~Q(answer="")),
                violation_error_message=_("회신을 받은 날과 내용을 적어 주세요."),
            ),
            models.CheckConstraint(
                name="inquiry_end_says_who",
                condition=Q(state__in=["drafted", "sent"], ended_at=None, ended_by=None)
                | Q(
                    state__in=["answered", "closed"], ended_at__isnull=False, ended_by__isnull=False
                ),
            ),
            models.UniqueConstraint(
                name="one_open_inquiry_per_claim_and_institution",
                fields=["claim", "institution"],
                condition=Q(state__in=["drafted", "sent"], claim__isnull=False),
                violation_error_message=_("같은 기관에 보낸 조회가 아직 끝나지 않았습니다."),
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Comparison(models.Model):
    """What validation changed in the rules' answer, kept beside that answer.

    `claims` are the exchanged ones as they were: {id: {kind, position, declared, verified}}.
    `found` names them by id: {before, after, causes, turns} of `programs.rules.turning`.
    """

    evaluation = models.OneToOneField(
        Evaluation, on_delete=models.CASCADE, related_name="comparison"
    )
    claims = models.JSONField(default=dict)
    found = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("신고와 확인의 차이")
        verbose_name_plural = _("신고와 확인의 차이")

    def __str__(self) -> str:
        return f"{self.evaluation_id}"


class EvidenceFile(models.Model):
    """A file that the office itself put on record: a reply, an extract of a register. The company
    sees it only where that was chosen."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="evidence")
    claim = models.ForeignKey(
        Claim, on_delete=models.SET_NULL, null=True, blank=True, related_name="evidence"
    )
    inquiry = models.ForeignKey(
        Inquiry, on_delete=models.CASCADE, null=True, blank=True, related_name="evidence"
    )
    stored = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    shown_to_company = models.BooleanField(_("회사에 공개"), default=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("확인 근거 파일")
        verbose_name_plural = _("확인 근거 파일")

    def __str__(self) -> str:
        return f"{self.application_id}: {self.public_id}"
