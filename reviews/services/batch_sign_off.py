"""Many decisions signed at once: looked at first, then signed one by one, a result for each.

Looking writes nothing and asks as many questions for two hundred as for two: it sees what a
signature would run into as far as that can be read at once. Signing is one transaction per case
(`signing.sign_off`, which looks at everything again); what one is refused does not stop the
others, and who has signed already is told the same again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count, Prefetch
from django.utils.translation import gettext as _

from accounts.models import User
from applications.errors import CaseError
from applications.models import Application
from letters.errors import LetterError
from programs import calendar
from programs.models import ClaimState, Pool, PoolClaim
from reviews.facts import verified, with_claims
from reviews.models import Decision, DecisionStep, Invitation, Outcome
from reviews.permissions import Desk
from reviews.selectors.queue import to_sign
from reviews.selectors.sign_offs import RELATED
from reviews.services import conflicts, line, signing
from reviews.services.signing import SignOff
from reviews.standing import override_of, standing, too_few

MOST = 200


@dataclass(frozen=True)
class Planned:
    """What signing one would do. `before` and `after` are the free units of the pool that runs out
    first; `place` one in the waiting list instead; `refusal` why it would not be signed."""

    decision: Decision
    refusal: str = ""
    warnings: list[str] = field(default_factory=list)
    pool: Pool | None = None
    before: int | None = None
    after: int | None = None
    place: int | None = None


@dataclass(frozen=True)
class Done:
    """What signing one has done."""

    decision: Decision
    result: SignOff | None = None
    refusal: str = ""


def chosen(actor: User, desk: Desk, wanted: Sequence[UUID]) -> list[Decision]:
    """The unsigned decisions among these that this lead may see, the earliest due first; others do
    not exist for them. Also those this person has just signed, so that a repeat is answered."""
    ids = list(dict.fromkeys(wanted))[:MOST]
    unsigned = to_sign(desk).filter(public_id__in=ids).values("pk")
    mine = Decision.objects.filter(public_id__in=ids, signed_off_by=actor, ended_at=None)
    found = (
        Decision.objects.filter(pk__in=unsigned.union(mine.values("pk")))
        .exclude(
            application__in=Application.objects.filter(conflicts.cases_barred_to(actor)).values(
                "pk"
            )
        )
        .select_related(*RELATED, "application__quorum_override")
        .prefetch_related(
            Prefetch("steps", DecisionStep.objects.order_by("place")),
            Prefetch("application__invitations", Invitation.objects.prefetch_related("scores")),
            _claims(),
        )
    )
    return sorted(found, key=lambda one: (one.application.due_on or calendar.today(), one.pk))


def _claims() -> Prefetch:
    """`with_claims`, from the decision's side."""
    inner = with_claims()
    return Prefetch("application__claims", inner.queryset)


def look(*, decisions: Sequence[Decision], actor: User) -> list[Planned]:
    """What signing each, in this order, would do; nothing is written."""
    units = _Units(decisions)
    drafters = conflicts.among_many(
        {one.drafted_by_id for one in decisions}, [one.application for one in decisions]
    )
    return [
        _look(one, actor, units, drafters[one.application.pk].get(one.drafted_by_id, ""))
        for one in decisions
    ]


def _look(held: Decision, actor: User, units: "_Units", conflict: str) -> Planned:
    if refusal := _refusal(held, actor, conflict):
        return Planned(held, refusal=refusal)
    warnings = _warnings(held)
    if held.outcome != Outcome.APPROVE:
        return Planned(held, warnings=warnings)
    pool, before, place = units.take(held)
    if place is not None:
        warnings.append(_("쿼터가 모두 차서 대기합니다."))
    after = before - 1 if before is not None and place is None else before
    return Planned(held, warnings=warnings, pool=pool, before=before, after=after, place=place)


