"""Hints, and brokers that are not there."""

import socket
import time

import pytest
from celery import current_app

from config.celery import SCHEDULE
from notifications import outbox, wake
from notifications.models import OutboxRow


@pytest.fixture
def broker(monkeypatch):
    """Publish to this broker address for one test."""

    def use(url, **options):
        monkeypatch.setitem(current_app.conf, "broker_write_url", url)
        monkeypatch.setitem(current_app.conf, "broker_transport_options", options)
        wake._producers.cache_clear()
        monkeypatch.setattr(wake, "_silent_until", 0.0)

    yield use
    wake._producers.cache_clear()


def test_a_hint_reaches_the_rows_queue_and_names_the_row(broker, redis_url):
    broker(redis_url)
    assert wake.hint(7, "letters")
    with current_app.connection_for_write(redis_url) as connection:
        message = connection.SimpleQueue("letters").get(timeout=5)
        message.ack()
    assert (message.headers["task"], message.payload[0]) == (wake.TASK, [7])
    assert message.headers["expires"]


def test_the_task_that_is_hinted_exists():
    current_app.loader.import_default_modules()
    assert wake.TASK in current_app.tasks


def test_every_entry_of_the_schedule_is_a_task_and_expires():
    current_app.loader.import_default_modules()
    for name, entry in SCHEDULE.items():
        assert entry["task"] in current_app.tasks, name
        assert entry["options"]["expires"] >= entry["schedule"] or entry["options"]["expires"] >= 1


@pytest.fixture
def deaf():
    """A port that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


@pytest.fixture
def closed():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        number = listener.getsockname()[1]
    return f"redis://127.0.0.1:{number}/0"


@pytest.mark.parametrize("kind", ["deaf", "closed"])
@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_fails_no_request_and_holds_it_up_only_briefly(request, broker, kind):
    broker(request.getfixturevalue(kind))
    before = time.monotonic()
    outbox.enqueue(topic="test.topic", key="one", payload={})
    first = time.monotonic() - before
    outbox.enqueue(topic="test.topic", key="two", payload={})
    second = time.monotonic() - before - first
    assert OutboxRow.objects.count() == 2
    assert first < 3
    # The breaker is open: nobody waits for the same dead broker twice.
    assert second < 0.5


def test_a_broker_that_came_back_is_used_again(broker, closed, redis_url, monkeypatch):
    broker(closed)
    assert not wake.hint(1, "default")
    broker(redis_url)
    assert wake.hint(1, "default")


def test_a_pooled_connection_that_died_is_replaced(broker, redis_url):
    import redis

    broker(redis_url)
    assert wake.hint(1, "default")
    with redis.Redis.from_url(redis_url) as client:
        client.client_kill_filter(_type="normal", skipme=True)
    assert wake.hint(2, "default")
