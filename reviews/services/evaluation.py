"""External evaluation: inviting, declaring no conflict, scoring, quorum."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from applications import workflow
from applications.errors import AlreadyDone, Invalid, NotAllowed, NotNow, StaleCase
from applications.models import Application, DueChange
from applications.services import recalculation
from applications.stages import Stage
from audit.services import record
from programs import calendar, clock
from programs.calendar import Calendar
from programs.manifest import Rubric
from programs.models import ProgrammeVersion
from reviews.models import Conflict, Evaluator, Invitation, QuorumOverride, Score
from reviews.services import conflicts, evaluator_notices, exclusion

State = Invitation.State
Because = Invitation.Because


class StaleScores(StaleCase):
    """Another page of the same evaluator has saved since this one was drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.sentence = _(
            "다른 창에서 저장한 내용이 있어 이 창의 내용은 저장하지 않았습니다. "
            "두 창을 견주어 보고 다시 저장해 주세요."
        )


def freeze(version: ProgrammeVersion, rubric: Rubric) -> dict[str, Any]:
    """The rubric as data, with the version it is from, kept with the invitation: later versions do
    not move the goalposts."""
    return {
        "version": version.label,
        "rules_hash": version.rules_hash,
        "disagreement": rubric.disagreement,
        "quorum": rubric.quorum,
        "pass_points": rubric.pass_points,
        "criteria": [
            {
                "code": criterion.code,
                "names": criterion.names.as_dict(),
                "description": criterion.description.as_dict(),
                "weight": criterion.weight,
                "max_points": criterion.max_points,
                "low": criterion.low,
                "low_anchor": criterion.low_anchor.as_dict(),
                "high_anchor": criterion.high_anchor.as_dict(),
            }
            for criterion in rubric.criteria
        ],
    }


def _rubric(case: Application) -> Rubric:
    if case.manifest.rubric is None:
        raise NotNow(_("이 프로그램에는 외부 평가가 없습니다."))
    return case.manifest.rubric


@transaction.atomic
def invite(
    *,
    application: Application,
    actor: User,
    evaluator: Evaluator,
    expected_revision: int | None = None,
) -> Invitation:
    """Ask one evaluator for an opinion on a case in external evaluation.

    Raises NotAllowed, NotNow (stage, tied to the case, already asked, no longer appointed),
    StaleCase.
    """
    case = workflow.lock(application)
    if not workflow.may(case, workflow.ASSIGNEE, actor):
        raise NotAllowed(_("이 단계를 처리할 권한이 없습니다."))
    if case.at != Stage.EXTERNAL_EVALUATION:
        raise NotNow(_("외부 평가 단계에서만 평가를 요청할 수 있습니다."))
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleCase
    rubric = _rubric(case)
    if not evaluator.active:
        raise NotNow(_("위촉 중인 평가위원이 아닙니다."))
    if sentence := exclusion.refusal(case, evaluator):
        raise NotNow(
            _("%(who)s: 평가를 요청할 수 없습니다. %(why)s")
            % {"who": str(evaluator), "why": sentence}
        )
    period = case.manifest.deadlines.evaluation or "5d"
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                application=case,
                evaluator=evaluator,
                rubric=freeze(case.version, rubric),
                invited_by=actor,
                invited_at=calendar.now(),
                due_on=clock.evaluation_due(calendar.today(), period),
            )
    except IntegrityError as clash:
        raise NotNow(_("이미 평가를 요청한 위원입니다.")) from clash
    evaluator_notices.tell(invitation, "invited")
    workflow.touch(case)
    record(
        name="evaluation.invited",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={"invitation": str(invitation.public_id)},
    )
    return invitation


@transaction.atomic
def revoke(
    *, invitation: Invitation, actor: User, expected_revision: int | None = None
) -> Invitation:
    """Take an unanswered invitation back (철회): its packet is closed from now on, and someone else
    can be asked. The evaluator hears. A repeat returns the same. Raises NotAllowed, NotNow once
    answered, StaleCase."""
    case = workflow.lock(invitation.application)
    if not workflow.may(case, workflow.ASSIGNEE, actor):
        raise NotAllowed(_("이 단계를 처리할 권한이 없습니다."))
    held = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if held.state == State.REVOKED:
        return held
    if held.state not in (State.INVITED, State.ACCEPTED):
        raise NotNow(_("이미 답한 평가 요청은 철회할 수 없습니다."))
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleCase
    _take_back(held)
    workflow.touch(case)
    write_down(held, actor, "evaluation.revoked")
    return held


@transaction.atomic
def off_panel(*, invitation: Invitation, actor: User) -> bool:
    """Take an unanswered invitation back because its evaluator leaves the panel, for whoever may
    take them off it (`panels.remove_member` asks that). False when it was answered meanwhile."""
    case = workflow.lock(invitation.application)
    held = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if held.state not in Invitation.OPEN or case.at != Stage.EXTERNAL_EVALUATION:
        return False
    _take_back(held)
    workflow.touch(case)
    write_down(held, actor, "evaluation.revoked", because="off_panel")
    return True


