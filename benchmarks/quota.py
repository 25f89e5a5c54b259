"""The quota: units taken from one pool by sixteen writers at once against a bare loop of the very
statement, a whole sign-off over HTTP, and the last 630 units with sixty-four clients.

`--quick` runs the last units a few times instead of a hundred; what is asserted there is that
nobody is promised a unit too many and that numbers have no gap.
"""

from __future__ import annotations

import multiprocessing
import statistics
import time
import uuid
from collections.abc import Callable
from typing import Any

from benchmarks.measure import Measure

DATABASE = True
# Product and bare loop in turn, in slices this short: what else the machine does hits both alike.
WRITERS, SECONDS, ROUNDS = 16, 2.0, 11
# A statement is prepared at its fifth use on a connection, and planned for good after five more.
WARM = 12
TAKE_SHARE = 0.8
CLIENTS, UNITS, TRIES = 64, 630, 12
RUNS, QUICK_RUNS = 100, 3
SIGN_OFFS, QUICK_SIGN_OFFS = 20, 3
# Far more than anybody takes here.
PLENTY = 1_000_000
SLUG = "gyeonggi"


def measures(*, quick: bool) -> list[Measure]:
    _seed()
    found = _takes(quick=quick)
    found += _last_units(QUICK_RUNS if quick else RUNS)
    found += _sign_offs(QUICK_SIGN_OFFS if quick else SIGN_OFFS)
    return found


def _seed() -> None:
    from django.conf import settings

    from letters import keys
    from portal.demo import people
    from programs.loader import load

    settings.ALLOWED_HOSTS = ["testserver"]
    load()
    people.seed()
    keys.ensure_specimen_key()


# --- one pool, sixteen writers -----------------------------------------------------------------
def _takes(*, quick: bool) -> list[Measure]:
    speeds: dict[str, list[float]] = {"bare": [], "product": []}
    for number in range(1 if quick else ROUNDS):
        for kind in sorted(speeds, reverse=bool(number % 2)):
            speeds[kind].append(_together(kind, _opened(PLENTY), SECONDS))
    wrong = _wrong_books()
    value, reference = (statistics.median(speeds[kind]) for kind in ("product", "bare"))
    runs = len(speeds["product"])
    return [
        Measure(
            f"programs.quota.take, {WRITERS} writers on one pool",
            "units/s",
            value,
            better="higher",
            target=None if quick else reference * TAKE_SHARE,
            reference=reference,
            spread=(max(speeds["product"]) - min(speeds["product"])) / value,
            runs=runs,
        ),
        Measure("pools whose books do not agree after it", "", wrong, target=0, runs=runs),
    ]


def _opened(units: int) -> str:
    """Another programme with one pool of so many units: the ledger of the one before stays, as it
    can only grow. Its slug."""
    from django.db import connection

    from programs import quota
    from programs.models import Programme, ProgrammeVersion
    from programs.selectors import version_on

    of = version_on(Programme.objects.get(slug=SLUG), _today())
    number = Programme.objects.count()
    programme = Programme.objects.create(
        slug=f"benchmark-{number}",
        kind=of.programme.kind,
        office=of.programme.office,
        names=of.programme.names,
    )
    ProgrammeVersion.objects.create(
        programme=programme,
        label=of.label,
        effective_from=of.effective_from,
        effective_to=of.effective_to,
        status=of.status,
        document=of.document,
        rules_hash=of.rules_hash,
        text_hash=of.text_hash,
    )
    quota.ensure_pools(programme=programme, manifest=of.manifest())
    pool = _pool(programme.slug)
    quota.resize(pool=pool, size=units, actor=None, reason="benchmark")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) programs_pool, programs_poolclaim, programs_ledgerrow")
    return programme.slug


def _pool(slug: str) -> Any:
    from programs.models import Pool

    return Pool.objects.get(programme__slug=slug, parent=None)


def _wrong_books() -> int:
    from programs import quota
    from programs.quota import checking

    counter = checking._letter_counter
    checking._letter_counter = None  # no letters are made here
    try:
        return sum(not line.ok for line in quota.snapshot())
    finally:
        checking._letter_counter = counter


def _together(kind: str, slug: str, seconds: float) -> float:
    """Units a second of all writers at once."""
    counts = _in_processes(WRITERS, _take_for, kind, slug, seconds)
    elapsed = max(ended for _number, _begun, ended in counts) - min(
        begun for _number, begun, _ended in counts
    )
    return sum(number for number, _begun, _ended in counts) / elapsed


def _in_processes(count: int, work: Callable[..., Any], *arguments: Any) -> list[Any]:
    """What each of so many processes answers, all let go together."""
    from django.db import connection

    connection.close()
    context = multiprocessing.get_context("fork")
    ready, results = context.Barrier(count), context.Queue()
    workers = [
        context.Process(target=work, args=(number, *arguments, ready, results))
        for number in range(count)
    ]
    for worker in workers:
        worker.start()
    found = [results.get(timeout=300) for _worker in workers]
    for worker in workers:
        worker.join()
    return found


def _take_for(_number: int, kind: str, slug: str, seconds: float, ready: Any, results: Any) -> None:
    from django.db import connection

    from accounts.models import User
    from programs.models import Programme
    from programs.selectors import version_on

    actor = User.objects.order_by("pk").first()
    version = version_on(Programme.objects.get(slug=slug), _today())
    take = _bare(version, slug, actor) if kind == "bare" else _product(version, actor)
    for _unit in range(WARM):
        take()
    taken = 0
    ready.wait(60)
    begun = last = time.perf_counter()
    while last - begun < seconds:
        take()
        taken += 1
        last = time.perf_counter()
    results.put((taken, begun, last))
    connection.close()


