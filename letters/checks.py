"""System checks: what must be there before the first letter, and is easy to forget."""

from typing import Any

from django.core import checks
from django.core.checks import Error, Tags, register

from letters import designs, fonts, registry
from letters.errors import DesignError


@register(Tags.files)
def fonts_are_there(app_configs: Any, **kwargs: Any) -> list[checks.Warning]:
    missing = fonts.missing_files()
    if not missing:
        return []
    return [
        checks.Warning(
            f"Letter fonts are missing: {', '.join(missing)}.",
            hint="Run `manage.py fetch_assets`.",
            id="letters.W001",
        )
    ]


@register(Tags.templates)
def designs_can_be_read(app_configs: Any, **kwargs: Any) -> list[Error]:
    problems = []
    for code in designs.bundled():
        try:
            designs.check(*designs.read(code))
        except DesignError as reason:
            problems.append(Error(f"Letter design {code}: {reason}", id="letters.E001"))
    return problems


@register(Tags.compatibility)
def letters_can_be_released(app_configs: Any, **kwargs: Any) -> list[Error]:
    if "application" in registry.registered():
        return []
    return [
        Error(
            "No room registered how a letter of an application becomes visible.",
            hint="Call letters.registry.register_release in AppConfig.ready().",
            id="letters.E002",
        )
    ]
