"""The quota, one person at a time; `tests/races/test_quota_race.py` has the crowds.

Run on both databases: what is asserted here is what sql_postgresql and sql_sqlite must share.
"""

import io
import json
import uuid
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from programs import calendar, quota
from programs.models import ClaimState, LedgerRow, Pool, PoolClaim
from programs.quota import checking
from programs.quota.locked import vendor
from tests.programs.pools import manifest, opened, person

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture(autouse=True)
def offered(monkeypatch):
    """The subjects that were told of an offer."""
    told = []
    monkeypatch.setattr("programs.quota.moves.offered_hooks", [told.append])
    return told


def rows(claim):
    return list(claim.ledger.values_list("kind", "delta_held", "delta_issued").order_by("pk"))


def give_back(claim, event="taken_back"):
    return quota.give_back(subject=claim.subject, actor=None, reason="test", event=event)


def test_a_unit_is_held_at_sign_off_and_issued_with_the_letter():
    kotra = opened(2)
    lead = person()
    claim = quota.take(version=kotra.version, facts={}, subject=uuid.uuid4(), actor=lead)
    assert (claim.state, claim.place, claim.taken_by) == (ClaimState.HELD, None, lead)
    assert kotra.counters() == (2, 1, 0)
    claim = quota.issue(subject=claim.subject, actor=lead)
    assert (claim.state, claim.version) == (ClaimState.ISSUED, 2)
    assert kotra.counters() == (2, 0, 1)
    assert rows(claim) == [("take", 1, 0), ("issue", -1, 1)]
    assert {row.actor for row in claim.ledger.all()} == {lead}


def test_what_take_returns_is_what_is_stored():
    claim = opened(1).take()
    stored = PoolClaim.objects.get(pk=claim.pk)
    for field in PoolClaim._meta.concrete_fields:
        assert getattr(claim, field.attname) == getattr(stored, field.attname)


def test_a_programme_without_a_quota_takes_nothing():
    free = opened(None)
    assert free.take() is None
    assert free.lines == []
    assert quota.issue(subject=uuid.uuid4(), actor=None) is None


def test_pools_that_were_never_opened_refuse():
    kotra = opened(1)
    Pool.objects.filter(programme=kotra.programme).update(period_code="2020")
    Pool.objects.filter(programme=kotra.programme).update(
        period_from="2020-01-01", period_to="2020-12-31"
    )
    with pytest.raises(quota.QuotaError):
        kotra.take()


def test_taking_again_is_the_same_claim():
    kotra = opened(2)
    claim = kotra.take()
    assert kotra.take(subject=claim.subject) == claim
    quota.issue(subject=claim.subject, actor=None)
    assert kotra.take(subject=claim.subject).state == ClaimState.ISSUED
    assert kotra.counters() == (2, 0, 1)


def test_when_the_pool_is_full_the_sign_off_waits():
    kotra = opened(1)
    held = kotra.take()
    waiting = [kotra.take() for _number in range(3)]
    assert [claim.state for claim in waiting] == [ClaimState.WAITING] * 3
    assert [claim.place for claim in waiting] == [1, 2, 3]
    assert kotra.take(subject=waiting[1].subject).place == 2
    assert kotra.counters() == (1, 1, 0)
    assert rows(waiting[0]) == [("wait", 0, 0)]
    assert held.place is None


def test_a_freed_unit_is_offered_to_the_first(offered):
    kotra = opened(1)
    held, first, second = (kotra.take() for _number in range(3))
    assert give_back(held) == [first.subject] == offered
    assert kotra.state(first) == ClaimState.OFFERED
    assert kotra.counters() == (1, 1, 0), "held counts the offer"
    assert second.place == 1
    late = kotra.take()
    assert (late.state, late.place) == (ClaimState.WAITING, 2), "nobody overtakes an offer"


def test_while_anyone_waits_a_new_sign_off_joins_the_end():
    """Also where a unit lies free, as after a repair by hand."""
    kotra = opened(1)
    kotra.take()
    waiting = kotra.take()
    Pool.objects.filter(pk=kotra.pool().pk).update(size=2)
    late = kotra.take()
    assert late.state == ClaimState.WAITING
    assert (waiting.place, late.place) == (1, 2)


