"""`manage.py quota check`: ledger = counters = claims = letters, pool by pool.
`manage.py quota opening`: start with the units that were issued before this installation."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import translation

from programs import quota
from programs.models import Pool
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
    help = "Check that counters, ledger and letters agree; start with what was issued before."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        check = actions.add_parser(
            "check",
            help="one line per pool: path size held issued waiting ledger letters ok|WRONG; ledger "
            "is held and issued by the ledger, letters has the opening in it; exit 3 if WRONG",
        )
        check.add_argument("--json", action="store_true", help="one JSON object")

        start = actions.add_parser(
            "opening", help="issued units of a pool from before; once per pool, dry without --apply"
        )
        start.add_argument("pool", metavar="PROGRAMME/PERIOD/PATH", help="as `check` prints it")
        start.add_argument("issued", metavar="ISSUED", type=int)
        start.add_argument("--reason", required=True, help="where the number comes from")
        start.add_argument("--apply", action="store_true", help="write it")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "check":
            self.check(**options)
        else:
            self.open(**options)

    def open(self, *, pool: str, issued: int, reason: str, apply: bool, **_: Any) -> None:
        slug, _slash, rest = pool.partition("/")
        period, _slash, path = rest.partition("/")
        found = Pool.objects.filter(programme__slug=slug, period_code=period, path=path).first()
        if found is None:
            raise CommandError(f"There is no pool {pool}; `quota check` lists them.")
        with transaction.atomic(), translation.override("en"):
            try:
                quota.opening(pool=found, issued=issued, actor=None, reason=reason)
            except quota.QuotaError as refusal:
                raise CommandError(str(refusal)) from None
            found.refresh_from_db()
            self.stdout.write(f"{pool} {found.size} {found.held} {found.issued}")
            if not apply:
                transaction.set_rollback(True)
                self.stderr.write("Nothing was written: add --apply.")

    def check(self, **options: Any) -> None:
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
    verdict = "ok" if line.ok else "WRONG"
    return " ".join(map(str, (pool.key, *numbers, letters(line), verdict)))


def letters(line: PoolLine) -> int:
    """Delivered letters and those of the opening: what `issued` has to be."""
    return (line.letters or 0) + line.opening


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
        "letters": letters(line),
        "opening": line.opening,
        "ok": line.ok,
        "wrong": list(line.wrong),
    }
