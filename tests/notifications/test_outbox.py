"""The outbox row: written once, leased, done once, retried, swept."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from audit.errors import PersonalData
from notifications import checks, outbox, selectors
from notifications.models import Alert, OutboxRow
from notifications.outbox import LeaseLost, Retry, Undeliverable

pytestmark = pytest.mark.django_db


def enqueue(key="one", **changes):
    return outbox.enqueue(**{"topic": "test.topic", "key": key, "payload": {}, **changes})


def age(row, **changes):
    """Set a row's times back without waiting."""
    OutboxRow.objects.filter(pk=row.pk).update(**changes)
    row.refresh_from_db()


# --- Writing --------------------------------------------------------------------------------


def test_the_same_occasion_is_one_row():
    first = enqueue(payload={"n": 1})
    again = enqueue(payload={"n": 2})
    assert first == again
    assert OutboxRow.objects.get().payload == {"n": 1}
    assert enqueue("other") != first
    assert enqueue(topic="test.other") != first


def test_a_payload_holds_ids_and_codes_only():
    with pytest.raises(PersonalData):
        enqueue(payload={"who": "홍길동"})
    with pytest.raises(PersonalData):
        enqueue(key="someone@example.com")
    assert not OutboxRow.objects.exists()


def test_enqueueing_costs_two_statements(django_assert_num_queries):
    with django_assert_num_queries(2):
        enqueue()


