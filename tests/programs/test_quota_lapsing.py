"""An offer that nobody accepts in time goes on to the next; who was late waits again."""

from datetime import date, datetime, timedelta

import pytest

from programs import calendar, quota
from programs.models import ClaimState
from programs.quota import checking
from tests.programs.pools import opened

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

# Monday 12 October 2026; five business days later is Monday the 19th.
OFFERED = datetime(2026, 10, 12, 10, 0, tzinfo=calendar.SEOUL)
LAST = date(2026, 10, 19)
FIVE_DAYS = {"offer": {"days": 5, "assumed": True}}


@pytest.fixture(autouse=True)
def told(monkeypatch):
    found = []
    monkeypatch.setattr("programs.quota.moves.offered_hooks", [found.append])
    monkeypatch.setattr(checking, "_letter_counter", lambda slug: {})
    return found


def full(waiting, **more):
    """A quota of one unit, given back on that Monday while so many wait."""
    with calendar.frozen(OFFERED):
        tree = opened(1, more=FIVE_DAYS, **more)
        held = tree.take()
        claims = [tree.take() for _number in range(waiting)]
        quota.give_back(subject=held.subject, actor=None, reason="test", event="taken_back")
    return tree, claims


def books_agree():
    return all(line.ok for line in quota.snapshot())


def test_the_last_day_is_the_fifth_business_day():
    _tree, (first,) = full(1)
    first.refresh_from_db()
    assert first.state == ClaimState.OFFERED
    assert quota.accept_by(first) == LAST
    assert quota.overdue(LAST) == []
    assert [claim.pk for claim in quota.overdue(LAST + timedelta(days=1))] == [first.pk]


def test_a_late_offer_goes_to_the_next_and_back_to_the_end(told):
    tree, (first, second, third) = full(3)
    assert quota.lapse(subject=first.subject, on=LAST) is None, "the last day still counts"
    lapsed = quota.lapse(subject=first.subject, on=LAST + timedelta(days=1))
    assert lapsed.subjects == [second.subject]
    assert told == [first.subject, second.subject]
    assert tree.state(first) == ClaimState.RETURNED
    assert tree.state(second) == ClaimState.OFFERED
    assert (lapsed.claim.subject, lapsed.claim.state) == (first.subject, ClaimState.WAITING)
    assert third.place == 1
    assert lapsed.claim.place == 2
    assert tree.counters() == (1, 1, 0)
    assert books_agree()
    assert quota.lapse(subject=first.subject, on=LAST + timedelta(days=9)) is None, "a repeat"
    assert tree.counters() == (1, 1, 0)


def test_nobody_else_waits_and_the_offer_stays(told):
    tree, (only,) = full(1)
    assert quota.lapse(subject=only.subject, on=LAST + timedelta(days=30)) is None
    assert tree.state(only) == ClaimState.OFFERED
    assert told == [only.subject]


def test_an_accepted_offer_does_not_lapse():
    tree, (first, _second) = full(2)
    quota.accept(subject=first.subject, actor=None)
    assert quota.lapse(subject=first.subject, on=LAST + timedelta(days=30)) is None
    assert tree.state(first) == ClaimState.HELD


def test_without_a_deadline_an_offer_stays():
    with calendar.frozen(OFFERED):
        tree = opened(1)
        held = tree.take()
        first, _second = tree.take(), tree.take()
        quota.give_back(subject=held.subject, actor=None, reason="test", event="taken_back")
    first.refresh_from_db()
    assert quota.accept_by(first) is None
    assert quota.overdue(date(2027, 1, 1)) == []
    assert quota.lapse(subject=first.subject, on=date(2027, 1, 1)) is None
