"""Look after stored files."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand

from files import selectors, services
from files.errors import FilesError
from files.models import StoredFile


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        orphans = commands.add_parser("orphans", help="sealed bytes that no row names")
        orphans.add_argument("--delete", action="store_true", help="remove them; else only list")
        orphans.add_argument("--json", action="store_true")
        check = commands.add_parser("check", help="read every file back: exit 0, or 3")
        check.add_argument("--json", action="store_true")

    def handle(self, *args: Any, command: str, **options: Any) -> None:
        getattr(self, command)(**options)

    def orphans(self, *, delete: bool, json: bool, **_: Any) -> None:
        found = list(selectors.orphans())
        if delete:
            for path in found:
                services.storage().delete(path)
        self._print({"orphans": found, "deleted": delete}, found, as_json=json)

    def check(self, *, json: bool, **_: Any) -> None:
        damaged, total = [], 0
        for stored in StoredFile.objects.order_by("id").iterator(chunk_size=500):
            total += 1
            try:
                services.read_for_scan(stored)
            except FilesError:
                damaged.append(str(stored.public_id))
        lines = [f"damaged {name}" for name in damaged] or [f"ok {total}"]
        self._print({"files": total, "damaged": damaged}, lines, as_json=json)
        if damaged:
            sys.exit(3)

    def _print(self, whole: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
        for line in [json.dumps(whole)] if as_json else lines:
            self.stdout.write(line)
