"""Where an external evaluation stands: how many have answered, and with how many points."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from applications.models import Application
from applications.stages import Stage
from reviews.models import Invitation, QuorumOverride
from reviews.read_already import brings


@dataclass(frozen=True)
class Standing:
    """Points in hundredths of 100.00, None before any. `invited` may still answer or have answered;
    `expired` did not answer by their last day."""

    answered: int
    invited: int
    expired: int
    quorum: int
    average: int | None
    pass_points: int
    overridden: bool

    @property
    def quorum_met(self) -> bool:
        return self.answered >= self.quorum

    @property
    def short(self) -> bool:
        """Too few have answered or still can: someone must be asked, or given more time."""
        return self.invited - self.expired < self.quorum

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
    live = [one for one in _invitations(case) if one.state in Invitation.LIVE]
    totals = [
        total(invitation) for invitation in live if invitation.state == Invitation.State.SUBMITTED
    ]
    average = (2 * sum(totals) + len(totals)) // (2 * len(totals)) if totals else None
    return Standing(
        answered=len(totals),
        invited=len(live),
        expired=sum(invitation.expired for invitation in live),
        quorum=rubric.quorum,
        average=average,
        pass_points=rubric.pass_points,
        overridden=override_of(case) is not None,
    )


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
    return _("외부 평가 %(quorum)s건이 필요한데 %(answered)s건이 제출되었습니다.") % {
        "quorum": now.quorum,
        "answered": now.answered,
    }
