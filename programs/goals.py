"""Setting and ending the goals of a quota. Who may is asked here, whoever calls."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import has_role
from accounts.models import StaffRole, User
from audit.services import record
from programs import calendar
from programs.models import Pool, QuotaGoal


class GoalError(Exception):
    """A goal that cannot be set; a sentence for people, and the field it belongs to."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


def may_set(pool: Pool, actor: User) -> bool:
    """An administrator of the programme's office."""
    programme = pool.programme
    return has_role(
        actor, programme.office_id, StaffRole.ADMINISTRATOR, programme_slug=programme.slug
    )


@transaction.atomic
def set_goal(*, pool: Pool, number: int, due_on: date, actor: User) -> QuotaGoal:
    """Want so many units of the pool taken by a day of its period. The same again is the goal that
    stands. Raises GoalError."""
    if not may_set(pool, actor):
        raise GoalError(_("운영자만 목표를 정할 수 있습니다."))
    held = QuotaGoal.objects.filter(pool=pool, due_on=due_on, ended_at=None).first()
    if held is not None and held.number == number:
        return held
    if held is not None:
        raise GoalError(
            _("이 날짜의 목표가 이미 있습니다. 먼저 그 목표를 거두어 주세요."), "due_on"
        )
    if not 1 <= number <= pool.size:
        raise GoalError(
            _("목표는 1명 이상, 정원(%(size)s명) 이하여야 합니다.") % {"size": pool.size}, "number"
        )
    if not max(calendar.today(), pool.period_from) <= due_on <= pool.period_to:
        raise GoalError(
            _("오늘부터 쿼터 기간의 마지막 날(%(day)s)까지의 날짜를 적어 주세요.")
            % {"day": pool.period_to.isoformat()},
            "due_on",
        )
    try:
        with transaction.atomic():
            goal = QuotaGoal.objects.create(
                pool=pool, number=number, due_on=due_on, set_by=actor, set_at=calendar.now()
            )
    except IntegrityError as clash:
        raise GoalError(_("이 날짜의 목표가 이미 있습니다."), "due_on") from clash
    _told("quota_goal.set", goal, actor)
    return goal


@transaction.atomic
def end_goal(*, goal: QuotaGoal, actor: User) -> QuotaGoal:
    """Take a goal away; what it was stays to be read. A repeat changes nothing."""
    held = QuotaGoal.objects.select_for_update(of=("self",)).get(pk=goal.pk)
    if not may_set(held.pool, actor):
        raise GoalError(_("운영자만 목표를 거둘 수 있습니다."))
    if held.ended_at is None:
        held.ended_by, held.ended_at = actor, calendar.now()
        held.save(update_fields=["ended_by", "ended_at"])
        _told("quota_goal.ended", held, actor)
    return held


def _told(name: str, goal: QuotaGoal, actor: User) -> None:
    record(
        name=name,
        subject_type="pool",
        subject_id=goal.pool.public_id,
        actor=actor,
        data={
            "goal": str(goal.public_id),
            "number": goal.number,
            "due_on": goal.due_on.isoformat(),
        },
    )
