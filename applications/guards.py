"""Named conditions of the transition table.

A guard gets the locked case and the actor and returns a sentence that says what is missing, or
None. Higher rooms register theirs when they are ready; a system check finds names nobody filled.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import User
    from applications.models import Application

Guard = Callable[["Application", "User | None"], str | None]
_guards: dict[str, Guard] = {}


def register(name: str, guard: Guard) -> None:
    """Fill a name of the table. Filling it twice with another function is a programming error."""
    if _guards.get(name, guard) is not guard:
        raise RuntimeError(f"Guard {name!r} is registered twice.")
    _guards[name] = guard


def registered() -> frozenset[str]:
    return frozenset(_guards)


def refusal(name: str, application: "Application", actor: "User | None") -> str | None:
    """The guard's sentence, or None if the way is free."""
    return _guards[name](application, actor)


def always(application: "Application", actor: "User | None") -> None:
    return None


register("always", always)
