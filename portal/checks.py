"""What a production installation must not be without (`check --deploy`)."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register


@register(Tags.database, deploy=True)
def no_sqlite_in_production(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Row locks are silently absent on SQLite: quota and numbers would rest on luck."""
    if settings.DEMONSTRATION or "sqlite" not in settings.DATABASES["default"]["ENGINE"]:
        return []
    return [
        Error(
            "SQLite is for demonstrations only.",
            hint="Set DATABASE_URL to a PostgreSQL database.",
            id="portal.E001",
        )
    ]


@register(Tags.security, deploy=True)
def no_file_broker_in_production(app_configs: Any, **kwargs: Any) -> list[Error]:
    if settings.DEMONSTRATION or settings.REDIS_URL:
        return []
    return [
        Error(
            "The file broker is for demonstrations only.",
            hint="Set REDIS_URL to a Redis server with appendonly and noeviction.",
            id="portal.E002",
        )
    ]


@register(Tags.security, deploy=True)
def addresses_are_said(app_configs: Any, **kwargs: Any) -> list[Error]:
    """The address printed in letters must be reachable for years."""
    if settings.DEMONSTRATION or settings.SITE_URL.startswith("https://"):
        return []
    return [
        Error(
            "Letters print the address of the status page: it must be https.",
            hint="Set SITE_URL, such as https://letters.example.kr.",
            id="portal.E003",
        )
    ]
