"""System checks: protection is in place, keys are there."""

import sys
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import connections

from audit import keyring, triggers
from audit.errors import KeysMissing


def triggers_in_force(
    *, databases: Sequence[str] | None = None, **_: Any
) -> list[checks.CheckMessage]:
    """Every append-only table has its triggers (`manage.py check --database default`).

    Silent under `migrate`, which puts them back itself when it is done.
    """
    if sys.argv[1:2] == ["migrate"]:
        return []
    return [
        checks.Error(
            f"{trigger.table} is not append-only: trigger {trigger.name} is missing or off.",
            hint="Run `manage.py migrate`, and find out who took it away.",
            id="audit.E001",
        )
        for alias in databases or []
        for trigger in triggers.missing(connections[alias])
    ]


def keys_present(**_: Any) -> list[checks.CheckMessage]:
    """Production was given its keys (`check --deploy`): none is ever made there."""
    if settings.DEMONSTRATION:
        return []
    found: list[checks.CheckMessage] = []
    for load, number in ((keyring.data_keys, 2), (keyring.head_keys, 3)):
        try:
            load()
        except (KeysMissing, ValueError) as problem:
            found.append(checks.Error(str(problem), id=f"audit.E00{number}"))
    return found
