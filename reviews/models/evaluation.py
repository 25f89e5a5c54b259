"""External evaluators, their invitations and scores. Evaluators belong to no office."""

import uuid
from types import ModuleType

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.models import Application
from programs import calendar
from programs.models import ProgrammeVersion


class Evaluator(models.Model):
    """A person who may be asked for an opinion, and where they work (for conflicts)."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="evaluator"
    )
    institution = models.CharField(_("소속"), max_length=200)
    # Without an account of their own: every mail brings a link that opens that invitation alone.
    by_link = models.BooleanField(_("메일의 링크로 평가"), default=False)
    expertise = models.JSONField(_("전문 분야"), default=list, blank=True)
    active = models.BooleanField(_("위촉 중"), default=True)

    class Meta:
        verbose_name = _("평가위원")
        verbose_name_plural = _("평가위원")

    def __str__(self) -> str:
        return str(self.user)

    @property
    def has_account(self) -> bool:
        """Whether they sign in: whoever began with links may have chosen a password since."""
        return not self.by_link or self.user.has_usable_password()


class Invitation(models.Model):
    """One evaluator asked about one case. The rubric is frozen here when they are invited.

    After `due_on` an unanswered one is expired by the calendar alone: no job has to come by.
    """

    class State(models.TextChoices):
        INVITED = "invited", pgettext_lazy("invitation", "요청함")
        ACCEPTED = "accepted", pgettext_lazy("invitation", "평가 중")
        SUBMITTED = "submitted", pgettext_lazy("invitation", "평가 완료")
        RECUSED = "recused", pgettext_lazy("invitation", "회피")
        REVOKED = "revoked", pgettext_lazy("invitation", "철회")
        ABSTAINED = "abstained", pgettext_lazy("invitation", "기권")

    class Because(models.TextChoices):
        CONFLICT = "conflict", _("이해관계가 있습니다")
        TIME = "time", _("기한 안에 평가하기 어렵습니다")
        FIELD = "field", _("전문 분야가 아닙니다")
        OTHER = "other", _("다른 이유가 있습니다")

    class Tie(models.TextChoices):
        """What an evaluator may declare that ties them to a case."""

        COMPANY = "company", pgettext_lazy("tie", "회사와의 관계 (근무, 자문, 출자, 거래)")
        SCHOOL = "school", pgettext_lazy("tie", "학교·연구기관의 관계 (사제, 동문, 동료)")
        FAMILY = "family", pgettext_lazy("tie", "가족·친족")
        COAUTHOR = "coauthor", pgettext_lazy("tie", "공동 연구나 공동 저술")

    # Who counts towards the quorum, or still may. Who abstained has answered, and counts for none.
    LIVE = ("invited", "accepted", "submitted")
    ASKED_ALREADY = (*LIVE, "abstained")
    OPEN = ("invited", "accepted")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="invitations"
    )
    evaluator = models.ForeignKey(Evaluator, on_delete=models.PROTECT, related_name="invitations")
    state = models.CharField(max_length=16, choices=State, default=State.INVITED)
    rubric = models.JSONField()
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    invited_at = models.DateTimeField()
    due_on = models.DateField(_("평가 기한"))
    # The evaluator's own word that nothing ties them to the case; the packet opens after it.
    no_conflict_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    recused_because = models.CharField(_("회피 사유"), max_length=16, choices=Because, blank=True)
    recused_note = models.TextField(blank=True)
    # The kinds of what the evaluator declared; their words, if any, are sealed with the conflict.
    ties = models.JSONField(_("신고한 이해관계"), default=list, blank=True)
    abstained_because = models.TextField(_("기권 사유"), blank=True)
    # Only a keyed digest of the link's token; empty when there is no link or it has ended.
    link_digest = models.CharField(max_length=64, blank=True, editable=False)
    link_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    link_misused_at = models.DateTimeField(null=True, blank=True, editable=False)
    opinion = models.TextField(_("종합 의견"), blank=True)
    # Counts what the evaluator has saved, so that an older page of theirs cannot overwrite it.
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("평가 요청")
        verbose_name_plural = _("평가 요청")
        constraints = [
            models.UniqueConstraint(
                name="evaluator_once_per_case",
                fields=["application", "evaluator"],
                condition=Q(state__in=("invited", "accepted", "submitted", "abstained")),
                violation_error_message=_("이미 평가를 요청한 위원입니다."),
            ),
            models.CheckConstraint(
                name="invitation_submitted_after_declaring",
                condition=~Q(state="submitted")
                | Q(no_conflict_at__isnull=False, submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="invitation_accepted_after_declaring",
                condition=~Q(state="accepted") | Q(no_conflict_at__isnull=False),
            ),
            models.CheckConstraint(
                name="invitation_abstained_says_why",
                condition=~Q(state="abstained")
                | (
                    Q(no_conflict_at__isnull=False, closed_at__isnull=False)
                    & ~Q(abstained_because="")
                ),
            ),
            models.CheckConstraint(
                name="invitation_tied_is_recused",
                condition=Q(ties=[]) | Q(state="recused", recused_because="conflict"),
            ),
            models.UniqueConstraint(
                name="invitation_link_once", fields=["link_digest"], condition=~Q(link_digest="")
            ),
            # A link dies with what it opens.
            models.CheckConstraint(
                name="invitation_link_only_while_open",
                condition=Q(link_digest="") | Q(state__in=("invited", "accepted")),
            ),
        ]
        indexes = [models.Index(fields=["evaluator", "state", "due_on"], name="invitation_mine")]

    def __str__(self) -> str:
        return f"{self.application} · {self.evaluator}"

    @property
    def expired(self) -> bool:
        """Unanswered after its last day: closed until the office gives more time."""
        return self.state in self.OPEN and self.due_on < calendar.today()


class QuorumOverride(models.Model):
    """A lead's written reason for deciding a case before enough evaluators have answered."""

    application = models.OneToOneField(
        Application, on_delete=models.CASCADE, related_name="quorum_override"
    )
    lead = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(_("정족수 예외 사유"))

    class Meta:
        verbose_name = _("정족수 예외")
        verbose_name_plural = _("정족수 예외")
        constraints = [
            models.CheckConstraint(name="quorum_override_has_reason", condition=~Q(reason=""))
        ]

    def __str__(self) -> str:
        return f"{self.application}"


