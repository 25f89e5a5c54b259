"""The quota under a crowd: real threads with connections of their own, on PostgreSQL.

Each race is first run with its protection off, to show that this rig can see it go wrong.
"""

import random
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from programs import calendar, quota
from programs.calendar import now
from programs.models import ClaimState, LedgerRow, Pool, PoolClaim
from programs.quota import checking
from programs.quota.effects import Wanted
from programs.quota.locked import vendor
from programs.quota.movements import Attempt, Result, Sought
from tests.programs.pools import CONSENT, administrator, opened, overlapping

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

PATIENCE = 30
MONDAY = datetime(2026, 10, 12, 10, 0, tzinfo=calendar.SEOUL)
LIVE = [ClaimState.HELD, ClaimState.OFFERED, ClaimState.ISSUED]


@pytest.fixture(autouse=True)
def _letters(monkeypatch):
    """Here every issued unit has its letter: this is about counters, claims and ledger."""
    issued = PoolClaim.objects.filter(state=ClaimState.ISSUED).values_list("subject", flat=True)
    monkeypatch.setattr(
        checking, "_letter_counter", lambda _slug: dict.fromkeys(issued.all(), True)
    )


def at_once(jobs):
    """Run the jobs in threads of their own connections, all let go together; what they
    returned, or the error they raised."""
    gate = threading.Barrier(len(jobs))

    def run(job):
        try:
            gate.wait(timeout=PATIENCE)
            return job()
        except Exception as error:  # noqa: BLE001 - it is looked at by the test
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


class Aside:
    """One job in a thread of its own, beside the test's."""

    def __init__(self, job):
        self.outcome = None
        self.backend = None
        self.started = threading.Event()

        def run():
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    (self.backend,) = cursor.fetchone()
                self.started.set()
                self.outcome = job()
            except Exception as error:  # noqa: BLE001 - it is looked at by the test
                self.outcome = error
            finally:
                self.started.set()
                connections.close_all()

        self.thread = threading.Thread(target=run)
        self.thread.start()
        assert self.started.wait(PATIENCE)

    def wait_until_blocked(self):
        """Return once the job waits for a lock of someone else."""
        until = time.monotonic() + PATIENCE
        with connection.cursor() as cursor:
            while time.monotonic() < until:
                cursor.execute("SELECT cardinality(pg_blocking_pids(%s))", [self.backend])
                if cursor.fetchone()[0]:
                    return
                assert self.thread.is_alive(), f"not blocked: {self.outcome!r}"
        pytest.fail("was never blocked")

    def result(self):
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()
        return self.outcome


def assert_books_agree():
    for line in quota.snapshot():
        assert line.ok, (line.pool.path, line.wrong)


def assert_nobody_waits_beside_a_free_unit():
    """Whoever waits finds a full pool on the way."""
    pools = {pool.pk: pool for pool in Pool.objects.all()}
    for claim in PoolClaim.objects.filter(state=ClaimState.WAITING):
        pool, free = pools[claim.leaf_id], []
        while pool:
            free.append(pool.free)
            pool = pools.get(pool.parent_id)
        assert 0 in free, f"{claim.leaf.path} has room for {claim}"


def taken_back(claim):
    return quota.give_back(subject=claim.subject, actor=None, reason="x", event="taken_back")


def live():
    return PoolClaim.objects.filter(state__in=LIVE).count()


# --- Overselling --------------------------------------------------------------------------------


def count_then_take(kotra, everyone_counted):
    """The quota as it is usually written: count what is given, then give."""
    with transaction.atomic():
        pool = kotra.pool()
        free = pool.size - PoolClaim.objects.filter(leaf=pool, state__in=LIVE).count()
        everyone_counted.wait(timeout=PATIENCE)
        if free > 0:
            PoolClaim.objects.create(
                subject=uuid.uuid4(),
                leaf=pool,
                state=ClaimState.HELD,
                taken_under=kotra.version,
                opened_at=now(),
                changed_at=now(),
            )


def test_counting_first_oversells():
    kotra = opened(10)
    everyone_counted = threading.Barrier(32)
    assert at_once([lambda: count_then_take(kotra, everyone_counted)] * 32) == [None] * 32
    assert live() == 32, "32 of 10"


