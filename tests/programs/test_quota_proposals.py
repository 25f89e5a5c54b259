"""A file with another tree of pools: proposed, confirmed by two administrators, or rejected."""

import uuid
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Office, StaffMembership, StaffRole, User
from audit.models import Event
from programs import quota
from programs.models import LedgerRow, Pool, ProposalState, QuotaProposal
from programs.quota import checking
from tests.programs.pools import manifest, opened

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture(autouse=True)
def _no_letters(monkeypatch):
    monkeypatch.setattr(checking, "_letter_counter", lambda slug: {})


def member(mail, role=StaffRole.ADMINISTRATOR, office="test"):
    person = User.objects.create_user(f"{mail}@example.test", name=mail)
    StaffMembership.objects.create(user=person, office=Office.objects.get(code=office), role=role)
    return person


@pytest.fixture
def ulsan():
    return opened(5, weld=3, paint=1)


def load(programme, size, inside, **more):
    return quota.ensure_pools(
        programme=programme.programme, manifest=manifest(size, inside, **more)
    )


def proposal():
    return QuotaProposal.objects.get(state=ProposalState.OPEN)


def events(one):
    return list(
        Event.objects.filter(subject_id=one.public_id).order_by("pk").values_list("name", flat=True)
    )


def sizes():
    return dict(Pool.objects.filter(closed_at=None).values_list("path", "size"))


def test_the_second_administrator_applies_the_tree(ulsan):
    lines = load(ulsan, 7, {"weld": 3, "wire": 2}, to="06-30")
    assert lines == [
        "quota test/2026 proposal: total goes from 5 to 7",
        "quota test/2026 proposal: total/paint is closed",
        "quota test/2026 proposal: total/wire is opened with 2",
        "quota test/2026 proposal: the period 2026-01-01..2026-12-31 is 2026-01-01..2026-06-30",
    ]
    one, two = member("one"), member("two")
    first = quota.confirm(proposal=proposal(), actor=one)
    assert (first.state, first.confirmed_by, sizes()["total"]) == (ProposalState.OPEN, one, 5)
    done = quota.confirm(proposal=proposal(), actor=two)
    assert (done.state, done.closed_by) == (ProposalState.APPLIED, two)
    assert sizes() == {"total": 7, "total/weld": 3, "total/wire": 2}
    assert set(Pool.objects.values_list("period_to", flat=True)) == {date(2026, 6, 30)}
    assert events(done) == ["quota.proposed", "quota.confirmed", "quota.applied"]
    assert [line.wrong for line in quota.snapshot()] == [()] * 4
    assert LedgerRow.objects.filter(kind="create").count() == 4
    assert {row.actor for row in LedgerRow.objects.filter(kind="resize", actor=two)} == {two}
    assert load(ulsan, 7, {"weld": 3, "wire": 2}, to="06-30") == []
    assert QuotaProposal.objects.count() == 1


def test_loading_again_proposes_once(ulsan):
    for _twice in range(2):
        assert len(load(ulsan, 7, {"weld": 3, "paint": 1})) == 1
    assert QuotaProposal.objects.count() == 1


def test_a_later_file_replaces_an_open_proposal_and_its_confirmation(ulsan):
    load(ulsan, 7, {"weld": 3, "paint": 1})
    quota.confirm(proposal=proposal(), actor=member("one"))
    load(ulsan, 8, {"weld": 3, "paint": 1})
    assert proposal().confirmed_by is None
    assert sorted(QuotaProposal.objects.values_list("state", flat=True)) == ["open", "replaced"]
    assert load(ulsan, 5, {"weld": 3, "paint": 1}) == []
    assert not QuotaProposal.objects.filter(state="open").exists()
    assert sizes()["total"] == 5


def test_nobody_confirms_twice_and_only_the_offices_administrators(ulsan):
    load(ulsan, 7, {"weld": 3, "paint": 1})
    Office.objects.create(code="other", name_ko="다른", name_en="Other")
    one = member("one")
    for person in (member("lead", StaffRole.LEAD), member("far", office="other")):
        for answer in (
            lambda actor=person: quota.confirm(proposal=proposal(), actor=actor),
            lambda actor=person: quota.reject(proposal=proposal(), actor=actor, reason="no"),
        ):
            with pytest.raises(quota.QuotaError):
                answer()
    quota.confirm(proposal=proposal(), actor=one)
    with pytest.raises(quota.QuotaError):
        quota.confirm(proposal=proposal(), actor=one)
    assert sizes()["total"] == 5


