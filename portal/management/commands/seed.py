"""`manage.py seed --cases N [--office CODE]`: realistic synthetic load."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.seeding import load


class Command(BaseCommand):
    help = "Make invented cases in bulk, to see how pages behave with many of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cases", type=int, required=True, metavar="N")
        parser.add_argument("--office", default="", metavar="CODE", help="of this office only")

    def handle(self, *args: Any, cases: int, office: str, **options: Any) -> None:
        if cases < 1:
            raise CommandError("--cases: at least 1", returncode=2)
        try:
            made = load.seed(cases=cases, office=office, tell=self.stderr.write)
        except load.Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{made} cases")