def test_an_accepted_offer_is_held():
    kotra = opened(1)
    held, first = kotra.take(), kotra.take()
    give_back(held)
    for _twice in range(2):
        claim = quota.accept(subject=first.subject, actor=None)
        assert claim.state == ClaimState.HELD
    assert rows(claim) == [("wait", 0, 0), ("offer", 1, 0), ("accept", 0, 0)]
    assert kotra.counters() == (1, 1, 0)
    assert quota.issue(subject=first.subject, actor=None).state == ClaimState.ISSUED


def test_a_declined_offer_goes_to_the_next(offered):
    kotra = opened(1)
    held, first, second, third = (kotra.take() for _number in range(4))
    give_back(held)
    assert quota.decline(subject=first.subject, actor=None) == [second.subject]
    assert offered == [first.subject, second.subject]
    assert kotra.state(first) == ClaimState.RETURNED
    assert quota.decline(subject=second.subject, actor=None) == [third.subject]
    assert quota.decline(subject=third.subject, actor=None) == []
    assert kotra.counters() == (1, 0, 0)
    assert kotra.take(subject=first.subject).state == ClaimState.HELD, "and may be taken anew"


def test_who_leaves_the_list_moves_the_others_up(offered):
    kotra = opened(1)
    held, first, second = (kotra.take() for _number in range(3))
    assert give_back(first, "withdrawn") == []
    assert second.place == 1
    assert kotra.counters() == (1, 1, 0)
    assert give_back(held) == [second.subject] == offered


def test_a_unit_is_returned_exactly_once():
    kotra = opened(1)
    held = kotra.take()
    assert give_back(held) == []
    assert give_back(held) == []
    assert kotra.counters() == (1, 0, 0)
    assert rows(held) == [("take", 1, 0), ("return", -1, 0)]


@pytest.mark.incident("T2")
@pytest.mark.parametrize("issued", [False, True])
def test_a_voided_letter_gives_its_unit_back_once(issued):
    kotra = opened(1, gives_back=("void",))
    claim = kotra.take()
    if issued:
        quota.issue(subject=claim.subject, actor=None)
    give_back(claim, "void")
    give_back(claim, "void")
    assert kotra.counters() == (1, 0, 0)
    assert kotra.take(subject=claim.subject).state == ClaimState.HELD


@pytest.mark.parametrize(
    ("gives_back", "event", "issued", "free"),
    [
        (("void",), "revoked", True, False),
        (("void",), "withdrawn", True, False),
        (("void",), "taken_back", True, False),
        (("void", "revoked"), "revoked", True, True),
        ((), "void", True, False),
        ((), "void", False, False),
        ((), "taken_back", False, True),
        ((), "withdrawn", False, True),
    ],
)
def test_what_gives_a_unit_back_is_the_programmes_data(gives_back, event, issued, free):
    kotra = opened(1, gives_back=gives_back)
    claim, next_one = kotra.take(), kotra.take()
    if issued:
        quota.issue(subject=claim.subject, actor=None)
    assert give_back(claim, event) == ([next_one.subject] if free else [])
    after = kotra.counters()
    assert after == ((1, 1, 0) if free or not issued else (1, 0, 1))


def test_no_letter_without_a_held_unit():
    kotra = opened(1)
    held, waiting = kotra.take(), kotra.take()
    with pytest.raises(quota.QuotaError):
        quota.issue(subject=waiting.subject, actor=None)
    give_back(held)
    with pytest.raises(quota.QuotaError):
        quota.issue(subject=held.subject, actor=None)
    with pytest.raises(quota.QuotaError):
        quota.issue(subject=waiting.subject, actor=None)
    assert kotra.counters() == (1, 1, 0)


def test_only_an_offer_can_be_accepted_or_declined():
    kotra = opened(1)
    held, waiting = kotra.take(), kotra.take()
    for answer in (quota.accept, quota.decline):
        with pytest.raises(quota.QuotaError):
            answer(subject=waiting.subject, actor=None)
        with pytest.raises(quota.QuotaError):
            answer(subject=uuid.uuid4(), actor=None)
    with pytest.raises(quota.QuotaError):
        quota.decline(subject=held.subject, actor=None)