def test_a_counter_without_a_guard_is_stopped_by_the_check():
    kotra = opened(10)

    def unguarded():
        Pool.objects.filter(pk=kotra.pool().pk).update(held=F("held") + 1)

    outcomes = Counter(type(outcome) for outcome in at_once([unguarded] * 32))
    assert outcomes == {type(None): 10, IntegrityError: 22}


@pytest.mark.incident("T1")
@pytest.mark.parametrize("size", [1, 10, 31])
def test_thirty_two_threads_take_what_there_is(size):
    kotra = opened(size)
    claims = at_once([kotra.take] * 32)
    assert Counter(claim.state for claim in claims) == {"held": size, "waiting": 32 - size}
    waiting = PoolClaim.objects.filter(state=ClaimState.WAITING)
    assert sorted(claim.place for claim in waiting) == list(range(1, 33 - size))
    assert kotra.counters() == (size, size, 0)
    assert_books_agree()


@pytest.mark.incident("T1")
@pytest.mark.parametrize("_round", range(3))
def test_fifty_takers_for_ten_units_while_holds_are_issued_and_released(_round):
    kotra = opened(630)
    quota.opening(pool=kotra.pool(), issued=610, actor=None, reason="register")
    early = [kotra.take() for _number in range(10)]
    jobs = [kotra.take] * 50
    jobs += [lambda c=claim: quota.issue(subject=c.subject, actor=None) for claim in early[:5]]
    jobs += [lambda c=claim: taken_back(c) for claim in early[5:]]
    outcomes = at_once(jobs)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    # Ten units were free and five came back: fifteen of the fifty have one.
    takers = PoolClaim.objects.filter(pk__in=[claim.pk for claim in outcomes[:50]])
    assert takers.filter(state__in=LIVE).count() == 15
    assert sorted(claim.place for claim in takers.filter(state="waiting")) == list(range(1, 36))
    assert kotra.counters() == (630, 15, 615)
    assert_books_agree()
    assert_nobody_waits_beside_a_free_unit()


def test_the_pool_is_found_locked_and_taken_by_one_statement():
    """Nothing is asked of the database while others wait for the pool, but by the caller."""
    kotra = opened(10)
    kotra.version.manifest()
    with transaction.atomic(), CaptureQueriesContext(connection) as seen:
        kotra.take()
    assert [query["sql"].split()[0] for query in seen.captured_queries] == ["WITH"]
    with CaptureQueriesContext(connection) as seen:
        kotra.take()
    assert [query["sql"].split()[0] for query in seen.captured_queries] == ["WITH"]


# --- The same subject twice, the same movement twice ---------------------------------------------


def test_one_subject_takes_one_unit():
    kotra, subject = opened(10), uuid.uuid4()
    claims = at_once([lambda: kotra.take(subject=subject)] * 16)
    assert {claim.pk for claim in claims} == {PoolClaim.objects.get().pk}
    assert kotra.counters() == (10, 1, 0)
    assert LedgerRow.objects.filter(kind="take").count() == 1
    assert_books_agree()


def test_one_subject_waits_once():
    kotra, subject = opened(0), uuid.uuid4()
    claims = at_once([lambda: kotra.take(subject=subject)] * 16)
    assert {claim.pk for claim in claims} == {PoolClaim.objects.get().pk}


def test_a_unit_is_issued_and_returned_once():
    kotra = opened(10)
    claims = [kotra.take() for _number in range(4)]
    outcomes = at_once(
        [lambda c=claim: quota.issue(subject=c.subject, actor=None) for claim in claims] * 4
    )
    assert {outcome.state for outcome in outcomes} == {"issued"}
    assert kotra.counters() == (10, 0, 4)
    at_once(
        [
            lambda c=claim: quota.give_back(subject=c.subject, actor=None, reason="x", event="void")
            for claim in claims
        ]
        * 4
    )
    assert kotra.counters() == (10, 0, 0)
    assert LedgerRow.objects.filter(kind="return").count() == 4
    assert_books_agree()


def test_issue_or_taken_back_but_not_both():
    kotra = opened(8)
    claims = [kotra.take() for _number in range(8)]
    jobs = []
    for claim in claims:
        jobs.append(lambda c=claim: quota.issue(subject=c.subject, actor=None))
        jobs.append(lambda c=claim: taken_back(c))
    outcomes = at_once(jobs)
    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert {type(outcome) for outcome in refused} <= {quota.QuotaError}
    states = Counter(PoolClaim.objects.values_list("state", flat=True))
    assert states["issued"] + states["returned"] == 8
    assert kotra.counters() == (8, 0, states["issued"])
    assert len(refused) == states["returned"]
    assert_books_agree()


