"""Every service locks in one order: case, queue row, what hangs on it, pools, series, letters.

The order in which a transaction first locks rows of each table is read off the statements it
sends. A service that took them the other way round could stand against another one for ever.
"""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from applications.services import more_time, supplement, withdrawal
from applications.services.supplement_items import judge_item
from applications.stages import Stage
from portal.demo import samples
from programs import calendar, quota
from programs.models import Pool
from reviews.services import letter_ends, signing
from tests.outbox import deliver_letters
from tests.world import MONDAY

pytestmark = [pytest.mark.django_db(transaction=True)]

ORDER = (
    ("applications_application",),
    ("applications_queuerow",),
    (
        "applications_supplementrequest",
        "applications_supplementitem",
        "applications_supplementextension",
        "reviews_decision",
        "reviews_invitation",
        "reviews_objection",
        "reviews_assignment",
        "letters_ending",
    ),
    ("programs_pool",),
    ("letters_series",),
    ("letters_letter",),
)
RANK = {table: rank for rank, tables in enumerate(ORDER) for table in tables}
# The table that a statement locks rows of: UPDATE names it first, SELECT ... FOR in FROM.
UPDATED = re.compile(
    r'^\s*(?:WITH .*?)?UPDATE (?!OF )(?:ONLY )?"?(\w+)"?', re.DOTALL | re.IGNORECASE
)
SELECTED = re.compile(r'FROM "?(\w+)"?.*\bFOR (?:NO KEY )?UPDATE\b', re.DOTALL | re.IGNORECASE)


def locked_table(sql: str) -> str | None:
    for pattern in (UPDATED, SELECTED):
        if found := pattern.search(sql):
            return found.group(1)
    return None


def inversions(queries) -> list[str]:
    """Tables first locked after one that comes later, per transaction."""
    wrong, held = [], {}
    for query in queries:
        sql = query["sql"]
        if sql.startswith(("BEGIN", "COMMIT", "ROLLBACK")) and "SAVEPOINT" not in sql:
            held = {}
            continue
        table = locked_table(sql)
        if table not in RANK or table in held:
            continue
        later = [other for other in held if RANK[other] > RANK[table]]
        wrong += [f"{table} is locked after {other}: {sql[:120]}" for other in later]
        held[table] = True
    return wrong


def test_the_reader_sees_an_inversion():
    """The rig can fail."""
    queries = [
        {"sql": "BEGIN"},
        {"sql": 'SELECT "x" FROM "letters_series" WHERE 1 FOR NO KEY UPDATE OF "letters_series"'},
        {"sql": 'UPDATE "programs_pool" SET "held" = 1'},
        {"sql": "COMMIT"},
        {"sql": "BEGIN"},
        {"sql": 'UPDATE "programs_pool" SET "held" = 1'},
        {"sql": "COMMIT"},
    ]
    assert len(inversions(queries)) == 1


def kotra_from_sign_up_to_letter(world):
    story = world.story().fill().submit().assign().ask().answer()
    story.check_documents().check_claims().score().draft().sign_off()
    deliver_letters()
    assert story.fresh().stage == Stage.ISSUED


def taken_back(world):
    story = world.at(Stage.APPROVED, slug="gyeonggi")
    signing.take_back(application=story.fresh(), actor=story.lead, reason="착오")


def waiting_offered_accepted(world):
    pool = Pool.objects.get(programme__slug="gyeonggi", parent=None)
    quota.opening(pool=pool, issued=pool.size - 1, actor=None, reason="test")
    first = world.at(Stage.APPROVED, slug="gyeonggi")
    second = world.at(Stage.WAITING_QUOTA, slug="gyeonggi")
    signing.take_back(application=first.fresh(), actor=first.lead, reason="착오")
    signing.accept_unit(application=second.fresh(), actor=second.lead)
    deliver_letters()
    assert second.fresh().stage == Stage.ISSUED


def withdrawn_while_waiting(world):
    pool = Pool.objects.get(programme__slug="gyeonggi", parent=None)
    quota.opening(pool=pool, issued=pool.size, actor=None, reason="test")
    story = world.at(Stage.WAITING_QUOTA, slug="gyeonggi")
    withdrawal.withdraw(application=story.fresh(), actor=story.member)


def withdrawn_during_evaluation(world):
    story = world.at(Stage.EXTERNAL_EVALUATION)
    withdrawal.withdraw(application=story.fresh(), actor=story.member)


def withdrawn_during_a_supplement(world):
    story = world.at(Stage.SUPPLEMENT)
    withdrawal.withdraw(application=story.fresh(), actor=story.member)


def a_supplement_in_parts_and_not_answered(world):
    story = world.at(Stage.SUPPLEMENT)
    item = story.case.supplements.get().items.get()
    ends = {"application": story.case, "actor": story.reviewer}
    asked = more_time.ask_for_time(
        application=story.case, actor=story.member, reason="번역", until=date(2026, 10, 30)
    )
    more_time.answer_time(**ends, extension=asked, granted=True)
    with calendar.frozen(MONDAY + timedelta(days=30)):
        supplement.demand_again(**ends)
        item = story.case.supplements.get(closed_at=None).items.get()
        supplement.answer_item(
            application=story.fresh(), actor=story.member, item=item, upload=samples.paper("a")
        )
        supplement.send_part(application=story.fresh(), actor=story.member)
        judge_item(**ends, item=item, verdict="again", words="다시")
        again = supplement.Asked(
            document_code=item.document_code, text="다시", again_of=item.public_id
        )
        supplement.request_supplement(**ends, items=[again])


def refused(world):
    story = world.at(Stage.VALIDATION).draft("refuse", "학위를 확인할 수 없습니다.")
    story.sign_off()
    deliver_letters()
    assert story.fresh().stage == Stage.REFUSED


def put_right_and_revoked(world):
    story = world.at(Stage.APPROVED, slug="gyeonggi")
    deliver_letters()
    case = {"application": story.fresh(), "actor": story.reviewer, "reason": "오기"}
    slip = letter_ends.propose_correction(**case, corrections={"candidate_name_ko": "바른이름"})
    letter_ends.confirm(ending=slip, actor=story.lead)
    deliver_letters()
    again = letter_ends.propose_revocation(**case)
    letter_ends.confirm(ending=again, actor=story.lead)


@pytest.mark.parametrize(
    "tale",
    [
        kotra_from_sign_up_to_letter,
        taken_back,
        waiting_offered_accepted,
        withdrawn_while_waiting,
        withdrawn_during_evaluation,
        withdrawn_during_a_supplement,
        a_supplement_in_parts_and_not_answered,
        refused,
        put_right_and_revoked,
    ],
)
def test_locks_are_taken_in_one_order(live_world, tale):
    with CaptureQueriesContext(connection) as seen:
        tale(live_world)
    assert any(locked_table(query["sql"]) in RANK for query in seen.captured_queries)
    assert inversions(seen.captured_queries) == []