def _today() -> Any:
    from programs import calendar

    return calendar.today()


def _product(version: Any, actor: Any) -> Callable[[], object]:
    from programs import quota

    def take() -> object:
        return quota.take(version=version, facts={}, subject=uuid.uuid4(), actor=actor)

    return take


def _bare(version: Any, slug: str, actor: Any) -> Callable[[], object]:
    """The very statement of the product, by the driver alone: prepared, a transaction by itself,
    and between two of them only what must be another each time."""
    import psycopg
    from django.db import connection

    from programs import calendar
    from programs.quota.movements import Attempt, Sought
    from programs.sql_postgresql import TAKE_ALONE, at_once

    connection.ensure_connection()
    driver = connection.connection
    driver.prepare_threshold = 0
    cursor = psycopg.Cursor(driver)
    pool = _pool(slug)
    given = at_once(
        Attempt(
            sought=Sought(pool.programme_id, pool.period_code, _today(), (pool.path,)),
            subject=uuid.uuid4(),
            public_id=uuid.uuid4(),
            version=version.pk,
            actor=actor.pk,
            reason="sign-off",
            now=calendar.now(),
        )
    )

    def take() -> object:
        public_id = uuid.uuid4()
        given.update(subject=uuid.uuid4(), public_id=public_id, key=f"{public_id}:1:")
        return cursor.execute(TAKE_ALONE, given).fetchone()

    return take


# --- the last units ----------------------------------------------------------------------------
def _last_units(runs: int) -> list[Measure]:
    """Each run leaves 630 units to 64 clients who ask 768 times, each time with the next number of
    a series in the same transaction, as a sign-off does."""
    from django.db import connection

    too_many = too_few = gaps = 0
    taken_in: list[float] = []
    for _run in range(runs):
        slug = _opened(UNITS)
        found = _in_processes(CLIENTS, _ask_for, slug)
        numbers = sorted(number for numbers, _begun, _ended in found for number in numbers)
        taken_in.append(
            max(ended for _n, _b, ended in found) - min(begun for _n, begun, _e in found)
        )
        pool = _pool(slug)
        too_many += max(pool.held + pool.issued - pool.size, 0) + max(len(numbers) - UNITS, 0)
        too_few += max(UNITS - len(numbers), 0)
        gaps += numbers != list(range(1, len(numbers) + 1))
        gaps += _wrong_books()
    connection.close()
    median = statistics.median(taken_in)
    spread = (max(taken_in) - min(taken_in)) / median
    said = f"the last {UNITS} units, {CLIENTS} clients"
    return [
        Measure(f"{said}: units too many", "", too_many, target=0, runs=runs),
        Measure(f"{said}: units left although wanted", "", too_few, target=0, runs=runs),
        Measure(f"{said}: runs with a gap or books that differ", "", gaps, target=0, runs=runs),
        Measure(f"{said}: a run", "s", median, spread=spread, runs=runs),
    ]


def _ask_for(_number: int, slug: str, ready: Any, results: Any) -> None:
    from django.db import connection, transaction

    from accounts.models import User
    from letters import sql
    from programs import quota
    from programs.models import Programme
    from programs.selectors import version_on

    actor = User.objects.order_by("pk").first()
    programme = Programme.objects.get(slug=slug)
    version = version_on(programme, _today())
    numbers = []
    ready.wait(120)
    begun = time.perf_counter()
    for _try in range(TRIES):
        with transaction.atomic():
            claim = quota.take(version=version, facts={}, subject=uuid.uuid4(), actor=actor)
            if claim is not None and claim.state == "held":
                _series, place = sql.take_number(
                    office_id=programme.office_id, name=slug, year=2026
                )
            else:
                place = 0
        if place:
            numbers.append(place)
    results.put((numbers, begun, time.perf_counter()))
    connection.close()


# --- a whole sign-off --------------------------------------------------------------------------
def _sign_offs(count: int) -> list[Measure]:
    """Sign-offs by one lead, one after another, through the whole of Django: session, rules on the
    verified facts, unit, number. The letter is made afterwards, by a worker."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from accounts.models import User
    from applications.stages import Stage
    from portal.demo import people
    from portal.demo.story import Story
    from reviews.services.decision import live_decision

    member = User.objects.get(email=f"company@{people.DOMAIN}")
    stories = [
        Story.begin(slug=SLUG, member=member).reach(Stage.DECISION).draft()
        for _number in range(count + 2)
    ]
    lead = Client()
    lead.force_login(stories[0].lead)

    def sign(story: Any) -> None:
        case = story.fresh()
        decision = live_decision(case)
        assert decision is not None
        answer = lead.post(
            reverse("reviews:sign_off", args=[decision.public_id]),
            {"do": "sign", "version": str(case.revision)},
        )
        if answer.status_code != 302 or story.fresh().at != Stage.APPROVED:
            raise SystemExit(f"benchmarks: a sign-off answered {answer.status_code}")

    sign(stories[0])
    with CaptureQueriesContext(connection) as caught:
        sign(stories[1])
    # Three are this function's own: the case and its decision before, the case after.
    statements = len(caught) - 3
    taken = []
    for story in stories[2:]:
        begun = time.perf_counter()
        sign(story)
        taken.append(time.perf_counter() - begun)
    median = statistics.median(taken)
    spread = (max(taken) - min(taken)) / median
    return [
        Measure("a whole sign-off over HTTP", "statements", statements),
        Measure(
            "whole sign-offs over HTTP, one after another",
            "per s",
            1 / median,
            better="higher",
            spread=spread,
            runs=count,
        ),
    ]
