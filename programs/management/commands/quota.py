"""`manage.py quota check`: ledger = counters = claims = letters, pool by pool."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from programs.quota.checking import (
    PoolLine,
    letter_counter_registered,
    one_snapshot,
    snapshot,
)

WRONG = 3


class Command(BaseCommand):
    # A nightly check of the books is not stopped by a warning about something else.
    requires_system_checks: list[str] = []
    help = "Check that counters, ledger and letters of every pool agree; exit 3 if one does not."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        check = actions.add_parser(
            "check",
            help="one line per pool: path size held issued waiting ledger letters ok|WRONG; "
            "ledger is held and issued by the ledger, letters includes the opening balance",
        )
        check.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if not letter_counter_registered():
            raise CommandError("No room has said how letters are counted.")
        with one_snapshot():
            lines = snapshot()
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    {"ok": all(line.ok for line in lines), "pools": [as_json(x) for x in lines]}
                )
            )
        else:
            for line in lines:
                self.stdout.write(as_text(line))
        for line in lines:
            for wrong in line.wrong:
                self.stderr.write(f"{line.pool.key}: {wrong}")
        if not all(line.ok for line in lines):
            raise CommandError("The quota does not add up.", returncode=WRONG)


def as_text(line: PoolLine) -> str:
    pool = line.pool
    numbers = (pool.size, pool.held, pool.issued, line.waiting, line.ledger)
    letters = (line.letters or 0) + line.opening
    verdict = "ok" if line.ok else "WRONG"
    return " ".join(map(str, (pool.key, *numbers, letters, verdict)))


def as_json(line: PoolLine) -> dict[str, Any]:
    pool = line.pool
    return {
        "path": pool.key,
        "size": pool.size,
        "held": pool.held,
        "offered": line.offered,
        "issued": pool.issued,
        "waiting": line.waiting,
        "ledger": line.ledger,
        "letters": line.letters,
        "opening": line.opening,
        "ok": line.ok,
        "wrong": list(line.wrong),
    }
