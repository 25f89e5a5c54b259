"""What an evaluator says before and beside the scores: what ties them to a case, or that they
cannot judge it."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from applications import workflow
from applications.errors import Invalid, NotNow
from programs import calendar
from reviews.models import Conflict, Invitation
from reviews.services import conflicts, evaluation

Tie = Invitation.Tie
State = Invitation.State
# How the office's register of conflicts calls what was declared.
KINDS = {
    Tie.COMPANY: Conflict.Kind.SAME_COMPANY,
    Tie.SCHOOL: Conflict.Kind.SCHOOL,
    Tie.FAMILY: Conflict.Kind.FAMILY,
    Tie.COAUTHOR: Conflict.Kind.COAUTHOR,
}


@transaction.atomic
def declare_ties(
    *, invitation: Invitation, actor: User, ties: Sequence[str], note: str = ""
) -> Invitation:
    """The evaluator declares what ties them to the case, and so steps back (회피). It is kept with
    the conflicts of interest: nobody can ask them about this case again. Only the kinds go with
    the invitation; the words are sealed. Raises Invalid, NotAllowed, NotNow."""
    held = evaluation.mine(invitation, actor)
    if held.state not in Invitation.OPEN:
        raise NotNow(_("이 평가는 끝났습니다."))
    kinds = [tie for tie in Tie.values if tie in ties]
    if not kinds or len(kinds) != len(set(ties)):
        sentence = _("어떤 이해관계인지 골라 주세요.")
        raise Invalid(sentence, {"ties": [sentence]})
    held.state, held.closed_at, held.link_digest = State.RECUSED, calendar.now(), ""
    held.recused_because, held.ties = Invitation.Because.CONFLICT, kinds
    held.save(update_fields=["state", "closed_at", "link_digest", "recused_because", "ties"])
    conflicts.of_evaluator(held, kind=KINDS[Tie(kinds[0])], note=note)
    workflow.touch(held.application)
    evaluation.write_down(
        held, actor, "evaluation.recused", because="conflict", ties=",".join(kinds)
    )
    return held


@transaction.atomic
def abstain(*, invitation: Invitation, actor: User, reason: str) -> Invitation:
    """The evaluator has read the packet and gives no opinion (기권): an answer that counts neither
    for the quorum nor for the average. A repeat returns the same. Raises Invalid, NotAllowed,
    NotNow."""
    held = evaluation.mine(invitation, actor)
    if held.state == State.ABSTAINED:
        return held
    if held.state != State.ACCEPTED:
        raise NotNow(_("이미 제출했거나 이해충돌 확인을 하지 않았습니다."))
    if not reason.strip():
        sentence = _("기권하는 이유를 적어 주세요.")
        raise Invalid(sentence, {"reason": [sentence]})
    held.state, held.closed_at, held.link_digest = State.ABSTAINED, calendar.now(), ""
    held.abstained_because = reason.replace("\x00", "").strip()
    held.save(update_fields=["state", "closed_at", "link_digest", "abstained_because"])
    workflow.touch(held.application)
    evaluation.write_down(held, actor, "evaluation.abstained")
    return held