# --- The waiting list ---------------------------------------------------------------------------


def join_without_the_lock(kotra, found_full, may_join):
    """Find the pool full, then join the list: what `take` would be without its lock."""
    pool = kotra.pool()
    attempt = Attempt(
        sought=Sought(pool.programme_id, pool.period_code, calendar.today(), (pool.path,)),
        subject=uuid.uuid4(),
        public_id=uuid.uuid4(),
        version=kotra.version.pk,
        actor=None,
        reason="test",
        now=now(),
    )
    taken = vendor().take_at_once(attempt)
    assert taken.result is Result.FULL
    found_full.set()
    assert may_join.wait(PATIENCE)
    PoolClaim.objects.create(
        subject=uuid.uuid4(),
        leaf=pool,
        state=ClaimState.WAITING,
        taken_under=kotra.version,
        opened_at=now(),
        changed_at=now(),
    )


def test_joining_without_the_lock_misses_the_freed_unit():
    kotra = opened(1)
    held = kotra.take()
    found_full, may_join = threading.Event(), threading.Event()
    joining = Aside(lambda: join_without_the_lock(kotra, found_full, may_join))
    assert found_full.wait(PATIENCE)
    taken_back(held)
    may_join.set()
    assert joining.result() is None
    with pytest.raises(AssertionError, match="has room"):
        assert_nobody_waits_beside_a_free_unit()


def test_a_unit_is_not_freed_past_someone_who_is_joining():
    kotra = opened(1)
    held = kotra.take()
    with transaction.atomic():
        waiting = kotra.take()
        assert waiting.state == ClaimState.WAITING
        freeing = Aside(lambda: taken_back(held))
        freeing.wait_until_blocked()
    assert freeing.result() == [waiting.subject]
    assert_nobody_waits_beside_a_free_unit()
    assert_books_agree()


def test_joining_waits_for_someone_who_is_freeing():
    kotra = opened(1)
    held = kotra.take()
    with transaction.atomic():
        taken_back(held)
        joining = Aside(kotra.take)
        joining.wait_until_blocked()
    assert joining.result().state == ClaimState.HELD
    assert_books_agree()


def test_nobody_overtakes_the_list_while_units_come_and_go():
    """Offers go out in the order in which people joined."""
    kotra = opened(4)
    held = [kotra.take() for _number in range(4)]
    waiting = [kotra.take() for _number in range(12)]
    for _round in range(3):
        jobs = [lambda c=claim: taken_back(c) for claim in held]
        jobs += [kotra.take] * 8
        outcomes = at_once(jobs)
        assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        offered = PoolClaim.objects.filter(state=ClaimState.OFFERED).order_by("pk")
        assert [claim.pk for claim in offered] == [claim.pk for claim in waiting[:4]]
        held, waiting = waiting[:4], waiting[4:]
        for claim in held:
            quota.accept(subject=claim.subject, actor=None)
    assert_nobody_waits_beside_a_free_unit()
    assert_books_agree()


# --- Takers that fail ---------------------------------------------------------------------------


def test_who_rolls_back_gives_the_unit_to_the_one_behind():
    kotra = opened(1)
    with transaction.atomic():
        kotra.take()
        behind = Aside(kotra.take)
        behind.wait_until_blocked()
        transaction.set_rollback(True)
    assert behind.result().state == ClaimState.HELD
    assert kotra.counters() == (1, 1, 0)
    assert_books_agree()


def test_who_commits_sends_the_one_behind_to_the_list():
    kotra = opened(1)
    with transaction.atomic():
        kotra.take()
        behind = Aside(kotra.take)
        behind.wait_until_blocked()
    assert behind.result().state == ClaimState.WAITING


def test_a_taker_whose_connection_dies_loses_no_unit():
    kotra = opened(1)
    has_taken, may_end = threading.Event(), threading.Event()

    def take_and_die():
        with transaction.atomic():
            kotra.take()
            has_taken.set()
            may_end.wait(PATIENCE)
            PoolClaim.objects.count()

    dying = Aside(take_and_die)
    assert has_taken.wait(PATIENCE)
    behind = Aside(kotra.take)
    behind.wait_until_blocked()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [dying.backend])
    assert behind.result().state == ClaimState.HELD
    may_end.set()
    assert isinstance(dying.result(), OperationalError)
    assert PoolClaim.objects.count() == 1
    assert kotra.counters() == (1, 1, 0)
    assert_books_agree()


