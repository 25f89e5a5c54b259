"""What "take next" says to the database."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from accounts.models import User


@dataclass(frozen=True)
class Taking:
    """Who takes, when, and the numbers of an office that has set none of its own."""

    actor: User
    roles: list[str]
    why: str
    public_id: UUID
    now: datetime
    today: date
    lease_hours: int
    not_again_hours: int