# --- Nested pools -------------------------------------------------------------------------------


def test_a_unit_is_taken_of_every_pool_on_the_way():
    ulsan = opened(5, weld=(3, {"arc": 2, "gas": 2}), paint=3)
    claim = ulsan.take("arc")
    assert claim.leaf.path == "total/weld/arc"
    quota.issue(subject=claim.subject, actor=None)
    ulsan.take("paint")
    ulsan.take()
    assert [ulsan.counters(pool.path) for pool in Pool.objects.order_by("path")] == [
        (5, 2, 1),
        (3, 1, 0),
        (3, 0, 1),
        (2, 0, 1),
        (2, 0, 0),
    ]
    assert claim.ledger.filter(kind="take").count() == 3


@pytest.mark.parametrize("full", ["total", "total/weld", "total/weld/arc"])
def test_all_or_nothing(full):
    ulsan = opened(5, weld=(4, {"arc": 3, "gas": 2}), paint=3)
    Pool.objects.filter(path=full).update(size=0)
    before = list(Pool.objects.values("path", "held", "issued"))
    assert ulsan.take("arc").state == ClaimState.WAITING
    assert list(Pool.objects.values("path", "held", "issued")) == before


def test_a_full_pool_does_not_stop_its_neighbour():
    ulsan = opened(3, weld=1, paint=3)
    ulsan.take("weld")
    waiting = ulsan.take("weld")
    assert waiting.place == 1
    assert ulsan.take("paint").state == ClaimState.HELD
    assert ulsan.take("paint").state == ClaimState.HELD
    assert ulsan.take("paint").place == 2, "now the total is full for both"


def test_a_freed_unit_goes_to_the_first_with_room_on_the_whole_way(offered):
    ulsan = opened(2, weld=1, paint=2)
    weld, paint = ulsan.take("weld"), ulsan.take("paint")
    welders = [ulsan.take("weld") for _number in range(2)]
    painter = ulsan.take("paint")
    assert [claim.place for claim in (*welders, painter)] == [1, 2, 3]
    # The total has room, the welders' pool has not: the painter is next.
    assert give_back(paint) == [painter.subject]
    assert give_back(weld) == [welders[0].subject]
    assert ulsan.counters() == (2, 2, 0)
    assert ulsan.counters("total/weld") == (1, 1, 0)
    assert ulsan.counters("total/paint") == (2, 1, 0)


def test_pools_are_locked_by_id_ascending():
    ulsan = opened(5, weld=3, paint=1)
    ids = [ulsan.pool(path).pk for path in ("total/paint", "total", "total/weld")]
    assert [row[0] for row in vendor().lock(ids)] == sorted(ids)
    assert min(ids) == ulsan.pool().pk, "the root is first"


# --- Sizes --------------------------------------------------------------------------------------


def test_the_first_load_opens_the_pools_and_a_second_changes_nothing():
    ulsan = opened(5, weld=3)
    assert ulsan.lines == [
        "quota test/2026/total opened with 5",
        "quota test/2026/total/weld opened with 3",
    ]
    again = manifest(5, {"weld": 3})
    assert quota.ensure_pools(programme=ulsan.programme, manifest=again) == []
    assert LedgerRow.objects.filter(kind="create").count() == 2


def test_another_tree_is_a_proposal():
    ulsan = opened(5, weld=3, paint=1)
    other = manifest(7, {"weld": 3, "wire": 2}, to="06-30")
    assert quota.ensure_pools(programme=ulsan.programme, manifest=other) == [
        "quota test/2026 proposal: total goes from 5 to 7",
        "quota test/2026 proposal: total/paint is closed",
        "quota test/2026 proposal: total/wire is opened with 2",
        "quota test/2026 proposal: the period 2026-01-01..2026-12-31 is 2026-01-01..2026-06-30",
    ]
    assert ulsan.counters() == (5, 0, 0)
    assert Pool.objects.count() == 3


