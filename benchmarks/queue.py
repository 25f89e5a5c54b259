"""The queue at 10,000, 100,000 and 1,000,000 cases: its pages, "take next" by sixteen reviewers at
once, and a name of two syllables.

Each size has its own database, copied while one grows; they are asked in turn, so that whatever
else the machine does meets all of them. `--quick` measures the smallest alone: what is asserted
there is the number of questions and that nobody gets a case twice, not time.
"""

from __future__ import annotations

import multiprocessing
import re
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.measure import Measure

DATABASE = True
SIZES = (10_000, 100_000, 1_000_000)
ROUNDS, QUICK_ROUNDS = 15, 3
MOST_QUERIES, MOST_GROWTH = 3, 1.3
REVIEWERS, SECONDS = 16, 4.0
# Claims before the clock starts: a statement is prepared at its fifth use on a connection, and
# planned for good after five more.
WARM = 12
CLAIMS_SHARE, SEARCH_TIMES = 0.5, 100.0
OFFICE = "kotra"
NAME = "민수"
# Part of many companies' names: with it two in a hundred of all cases are found.
COMMON = "바람"
# Who is asking, and what belongs in the menu: the same on every page (as in tests/test_queries).
EVERY_PAGE = re.compile(
    r'"django_session"|FROM "accounts_user" WHERE "accounts_user"."id" =|"role_word"'
    r"|^(RELEASE )?SAVEPOINT"
)
PAGES = {
    "mine": "tab=mine",
    "free": "tab=free",
    "all": "tab=all",
    "stage": "tab=all&stage=validation",
    "waiting": "tab=waiting",
    "overdue": "tab=overdue",
    "due in 7 days": "tab=all&due=7",
    "done": "tab=done",
    "deep": "tab=all&after={deep}",
    # What fills a page and little more, so that the finding is compared, not how many rows are
    # drawn: of the smaller sizes a common word, of the largest a person's name.
    "name": "tab=all&q={name}",
}


def measures(*, quick: bool) -> list[Measure]:
    from django.db import connection

    grown = connection.settings_dict["NAME"]
    sizes = SIZES[:1] if quick else SIZES
    names = _databases(sizes)
    try:
        found = _pages(sizes, names, rounds=QUICK_ROUNDS if quick else ROUNDS)
        with _at(names[sizes[-1]]):
            found += _claims(sizes[-1], quick=quick)
            found += _search(sizes[-1], quick=quick)
    finally:
        _go_to(grown)
    return found


# --- databases ---------------------------------------------------------------------------------
def _databases(sizes: tuple[int, ...]) -> dict[int, str]:
    """A database for each size, by name: one that grows, and copies of it on the way."""
    from django.conf import settings
    from django.db import connection

    from portal.demo import people
    from portal.seeding import load
    from programs.loader import load as load_catalogue

    settings.ALLOWED_HOSTS = ["testserver"]
    load_catalogue()
    people.seed()
    grown, names, there = connection.settings_dict["NAME"], {}, 0
    for size in sizes:
        begun = time.perf_counter()
        load.seed(cases=size - there)
        there = size
        _say(f"{size} cases after {time.perf_counter() - begun:.0f} s")
        names[size] = f"bench_{size}"
        connection.close()
        with _at("template1"), connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE {names[size]} TEMPLATE "{grown}"')
        with _at(names[size]):
            _settle()
    return names


def _settle() -> None:
    """What a database that has been in use for a while has done: statistics and visible pages."""
    from django.db import connection

    from portal.sql_postgresql import take_time

    take_time()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


def _go_to(name: str) -> None:
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name


@contextmanager
def _at(name: str) -> Iterator[None]:
    from django.db import connection

    before = connection.settings_dict["NAME"]
    _go_to(name)
    try:
        yield
    finally:
        _go_to(before)


# --- pages -------------------------------------------------------------------------------------
def _pages(sizes: tuple[int, ...], names: dict[int, str], *, rounds: int) -> list[Measure]:
    taken: dict[tuple[int, str], list[float]] = {}
    asked: dict[str, int] = {}
    for number in range(rounds + 1):
        for size in sizes:
            with _at(names[size]):
                client, deep = _reviewer_client()
                for page, query in PAGES.items():
                    name = NAME if size == SIZES[-1] else COMMON
                    address = "/reviews/?" + query.format(deep=deep, name=name)
                    _quickest(client, address)
                    took, queries = _timed(client, address)
                    asked[page] = max(asked.get(page, 0), queries)
                    if number:
                        taken.setdefault((size, page), []).append(took)
    least, most = sizes[0], sizes[-1]
    found = [
        Measure("queue page, queries of its own", "", max(asked.values()), target=MOST_QUERIES)
    ]
    for page in PAGES:
        small = statistics.median(taken[least, page])
        large = statistics.median(taken[most, page])
        spread = (max(taken[most, page]) - min(taken[most, page])) / large
        if most == least:
            found.append(_told(f"queue page {page}, {most:,} cases", small, spread, rounds))
            continue
        found.append(
            Measure(
                f"queue page {page}, {most:,} to {least:,} cases",
                "times",
                large / small,
                target=MOST_GROWTH,
                spread=spread,
                runs=rounds,
            )
        )
        found.append(_told(f"queue page {page}, {most:,} cases", large, spread, rounds))
    return [*found, _common(most, names[most], rounds)]


