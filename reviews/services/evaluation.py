"""External evaluation: inviting, declaring no conflict, scoring, quorum."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.access import has_role
from accounts.models import StaffRole, User
from applications import workflow
from applications.errors import AlreadyDone, Invalid, NotAllowed, NotNow, StaleCase
from applications.models import Application
from applications.stages import Stage
from audit.services import record
from notifications import mail, outbox
from notifications.outbox import Lease
from programs import calendar, clock
from programs.manifest import Rubric
from reviews.models import Evaluator, Invitation, QuorumOverride, Score

TOPIC_INVITED = "reviews.invited"
State = Invitation.State


def freeze(rubric: Rubric) -> dict[str, Any]:
    """The rubric as data, kept with the invitation: later versions do not move the goalposts."""
    return {
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

    Raises NotAllowed, NotNow (stage, own company, already asked, no longer appointed), StaleCase.
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
    if _tied(case, evaluator):
        raise NotNow(_("이 회사의 구성원이거나 이 기관의 직원이라 평가위원이 될 수 없습니다."))
    period = case.manifest.deadlines.evaluation or "5d"
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                application=case,
                evaluator=evaluator,
                rubric=freeze(rubric),
                invited_by=actor,
                invited_at=calendar.now(),
                due_on=clock.evaluation_due(calendar.today(), period),
            )
    except IntegrityError as clash:
        raise NotNow(_("이미 평가를 요청한 위원입니다.")) from clash
    outbox.enqueue(
        topic=TOPIC_INVITED,
        key=str(invitation.public_id),
        payload={"invitation": str(invitation.public_id)},
    )
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
    can be asked. A repeat returns the same. Raises NotAllowed, NotNow once answered, StaleCase."""
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
    held.state, held.closed_at = State.REVOKED, calendar.now()
    held.save(update_fields=["state", "closed_at"])
    workflow.touch(case)
    record(
        name="evaluation.revoked",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={"invitation": str(held.public_id)},
    )
    return held


def _tied(case: Application, evaluator: Evaluator) -> bool:
    user = evaluator.user
    return (
        user.company_memberships.filter(company_id=case.company_id).exists()
        or user.staff_memberships.filter(office_id=case.office_id).exists()
    )


def mail_invitation(lease: Lease) -> None:
    """Outbox handler: tell the evaluator. Names no candidate and no company."""
    invitation = Invitation.objects.select_related(
        "evaluator__user", "application__version", "application__office"
    ).get(public_id=lease.payload["invitation"])
    user, case = invitation.evaluator.user, invitation.application
    with translation.override(user.language):
        due = date_format(invitation.due_on, "DATE_FORMAT")
    mail.queue(
        to=user.email,
        language=user.language,
        template="reviews/mail/evaluator_invited",
        context={
            "name": user.name,
            "programme": case.manifest.names.in_language(user.language),
            "office": case.office.name_en if user.language == "en" else case.office.name_ko,
            "phone": case.office.phone,
            "due_on": due,
            "address": settings.SITE_URL
            + reverse("reviews:packet", kwargs={"public_id": invitation.public_id}),
        },
        key=f"{lease.key}:invited",
        user=user,
    )


def _mine(invitation: Invitation, actor: User) -> Invitation:
    """Lock case and invitation for its own evaluator; another's does not exist for them."""
    workflow.lock(invitation.application)
    held = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("application", "evaluator")
        .get(pk=invitation.pk)
    )
    if held.evaluator.user_id != actor.pk or not held.evaluator.active:
        raise NotAllowed(_("이 평가의 위원이 아닙니다."))
    if held.application.at != Stage.EXTERNAL_EVALUATION or held.state == State.REVOKED:
        raise NotNow(_("이 평가는 끝났습니다."))
    return held


@transaction.atomic
def declare_no_conflict(*, invitation: Invitation, actor: User) -> Invitation:
    """The evaluator declares that nothing ties them to company or candidate; the packet opens."""
    held = _mine(invitation, actor)
    if held.state == State.INVITED:
        held.state, held.no_conflict_at = State.ACCEPTED, calendar.now()
        held.save(update_fields=["state", "no_conflict_at"])
        _note(held, actor, "evaluation.accepted")
    elif held.state != State.ACCEPTED:
        raise NotNow(_("이 평가는 끝났습니다."))
    return held


@transaction.atomic
def recuse(*, invitation: Invitation, actor: User) -> Invitation:
    """The evaluator steps back (회피); someone else can be asked."""
    held = _mine(invitation, actor)
    if held.state not in (State.INVITED, State.ACCEPTED):
        raise NotNow(_("이 평가는 끝났습니다."))
    held.state, held.closed_at = State.RECUSED, calendar.now()
    held.save(update_fields=["state", "closed_at"])
    _note(held, actor, "evaluation.recused")
    return held


