"""Topics that exist for one test."""

import pytest

from notifications import outbox, wake


@pytest.fixture
def topic(monkeypatch):
    """Register a handler for `test.topic`; returns the function that does."""
    monkeypatch.setattr(outbox, "_handlers", dict(outbox._handlers))

    def use(handler, name="test.topic", **options):
        outbox.register(name, handler, **options)
        return handler

    return use


@pytest.fixture
def hints(monkeypatch):
    """What would be sent to the broker: (row id, queue). A broker that takes everything."""
    sent = []

    def hint(row_id, queue):
        sent.append((row_id, queue))
        return True

    monkeypatch.setattr(wake, "hint", hint)
    return sent
