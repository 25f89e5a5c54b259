"""Letters brought to their end past the services, as the database allows it: for tests of what is
said of an ended letter."""

from accounts.models import User
from letters.models import Ending, EndingKind, EndingState, Letter, LetterState
from programs import calendar


def end(letter: Letter, state: str, first: User, second: User, reason: str = "까닭") -> Letter:
    """Revoke or supersede a valid letter by two people. A superseded one has no successor here."""
    now = calendar.now()
    kind = EndingKind.REVOKE if state == LetterState.REVOKED else EndingKind.SUPERSEDE
    Ending.objects.create(
        letter=letter,
        kind=kind,
        state=EndingState.CONFIRMED,
        reason=reason,
        corrections=None,
        proposed_by=first,
        proposed_at=now,
        closed_by=second,
        closed_at=now,
        # Nothing reads whose it is: any letter that is not in another's place will do.
        successor=letter if kind == EndingKind.SUPERSEDE else None,
    )
    Letter.objects.filter(pk=letter.pk).update(
        state=state, ended_at=now, ended_by=first, end_confirmed_by=second, end_reason=reason
    )
    letter.refresh_from_db()
    return letter