class Score(models.Model):
    """Points for one criterion, in hundredths of a point; None while only a comment is typed."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="scores")
    criterion = models.CharField(max_length=60)
    hundredths = models.PositiveIntegerField(null=True)
    comment = models.TextField(blank=True)

    class Meta:
        verbose_name = _("평가 점수")
        verbose_name_plural = _("평가 점수")
        constraints = [
            models.UniqueConstraint(name="score_once", fields=["invitation", "criterion"])
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.hundredths}"


# A decision, however it is written, on a case whose evaluation still runs, before as many have
# answered as the rubric wants and without a lead's written exception. Whether the answers disagree,
# and one more is needed, the services say.
BEFORE_QUORUM = """SELECT 1 FROM {application} AS held
    JOIN {version} AS rules ON rules.id = held.version_id
    WHERE held.id = NEW.application_id AND held.stage = 'external_evaluation'
        AND NOT EXISTS (SELECT 1 FROM reviews_quorumoverride AS said
            WHERE said.application_id = held.id)
        AND (SELECT COUNT(*) FROM reviews_invitation AS asked
            WHERE asked.application_id = held.id AND asked.state = 'submitted')
            < CAST({quorum} AS INTEGER)"""


def before_quorum(vendor: ModuleType) -> str:
    """`BEFORE_QUORUM` as a vendor says it; nothing is less than the quorum of no rubric."""
    return BEFORE_QUORUM.format(
        application=Application._meta.db_table,
        version=ProgrammeVersion._meta.db_table,
        quorum=vendor.text_of("rules.document -> 'rubric'", "quorum"),
    )