def _refusal(held: Decision, actor: User, conflict: str) -> str:
    if held.signed_off_at is not None:
        return _("이미 결재한 결정입니다.")
    if held.drafted_by_id == actor.pk:
        return _("자신이 기안한 결정은 다른 사람이 결재해야 합니다.")
    if conflict:
        return _("기안한 사람에게 이해관계가 있습니다. 다른 사람이 다시 기안해야 합니다.")
    if (step := line.next_step(held)) is not None:
        return _("먼저 거쳐야 하는 단계가 있습니다: %(step)s") % {"step": line.step_name(step)}
    if any(one.done_by_id == actor.pk for one in held.steps.all()):
        return _("앞 단계를 맡은 사람은 결재할 수 없습니다.")
    if held.outcome == Outcome.APPROVE and (short := too_few(standing(held.application))):
        return short
    return ""


def _warnings(held: Decision) -> list[str]:
    case = held.application
    found = []
    if case.due_on is not None and case.due_on < calendar.today():
        found.append(_("처리 기한이 지났습니다."))
    if held.outcome == Outcome.APPROVE and override_of(case) is not None:
        found.append(_("정족수를 채우지 않고 결정합니다."))
    if calendar.in_seoul(held.drafted_at).date() != calendar.today():
        found.append(_("기안한 날이 오늘이 아닙니다. 오늘 기준으로 다시 판단합니다."))
    return found


class _Units:
    """The free units of the decisions' pools as one signature after the other takes them: two
    queries for all. What `programs.quota.take` would do, told beforehand."""

    def __init__(self, decisions: Sequence[Decision]) -> None:
        programmes = {one.application.programme_id for one in decisions}
        pools = Pool.objects.filter(programme__in=programmes, closed_at=None).order_by("pk")
        today = calendar.today()
        self.pools: dict[int, list[Pool]] = {}
        for pool in pools:
            if pool.period_from <= today <= pool.period_to:
                self.pools.setdefault(pool.programme_id, []).append(pool)
        self.free = {pool.pk: pool.free for held in self.pools.values() for pool in held}
        waiting = PoolClaim.objects.filter(
            leaf__programme__in=programmes, state=ClaimState.WAITING
        ).values_list("leaf__programme")
        self.waiting: dict[int, int] = dict(waiting.annotate(Count("pk")).order_by())

    def take(self, held: Decision) -> tuple[Pool | None, int | None, int | None]:
        """The pool that runs out first, its free units before, and the place in the list where
        there is none; all None for a programme without a quota."""
        case = held.application
        way = self._way(held)
        if not way:
            return None, None, None
        tightest = min(way, key=lambda pool: self.free[pool.pk])
        before = self.free[tightest.pk]
        ahead = self.waiting.get(case.programme_id, 0)
        if ahead or before <= 0:
            self.waiting[case.programme_id] = ahead + 1
            return tightest, before, ahead + 1
        for pool in way:
            self.free[pool.pk] -= 1
        return tightest, before, None

    def _way(self, held: Decision) -> list[Pool]:
        case = held.application
        manifest = case.manifest
        if manifest.quota is None:
            return []
        ways = manifest.quota.ways_for(
            verified(case), on=calendar.today(), requirements=manifest.requirements
        )
        paths = {
            "/".join(node.code for node in way[: depth + 1])
            for way in ways
            for depth in range(len(way))
        }
        return [pool for pool in self.pools.get(case.programme_id, []) if pool.path in paths]


def sign(*, decisions: Sequence[Decision], revisions: dict[UUID, int], actor: User) -> list[Done]:
    """Sign each. `revisions` are those that were looked at, by the decision's public id: one
    without, or whose case has changed since, is refused."""
    return [_sign(one, revisions.get(one.public_id, 0), actor) for one in decisions]


def _sign(held: Decision, revision: int, actor: User) -> Done:
    try:
        result = signing.sign_off(decision=held, actor=actor, expected_revision=revision)
    except CaseError as refused:
        return Done(held, refusal=refused.sentence)
    except LetterError as refused:
        return Done(held, refusal=str(refused))
    return Done(held, result=result)
