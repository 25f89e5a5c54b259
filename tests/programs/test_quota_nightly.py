"""The nightly check: one mail a finding, not one a night."""

from datetime import datetime

import pytest

from notifications import outbox
from notifications.models import Mail
from programs import calendar
from programs.models import BooksCheck, Pool
from programs.quota import checking, nightly
from tests.programs.pools import administrator, opened

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture(autouse=True)
def _no_letters(monkeypatch):
    monkeypatch.setattr(checking, "_letter_counter", lambda slug: {})


@pytest.fixture
def kotra():
    return opened(5)


def at(day, hour=3):
    return calendar.frozen(datetime(2026, 10, day, hour, 10, tzinfo=calendar.SEOUL))


def spoil(tree, held):
    Pool.objects.filter(pk=tree.pool().pk).update(held=held)


def mails():
    outbox.drain(topic=nightly.TOPIC_WRONG)
    return list(Mail.objects.order_by("pk"))


def test_a_new_finding_is_told_once(kotra):
    admin = administrator("admin")
    with at(1):
        assert nightly.check()
    with at(2):
        assert nightly.check()
    assert BooksCheck.objects.count() == 1, "the same finding only lasts longer"
    assert mails() == []
    spoil(kotra, 1)
    for day in (3, 4, 5):
        with at(day):
            assert not nightly.check()
    (mail,) = mails()
    assert mail.to == admin.email
    assert "test/2026/total: held 1, by ledger 0" in mail.text
    found = nightly.last_check()
    assert (found.first_at.day, calendar.in_seoul(found.last_at).day) == (2, 5)
    spoil(kotra, 2)
    with at(6):
        nightly.check()
    assert len(mails()) == 2, "something else is wrong now"
    spoil(kotra, 0)
    with at(7):
        assert nightly.check()
    assert len(mails()) == 2
    spoil(kotra, 2)
    with at(8):
        nightly.check()
    assert len(mails()) == 3, "wrong again after it had been right"


def test_it_runs_at_night(kotra):
    with at(1, hour=14):
        assert nightly.check_tonight() is None
    assert not BooksCheck.objects.exists()
    with at(1, hour=2):
        assert nightly.check_tonight() is True


def test_only_the_offices_own_pools_are_told(kotra):
    from accounts.models import Office

    Office.objects.create(code="other", name_ko="다른", name_en="Other")
    administrator("stranger", office="other")
    mine = administrator("mine")
    spoil(kotra, 1)
    with at(1):
        nightly.check()
    assert [mail.to for mail in mails()] == [mine.email]
