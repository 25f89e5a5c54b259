"""`manage.py search rebuild`: make anew what cases are found by."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from applications.services import search


class Command(BaseCommand):
    help = "Make the search rows of all received cases anew, after names were changed by hand."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        actions.add_parser("rebuild", help="prints how many cases can be found now")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        self.stdout.write(str(search.rebuild()))
