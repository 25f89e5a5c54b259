"""Compile the translations, in Python: a newcomer's machine has no gettext."""

from pathlib import Path

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Compile locale/*/LC_MESSAGES/*.po where the compiled file is missing or older."
    requires_system_checks: list[str] = []

    def handle(self, *args, **options):
        self.stderr.style_func = None  # progress is no error: no red
        for folder in settings.LOCALE_PATHS:
            for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
                target = source.with_suffix(".mo")
                if target.exists() and target.stat().st_mtime > source.stat().st_mtime:
                    continue
                try:
                    catalogue = polib.pofile(str(source), check_for_duplicates=True)
                except (OSError, ValueError) as wrong:  # polib names file and line
                    raise CommandError(f"{source}: {wrong}") from wrong
                # Written aside and renamed: a running server never reads half a file.
                aside = target.with_suffix(".new")
                catalogue.save_as_mofile(str(aside))
                aside.replace(target)
                percent = catalogue.percent_translated()
                self.stderr.write(f"locale: {source.parent.parent.name}, {percent} % translated")
