"""The stages of a case and what each role reads for them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Stage(models.TextChoices):
    """Where a case stands. Labels are the reviewing side's; `label_for` gives the applicant's."""

    DRAFT = "draft", _("작성 중")
    DOCUMENT_REVIEW = "document_review", _("서류 심사")
    SUPPLEMENT = "supplement", _("보완 대기")
    VALIDATION = "validation", _("학력·경력 검증")
    EXTERNAL_EVALUATION = "external_evaluation", _("외부 평가")
    DECISION = "decision", _("결정")
    WAITING_QUOTA = "waiting_quota", _("쿼터 대기")
    APPROVED = "approved", _("승인 · 추천서 작성 중")
    NOTIFYING = "notifying", _("결재됨 · 통지서 작성 중")
    ISSUED = "issued", _("발급 완료")
    REFUSED = "refused", _("불허")
    RETURNED = "returned", _("반려")
    WITHDRAWN = "withdrawn", _("취하")

    def label_for(self, role: str) -> str:
        """The words for `applicant` (company, candidate) or for the reviewing side."""
        if role == "applicant" and self in APPLICANT_LABELS:
            return str(APPLICANT_LABELS[self])
        return str(self.label)

    @property
    def tone(self) -> str:
        """A badge colour of the design system: what the colour says is also said in words."""
        return TONES.get(self, "information")

    @property
    def is_open(self) -> bool:
        return self in OPEN


APPLICANT_LABELS = {
    Stage.DOCUMENT_REVIEW: _("서류를 심사하고 있습니다"),
    Stage.SUPPLEMENT: _("보완이 필요합니다"),
    Stage.VALIDATION: _("학력과 경력을 확인하고 있습니다"),
    Stage.EXTERNAL_EVALUATION: _("외부 전문가가 평가하고 있습니다"),
    Stage.DECISION: _("결정을 준비하고 있습니다"),
    Stage.WAITING_QUOTA: _("승인되어 쿼터를 기다리고 있습니다"),
    Stage.APPROVED: _("추천서를 만들고 있습니다"),
    # Signed off, but it takes effect when the notice arrives: until then nothing is said of it.
    Stage.NOTIFYING: _("결정을 준비하고 있습니다"),
    Stage.ISSUED: _("추천서가 발급되었습니다"),
    Stage.REFUSED: pgettext_lazy("applicant", "추천이 불허되었습니다"),
    Stage.RETURNED: _("신청이 반려되었습니다"),
    Stage.WITHDRAWN: _("신청을 취하했습니다"),
}

TONES = {
    Stage.DRAFT: "gray",
    Stage.SUPPLEMENT: "warning",
    Stage.WAITING_QUOTA: "warning",
    Stage.APPROVED: "success",
    Stage.ISSUED: "success",
    Stage.REFUSED: "danger",
    Stage.RETURNED: "danger",
    Stage.WITHDRAWN: "gray",
}

# Named sets: the transition table, buttons, lists and constraints all use these.
DRAFT = frozenset({Stage.DRAFT})
EXAMINING = frozenset({Stage.DOCUMENT_REVIEW, Stage.VALIDATION})
ADVANCING = EXAMINING | {Stage.EXTERNAL_EVALUATION}
# From where a lead may go back: nothing has been signed off, no letter is on its way.
AFTER_VALIDATION = frozenset({Stage.EXTERNAL_EVALUATION, Stage.DECISION})
AFTER_DOCUMENTS = AFTER_VALIDATION | {Stage.VALIDATION}
SUPPLEMENT = frozenset({Stage.SUPPLEMENT})
DECISION = frozenset({Stage.DECISION})
WAITING = frozenset({Stage.WAITING_QUOTA})
APPROVED = frozenset({Stage.APPROVED})
NOTIFYING = frozenset({Stage.NOTIFYING})
REFUSED = frozenset({Stage.REFUSED})
RECEIVED_OPEN = ADVANCING | SUPPLEMENT | DECISION | WAITING | APPROVED | NOTIFYING
OPEN = DRAFT | RECEIVED_OPEN
# Before a decision has been signed off the applicant may withdraw at any time (PETITION-ACT §22②);
# while waiting for quota nothing has reached anyone yet, so it is allowed there too.
WITHDRAWABLE = DRAFT | ADVANCING | SUPPLEMENT | DECISION | WAITING
# Stages an office's people work on; in the others the case is parked or on its way out.
WORKED = ADVANCING | DECISION
CLOSED = frozenset({Stage.ISSUED, Stage.REFUSED, Stage.RETURNED, Stage.WITHDRAWN})

# The order in which a programme's chosen stages follow one another.
SEQUENCE = (
    Stage.DOCUMENT_REVIEW,
    Stage.VALIDATION,
    Stage.EXTERNAL_EVALUATION,
    Stage.DECISION,
)
