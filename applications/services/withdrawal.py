"""Withdrawing: the applicant may, at any time before the decision (PETITION-ACT §22②)."""

from accounts.models import User
from applications import workflow
from applications.models import Application


def withdraw(
    *,
    application: Application,
    actor: User,
    expected_revision: int | None = None,
    reason: str = "",
) -> Application:
    """Withdraw the case. Raises NotAllowed, AlreadyDone, StaleCase."""
    return workflow.apply(
        application=application,
        name="withdraw",
        actor=actor,
        expected_revision=expected_revision,
        reason=reason,
    )
