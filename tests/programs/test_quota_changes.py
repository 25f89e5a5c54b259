"""What an office changes of its quota itself: two people, both pools guarded, nobody oversold."""

import uuid
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Office, StaffMembership, StaffRole, User
from audit.models import Event
from programs import quota
from programs.models import ChangeState, ClaimState, LedgerRow, Pool, QuotaChange, QuotaProposal
from programs.quota import checking
from programs.quota.effects import Wanted, look
from tests.programs.pools import CONSENT, administrator, manifest, opened

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture(autouse=True)
def told(monkeypatch):
    """The subjects that were told of an offer."""
    found = []
    monkeypatch.setattr("programs.quota.moves.offered_hooks", [found.append])
    monkeypatch.setattr(checking, "_letter_counter", lambda slug: {})
    return found


@pytest.fixture
def ulsan():
    return opened(10, more={"transfers": CONSENT}, weld=6, paint=4)


@pytest.fixture
def one(ulsan):
    return administrator("one")


@pytest.fixture
def two(ulsan):
    return administrator("two")


def transfer(tree, units, source="weld", target="paint"):
    return Wanted(
        "transfer", tree.pool(f"total/{target}"), tree.pool(f"total/{source}"), units=units
    )


def propose(wanted, actor, **more):
    said = {"reason": "수요 변화", "consent_reference": "체류관리과-123"} | more
    return quota.propose_change(wanted=wanted, actor=actor, **said)


def sizes(tree):
    return {pool.path: pool.size for pool in Pool.objects.filter(programme=tree.programme)}


def books_agree():
    return all(line.ok for line in quota.snapshot())


# --- transfers ----------------------------------------------------------------------------------


def test_two_people_move_units_between_siblings(ulsan, one, two):
    change = propose(transfer(ulsan, 2), one)
    assert sizes(ulsan)["total/paint"] == 4, "a proposal moves nothing"
    assert change.consent == CONSENT["consent"]
    done = quota.approve_change(change=change, actor=two)
    assert (done.state, done.closed_by) == (ChangeState.APPLIED, two)
    assert sizes(ulsan) == {"total": 10, "total/weld": 4, "total/paint": 6}
    rows = LedgerRow.objects.filter(kind="transfer").order_by("delta_size")
    assert [(row.pool.path, row.delta_size, row.actor, row.reason) for row in rows] == [
        ("total/weld", -2, two, "수요 변화"),
        ("total/paint", 2, two, "수요 변화"),
    ]
    names = Event.objects.filter(subject_id=change.public_id).order_by("pk")
    assert [event.name for event in names] == ["quota.change_proposed", "quota.change_applied"]
    assert books_agree()
    again = quota.approve_change(change=change, actor=two)
    assert again.state == ChangeState.APPLIED
    assert LedgerRow.objects.filter(kind="transfer").count() == 2, "a repeat moves nothing"


