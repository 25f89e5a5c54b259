"""Reads of this room, for pages of this and other rooms."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import QuerySet

from letters.models import Letter, LetterKind, LetterState
from letters.services import MAKE
from notifications.models import OutboxRow


def letters_of(subject: UUID) -> QuerySet[Letter]:
    """Every letter of a case, newest first; voids are its visible gaps."""
    return Letter.objects.filter(subject=subject).select_related("office", "template")


def current_letter(subject: UUID, kind: str = LetterKind.RECOMMENDATION) -> Letter | None:
    """The letter that is being made or has been delivered, if any: never a void one."""
    return letters_of(subject).filter(kind=kind).exclude(state=LetterState.VOID).first()


def delivered(subject: UUID, kind: str = LetterKind.RECOMMENDATION) -> list[Letter]:
    """The case's letters that somebody has received, the last one last: it stands, or none does."""
    rows = letters_of(subject).filter(kind=kind, delivered_at__isnull=False)
    return list(rows.defer("inputs").order_by("delivered_at", "pk"))


def making_state(letter: Letter) -> OutboxRow | None:
    """How far the worker is with a reserved letter: attempts, next try, last reason."""
    return OutboxRow.objects.filter(topic=MAKE, key=str(letter.public_id)).first()


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