def _take_back(held: Invitation) -> None:
    """Packet and link are closed; the evaluator hears."""
    held.state, held.closed_at, held.link_digest = State.REVOKED, calendar.now(), ""
    held.save(update_fields=["state", "closed_at", "link_digest"])
    evaluator_notices.tell(held, "revoked")


def mine(invitation: Invitation, actor: User) -> Invitation:
    """Lock case and invitation for its own evaluator; another's does not exist for them."""
    workflow.lock(invitation.application)
    held = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("application__company", "evaluator__user")
        .get(pk=invitation.pk)
    )
    if held.evaluator.user_id != actor.pk or not held.evaluator.active:
        raise NotAllowed(_("이 평가의 위원이 아닙니다."))
    if held.application.at != Stage.EXTERNAL_EVALUATION or held.state == State.REVOKED:
        raise NotNow(_("이 평가는 끝났습니다."))
    if held.expired:
        raise NotNow(_("평가 기한이 지나 자료가 닫혔습니다."))
    return held


def _refuse_tied(held: Invitation) -> None:
    """What has come to tie them to the case since they were asked counts as well."""
    if exclusion.refusal(held.application, held.evaluator):
        raise NotNow(_("이 신청과 이해관계가 있어 평가하실 수 없습니다. 담당 기관에 알려 주세요."))


@transaction.atomic
def declare_no_conflict(*, invitation: Invitation, actor: User) -> Invitation:
    """The evaluator declares that nothing ties them to company or candidate; the packet opens."""
    held = mine(invitation, actor)
    if held.state == State.INVITED:
        _refuse_tied(held)
        held.state, held.no_conflict_at = State.ACCEPTED, calendar.now()
        held.save(update_fields=["state", "no_conflict_at"])
        write_down(held, actor, "evaluation.accepted")
    elif held.state != State.ACCEPTED:
        raise NotNow(_("이 평가는 끝났습니다."))
    return held


@transaction.atomic
def recuse(
    *, invitation: Invitation, actor: User, because: str = Because.CONFLICT, note: str = ""
) -> Invitation:
    """The evaluator steps back (회피) and says why; someone else can be asked. Raises Invalid when
    "another reason" is not said, NotAllowed, NotNow."""
    held = mine(invitation, actor)
    if held.state not in Invitation.OPEN:
        raise NotNow(_("이 평가는 끝났습니다."))
    if because not in Because.values:
        raise Invalid(_("사유를 골라 주세요."), {"because": [_("사유를 골라 주세요.")]})
    if because == Because.OTHER and not note.strip():
        raise Invalid(_("사유를 적어 주세요."), {"note": [_("사유를 적어 주세요.")]})
    held.state, held.closed_at, held.link_digest = State.RECUSED, calendar.now(), ""
    held.recused_because, held.recused_note = because, note.strip()
    held.save(
        update_fields=["state", "closed_at", "link_digest", "recused_because", "recused_note"]
    )
    if because == Because.CONFLICT:
        conflicts.of_evaluator(held, kind=Conflict.Kind.DECLARED, note=note)
    workflow.touch(held.application)
    write_down(held, actor, "evaluation.recused", because=because)
    return held


@transaction.atomic
def save_scores(
    *,
    invitation: Invitation,
    actor: User,
    scores: dict[str, tuple[int | None, str]],
    opinion: str | None,
    expected_revision: int | None = None,
) -> Invitation:
    """Keep what the evaluator has typed so far: `{criterion: (hundredths or None, comment)}`; what
    is not named stays as it is, and so does the opinion when it is None.

    Raises Invalid for points outside the criterion's range, StaleScores when another page of
    theirs has saved since.
    """
    held = mine(invitation, actor)
    if held.state != State.ACCEPTED:
        raise NotNow(_("이미 제출했거나 이해충돌 확인을 하지 않았습니다."))
    _check_points(held, scores)
    if expected_revision is not None and expected_revision != held.revision:
        raise StaleScores
    kept = {score.criterion: score for score in held.scores.all()}
    changed = False
    for code, (points, typed) in scores.items():
        before, comment = kept.get(code), typed.strip()
        if (before.hundredths, before.comment) == (points, comment) if before else False:
            continue
        if points is None and not comment:
            changed |= bool(held.scores.filter(criterion=code).delete()[0])
            continue
        Score.objects.update_or_create(
            invitation=held, criterion=code, defaults={"hundredths": points, "comment": comment}
        )
        changed = True
    if opinion is not None and opinion.strip() != held.opinion:
        held.opinion, changed = opinion.strip(), True
    if changed:
        held.revision += 1
        held.saved_at = calendar.now()
        held.save(update_fields=["opinion", "revision", "saved_at"])
    return held