def test_nobody_approves_their_own(ulsan, one):
    change = propose(transfer(ulsan, 2), one)
    with pytest.raises(quota.QuotaError, match="다른 운영자"):
        quota.approve_change(change=change, actor=one)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuotaChange.objects.filter(pk=change.pk).update(
            state="applied", closed_by=one, closed_at=change.proposed_at
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        QuotaChange.objects.filter(pk=change.pk).update(
            state="applied", closed_by=None, closed_at=change.proposed_at
        )
    assert sizes(ulsan)["total/paint"] == 4


def test_used_units_do_not_move(ulsan, one, two):
    for _number in range(5):
        ulsan.take("weld")
    with pytest.raises(quota.QuotaError, match="옮길 수 있는 수: 1"):
        propose(transfer(ulsan, 2), one)
    change = propose(transfer(ulsan, 1), one)
    ulsan.take("weld")  # the last free one goes while the change waits
    with pytest.raises(quota.QuotaError, match="옮길 수 있는 수: 0"):
        quota.approve_change(change=change, actor=two)
    change.refresh_from_db()
    assert change.state == ChangeState.OPEN
    assert sizes(ulsan)["total/weld"] == 6


def test_who_waits_is_offered_what_arrives(ulsan, one, two, told):
    for _number in range(4):
        ulsan.take("paint")
    waiting = [ulsan.take("paint") for _number in range(3)]
    effect = look(transfer(ulsan, 2))
    assert effect.offered == [str(claim.subject) for claim in waiting[:2]]
    assert (effect.public_before, effect.public_after) == (6, 4)
    assert told == [], "looking tells nobody"
    assert [ulsan.state(claim) for claim in waiting] == [ClaimState.WAITING] * 3
    quota.approve_change(change=propose(transfer(ulsan, 2), one), actor=two)
    assert [ulsan.state(claim) for claim in waiting] == ["offered", "offered", "waiting"]
    assert told == [claim.subject for claim in waiting[:2]]
    assert books_agree()


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (lambda tree: transfer(tree, 0), "1 이상"),
        (lambda tree: transfer(tree, 1, "weld", "weld"), "서로 다른"),
        (
            lambda tree: Wanted("transfer", tree.pool("total/paint"), tree.pool("total"), units=1),
            "바로 속한",
        ),
        (lambda tree: transfer(tree, 7), "옮길 수 있는 수: 6"),
    ],
)
def test_what_is_no_transfer(ulsan, one, wanted, says):
    with pytest.raises(quota.QuotaError, match=says):
        propose(wanted(ulsan), one)
    assert not QuotaChange.objects.exists()


def test_only_where_the_programme_says_so(one):
    other = opened(10, slug="daegu", weld=6, paint=4)
    with pytest.raises(quota.QuotaError, match="허용하지 않습니다"):
        propose(transfer(other, 1), one)


def test_not_between_programmes(ulsan, one):
    other = opened(10, slug="daegu", more={"transfers": CONSENT}, weld=6, paint=4)
    wanted = Wanted("transfer", ulsan.pool("total/paint"), other.pool("total/weld"), units=1)
    with pytest.raises(quota.QuotaError, match="같은 프로그램"):
        propose(wanted, one)


def test_consent_and_reason_are_said(ulsan, one):
    with pytest.raises(quota.QuotaError, match="협의"):
        propose(transfer(ulsan, 1), one, consent_reference=" ")
    with pytest.raises(quota.QuotaError, match="사유"):
        propose(transfer(ulsan, 1), one, reason=" ")


def test_only_administrators_of_the_office(ulsan, one):
    lead = User.objects.create_user("lead@example.test", name="lead")
    StaffMembership.objects.create(
        user=lead, office=Office.objects.get(code="test"), role=StaffRole.LEAD
    )
    Office.objects.create(code="other", name_ko="다른", name_en="Other")
    stranger = administrator("stranger", office="other")
    change = propose(transfer(ulsan, 1), one)
    for person in (lead, stranger):
        with pytest.raises(quota.QuotaError, match="운영자만"):
            propose(transfer(ulsan, 1), person)
        with pytest.raises(quota.QuotaError, match="운영자만"):
            quota.approve_change(change=change, actor=person)
        with pytest.raises(quota.QuotaError, match="운영자만"):
            quota.reject_change(change=change, actor=person, reason="no")


def test_one_open_change_a_period(ulsan, one, two):
    propose(transfer(ulsan, 1), one)
    with pytest.raises(quota.QuotaError, match="이미 승인을 기다리는"):
        propose(transfer(ulsan, 2), two)


def test_rejected_by_another_withdrawn_by_oneself(ulsan, one, two):
    change = propose(transfer(ulsan, 1), one)
    with pytest.raises(quota.QuotaError, match="까닭"):
        quota.reject_change(change=change, actor=two, reason=" ")
    assert quota.reject_change(change=change, actor=two, reason="근거 부족").state == "rejected"
    with pytest.raises(quota.QuotaError, match="이미 끝난 변경"):
        quota.approve_change(change=change, actor=two)
    second = propose(transfer(ulsan, 1), one)
    assert quota.reject_change(change=second, actor=one, reason="").state == "withdrawn"
    assert sizes(ulsan)["total/weld"] == 6


# --- sizes and periods --------------------------------------------------------------------------