def test_a_worker_is_woken_when_the_transaction_commits_and_only_then(
    hints, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        row = enqueue(queue="letters")
        enqueue(queue="letters")
        assert hints == []
    assert hints == [(row.pk, "letters")]


def test_what_is_due_later_wakes_nobody_now(hints, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        enqueue(due_at=timezone.now() + timedelta(hours=1))
    assert hints == []


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_transaction_leaves_no_row():
    with transaction.atomic():
        enqueue()
        transaction.set_rollback(True)
    assert not OutboxRow.objects.exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_transactions_with_one_key_make_one_row():
    first_wrote, rows = threading.Event(), []

    def second():
        assert first_wrote.wait(10)
        with transaction.atomic():
            rows.append(enqueue(payload={"n": 2}))
        connections.close_all()

    thread = threading.Thread(target=second)
    thread.start()
    with transaction.atomic():
        rows.append(enqueue(payload={"n": 1}))
        first_wrote.set()
    thread.join()
    assert rows[0] == rows[1]
    assert OutboxRow.objects.get().payload == {"n": 1}


# --- Running --------------------------------------------------------------------------------


def test_a_handler_gets_the_lease_and_the_row_is_done(topic):
    seen = []
    topic(lambda lease: seen.append((lease.row_id, lease.key, lease.payload, lease.holds())))
    row = enqueue(payload={"n": 1})
    assert outbox.run(row.pk) == "done"
    assert seen == [(row.pk, "one", {"n": 1}, True)]
    row.refresh_from_db()
    assert row.done_at
    assert (row.attempts, row.lease_token, row.lease_until) == (1, None, None)


def test_a_late_or_doubled_hint_changes_nothing(topic):
    runs = []
    topic(runs.append)
    row = enqueue()
    later = enqueue("later", due_at=timezone.now() + timedelta(hours=1))
    assert [outbox.run(row.pk), outbox.run(row.pk)] == ["done", "closed"]
    assert outbox.run(later.pk) == "not due"
    assert outbox.run(0) == "gone"
    assert len(runs) == 1


@pytest.mark.django_db(transaction=True)
def test_a_handler_runs_with_no_transaction_open(topic):
    topic(lambda lease: seen.append(connection.in_atomic_block))
    seen = []
    row = enqueue()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        outbox.run(row.pk)
    assert seen == []
    assert outbox.run(row.pk) == "done"
    assert seen == [False]


def test_a_leased_row_is_not_taken_again_until_the_lease_ends(topic):
    row = enqueue()
    inner = []

    def handler(lease):
        inner.append(outbox.run(row.pk))
        age(row, lease_until=timezone.now() - timedelta(seconds=1))
        if len(inner) == 1:
            inner.append(outbox.run(row.pk))

    topic(handler)
    # The inner run took the row when the lease had ended; the outer one must not mark it done.
    assert outbox.run(row.pk) == "lost"
    assert inner == ["leased", "leased", "done"] or inner == ["leased", "closed", "done"]
    row.refresh_from_db()
    assert row.done_at
    assert row.attempts == 2


def test_who_lost_the_lease_can_neither_renew_confirm_nor_complete(topic):
    row = enqueue()
    refused = []

    def handler(lease):
        assert lease.holds()
        age(row, lease_token="00000000-0000-4000-8000-000000000000")
        assert not lease.holds()
        for attempt in (lease.renew, lease.confirm, lease.complete):
            with pytest.raises(LeaseLost), transaction.atomic():
                attempt()
            refused.append(attempt)
        raise LeaseLost

    topic(handler)
    assert outbox.run(row.pk) == "lost"
    assert len(refused) == 3
    row.refresh_from_db()
    assert row.done_at is None


def test_a_lease_can_be_renewed(topic):
    def handler(lease):
        age(row, lease_until=timezone.now() + timedelta(seconds=1))
        lease.renew()
        row.refresh_from_db()
        assert row.lease_until > timezone.now() + timedelta(seconds=30)
        assert row.hint_at == row.lease_until

    topic(handler, lease_seconds=60)
    row = enqueue()
    assert outbox.run(row.pk) == "done"


@pytest.mark.django_db(transaction=True)
def test_work_and_completion_are_one_transaction(topic):
    def handler(lease):
        with transaction.atomic():
            enqueue("effect", topic="test.effect")
            lease.complete()

    topic(handler)
    row = enqueue()
    assert outbox.run(row.pk) == "done"

    def too_late(lease):
        age(other, lease_token="00000000-0000-4000-8000-000000000000")
        with transaction.atomic():
            enqueue("second effect", topic="test.effect")
            lease.complete()

    topic(too_late, name="test.late")
    other = enqueue("late", topic="test.late")
    assert outbox.run(other.pk) == "lost"
    assert list(OutboxRow.objects.filter(topic="test.effect").values_list("key", flat=True)) == [
        "effect"
    ]


@pytest.mark.django_db(transaction=True)
def test_confirm_and_complete_belong_in_a_transaction(topic):
    def handler(lease):
        for attempt in (lease.confirm, lease.complete):
            with pytest.raises(transaction.TransactionManagementError):
                attempt()

    topic(handler)
    assert outbox.run(enqueue().pk) == "done"


# --- Trying again ---------------------------------------------------------------------------


def test_an_asked_for_retry_waits_as_long_as_it_asked(topic):
    def handler(lease):
        raise Retry(after=timedelta(hours=2), why="closed")

    topic(handler)
    row = enqueue()
    assert outbox.run(row.pk) == "retry"
    row.refresh_from_db()
    assert timedelta(minutes=119) < row.due_at - timezone.now() <= timedelta(hours=2)
    assert (row.hint_at, row.last_error, row.lease_token) == (row.due_at, "closed", None)
    assert outbox.run(row.pk) == "not due"


def test_an_unexpected_error_is_kept_without_personal_data_and_tried_again(topic):
    def handler(lease):
        raise ValueError("someone@example.com with M12345678\nwas refused")

    topic(handler)
    row = enqueue()
    assert outbox.run(row.pk) == "retry"
    row.refresh_from_db()
    assert row.last_error == "ValueError: … with … was refused"
    assert row.due_at > timezone.now()


def test_pauses_double_to_a_quarter_of_an_hour():
    seconds = [outbox.backoff(n).total_seconds() for n in (1, 2, 3, 8, 9, 50, 10_000)]
    for got, wanted in zip(seconds, (5, 10, 20, 640, 900, 900, 900), strict=True):
        assert wanted * 0.9 <= got <= wanted * 1.1


def test_what_fails_again_and_again_is_never_dropped_but_raises_an_alert_once(topic):
    fail = [True]

    def handler(lease):
        if fail:
            raise Retry

    topic(handler)
    row = enqueue()
    for _ in range(outbox.STUCK_AFTER):
        outbox.run(row.pk)
        age(row, due_at=timezone.now())
    assert not selectors.open_alerts()
    for _ in range(3):
        assert outbox.run(row.pk) == "retry"
        age(row, due_at=timezone.now())
    assert [(alert.kind, alert.row) for alert in selectors.open_alerts()] == [("stuck", row)]
    fail.clear()
    assert outbox.run(row.pk) == "done"
    assert not selectors.open_alerts()
    assert Alert.objects.get().closed_at


def test_what_can_never_be_done_is_given_up_with_an_alert_and_can_be_reopened(topic):
    def handler(lease):
        if not done:
            raise Undeliverable("no such mailbox")

    done = []
    topic(handler)
    row = enqueue()
    assert [outbox.run(row.pk), outbox.run(row.pk)] == ["failed", "closed"]
    row.refresh_from_db()
    assert (row.done_at, row.last_error) == (None, "no such mailbox")
    assert [alert.kind for alert in selectors.open_alerts()] == ["failed"]
    done.append(True)
    assert outbox.reopen(row=row)
    assert not outbox.reopen(row=row)
    assert outbox.run(row.pk) == "done"
    assert not selectors.open_alerts()


def test_a_topic_nobody_knows_stays_and_raises_an_alert(topic, caplog):
    row = enqueue()
    assert [outbox.run(row.pk), outbox.run(row.pk)] == ["unknown", "unknown"]
    row.refresh_from_db()
    assert (row.done_at, row.failed_at, row.attempts) == (None, None, 0)
    assert [alert.kind for alert in selectors.open_alerts()] == ["unknown_topic"]
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    topic(lambda lease: None)
    assert outbox.run(row.pk) == "done"
    assert not selectors.open_alerts()


# --- Sweeping -------------------------------------------------------------------------------

LONG_AGO = timedelta(days=400)


def test_the_sweeper_finds_what_is_due_whatever_its_age(hints):
    now = timezone.now()
    old = enqueue("old", due_at=now - LONG_AGO)
    age(old, hint_at=now - LONG_AGO)
    young = enqueue("young", queue="letters")
    age(young, hint_at=now)
    enqueue("later", due_at=now + timedelta(hours=1))
    enqueue("just-hinted-at-commit")
    assert outbox.sweep() == 2
    assert hints == [(old.pk, "default"), (young.pk, "letters")]


def test_a_row_that_was_hinted_is_left_alone_for_a_while_and_then_hinted_again(hints):
    row = enqueue()
    age(row, hint_at=timezone.now())
    assert [outbox.sweep(), outbox.sweep()] == [1, 0]
    age(row, hint_at=timezone.now())
    assert outbox.sweep() == 1


def test_leased_done_and_given_up_rows_are_not_swept_and_an_ended_lease_is(hints):
    now = timezone.now()
    for key, changes in {
        "leased": {"lease_token": outbox.uuid4(), "lease_until": now + timedelta(minutes=1)},
        "ended": {"lease_token": outbox.uuid4(), "lease_until": now - timedelta(minutes=1)},
        "done": {"done_at": now},
        "failed": {"failed_at": now},
    }.items():
        age(enqueue(key), hint_at=now, **changes)
    assert outbox.sweep() == 1
    assert hints == [(OutboxRow.objects.get(key="ended").pk, "default")]


def test_a_sweep_is_capped_and_the_next_goes_on(hints):
    for number in range(5):
        age(enqueue(f"n{number}"), hint_at=timezone.now())
    assert [outbox.sweep(limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert len({row for row, _ in hints}) == 5


def test_a_broker_that_is_down_leaves_the_rest_to_the_next_sweep(monkeypatch):
    for number in range(3):
        age(enqueue(f"n{number}"), hint_at=timezone.now())
    answers = iter([True, False])
    monkeypatch.setattr(outbox.wake, "hint", lambda *_: next(answers))
    assert outbox.sweep() == 1
    monkeypatch.setattr(outbox.wake, "hint", lambda *_: True)
    assert outbox.sweep() == 2


def test_sweeping_costs_the_same_for_one_row_and_for_three(hints, django_assert_num_queries):
    for count in (1, 3):
        for number in range(count):
            age(enqueue(f"{count}-{number}"), hint_at=timezone.now())
        with django_assert_num_queries(5):  # two of them a savepoint
            assert outbox.sweep() == count


@pytest.mark.incident("T16")
def test_after_hours_without_a_scheduler_every_due_item_happens_once(topic, hints):
    happened = []
    topic(lambda lease: happened.append(lease.key))
    start = timezone.now() - timedelta(hours=6)
    for hour in range(6):
        row = enqueue(f"hour{hour}", due_at=start + timedelta(hours=hour))
        age(row, hint_at=row.due_at)
    assert outbox.sweep() == 6
    # Two sweepers and a redelivering broker: each hint arrives twice.
    for row_id, _ in hints * 2:
        outbox.run(row_id)
    assert sorted(happened) == [f"hour{hour}" for hour in range(6)]
    assert outbox.sweep() == 0


# --- Two workers ----------------------------------------------------------------------------


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("protected", [False, True])
def test_of_many_workers_one_does_the_work(topic, monkeypatch, protected):
    if not protected:
        # A lease that looks first and writes later, as one would write it at first.
        def look_then_write(row, registered):
            fresh = OutboxRow.objects.get(pk=row.pk)
            if fresh.lease_token:
                return None
            start.wait(10)
            token = outbox.uuid4()
            until = timezone.now() + timedelta(minutes=1)
            OutboxRow.objects.filter(pk=row.pk).update(lease_token=token, lease_until=until)
            start.wait(10)
            return outbox.Lease(row, token, until, 60)

        monkeypatch.setattr(outbox, "_take", look_then_write)
    runs, outcomes, start = [], [], threading.Barrier(6)
    topic(lambda lease: runs.append(lease.key))
    row = enqueue()

    def worker():
        if protected:
            start.wait(10)
        outcomes.append(outbox.run(row.pk))
        connections.close_all()

    threads = [threading.Thread(target=worker) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(runs) == 1) is protected
    assert outcomes.count("done") == 1


# --- Draining, registering, checking --------------------------------------------------------


def test_draining_runs_what_is_due_and_what_that_enqueues(topic):
    happened = []

    def first(lease):
        happened.append("first")
        enqueue("second", topic="test.second")

    topic(first)
    topic(lambda lease: happened.append("second"), name="test.second")
    enqueue()
    enqueue("later", due_at=timezone.now() + timedelta(hours=1))
    assert outbox.drain() == 2
    assert happened == ["first", "second"]
    assert outbox.drain() == 0


def test_draining_ends_when_something_keeps_failing(topic):
    def handler(lease):
        raise Retry(after=timedelta(0))

    topic(handler)
    enqueue()
    assert outbox.drain() == 0


def test_draining_one_topic_leaves_the_others(topic):
    topic(lambda lease: None)
    topic(lambda lease: None, name="test.other")
    enqueue()
    enqueue(topic="test.other")
    assert outbox.drain(topic="test.other") == 1
    assert OutboxRow.objects.get(topic="test.topic").done_at is None


def test_a_topic_has_one_handler(topic):
    def handler(lease): ...

    topic(handler)
    topic(handler)
    with pytest.raises(ValueError, match="already"):
        topic(lambda lease: None)


def test_a_topic_that_is_expected_and_not_handled_fails_the_system_check(monkeypatch):
    monkeypatch.setattr(outbox, "_expected", set(outbox._expected))
    assert "mail.send" not in outbox.unhandled()
    outbox.expect("test.nobody")
    assert "test.nobody" in [error.msg.split()[3] for error in checks.topics_have_handlers()]


@pytest.mark.parametrize(
    "changes",
    [
        {"done_at": timezone.now(), "failed_at": timezone.now()},
        {"lease_token": "00000000-0000-4000-8000-000000000000"},
        {
            "lease_token": "00000000-0000-4000-8000-000000000000",
            "lease_until": timezone.now(),
            "done_at": timezone.now(),
        },
    ],
)
def test_the_database_refuses_a_state_that_makes_no_sense(changes):
    row = enqueue()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxRow.objects.filter(pk=row.pk).update(**changes)
