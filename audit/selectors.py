"""Reading the record."""

from uuid import UUID

from django.db.models import QuerySet

from audit.models import AccessLog, Event


def events_for(subject_type: str, subject_id: UUID) -> QuerySet[Event]:
    """A subject's events, oldest first, with actor and note (where it has not been erased)."""
    return (
        Event.objects.filter(subject_type=subject_type, subject_id=subject_id)
        .select_related("actor", "note")
        .order_by("id")
    )


def accesses_to(subject_type: str, subject_id: UUID) -> QuerySet[AccessLog]:
    """Who looked at a subject, oldest first."""
    return (
        AccessLog.objects.filter(subject_type=subject_type, subject_id=subject_id)
        .select_related("user")
        .order_by("id")
    )
