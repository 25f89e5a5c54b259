"""Sealing while others write, and while others seal."""

import threading

import pytest
from django.db import IntegrityError, connections, transaction

from audit import services, sql_postgresql
from audit.models import EventSeal
from tests.audit.test_record import record

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def test_a_transaction_that_commits_late_gets_a_later_place():
    written, sealed = threading.Event(), threading.Event()
    late = []

    def writer():
        with transaction.atomic():
            late.append(record())
            written.set()
            assert sealed.wait(10)
        connections.close_all()

    thread = threading.Thread(target=writer)
    thread.start()
    assert written.wait(10)
    early = record()
    assert early.pk > late[0].pk
    assert services.seal() == 1
    sealed.set()
    thread.join()
    assert services.seal() == 1
    assert list(EventSeal.objects.values_list("event_id", flat=True)) == [early.pk, late[0].pk]
    assert services.verify().ok


@pytest.mark.parametrize("protected", [False, True])
def test_many_sealers_make_one_chain(protected, monkeypatch):
    if not protected:
        monkeypatch.setattr(sql_postgresql, "be_the_only_sealer", lambda cursor: None)
    for _ in range(60):
        record()
    problems, start = [], threading.Barrier(6)

    def sealer():
        try:
            start.wait(10)
            while services.seal(limit=5):
                pass
        except IntegrityError as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=sealer) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Without the lock they run into one another; the unique columns keep even that from forking.
    assert bool(problems) is not protected
    report = services.verify()
    assert report.ok
    assert not protected or (report.rows, report.unsealed) == (60, 0)
