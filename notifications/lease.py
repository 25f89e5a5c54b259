"""A lease on an outbox row: the right to do its work, until a time."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from audit import guard
from notifications.models import OutboxRow

ADDRESS = re.compile(r"\S+@\S+")


class Retry(Exception):
    """The handler could not do it now. Without `after` the outbox backs off by itself."""

    def __init__(self, after: timedelta | None = None, why: str = "") -> None:
        super().__init__(why)
        self.after = after
        self.why = why


class Undeliverable(Exception):
    """It can never be done: stop, keep the row, and raise an alert."""

    def __init__(self, why: str = "") -> None:
        super().__init__(why)
        self.why = why


Give_up = Undeliverable


class LeaseLost(Exception):
    """The lease ran out and another worker has the row: change nothing more."""


class Lease:
    """What a handler is given. It runs with no transaction open.

    Work that must happen once goes into one transaction that ends with `complete()`; it rolls
    back when another worker has taken the row meanwhile. Work outside this database carries
    `key`, so that the other side can recognise a repetition.
    """

    def __init__(self, row: OutboxRow, token: UUID, until: datetime, seconds: int) -> None:
        self.row_id: int = row.pk
        self.public_id: UUID = row.public_id
        self.topic: str = row.topic
        self.key: str = row.key
        self.payload: dict[str, Any] = row.payload
        self.attempts: int = row.attempts
        self.token = token
        self.until = until
        self.seconds = seconds
        self.completed = False

    def holds(self) -> bool:
        """Whether the row is still ours, and for some time yet."""
        return OutboxRow.objects.filter(
            pk=self.row_id, lease_token=self.token, lease_until__gt=timezone.now()
        ).exists()

    def renew(self) -> None:
        """Start the lease's time again. Raises LeaseLost."""
        until = timezone.now() + timedelta(seconds=self.seconds)
        rows = OutboxRow.objects.filter(pk=self.row_id, lease_token=self.token)
        if not rows.update(lease_until=until, hint_at=until):
            raise LeaseLost(f"{self.topic} {self.key}")
        self.until = until

    def confirm(self) -> None:
        """Hold the row's lock until the caller's transaction ends. Raises LeaseLost.

        After this nobody else can take the row before that transaction is over.
        """
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("confirm() belongs in a transaction.")
        rows = OutboxRow.objects.select_for_update(of=("self",), no_key=True)
        if not rows.filter(pk=self.row_id, lease_token=self.token).exists():
            raise LeaseLost(f"{self.topic} {self.key}")

    def complete(self) -> None:
        """Mark the row done inside the caller's transaction. Raises LeaseLost."""
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("complete() belongs in a transaction.")
        if not mark_done(self.row_id, self.token):
            raise LeaseLost(f"{self.topic} {self.key}")
        self.completed = True


def mark_done(row_id: int, token: UUID) -> bool:
    """Close the row if this token still holds it. An expired lease nobody took still counts."""
    now = timezone.now()
    rows = OutboxRow.objects.filter(pk=row_id, lease_token=token, done_at=None)
    return bool(rows.update(done_at=now, lease_token=None, lease_until=None, last_error=""))


def describe(error: BaseException) -> str:
    """An error for `last_error`: its class and text, without what looks like a person."""
    text = ADDRESS.sub("…", " ".join(str(getattr(error, "why", "") or error).split()))
    for pattern in guard.PERSONAL_VALUE.values():
        text = pattern.sub("…", text)
    name = type(error).__name__
    return (text if isinstance(error, Retry | Undeliverable) and text else f"{name}: {text}")[:300]
