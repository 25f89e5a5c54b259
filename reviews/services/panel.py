"""The panel of one case from the office's side: more time, someone else, a reminder."""

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import staff_of
from accounts.models import StaffRole, User
from applications import workflow
from applications.errors import Invalid, NotAllowed, NotNow, StaleCase
from applications.models import Application
from applications.services.contact import contact
from applications.services.reminders import EARLY_DAYS, FROM_HOUR, LATE_DAYS
from applications.stages import Stage
from audit.services import record
from notifications import mail, outbox
from notifications.outbox import Lease
from programs import calendar
from reviews.models import Evaluator, Invitation
from reviews.services import evaluation, evaluator_notices
from reviews.standing import standing

TOPIC_OVERDUE = "reviews.evaluation_overdue"
MOST_DAYS = 60
# The lead hears as well when nobody has done anything about it for so long.
LEAD_AFTER = timedelta(days=3)


@transaction.atomic
def extend(
    *, invitation: Invitation, actor: User, due_on: date, expected_revision: int | None = None
) -> Invitation:
    """Give an evaluator more time; a packet that was closed by its last day opens again. The same
    day again is the same. Raises NotAllowed, NotNow, Invalid for the day, StaleCase."""
    case, held = _open(invitation, actor)
    if held.due_on == due_on:
        return held
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleCase
    today = calendar.today()
    if not max(today, held.due_on) < due_on <= today + timedelta(days=MOST_DAYS):
        sentence = _("지금 기한보다 뒤이고 오늘부터 %(days)s일 안인 날을 적어 주세요.")
        sentence %= {"days": MOST_DAYS}
        raise Invalid(sentence, {"due_on": [sentence]})
    held.due_on = due_on
    held.save(update_fields=["due_on"])
    evaluator_notices.tell(held, "extended", key=due_on.isoformat())
    workflow.touch(case)
    _note(held, actor, "evaluation.extended", due_on=due_on.isoformat())
    return held


@transaction.atomic
def replace(
    *,
    invitation: Invitation,
    actor: User,
    evaluator: Evaluator,
    expected_revision: int | None = None,
) -> Invitation:
    """Ask someone else instead: the old invitation is revoked and the new one sent, or neither.
    Raises as `evaluation.revoke` and `evaluation.invite` do."""
    held = evaluation.revoke(
        invitation=invitation, actor=actor, expected_revision=expected_revision
    )
    return evaluation.invite(application=held.application, actor=actor, evaluator=evaluator)


@transaction.atomic
def remind(*, invitation: Invitation, actor: User) -> Invitation:
    """Remind an evaluator by mail, at most once a day. Raises NotAllowed, NotNow."""
    _case, held = _open(invitation, actor)
    if held.expired:
        raise NotNow(_("평가 기한이 지나 자료가 닫혔습니다. 기한을 먼저 늘려 주세요."))
    today = calendar.today().isoformat()
    if evaluator_notices.told(held, "reminder", key=today):
        raise NotNow(_("오늘은 이미 알림을 보냈습니다."))
    evaluator_notices.tell(held, "reminder", key=today)
    _note(held, actor, "evaluation.reminded")
    return held


def _open(invitation: Invitation, actor: User) -> tuple[Application, Invitation]:
    """Lock the case and its unanswered invitation, for whoever works on the case."""
    case = workflow.lock(invitation.application)
    if not workflow.may(case, workflow.ASSIGNEE, actor):
        raise NotAllowed(_("이 단계를 처리할 권한이 없습니다."))
    held = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if case.at != Stage.EXTERNAL_EVALUATION or held.state not in Invitation.OPEN:
        raise NotNow(_("이미 끝난 평가 요청입니다."))
    held.application = case
    return case, held


def _note(held: Invitation, actor: User, name: str, **data: str) -> None:
    record(
        name=name,
        subject_type="application",
        subject_id=held.application.public_id,
        actor=actor,
        data={"invitation": str(held.public_id), **data},
    )