# --- Nested pools -------------------------------------------------------------------------------


def test_nested_pools_locked_in_two_orders_deadlock():
    """The rig sees it: one takes the root first, the other the leaf."""
    ulsan = opened(10, weld=10)
    root, leaf = ulsan.pool(), ulsan.pool("total/weld")
    both_have_one = threading.Barrier(2)

    def take(*pools):
        with transaction.atomic():
            Pool.objects.filter(pk=pools[0].pk).update(held=F("held") + 1)
            both_have_one.wait(timeout=PATIENCE)
            Pool.objects.filter(pk=pools[1].pk).update(held=F("held") + 1)

    outcomes = at_once([lambda: take(root, leaf), lambda: take(leaf, root)])
    assert Counter(type(outcome) for outcome in outcomes) == {type(None): 1, OperationalError: 1}


@pytest.mark.incident("T1")
def test_nested_pools_under_a_crowd():
    """Takes, issues, returns, offers and sizes at random: never a deadlock, never a unit too
    many at any level, never a free unit beside someone who waits for it."""
    ulsan = opened(40, weld=(20, {"arc": 12, "gas": 12}), paint=15, wire=15)
    fields = ["arc", "gas", "paint", "wire", None]

    def crowd(seed):
        chance = random.Random(seed)
        mine = []
        for _step in range(12):
            if not mine or chance.random() < 0.6:
                mine.append(ulsan.take(chance.choice(fields)).subject)
                continue
            subject = chance.choice(mine)
            claim = quota.live_claim(subject)
            if claim is None:
                mine.remove(subject)
            elif claim.state == ClaimState.OFFERED:
                chance.choice([quota.accept, quota.decline])(subject=subject, actor=None)
            elif claim.state == ClaimState.HELD and chance.random() < 0.5:
                quota.issue(subject=subject, actor=None)
            else:
                quota.give_back(
                    subject=subject,
                    actor=None,
                    reason="x",
                    event="void" if claim.state == ClaimState.ISSUED else "withdrawn",
                )

    outcomes = at_once([lambda seed=seed: crowd(seed) for seed in range(24)])
    assert outcomes == [None] * 24
    assert_books_agree()
    assert_nobody_waits_beside_a_free_unit()
    assert ulsan.counters()[0] >= sum(ulsan.counters()[1:]) > 0


# --- Transfers ----------------------------------------------------------------------------------


def transfer_without_the_lock(ulsan, looked, may_go_on):
    """What a transfer would be that reads before it locks."""
    source, target = ulsan.pool("total/weld"), ulsan.pool("total/paint")
    looked.set()
    assert may_go_on.wait(PATIENCE)
    with transaction.atomic():
        Pool.objects.filter(pk=source.pk).update(size=F("size") - source.free)
        Pool.objects.filter(pk=target.pk).update(size=F("size") + source.free)


def test_a_transfer_without_the_lock_would_take_a_used_unit():
    """The rig sees it: what was free when it was read is used by then; the CHECK is the last
    line, and the transfer fails with an error nobody can read."""
    ulsan = opened(10, weld=6, paint=4)
    looked, may_go_on = threading.Event(), threading.Event()
    aside = Aside(lambda: transfer_without_the_lock(ulsan, looked, may_go_on))
    assert looked.wait(PATIENCE)
    ulsan.take("weld")
    may_go_on.set()
    assert isinstance(aside.result(), IntegrityError)