def test_a_new_period_has_new_pools():
    ulsan = opened(5)
    later = manifest(9, {}, period="2027", year=2027)
    assert quota.ensure_pools(programme=ulsan.programme, manifest=later) == [
        "quota test/2027/total opened with 9"
    ]
    for year, held in [(2026, [1, 0]), (2027, [1, 1]), (2028, [2, 1])]:
        with calendar.frozen(datetime(year, 3, 2, tzinfo=UTC)):
            ulsan.take()
        counted = Pool.objects.order_by("period_code").values_list("held", flat=True)
        assert list(counted) == held, "the period that runs, else the version's own"


def test_an_installation_starts_at_214_of_630():
    gyeonggi = opened(630)
    pool = gyeonggi.pool()
    for _twice in range(2):
        quota.opening(pool=pool, issued=214, actor=None, reason="register of 2025")
    assert gyeonggi.counters() == (630, 0, 214)
    for wrong in (215, 0):
        with pytest.raises(quota.QuotaError):
            quota.opening(pool=pool, issued=wrong, actor=None, reason="again")
    assert gyeonggi.counters() == (630, 0, 214)


def test_an_opening_from_the_command_line():
    def run(*words):
        out = io.StringIO()
        try:
            call_command("quota", "opening", *words, stdout=out, stderr=io.StringIO())
        except CommandError as refusal:
            return refusal.returncode
        return out.getvalue()

    gyeonggi = opened(630)
    words = ["test/2026/total", "214", "--reason", "register of 2025"]
    assert run(*words) == "test/2026/total 630 0 214\n"
    assert gyeonggi.counters() == (630, 0, 0), "dry without --apply"
    assert run(*words, "--apply") == "test/2026/total 630 0 214\n"
    assert gyeonggi.counters() == (630, 0, 214)
    row = LedgerRow.objects.get(kind="opening")
    assert (row.delta_issued, row.reason) == (214, "register of 2025")
    assert run("test/2026/total", "631", "--reason", "x") == 1
    assert run("test/2026/none", "1", "--reason", "x") == 1


def test_an_opening_counts_in_the_pools_above_and_needs_room_there():
    ulsan = opened(5, weld=4, paint=4)
    quota.opening(pool=ulsan.pool("total/weld"), issued=3, actor=None, reason="register")
    assert ulsan.counters() == (5, 0, 3)
    with pytest.raises(quota.QuotaError):
        quota.opening(pool=ulsan.pool("total/paint"), issued=3, actor=None, reason="register")
    quota.opening(pool=ulsan.pool("total/paint"), issued=2, actor=None, reason="register")
    assert ulsan.counters() == (5, 0, 5)
    assert ulsan.take("weld").state == ClaimState.WAITING


def test_more_units_are_offered_to_those_who_wait(offered):
    kotra = opened(1)
    kotra.take()
    waiting = [kotra.take() for _number in range(3)]
    pool = kotra.pool()
    assert quota.resize(pool=pool, size=3, actor=None, reason="notice 12") == [
        waiting[0].subject,
        waiting[1].subject,
    ]
    assert quota.resize(pool=pool, size=3, actor=None, reason="again") == []
    assert kotra.counters() == (3, 3, 0)
    with pytest.raises(quota.QuotaError):
        quota.resize(pool=pool, size=2, actor=None, reason="notice 13")
    assert len(offered) == 2