# --- by the clock ----------------------------------------------------------------------------
def remind_evaluations() -> int:
    """Leave word for evaluators whose last day comes near, and for the office about cases that too
    few can still answer, whatever the reason; return how many words. It changes nothing else, and
    what was said for a day is not said again: a missed or doubled run does no harm."""
    now = calendar.now()
    if now.time() < FROM_HOUR:
        return 0
    today, count = now.date(), 0
    if not _working_day(today):
        return 0
    unanswered = Invitation.objects.filter(
        state__in=Invitation.OPEN, application__stage=Stage.EXTERNAL_EVALUATION
    ).select_related("application__version")
    for invitation in unanswered.order_by("pk"):
        invited_on = calendar.in_seoul(invitation.invited_at).date()
        kind = due_reminder(invitation.due_on, invited_on, today)
        if kind and kind != "overdue":
            evaluator_notices.tell(
                invitation, "reminder", key=f"{invitation.due_on.isoformat()}:{kind}"
            )
            count += 1
    for case in _running():
        now_standing = standing(case)
        if now_standing and now_standing.short and not now_standing.overridden:
            outbox.enqueue(
                topic=TOPIC_OVERDUE,
                key=f"{case.public_id}:{today.isoformat()}",
                payload={"application": str(case.public_id)},
            )
            count += 1
    return count


def _running() -> QuerySet[Application]:
    """The cases in external evaluation about which somebody was asked before today."""
    before = Invitation.objects.filter(
        application=OuterRef("pk"),
        invited_at__lt=calendar.now().replace(hour=0, minute=0, second=0, microsecond=0),
    )
    return (
        Application.objects.filter(Exists(before), stage=Stage.EXTERNAL_EVALUATION)
        .select_related("version", "quorum_override")
        .prefetch_related("invitations__scores")
        .order_by("pk")
    )


def due_reminder(last_day: date, invited_on: date, today: date) -> str:
    """`early` from three business days before the last day, `late` from the last one before it,
    `overdue` after it; nothing before that, nor on the day of the invitation itself."""
    if today > last_day:
        return "overdue"
    try:
        left = calendar.business_days_between(today, last_day)
    except calendar.OutsideTable:  # better a day early
        left = (last_day - today).days
    if today <= invited_on or left > EARLY_DAYS:
        return ""
    return "late" if left <= LATE_DAYS else "early"


def _working_day(day: date) -> bool:
    try:
        return calendar.is_business_day(day)
    except calendar.OutsideTable:  # better one mail too many
        return True


def mail_overdue(lease: Lease) -> None:
    """Outbox handler: tell the reviewer, and later the lead, that too few can still answer."""
    case = Application.objects.select_related("version", "office", "programme").get(
        public_id=lease.payload["application"]
    )
    now = standing(case)
    late = [
        invitation
        for invitation in case.invitations.select_related("evaluator__user").order_by("pk")
        if invitation.expired
    ]
    if case.at != Stage.EXTERNAL_EVALUATION or now is None or not now.short or now.overridden:
        return
    page = reverse("reviews:evaluation", kwargs={"public_id": case.public_id})
    since = min((one.due_on for one in late), default=calendar.today())
    for person in _who_hears(case, since):
        mail.queue(
            to=person.email,
            language=person.language,
            template="reviews/mail/evaluation_overdue",
            context={
                "name": person.name,
                "programme": case.manifest.names.in_language(person.language),
                "receipt_no": case.receipt_no or "",
                "people": ", ".join(str(invitation.evaluator) for invitation in late),
                "answered": now.answered,
                "quorum": now.needed,
                "disagree": now.disagree,
                "address": settings.SITE_URL + page,
                **contact(case, person.language),
            },
            key=f"{lease.key}:{person.pk}",
            user=person,
            about=case.public_id,
        )


def _who_hears(case: Application, last_day: date) -> list[User]:
    """Whoever has the case; the leads too after some days, or when nobody has it."""
    running = case.assignments.filter(ended_at=None, assignee__is_active=True)
    people = [row.assignee for row in running.select_related("assignee")]
    if not people or calendar.today() - last_day > LEAD_AFTER:
        people += staff_of(case.office, StaffRole.LEAD, programme_slug=case.programme.slug)
    return list({person.pk: person for person in people}.values())
