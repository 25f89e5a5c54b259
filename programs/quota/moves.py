"""What can happen to a claim: taken, offered, accepted, declined, issued, given back."""

import uuid
from collections.abc import Callable
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from programs.calendar import now, today
from programs.models import (
    ClaimState,
    LedgerRow,
    Movement,
    Pool,
    PoolClaim,
    ProgrammeVersion,
)
from programs.quota.locked import (
    REASON_LENGTH,
    LockedTree,
    actor_id,
    in_callers_transaction,
    vendor,
)
from programs.quota.movements import Attempt, QuotaError, Result, Sought, Taken
from programs.quota.reading import read_sought

# Called in the transaction that frees a unit, with the subject it is now offered to. Pools are
# locked by then: write an outbox row, lock no application.
offered_hooks: list[Callable[[UUID], None]] = []

# The approval ends before its letter exists: a unit that was never issued is free again,
# whatever the programme says of issued ones.
ENDS_APPROVAL = frozenset({"taken_back", "withdrawn"})

NOT_OPENED = gettext_lazy("이 프로그램의 쿼터가 아직 개설되지 않았습니다.")


def take(
    *,
    version: ProgrammeVersion,
    facts: dict,
    subject: UUID,
    actor: User | None,
    reason: str = "sign-off",
) -> PoolClaim | None:
    """Hold one unit of every pool the facts belong to, or join the end of the waiting list.

    None when the programme has no quota. A subject with a live claim gets that claim again.
    `claim.state` is "held" or "waiting" (a result, not an error: the row must survive), and
    `claim.place` the place in the list. Raises QuotaError when the pools were never opened.
    """
    sought = sought_for(version=version, facts=facts)
    if sought is None:
        return None
    attempt = Attempt(
        sought=sought,
        subject=subject,
        public_id=uuid.uuid4(),
        version=version.pk,
        actor=actor_id(actor),
        reason=reason[:REASON_LENGTH],
        now=now(),
    )
    # Outside a transaction the guarded statement is one by itself: the pool is locked for as
    # long as the database needs for it, not until this process gets to run again.
    if len(sought.paths) == 1 and not connection.in_atomic_block:
        taken = vendor().take_alone(attempt)
        if taken.result is Result.HELD:
            return _held(attempt, version, taken)
    return _take(attempt, version)


@in_callers_transaction
def _take(attempt: Attempt, version: ProgrammeVersion) -> PoolClaim:
    # One pool needs no lock before its guarded statement. That a unit seemed taken may be out
    # of date, and who joins the list must not miss a unit freed meanwhile: then it is asked
    # again with the pools locked.
    alone = len(attempt.sought.paths) == 1
    taken = vendor().take_at_once(attempt) if alone else Taken(Result.FULL)
    if taken.result is Result.FULL:
        pools = vendor().lock_sought(attempt.sought)
        if not pools:
            raise QuotaError(NOT_OPENED)
        attempt = attempt.locked(pools)
        taken = vendor().take(attempt)
    if taken.result is Result.HELD:
        return _held(attempt, version, taken)
    if claim := live_claim(attempt.subject):
        return claim
    claim = _claim(attempt, version, attempt.leaf, ClaimState.WAITING)
    claim.save(force_insert=True)
    LedgerRow.objects.create(
        pool_id=attempt.leaf,
        claim=claim,
        kind=Movement.WAIT,
        key=attempt.key(attempt.leaf),
        actor_id=attempt.actor,
        reason=attempt.reason,
        at=attempt.now,
    )
    return claim


def _held(attempt: Attempt, version: ProgrammeVersion, taken: Taken) -> PoolClaim:
    """The claim that the statement wrote; reading it back would keep the pool locked for longer."""
    claim = _claim(attempt, version, taken.leaf or attempt.leaf, ClaimState.HELD)
    claim.pk, claim._state.adding, claim._state.db = taken.claim, False, connection.alias
    return claim


def _claim(attempt: Attempt, version: ProgrammeVersion, leaf: int, state: ClaimState) -> PoolClaim:
    return PoolClaim(
        public_id=attempt.public_id,
        subject=attempt.subject,
        leaf_id=leaf,
        also=attempt.also,
        state=state,
        taken_under=version,
        taken_by_id=attempt.actor,
        opened_at=attempt.now,
        changed_at=attempt.now,
    )


