"""What this room asks of higher ones. They fill it in AppConfig.ready()."""

from collections.abc import Callable
from typing import Any

from django.core import checks

from accounts.models import Company

# True while the company has anything under way that somebody must look after.
open_cases: list[Callable[[Company], bool]] = []


def has_open_cases(company: Company) -> bool:
    """Whether any room has a case of the company under way."""
    return any(ask(company) for ask in open_cases)


def someone_knows_the_cases(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """System check: without an answer the last owner could walk away from an open case."""
    if open_cases:
        return []
    return [
        checks.Error(
            "Nobody says whether a company has open cases.",
            hint="Append a function to accounts.registry.open_cases in AppConfig.ready().",
            id="accounts.E001",
        )
    ]
