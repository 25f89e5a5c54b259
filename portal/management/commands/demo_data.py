from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.demo import cases, people


class Command(BaseCommand):
    help = "Make a demonstration's users, companies and a few cases, unless they are there."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--people-only", action="store_true", help="make no cases")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lines = people.seed() + people.seed(people.SECOND_ADMINISTRATORS)
        except PermissionError as refused:
            raise CommandError(str(refused)) from refused
        if not options["people_only"]:
            lines += cases.seed()
        for line in lines:
            self.stdout.write(line)
