"""System check: whoever enqueues a topic, somebody handles it."""

from typing import Any

from django.core import checks

from notifications import outbox


def topics_have_handlers(**_: Any) -> list[checks.CheckMessage]:
    """Every expected topic has a handler."""
    return [
        checks.Error(
            f"The outbox topic {topic} has no handler.",
            hint="notifications.outbox.register(topic, handler) in AppConfig.ready().",
            id="notifications.E001",
        )
        for topic in outbox.unhandled()
    ]
