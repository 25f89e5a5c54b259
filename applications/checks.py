"""The transition table names guards that other rooms bring: all of them must be there."""

from typing import Any

from django.core.checks import Error, register

from applications import guards
from applications.workflow import TRANSITIONS


@register()
def every_guard_is_there(app_configs: Any, **kwargs: Any) -> list[Error]:
    missing = {row.guard for row in TRANSITIONS.values()} - guards.registered()
    return [
        Error(
            f"The transition table names the guard {name!r}, which nobody registered.",
            id="applications.E001",
        )
        for name in sorted(missing)
    ]