@transaction.atomic
def save_scores(
    *, invitation: Invitation, actor: User, scores: dict[str, tuple[int | None, str]], opinion: str
) -> Invitation:
    """Keep what the evaluator has typed so far: `{criterion: (hundredths or None, comment)}`.

    Raises Invalid for points outside the criterion's range.
    """
    held = _mine(invitation, actor)
    if held.state != State.ACCEPTED:
        raise NotNow(_("이미 제출했거나 이해충돌 확인을 하지 않았습니다."))
    criteria = {criterion["code"]: criterion for criterion in held.rubric["criteria"]}
    errors: dict[str, list[str]] = {}
    for code, scored in scores.items():
        points = scored[0]
        if code not in criteria:
            raise Invalid(_("평가 항목이 아닙니다."))
        most = criteria[code]["max_points"]
        if points is not None and not 0 <= points <= most * 100:
            errors[code] = [_("0점부터 %(most)s점까지 줄 수 있습니다.") % {"most": most}]
    if errors:
        raise Invalid(_("입력한 내용을 확인해 주세요."), errors)
    for code, (points, comment) in scores.items():
        if points is None and not comment.strip():
            held.scores.filter(criterion=code).delete()
        elif points is not None:
            Score.objects.update_or_create(
                invitation=held,
                criterion=code,
                defaults={"hundredths": points, "comment": comment.strip()},
            )
    held.opinion = opinion.strip()
    held.save(update_fields=["opinion"])
    return held


@transaction.atomic
def submit_scores(*, invitation: Invitation, actor: User) -> Invitation:
    """Send the scores; from now on they stand. A repeat returns the same. Raises Invalid with a
    sentence per criterion that lacks points, or a comment where the score is low."""
    held = _mine(invitation, actor)
    if held.state == State.SUBMITTED:
        return held
    if held.state != State.ACCEPTED:
        raise NotNow(_("이해충돌이 없음을 먼저 확인해 주세요."))
    scores = {score.criterion: score for score in held.scores.all()}
    errors: dict[str, list[str]] = {}
    for criterion in held.rubric["criteria"]:
        score = scores.get(criterion["code"])
        if score is None:
            errors[criterion["code"]] = [_("점수를 매겨 주세요.")]
        elif score.hundredths <= criterion["low"] * 100 and not score.comment:
            errors[criterion["code"]] = [_("낮은 점수에는 이유를 적어 주세요.")]
    if errors:
        raise Invalid(_("아직 매기지 않은 항목이 있습니다."), errors)
    held.state = State.SUBMITTED
    held.submitted_at = held.closed_at = calendar.now()
    held.save(update_fields=["state", "submitted_at", "closed_at"])
    _note(held, actor, "evaluation.submitted")
    workflow.touch(held.application)
    return held


def _note(held: Invitation, actor: User, name: str) -> None:
    record(
        name=name,
        subject_type="application",
        subject_id=held.application.public_id,
        actor=actor,
        data={"invitation": str(held.public_id)},
    )


@transaction.atomic
def override_quorum(
    *, application: Application, actor: User, reason: str, expected_revision: int | None = None
) -> QuorumOverride:
    """A lead allows deciding before the quorum is met, in writing. A repeat returns the first."""
    case = workflow.lock(application)
    if not has_role(actor, case.office_id, StaffRole.LEAD, programme_slug=case.programme.slug):
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


@dataclass(frozen=True)
class Standing:
    """Where an external evaluation stands; points in hundredths of 100.00, None before any."""

    answered: int
    invited: int
    quorum: int
    average: int | None
    pass_points: int
    overridden: bool

    @property
    def quorum_met(self) -> bool:
        return self.answered >= self.quorum

    @property
    def passed(self) -> bool:
        return self.average is not None and self.average >= self.pass_points


def total(invitation: Invitation) -> int:
    """One evaluator's weighted total in hundredths of 100.00, rounded half up."""
    points = {score.criterion: score.hundredths for score in invitation.scores.all()}
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
    live = [
        invitation
        for invitation in case.invitations.prefetch_related("scores")
        if invitation.state in Invitation.LIVE
    ]
    totals = [total(invitation) for invitation in live if invitation.state == State.SUBMITTED]
    average = (2 * sum(totals) + len(totals)) // (2 * len(totals)) if totals else None
    return Standing(
        answered=len(totals),
        invited=len(live),
        quorum=rubric.quorum,
        average=average,
        pass_points=rubric.pass_points,
        overridden=QuorumOverride.objects.filter(application=case).exists(),
    )


def quorum_refusal(case: Application) -> str | None:
    """Why the evaluation does not allow going on, in a sentence; None if it does."""
    now = standing(case)
    if now is None or now.quorum_met or now.overridden:
        return None
    return _("외부 평가 %(quorum)s건이 필요한데 %(answered)s건이 제출되었습니다.") % {
        "quorum": now.quorum,
        "answered": now.answered,
    }


def close_invitations(case: Application, change: Any) -> None:
    """Effect of leaving external evaluation: open invitations die with it."""
    if change.from_stage != Stage.EXTERNAL_EVALUATION:
        return
    case.invitations.filter(state__in=(State.INVITED, State.ACCEPTED)).update(
        state=State.REVOKED, closed_at=calendar.now()
    )
