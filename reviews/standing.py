"""Where an external evaluation stands: how many have answered, and with how many points."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from applications.models import Application
from applications.stages import Stage
from reviews.models import Invitation, QuorumOverride
from reviews.read_already import brings


@dataclass(frozen=True)
class Standing:
    """Points in hundredths of 100.00, None before any. `invited` may still answer or have answered;
    `expired` did not answer by their last day; `abstained` answered and count for nothing. `apart`
    is how far the first `quorum` answers lie from one another, None before they are in."""

    answered: int
    invited: int
    expired: int
    quorum: int
    average: int | None
    pass_points: int
    overridden: bool
    abstained: int = 0
    apart: int | None = None
    most_apart: int = 0

    @property
    def disagree(self) -> bool:
        """The answers lie too far apart: one more opinion is needed."""
        return self.apart is not None and self.apart > self.most_apart

    @property
    def needed(self) -> int:
        """How many answers there must be: the quorum, and one more when those disagree."""
        return self.quorum + self.disagree

    @property
    def quorum_met(self) -> bool:
        return self.answered >= self.needed

    @property
    def third_missing(self) -> bool:
        """The quorum is in and disagrees, and nobody has been asked to be the next."""
        return self.disagree and self.short

    @property
    def short(self) -> bool:
        """Too few have answered or still can: someone must be asked, or given more time."""
        return self.invited - self.expired < self.needed

    @property
    def passed(self) -> bool:
        return self.average is not None and self.average >= self.pass_points


def total(invitation: Invitation) -> int:
    """One evaluator's weighted total in hundredths of 100.00, rounded half up."""
    points = {score.criterion: score.hundredths or 0 for score in invitation.scores.all()}
    numerator, denominator = 0, 1
    for criterion in invitation.rubric["criteria"]:
        # points / (max·100) · weight · 100 hundredths, kept as one fraction
        most = criterion["max_points"]
        share = points.get(criterion["code"], 0) * criterion["weight"]
        numerator, denominator = numerator * most + share * denominator, denominator * most
    return (2 * numerator + denominator) // (2 * denominator)


def standing(case: Application) -> Standing | None:
    """None for a programme without external evaluation."""
    rubric = case.manifest.rubric
    if rubric is None or case.manifest.stage(Stage.EXTERNAL_EVALUATION) is None:
        return None
    asked = _invitations(case)
    live = [one for one in asked if one.state in Invitation.LIVE]
    totals = [total(invitation) for invitation in in_order(live)]
    first = totals[: rubric.quorum]
    average = (2 * sum(totals) + len(totals)) // (2 * len(totals)) if totals else None
    return Standing(
        answered=len(totals),
        invited=len(live),
        expired=sum(invitation.expired for invitation in live),
        quorum=rubric.quorum,
        average=average,
        pass_points=rubric.pass_points,
        overridden=override_of(case) is not None,
        abstained=sum(one.state == Invitation.State.ABSTAINED for one in asked),
        apart=max(first) - min(first) if len(first) == rubric.quorum else None,
        most_apart=rubric.most_apart,
    )


def in_order(invitations: Iterable[Invitation]) -> list[Invitation]:
    """Those that were answered with scores, as they came in: a later one never undoes what the
    first of them called for."""
    given = [one for one in invitations if one.state == Invitation.State.SUBMITTED]
    return sorted(given, key=lambda one: (one.submitted_at or one.invited_at, one.pk))


def _invitations(case: Application) -> list[Invitation]:
    """With their scores; no query for a case that was read with them."""
    if brings(case, "invitations"):
        return list(case.invitations.all())
    return list(case.invitations.prefetch_related("scores"))


def override_of(case: Application) -> QuorumOverride | None:
    """The lead's written exception; no query for a case that was read with it."""
    try:
        return case.quorum_override
    except QuorumOverride.DoesNotExist:
        return None


def quorum_refusal(case: Application) -> str | None:
    """Why the evaluation does not allow going on, in a sentence; None if it does."""
    return too_few(standing(case))


def too_few(now: Standing | None) -> str | None:
    """The same for a standing that has been read already."""
    if now is None or now.quorum_met or now.overridden:
        return None
    if now.disagree:
        return _(
            "위원들의 점수가 %(apart)s점 차이가 나서 한 명의 평가가 더 필요합니다. "
            "(%(most)s점까지 허용)"
        ) % {"apart": f"{(now.apart or 0) / 100:g}", "most": f"{now.most_apart / 100:g}"}
    return _("외부 평가 %(quorum)s건이 필요한데 %(answered)s건이 제출되었습니다.") % {
        "quorum": now.quorum,
        "answered": now.answered,
    }