# --- What the database refuses by itself --------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", [{"held": 3}, {"issued": 3}, {"held": 2, "issued": 1}, {"size": 0, "held": 1}]
)
def test_the_database_refuses_an_oversold_pool(wrong):
    kotra = opened(2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pool.objects.filter(pk=kotra.pool().pk).update(**wrong)


def test_the_database_refuses_a_second_live_claim():
    kotra = opened(2)
    claim = kotra.take()
    with pytest.raises(IntegrityError), transaction.atomic():
        PoolClaim.objects.create(
            subject=claim.subject,
            leaf=claim.leaf,
            state=ClaimState.WAITING,
            taken_under=claim.taken_under,
            opened_at=claim.opened_at,
            changed_at=claim.changed_at,
        )


def test_the_ledger_is_append_only():
    row = opened(2).take().ledger.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerRow.objects.filter(pk=row.pk).update(delta_held=0)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM programs_ledgerrow WHERE id = %s", [row.pk])


def test_a_movement_is_written_once():
    row = opened(2).take().ledger.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


# --- quota check --------------------------------------------------------------------------------


@pytest.fixture
def letters(monkeypatch):
    """What the letters room would say, by programme."""
    register = {}
    monkeypatch.setattr(checking, "_letter_counter", lambda slug: register.get(slug, {}))
    return register


def check(*options):
    out, err = io.StringIO(), io.StringIO()
    status = 0
    try:
        call_command("quota", "check", *options, stdout=out, stderr=err)
    except CommandError as refusal:
        status = refusal.returncode
    return status, out.getvalue().splitlines(), err.getvalue()


def test_check_after_every_kind_of_movement(letters):
    ulsan = opened(6, weld=3, paint=6)
    quota.opening(pool=ulsan.pool("total/weld"), issued=1, actor=None, reason="register")
    issued, held, back = (ulsan.take("paint") for _number in range(3))
    quota.issue(subject=issued.subject, actor=None)
    letters["test"] = {issued.subject: True}
    give_back(back)
    for _number in range(4):
        ulsan.take("weld")
    give_back(held)
    assert check() == (
        0,
        [
            "test/2026/total 6 2 2 2 4 2 ok",
            "test/2026/total/paint 6 0 1 0 1 1 ok",
            "test/2026/total/weld 3 2 1 2 3 1 ok",
        ],
        "",
    )


def test_check_sees_a_counter_that_drifted(letters):
    kotra = opened(5)
    kotra.take()
    Pool.objects.filter(pk=kotra.pool().pk).update(held=2)
    status, lines, said = check()
    assert (status, lines) == (3, ["test/2026/total 5 2 0 0 1 0 WRONG"])
    assert "held 2, by ledger 1" in said
    assert "held 2, by claims 1" in said


def test_check_sees_a_claim_that_was_changed_by_hand(letters):
    kotra = opened(5)
    claim = kotra.take()
    PoolClaim.objects.filter(pk=claim.pk).update(state=ClaimState.RETURNED)
    assert check()[0] == 3


def test_check_sees_a_unit_issued_without_a_letter_and_a_letter_without_a_unit(letters):
    kotra = opened(5)
    claim = kotra.take()
    quota.issue(subject=claim.subject, actor=None)
    assert check()[:2] == (3, ["test/2026/total 5 0 1 0 1 0 WRONG"])
    letters["test"] = {claim.subject: False}
    assert check()[0] == 0, "a revoked letter keeps its unit"
    letters["test"] = {claim.subject: True, uuid.uuid4(): True}
    assert check()[:2] == (3, ["test/2026/total 5 0 1 0 1 2 WRONG"])
    letters["test"] = {claim.subject: True, uuid.uuid4(): False}
    assert check()[0] == 0, "a revoked letter may have given its unit back"


def test_check_as_json(letters):
    opened(5)
    status, lines, _said = check("--json")
    assert status == 0
    assert json.loads("".join(lines)) == {
        "ok": True,
        "pools": [
            {
                "path": "test/2026/total",
                "size": 5,
                "held": 0,
                "offered": 0,
                "issued": 0,
                "waiting": 0,
                "ledger": 0,
                "letters": 0,
                "opening": 0,
                "ok": True,
                "wrong": [],
            }
        ],
    }


def test_check_that_cannot_see_letters_does_not_say_ok(monkeypatch):
    monkeypatch.setattr(checking, "_letter_counter", None)
    assert check()[0] == 1


def test_the_number_of_queries_does_not_grow(letters, django_assert_num_queries):
    opened(5, weld=1)
    with django_assert_num_queries(4):
        quota.snapshot()
    for slug in ("ulsan", "daegu"):
        opened(9, slug=slug, weld=3, paint=3).take("weld")
    with django_assert_num_queries(4):
        quota.snapshot()