def test_a_transfer_while_units_are_taken():
    """Whichever comes first: no unit is promised that has moved, and none is lost."""
    ulsan = opened(20, more={"transfers": CONSENT}, weld=12, paint=8)
    one, two, three = (administrator(name) for name in ("one", "two", "three"))
    change = quota.propose_change(
        wanted=Wanted("transfer", ulsan.pool("total/paint"), ulsan.pool("total/weld"), units=6),
        actor=one,
        reason="test",
        consent_reference="test",
    )
    jobs = [lambda: ulsan.take("weld") for _number in range(10)]
    jobs += [lambda: ulsan.take("paint") for _number in range(12)]
    jobs += [
        lambda person=person: quota.approve_change(change=change, actor=person)
        for person in (two, three)
    ]
    outcomes = at_once(jobs)
    errors = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert all(isinstance(error, quota.QuotaError) for error in errors)
    moved = LedgerRow.objects.filter(kind="transfer").count()
    change.refresh_from_db()
    assert (moved, change.state) in {(0, "open"), (2, "applied")}
    assert len(errors) == (2 if change.state == "open" else 1)
    sizes = [ulsan.counters(f"total/{part}")[0] for part in ("weld", "paint")]
    assert sizes == ([12, 8] if change.state == "open" else [6, 14])
    assert_books_agree()
    assert_nobody_waits_beside_a_free_unit()


def test_an_offer_accepted_and_passed_on_at_once_happens_once():
    with calendar.frozen(MONDAY):
        kotra = opened(1, more={"offer": {"days": 5, "assumed": True}})
        held, first, second = (kotra.take() for _number in range(3))
        taken_back(held)
    outcomes = at_once(
        [
            lambda: quota.accept(subject=first.subject, actor=None),
            *[lambda: quota.lapse(subject=first.subject, on=date(2026, 11, 2))] * 3,
        ]
    )
    accepted = kotra.state(first) == ClaimState.HELD
    assert kotra.state(second) == (ClaimState.WAITING if accepted else ClaimState.OFFERED)
    lapsed = [one for one in outcomes[1:] if one is not None and not isinstance(one, Exception)]
    assert len(lapsed) == (0 if accepted else 1)
    assert kotra.counters() == (1, 1, 0)
    assert_books_agree()


# --- The check ----------------------------------------------------------------------------------


def test_reading_piece_by_piece_sees_books_that_never_were():
    kotra = opened(5)
    with transaction.atomic():
        before = kotra.counters()
        Aside(kotra.take).result()
        held_by_claims = PoolClaim.objects.filter(state=ClaimState.HELD).count()
    assert before[1] != held_by_claims


def test_the_check_reads_one_snapshot():
    kotra = opened(5)
    with quota.one_snapshot():
        before = kotra.counters()
        Aside(kotra.take).result()
        (line,) = quota.snapshot()
    assert line.ok
    assert (line.pool.held, line.ledger) == (before[1], 0)
    assert kotra.counters() == (5, 1, 0)


def test_the_check_says_ok_while_units_move():
    kotra = opened(8)
    done = threading.Event()

    def move():
        while not done.is_set():
            claim = kotra.take()
            quota.give_back(subject=claim.subject, actor=None, reason="x", event="withdrawn")

    def look():
        try:
            wrong = []
            for _time in range(15):
                with quota.one_snapshot():
                    wrong += [line.wrong for line in quota.snapshot() if not line.ok]
            return wrong
        finally:
            done.set()

    assert at_once([look, move, move, move]) == [[], None, None, None]


# --- Parts that overlap --------------------------------------------------------------------------


def test_a_crowd_in_parts_that_overlap():
    """Cases of one part, of the other, of both and of none, while units come back."""
    ulsan = overlapping(14, weld=9, returned=8)
    early = [ulsan.take("weld", returned=True) for _number in range(4)]
    kinds = [
        lambda: ulsan.take("weld"),
        lambda: ulsan.take(returned=True),
        lambda: ulsan.take("weld", returned=True),
        ulsan.take,
    ]
    jobs = [kinds[number % 4] for number in range(32)]
    jobs += [lambda c=claim: taken_back(c) for claim in early]
    outcomes = at_once(jobs)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert_books_agree()
    pools = {pool.pk: pool for pool in Pool.objects.all()}
    for claim in PoolClaim.objects.filter(state=ClaimState.WAITING):
        way = {pools[leaf] for leaf in claim.leaves} | {ulsan.pool()}
        assert any(pool.free == 0 for pool in way), f"{claim.leaves} have room"
    total = ulsan.pool()
    in_both = [claim for claim in PoolClaim.objects.exclude(also="") if claim.state in LIVE]
    parts = sum(pool.held for pool in pools.values() if pool.parent_id)
    in_none = PoolClaim.objects.filter(leaf=total, state__in=LIVE).count()
    assert total.held == parts - len(in_both) + in_none
    assert total.held <= total.size