def _check_points(held: Invitation, scores: dict[str, tuple[int | None, str]]) -> None:
    criteria = {criterion["code"]: criterion for criterion in held.rubric["criteria"]}
    errors: dict[str, list[str]] = {}
    for code, (points, _comment) in scores.items():
        if code not in criteria:
            raise Invalid(_("평가 항목이 아닙니다."))
        most = criteria[code]["max_points"]
        if points is not None and not 0 <= points <= most * 100:
            errors[code] = [_("0점부터 %(most)s점까지 줄 수 있습니다.") % {"most": most}]
    if errors:
        raise Invalid(_("입력한 내용을 확인해 주세요."), errors)


def missing(invitation: Invitation) -> dict[str, list[str]]:
    """What the scores still lack before they can be sent: a sentence per criterion without points,
    or without a comment where the points are low."""
    scores = {score.criterion: score for score in invitation.scores.all()}
    errors: dict[str, list[str]] = {}
    for criterion in invitation.rubric["criteria"]:
        score = scores.get(criterion["code"])
        if score is None or score.hundredths is None:
            errors[criterion["code"]] = [_("점수를 매겨 주세요.")]
        elif score.hundredths <= criterion["low"] * 100 and not score.comment:
            errors[criterion["code"]] = [_("낮은 점수에는 이유를 적어 주세요.")]
    return errors


@transaction.atomic
def submit_scores(
    *, invitation: Invitation, actor: User, expected_revision: int | None = None
) -> Invitation:
    """Send the scores; from now on they stand. A repeat returns the same. Raises Invalid as
    `missing` says, StaleScores when they are not the ones that were looked at."""
    held = mine(invitation, actor)
    if held.state == State.SUBMITTED:
        return held
    if held.state != State.ACCEPTED:
        raise NotNow(_("이해충돌이 없음을 먼저 확인해 주세요."))
    if expected_revision is not None and expected_revision != held.revision:
        raise StaleScores
    _refuse_tied(held)
    if errors := missing(held):
        raise Invalid(_("아직 매기지 않은 항목이 있습니다."), errors)
    held.state, held.link_digest = State.SUBMITTED, ""
    held.submitted_at = held.closed_at = calendar.now()
    held.save(update_fields=["state", "submitted_at", "closed_at", "link_digest"])
    write_down(held, actor, "evaluation.submitted")
    workflow.touch(held.application)
    return held


def write_down(held: Invitation, actor: User, name: str, **data: str) -> None:
    record(
        name=name,
        subject_type="application",
        subject_id=held.application.public_id,
        actor=actor,
        data={"invitation": str(held.public_id), **data},
    )


@transaction.atomic
def override_quorum(
    *, application: Application, actor: User, reason: str, expected_revision: int | None = None
) -> QuorumOverride:
    """A lead allows deciding before the quorum is met, in writing. A repeat returns the first."""
    case = workflow.lock(application)
    if not workflow.may(case, workflow.LEAD, actor):
        raise NotAllowed(_("결재자만 정족수 예외를 둘 수 있습니다."))
    if case.at != Stage.EXTERNAL_EVALUATION:
        raise NotNow(_("외부 평가 단계에서만 정족수 예외를 둘 수 있습니다."))
    if not reason.strip():
        raise NotNow(_("사유를 적어 주세요."))
    made = QuorumOverride.objects.filter(application=case).select_related("lead").first()
    if made is not None:
        if made.lead_id == actor.pk:
            return made
        raise AlreadyDone(what=_("정족수 예외"), who=str(made.lead), at=made.at)
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleCase
    made = QuorumOverride.objects.create(
        application=case, lead=actor, at=calendar.now(), reason=reason.strip()
    )
    workflow.touch(case)
    record(
        name="evaluation.quorum_overridden",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        note=reason.strip(),
    )
    return made


def close_invitations(case: Application, change: Any) -> None:
    """Effect of leaving external evaluation: open invitations die with it, and who still worked on
    one hears that nothing is left to do."""
    if change.from_stage != Stage.EXTERNAL_EVALUATION:
        return
    for invitation in case.invitations.filter(state__in=Invitation.OPEN).order_by("pk"):
        _take_back(invitation)


def follow_calendar(case: Application, before: Calendar, after: Calendar) -> None:
    """Open invitations keep as many business days as they had under the table before; a day that
    was told never comes sooner."""
    for held in case.invitations.filter(state__in=Invitation.OPEN).order_by("pk"):
        invited_on = calendar.in_seoul(held.invited_at).date()
        days = calendar.business_days_between(invited_on, held.due_on, calendar=before)
        due = calendar.add_business_days(invited_on, max(days, 0), calendar=after)
        if due <= held.due_on:
            continue
        recalculation.told(
            case,
            what=DueChange.What.EVALUATION,
            key=f"calendar:{after.revision}:invitation:{held.pk}",
            before=held.due_on,
            after=due,
            revision=after.revision,
        )
        held.due_on = due
        held.save(update_fields=["due_on"])
        evaluator_notices.tell(held, "extended", key=due.isoformat())
