"""Reads of this room, for pages of this and other rooms."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from letters.models import Letter, LetterKind, LetterState
from programs.calendar import today


def letters_of(subject: UUID) -> QuerySet[Letter]:
    """Every letter of a case, newest first; voids are its visible gaps."""
    return Letter.objects.filter(subject=subject).select_related("office", "template")


def current_letter(subject: UUID, kind: str = LetterKind.RECOMMENDATION) -> Letter | None:
    """The letter that is being made or has been delivered, if any: never a void one."""
    return letters_of(subject).filter(kind=kind).exclude(state=LetterState.VOID).first()


def delivered(subject: UUID, kind: str = LetterKind.RECOMMENDATION) -> list[Letter]:
    """The case's letters that somebody has received, the last one last: it stands, or none does.
    Each knows whether what it says is `erased`."""
    rows = letters_of(subject).filter(kind=kind, delivered_at__isnull=False)
    erased = ExpressionWrapper(Q(inputs__isnull=True), output_field=BooleanField())
    return list(rows.defer("inputs").annotate(erased=erased).order_by("delivered_at", "pk"))


def standing(subjects: Collection[UUID]) -> dict[UUID, str]:
    """How the recommendations of these subjects stand today, by the one that was delivered last:
    one query."""
    rows = Letter.objects.filter(
        subject__in=subjects, kind=LetterKind.RECOMMENDATION, delivered_at__isnull=False
    ).only("subject", "state", "valid_until")
    day = today()
    return {row.subject: row.status_on(day) for row in rows.order_by("delivered_at", "pk")}


def count_for_quota(programme_slug: str) -> Mapping[UUID, bool]:
    """The subjects of a programme with a delivered recommendation; True where it is valid now."""
    rows = Letter.objects.filter(
        programme_slug=programme_slug,
        kind=LetterKind.RECOMMENDATION,
        delivered_at__isnull=False,
    ).values_list("subject", "state")
    counted: dict[UUID, bool] = {}
    for subject, state in rows.order_by("pk"):
        counted[subject] = counted.get(subject, False) or state == LetterState.VALID
    return counted