def test_another_size(ulsan, one, two):
    change = propose(Wanted("size", ulsan.pool(), units=12), one)
    quota.approve_change(change=change, actor=two)
    assert sizes(ulsan)["total"] == 12
    row = LedgerRow.objects.filter(kind="resize").latest("pk")
    assert (row.delta_size, row.actor, row.reason) == (2, two, "수요 변화")
    assert books_agree()


@pytest.mark.parametrize(
    ("path", "units", "says"),
    [
        ("total", 9, "안에 든 쿼터가 모두 10"),
        ("total/weld", 7, "안에 든 쿼터가 모두 11"),
        ("total/weld", 1, "이미 배정되거나 발급된 2건"),
        ("total", 10, "바뀌는 것이 없습니다"),
        ("total", 1_000_001, "까지 적을 수 있습니다"),
    ],
)
def test_a_size_that_does_not_fit(ulsan, one, path, units, says):
    for _number in range(2):
        ulsan.take("weld")
    with pytest.raises(quota.QuotaError, match=says):
        propose(Wanted("size", ulsan.pool(path), units=units), one)


def test_another_period(ulsan, one, two):
    wanted = Wanted("period", ulsan.pool(), first_day=date(2026, 1, 1), last_day=date(2027, 6, 30))
    quota.approve_change(change=propose(wanted, one), actor=two)
    assert set(Pool.objects.values_list("period_to", flat=True)) == {date(2027, 6, 30)}
    row = LedgerRow.objects.get(kind="period")
    assert (row.delta_size, row.actor) == (0, two)
    assert row.reason.startswith("2026-01-01..2027-06-30")
    assert books_agree()


def test_periods_do_not_overlap(ulsan, one):
    root = ulsan.pool()
    Pool.objects.create(
        programme=root.programme,
        period_code="2027",
        period_from=date(2027, 1, 1),
        period_to=date(2027, 12, 31),
        path="total",
        name_ko="다음",
        name_en="next",
        size=0,
    )
    wanted = Wanted("period", root, first_day=date(2026, 1, 1), last_day=date(2027, 1, 1))
    with pytest.raises(quota.QuotaError, match="겹칩니다"):
        propose(wanted, one)


# --- beside the catalogue -----------------------------------------------------------------------


def load(tree, size, inside):
    found = manifest(size, inside)
    return quota.ensure_pools(programme=tree.programme, manifest=found)


@pytest.fixture
def plain():
    """A quota whose file says exactly what its pools are."""
    return opened(10, weld=6)


def test_the_same_file_does_not_undo_what_the_office_changed(plain):
    one, two = administrator("one"), administrator("two")
    assert load(plain, 10, {"weld": 6}) == []
    quota.approve_change(change=propose(Wanted("size", plain.pool(), units=12), one), actor=two)
    said = load(plain, 10, {"weld": 6})
    assert said == [
        "quota test/2026 differs from the file: the office has changed it; nothing is proposed"
    ]
    assert not QuotaProposal.objects.exists()
    assert len(load(plain, 11, {"weld": 6})) == 1, "a file that says something new is proposed"


def test_the_catalogues_proposal_is_answered_first(plain):
    one, two = administrator("one"), administrator("two")
    load(plain, 11, {"weld": 6})
    change = propose(Wanted("size", plain.pool(), units=12), one)
    with pytest.raises(quota.QuotaError, match="먼저 그 제안에 답해"):
        quota.approve_change(change=change, actor=two)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "transfer", "source": None},
        {"kind": "size", "units": None},
        {"kind": "period", "units": None},
        {"reason": ""},
        {"state": "unheard"},
        {"state": "open", "closed_by": 1},
    ],
)
def test_the_database_refuses_half_a_change(ulsan, one, wrong):
    change = propose(Wanted("size", ulsan.pool(), units=12), one)
    if "closed_by" in wrong:
        wrong = wrong | {"closed_by": one}
    with pytest.raises(IntegrityError), transaction.atomic():
        QuotaChange.objects.filter(pk=change.pk).update(**wrong)


def test_a_stranger_subject_is_never_offered(ulsan):
    assert look(transfer(ulsan, 1)).offered == []
    assert quota.live_claim(uuid.uuid4()) is None