@in_callers_transaction
def issue(*, subject: UUID, actor: User | None, reason: str = "letter visible") -> PoolClaim | None:
    """The held unit becomes an issued one, when the letter becomes visible.

    A repeat changes nothing. None for a subject that never had a claim: its programme has no
    quota. Raises QuotaError when its unit is not held, for then there must be no letter.
    """
    tree, claim = locked(subject)
    if claim is None:
        if PoolClaim.objects.filter(subject=subject).exists():
            raise QuotaError(_("쿼터가 이미 반납되어 추천서를 발급할 수 없습니다."))
        return None
    if claim.state == ClaimState.ISSUED:
        return claim
    if claim.state != ClaimState.HELD:
        raise QuotaError(_("쿼터를 배정받지 못해 추천서를 발급할 수 없습니다."))
    tree.step(claim, ClaimState.ISSUED)
    tree.write(actor=actor, reason=reason)
    claim.refresh_from_db()
    return claim


@in_callers_transaction
def accept(*, subject: UUID, actor: User | None, reason: str = "offer accepted") -> PoolClaim:
    """The offered unit becomes a held one. A repeat changes nothing."""
    tree, claim = locked(subject)
    if claim is None or claim.state in {ClaimState.WAITING, ClaimState.ISSUED}:
        raise QuotaError(_("수락할 쿼터 제안이 없습니다."))
    if claim.state == ClaimState.OFFERED:
        tree.step(claim, ClaimState.HELD)
        tree.write(actor=actor, reason=reason)
        claim.refresh_from_db()
    return claim


@in_callers_transaction
def decline(*, subject: UUID, actor: User | None, reason: str = "offer declined") -> list[UUID]:
    """The offered unit goes to the next in the list; the subjects it is now offered to."""
    tree, claim = locked(subject)
    if claim is None or claim.state != ClaimState.OFFERED:
        raise QuotaError(_("거절할 쿼터 제안이 없습니다."))
    return _free(tree, claim, actor=actor, reason=reason)


@in_callers_transaction
def give_back(*, subject: UUID, actor: User | None, reason: str, event: str) -> list[UUID]:
    """An approval or a letter ended by `event`; the subjects its unit is now offered to.

    Who waits leaves the list. An offered or held unit is free when the approval ends
    ("taken_back", "withdrawn"); by any other event it is free, as an issued one is, only if
    the programme's `gives_back` names the event. Without a live claim nothing happens, so a
    unit is given back once.
    """
    tree, claim = locked(subject)
    if claim is None:
        return []
    ends = claim.state != ClaimState.ISSUED and event in ENDS_APPROVAL
    counts = claim.state in {ClaimState.HELD, ClaimState.ISSUED}
    if counts and not ends and event not in claim.taken_under.manifest().gives_back:
        return []
    return _free(tree, claim, actor=actor, reason=f"{event}: {reason}")


def live_claim(subject: UUID) -> PoolClaim | None:
    """The subject's claim that is not returned; there is one at most (constraint)."""
    return (
        PoolClaim.objects.select_related("leaf")
        .filter(subject=subject)
        .exclude(state=ClaimState.RETURNED)
        .first()
    )


def _free(tree: LockedTree, claim: PoolClaim, *, actor: User | None, reason: str) -> list[UUID]:
    """Return the unit and offer what is free, in one statement."""
    tree.step(claim, ClaimState.RETURNED)
    subjects = tree.offer()
    tree.write(actor=actor, reason=reason)
    tell(subjects)
    return subjects


def tell(subjects: list[UUID]) -> None:
    for subject in subjects:
        for hook in offered_hooks:
            hook(subject)


def locked(subject: UUID) -> tuple[LockedTree, PoolClaim | None]:
    """The tree of the subject's live claim, locked, and the claim as it is then."""
    before = live_claim(subject)
    if before is None:
        return LockedTree(None), None
    tree = LockedTree(before.leaf)
    claim = live_claim(subject)
    if claim and claim.leaf_id not in tree.counters:
        # Given back and taken elsewhere within this moment: the caller tries again.
        raise QuotaError(_("쿼터가 방금 변경되었습니다. 다시 시도해 주세요."))
    return tree, claim


def pools_for(*, version: ProgrammeVersion, facts: dict) -> list[Pool] | None:
    """The pools these facts take a unit of, root first; None for a programme without a quota.

    Nodes that the version names and the pools do not have (a later tree that nobody has
    confirmed), and those that were closed, are left out. Raises QuotaError without any.
    """
    sought = sought_for(version=version, facts=facts)
    if sought is None:
        return None
    path = read_sought(sought)
    if not path:
        raise QuotaError(NOT_OPENED)
    return path


def sought_for(*, version: ProgrammeVersion, facts: dict) -> Sought | None:
    """What to take units of for these facts; None for a programme without a quota."""
    manifest = version.manifest()
    if manifest.quota is None:
        return None
    day = today()
    ways = manifest.quota.ways_for(facts, on=day, requirements=manifest.requirements)
    if not ways:
        return None
    paths = {
        "/".join(node.code for node in way[: depth + 1])
        for way in ways
        for depth in range(len(way))
    }
    return Sought(version.programme_id, manifest.period.code, day, tuple(sorted(paths)))