def test_a_rejected_tree_is_not_proposed_again(ulsan):
    load(ulsan, 7, {"weld": 3, "paint": 1})
    one = member("one")
    with pytest.raises(quota.QuotaError):
        quota.reject(proposal=proposal(), actor=one, reason="  ")
    done = quota.reject(proposal=proposal(), actor=one, reason="a misprint")
    assert (done.state, done.reason, events(done)[-1]) == (
        "rejected",
        "a misprint",
        "quota.rejected",
    )
    (line,) = load(ulsan, 7, {"weld": 3, "paint": 1})
    assert "was rejected" in line
    assert QuotaProposal.objects.count() == 1
    with pytest.raises(quota.QuotaError):
        quota.confirm(proposal=done, actor=one)
    assert len(load(ulsan, 6, {"weld": 3, "paint": 1})) == 1


def test_below_what_is_used_nothing_is_applied(ulsan):
    for _number in range(3):
        ulsan.take("weld")
    load(ulsan, 9, {"weld": 2, "paint": 1})
    quota.confirm(proposal=proposal(), actor=member("one"))
    with pytest.raises(quota.QuotaError, match=r"total/weld: .*3"):
        quota.confirm(proposal=proposal(), actor=member("two"))
    assert sizes() == {"total": 5, "total/weld": 3, "total/paint": 1}
    assert proposal().confirmed_by.name == "one"


def test_a_closed_pool_keeps_what_was_taken_and_takes_no_more(ulsan):
    ulsan.take("paint")
    load(ulsan, 5, {"weld": 3})
    quota.confirm(proposal=proposal(), actor=member("one"))
    waiting = ulsan.take("paint")
    two = member("two")
    with pytest.raises(quota.QuotaError, match="total/paint"):
        quota.confirm(proposal=proposal(), actor=two)
    quota.give_back(subject=waiting.subject, actor=None, reason="x", event="withdrawn")
    quota.confirm(proposal=proposal(), actor=two)
    paint = Pool.objects.get(path="total/paint")
    assert (paint.size, paint.held, paint.closed_at is None) == (1, 1, False)
    assert ulsan.take("paint").leaf.path == "total", "the version still names it"
    assert [line.wrong for line in quota.snapshot()] == [()] * 3
    assert load(ulsan, 5, {"weld": 3}) == []


def test_a_closed_pool_may_be_opened_again(ulsan):
    one, two = member("one"), member("two")
    for inside in ({"weld": 3}, {"weld": 3, "paint": 2}):
        load(ulsan, 5, inside)
        for person in (one, two):
            quota.confirm(proposal=proposal(), actor=person)
    assert sizes() == {"total": 5, "total/weld": 3, "total/paint": 2}
    assert ulsan.take("paint").leaf.path == "total/paint"


def test_more_units_are_offered_to_those_who_wait(ulsan):
    for _number in range(5):
        ulsan.take()
    waiting = ulsan.take()
    load(ulsan, 6, {"weld": 3, "paint": 1})
    for person in (member("one"), member("two")):
        quota.confirm(proposal=proposal(), actor=person)
    assert ulsan.state(waiting) == "offered"


def test_names_are_texts_and_follow_the_file(ulsan):
    said = manifest(5, {"weld": 3, "paint": 1})
    object.__setattr__(said.quota.names, "ko", "전체")
    assert quota.ensure_pools(programme=ulsan.programme, manifest=said) == []
    assert Pool.objects.get(path="total").name_ko == "전체"


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "applied"},
        {"state": "applied", "closed": True, "confirmed": "same"},
        {"state": "rejected", "closed": True},
        {"state": "rumoured"},
        {"state": "open", "closed": True},
        {},
    ],
)
def test_what_the_database_itself_refuses(ulsan, wrong):
    load(ulsan, 7, {"weld": 3, "paint": 1})
    one = proposal()
    now = one.created_at
    fields = {"state": wrong.get("state", "open"), "tree_hash": "0" * 64, "public_id": uuid.uuid4()}
    if wrong.get("closed"):
        fields |= {"closed_at": now}
    if wrong.get("confirmed"):
        person = member("one")
        fields |= {"confirmed_by": person, "closed_by": person, "confirmed_at": now}
    values = {
        name: getattr(one, name)
        for name in ("programme", "period_code", "version", "tree", "changes", "created_at")
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        QuotaProposal.objects.create(**{**values, **fields})
