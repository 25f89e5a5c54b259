"""Empty the database. Append-only tables let go for the moment; production never does."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import flush
from django.db import connections

from audit import triggers


class Command(flush.Command):
    help = __doc__

    def handle(self, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("The record of events is append-only: it is not flushed.")
        with triggers.suspended(connections[options["database"]]):
            super().handle(**options)