def _common(size: int, name: str, rounds: int) -> Measure:
    """A word that a great many cases have: said, without a target."""
    with _at(name):
        client, _deep = _reviewer_client()
        address = f"/reviews/?tab=all&q={COMMON}"
        _quickest(client, address)
        taken = [_timed(client, address)[0] for _round in range(rounds)]
    median = statistics.median(taken)
    spread = (max(taken) - min(taken)) / median
    return _told(f"queue page of the common word {COMMON}, {size:,} cases", median, spread, rounds)


def _told(name: str, seconds: float, spread: float, runs: int) -> Measure:
    return Measure(name, "ms", seconds * 1000, spread=spread, runs=runs)


def _reviewer_client() -> tuple[Any, str]:
    """A signed-in reviewer of the office, and the key of the middle of its list."""
    from django.test import Client

    from accounts.models import User
    from applications.models import QueueRow

    client = Client()
    client.force_login(User.objects.get(email=f"{OFFICE}.reviewer1@seed.example"))
    rows = QueueRow.objects.filter(office__code=OFFICE, rank=0).order_by("due_on", "pk")
    middle = rows.select_related("application")[rows.count() // 2]
    return client, f"0_{middle.due_on}_{middle.application.public_id}"


def _quickest(client: Any, address: str) -> None:
    """Once without counting: connections, caches and plans are there."""
    if client.get(address).status_code != 200:
        raise SystemExit(f"benchmarks: {address} is not there")


def _timed(client: Any, address: str) -> tuple[float, int]:
    """(seconds, queries of its own): measured in two requests, as counting costs time."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    begun = time.perf_counter()
    client.get(address)
    took = time.perf_counter() - begun
    with CaptureQueriesContext(connection) as caught:
        client.get(address)
    return took, sum(1 for one in caught if not EVERY_PAGE.search(one["sql"]))


# --- take next ---------------------------------------------------------------------------------
def _claims(size: int, *, quick: bool) -> list[Measure]:
    """Claims a second by sixteen reviewers on one office's queue, against a bare loop of the very
    statement that claims: prepared, the driver alone."""
    speeds: dict[str, list[float]] = {"bare": [], "product": []}
    doubles = 0
    for _round in range(1 if quick else 5):
        for kind, found in speeds.items():
            _free_everything()
            speed, twice = _together(kind, SECONDS / 2 if quick else SECONDS)
            found.append(speed)
            doubles += twice
    best, reference = (statistics.median(speeds[kind]) for kind in ("product", "bare"))
    runs = len(speeds["product"])
    return [
        Measure(
            f"take next, {REVIEWERS} reviewers, {size:,} cases",
            "claims/s",
            best,
            better="higher",
            target=None if quick else reference * CLAIMS_SHARE,
            reference=reference,
            spread=(max(speeds["product"]) - min(speeds["product"])) / best,
            runs=runs,
        ),
        Measure("cases claimed twice", "", doubles, target=0, runs=runs),
    ]


def _reviewer(number: int) -> Any:
    from accounts.models import User

    return User.objects.get(email=f"{OFFICE}.reviewer{number}@seed.example")


def _free_everything() -> None:
    """Nobody has any of the office's cases."""
    from django.db import connection

    from applications.models import QueueRow
    from applications.stages import WORKED
    from portal.sql_postgresql import take_time
    from reviews.models import Assignment

    take_time()
    rows = QueueRow.objects.filter(office__code=OFFICE, stage__in=WORKED)
    Assignment.objects.filter(application__in=rows.values("pk")).delete()
    rows.update(assignee=None, assigned_at=None, lease_until=None)
    with connection.cursor() as cursor:
        for model in (QueueRow, Assignment):
            cursor.execute(f"VACUUM (ANALYZE) {model._meta.db_table}")


def _together(kind: str, seconds: float) -> tuple[float, int]:
    """(claims a second, cases claimed twice) of all reviewers at once, until time or cases end."""
    from django.db import connection

    connection.close()
    context = multiprocessing.get_context("fork")
    ready, results = context.Barrier(REVIEWERS), context.Queue()
    workers = [
        context.Process(target=_work, args=(kind, number + 1, seconds, ready, results))
        for number in range(REVIEWERS)
    ]
    for worker in workers:
        worker.start()
    found = [results.get(timeout=120) for _worker in workers]
    for worker in workers:
        worker.join()
    claimed = [case for cases, _begun, _ended in found for case in cases]
    elapsed = max(ended for *_, ended in found) - min(begun for _, begun, _ in found)
    return len(claimed) / elapsed, len(claimed) - len(set(claimed))


def _work(kind: str, number: int, seconds: float, ready: Any, results: Any) -> None:
    from django.db import connection

    actor = _reviewer(number)
    claim = _bare(actor) if kind == "bare" else _product(actor)
    for _case in range(WARM):
        claim()
    claimed: list[int] = []
    ready.wait(60)
    begun = last = time.perf_counter()
    while last - begun < seconds and (case := claim()) is not None:
        claimed.append(case)
        last = time.perf_counter()
    results.put((claimed, begun, last))
    connection.close()


def _product(actor: Any) -> Callable[[], int | None]:
    from reviews.services.assignment import take_next

    def claim() -> int | None:
        taken = take_next(actor=actor)
        return None if taken is None else taken.application_id

    return claim


def _bare(actor: Any) -> Callable[[], int | None]:
    """The driver alone, and only what must be another each time."""
    import psycopg
    from django.db import connection

    from programs import calendar
    from reviews.models import Assignment
    from reviews.services.assignment import WHY_TAKEN, taking
    from reviews.sql_postgresql import taking_next

    connection.ensure_connection()
    driver = connection.connection
    driver.prepare_threshold = 0
    cursor = psycopg.Cursor(driver)
    begun = Assignment(assignee=actor, assigned_at=calendar.now(), why=WHY_TAKEN)
    statement, given = taking_next(taking(begun))

    def claim() -> int | None:
        given["public_id"], given["event_id"] = uuid.uuid4(), uuid.uuid4()
        row = cursor.execute(statement, given).fetchone()
        return None if row is None else int(row[1])

    return claim


# --- search ------------------------------------------------------------------------------------
TRIGRAMS = (
    ("applications_candidate", "surname"),
    ("applications_candidate", "given_names"),
    ("applications_candidate", "name_ko"),
    ("accounts_company", "name_ko"),
    ("accounts_company", "name_en"),
)


def _search(size: int, *, quick: bool) -> list[Measure]:
    """The list of all received cases with a name of two syllables, newest first, against the same
    list by trigram indexes over the names where they are. Both as bare statements."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User
    from portal.sql_postgresql import take_time
    from reviews.filters import Filters
    from reviews.permissions import Desk
    from reviews.selectors import received

    take_time()
    desk = Desk.of(User.objects.get(email=f"{OFFICE}.reviewer1@seed.example"))
    everyone = Desk(tuple((office, "lead", ()) for office in _offices()), tuple(_programmes()))
    with CaptureQueriesContext(connection) as caught:
        received.page(received.received(everyone, Filters(q=NAME)), query="")
    ours, theirs = caught[0]["sql"], _trigram_statement()
    if not desk.posts or len(_rows(ours)) != len(_rows(theirs)):
        raise SystemExit("benchmarks: the two searches do not find the same number of cases")
    runs = 3 if quick else 7
    value, spread = _median(ours, runs * 3)
    reference, _spread = _median(theirs, runs)
    return [
        Measure(
            f"search of {NAME}, {size:,} cases: trigrams to terms",
            "times",
            reference / value,
            better="higher",
            target=None if quick else SEARCH_TIMES,
            spread=spread,
            runs=runs,
        ),
        Measure(
            f"search of {NAME}, {size:,} cases",
            "ms",
            value * 1000,
            reference=reference * 1000,
            spread=spread,
            runs=runs * 3,
        ),
    ]


def _offices() -> list[int]:
    from accounts.models import Office

    return list(Office.objects.order_by("pk").values_list("pk", flat=True))


def _programmes() -> list[tuple[int, int, str]]:
    from programs.models import Programme

    return list(Programme.objects.order_by("pk").values_list("office_id", "pk", "slug"))


def _trigram_statement() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        for table, column in TRIGRAMS:
            cursor.execute(
                f"CREATE INDEX bench_{table}_{column} ON {table} USING gin ({column} gin_trgm_ops)"
            )
        for table in {table for table, _column in TRIGRAMS}:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    anywhere = " OR ".join(
        f"{'p' if 'candidate' in table else 'c'}.{column} ILIKE '%{NAME}%'"
        for table, column in TRIGRAMS
    )
    return f"""SELECT a.id, a.receipt_no, a.stage, a.received_at, c.name_ko, p.surname
        FROM applications_application a
        JOIN applications_candidate p ON p.application_id = a.id
        JOIN accounts_company c ON c.id = a.company_id
        WHERE a.received_at IS NOT NULL AND ({anywhere})
        ORDER BY a.received_at DESC, a.id DESC LIMIT 21"""


def _rows(statement: str) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement.replace("%", "%%"), [])
        return list(cursor.fetchall())


def _median(statement: str, runs: int) -> tuple[float, float]:
    from benchmarks.measure import seconds

    return seconds(lambda: _rows(statement), runs=runs)


def _say(text: str) -> None:
    import sys

    print(f"benchmarks: queue: {text}", file=sys.stderr, flush=True)
