"""How a delivered letter comes to its end: proposed by one person, confirmed by another.

Part of `letters.models`.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.fields import SealedJSONField


class EndingKind(models.TextChoices):
    REVOKE = "revoke", pgettext_lazy("letter ending", "발급 취소")
    SUPERSEDE = "supersede", pgettext_lazy("letter ending", "정정 재발급")


class EndingState(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("letter ending", "확인 대기")
    CONFIRMED = "confirmed", pgettext_lazy("letter ending", "확인함")
    DECLINED = "declined", pgettext_lazy("letter ending", "거둠")
    # By nobody: the letter had ended otherwise before somebody could confirm.
    LAPSED = "lapsed", pgettext_lazy("letter ending", "저절로 끝남")


class Ending(models.Model):
    """A proposal to revoke a letter, or to put a slip in it right by a letter in its place.

    `corrections` are the letter's variables as they should read; emptied with the letter's inputs
    when personal data is erased. A confirmed revocation has ended the letter; a confirmed
    correction has a `successor`, and the letter ends in the moment in which that can be seen.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    letter = models.ForeignKey("letters.Letter", on_delete=models.PROTECT, related_name="endings")
    kind = models.CharField(_("종류"), max_length=12, choices=EndingKind)
    state = models.CharField(
        _("상태"), max_length=12, choices=EndingState, default=EndingState.PROPOSED
    )
    reason = models.CharField(_("사유"), max_length=500)
    corrections = SealedJSONField(null=True, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(_("올린 때"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(_("끝난 때"), null=True, blank=True)
    closed_because = models.CharField(_("거둔 사유"), max_length=500, blank=True, default="")
    successor = models.OneToOneField(
        "letters.Letter", null=True, blank=True, on_delete=models.PROTECT, related_name="corrects"
    )

    class Meta:
        verbose_name = _("추천서 취소·정정")
        verbose_name_plural = _("추천서 취소·정정")
        ordering = ("-proposed_at", "-pk")
        constraints = [
            models.CheckConstraint(
                name="letter_ending_known",
                condition=Q(kind__in=["revoke", "supersede"])
                & Q(state__in=["proposed", "confirmed", "declined", "lapsed"]),
            ),
            models.CheckConstraint(
                name="letter_ending_has_reason",
                condition=~Q(reason=""),
                violation_error_message=_("사유를 적어 주세요."),
            ),
            models.CheckConstraint(
                name="letter_ending_four_eyes",
                condition=~Q(state="confirmed")
                | (Q(closed_by__isnull=False) & ~Q(closed_by=F("proposed_by"))),
                violation_error_message=_("올린 사람이 아닌 다른 사람이 확인해야 합니다."),
            ),
            models.CheckConstraint(
                name="letter_ending_closed_once",
                condition=Q(state="proposed", closed_by=None, closed_at=None, closed_because="")
                | Q(state="confirmed", closed_at__isnull=False, closed_because="")
                | Q(state="declined", closed_by__isnull=False, closed_at__isnull=False)
                | (
                    Q(state="lapsed", closed_by=None, closed_at__isnull=False)
                    & ~Q(closed_because="")
                ),
            ),
            # A revocation corrects nothing and leads to nothing; a confirmed correction does.
            models.CheckConstraint(
                name="letter_ending_what_follows",
                condition=Q(kind="revoke", corrections__isnull=True, successor=None)
                | Q(
                    kind="supersede",
                    state="proposed",
                    corrections__isnull=False,
                    successor=None,
                )
                | Q(kind="supersede", state="confirmed", successor__isnull=False)
                | Q(kind="supersede", state__in=["declined", "lapsed"], successor=None),
            ),
            models.UniqueConstraint(
                name="letter_ending_one_open",
                fields=["letter"],
                condition=Q(state="proposed"),
                violation_error_message=_("이 추천서에는 확인을 기다리는 취소나 정정이 있습니다."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} · {self.kind} · {self.state}"


# A letter goes one way, begins reserved, and is never what it was again.
WRONG_WAY = """
SELECT 1 FROM letters_letter AS was WHERE was.id = NEW.id AND was.state <> NEW.state
AND NOT (was.state = 'reserved' AND NEW.state IN ('valid', 'void'))
AND NOT (was.state = 'valid' AND NEW.state IN ('revoked', 'superseded'))
UNION ALL
SELECT 1 FROM (SELECT 1 AS one) AS a_new_row WHERE NEW.state <> 'reserved'
AND NOT EXISTS (SELECT 1 FROM letters_letter AS was WHERE was.id = NEW.id)
"""

# What recommends somebody is ended by what one person proposed and another confirmed, and by
# these two. (A notice falls with its decision: letter_end_four_eyes.)
NOT_BY_TWO = """
SELECT 1 FROM (SELECT 1 AS one) AS an_end
WHERE NEW.state IN ('revoked', 'superseded') AND NEW.kind NOT IN ('refusal', 'return')
AND NOT EXISTS (
    SELECT 1 FROM letters_ending AS said
    WHERE said.letter_id = NEW.id AND said.state = 'confirmed'
    AND said.kind = CASE NEW.state WHEN 'revoked' THEN 'revoke' ELSE 'supersede' END
    AND said.proposed_by_id = NEW.ended_by_id AND said.closed_by_id = NEW.end_confirmed_by_id
)
"""

# A letter stands in the place of one that was valid, of the same case and kind.
NOT_IN_ITS_PLACE = """
SELECT 1 FROM letters_letter AS was WHERE was.id = NEW.supersedes_id AND (
    was.subject <> NEW.subject OR was.kind <> NEW.kind OR was.office_id <> NEW.office_id
    OR (NEW.state = 'valid' AND was.state <> 'superseded')
)
"""

# A letter ends with nothing left to confirm about it, and nothing is proposed or confirmed of one
# that is not valid.
LEFT_OPEN = """
SELECT 1 FROM letters_ending AS left_open
WHERE NEW.state IN ('revoked', 'superseded') AND left_open.letter_id = NEW.id
AND left_open.state = 'proposed'
"""
OF_NO_VALID_LETTER = """
SELECT 1 FROM letters_letter AS its WHERE its.id = NEW.letter_id
AND NEW.state IN ('proposed', 'confirmed') AND its.state <> 'valid'
"""

# What was confirmed or declined stays so.
CLOSED_AGAIN = """
SELECT 1 FROM letters_ending AS was
WHERE was.id = NEW.id AND was.state <> 'proposed' AND was.state <> NEW.state
"""

# What a letter may still change when it has been reserved; every other column is fixed for ever.
LETTER_MAY_CHANGE = (
    "state",
    "inputs",
    "delivered_at",
    "voided_at",
    "ended_at",
    "ended_by_id",
    "end_confirmed_by_id",
    "end_reason",
)
ENDING_MAY_CHANGE = (
    "state",
    "corrections",
    "closed_by_id",
    "closed_at",
    "closed_because",
    "successor_id",
)
