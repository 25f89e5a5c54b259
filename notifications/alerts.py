"""Alerts: what in the outbox needs a person. One open alert per row and kind."""

from django.utils import timezone

from notifications.models import Alert, OutboxRow


def open_for(row: OutboxRow, kind: str) -> None:
    """Open an alert unless it is open already."""
    Alert.objects.bulk_create([Alert(row=row, kind=kind)], ignore_conflicts=True)


def close(row_id: int) -> None:
    """The row is all right again: close what is open."""
    Alert.objects.filter(row_id=row_id, closed_at=None).update(closed_at=timezone.now())
