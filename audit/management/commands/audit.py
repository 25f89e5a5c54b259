"""Seal, sign and prove the record of events."""

import json
import sys
from argparse import ArgumentTypeError
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from audit import chain, triggers
from audit.errors import KeysMissing


def noted_head(text: str) -> tuple[int, str]:
    place, _, digest = text.partition(":")
    if not place.isdigit() or len(digest) != 64:
        raise ArgumentTypeError("PLACE:HASH, as `audit sign` printed it")
    return int(place), digest


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        verify = commands.add_parser("verify", help="recompute the chain: exit 0, or 3")
        verify.add_argument("--json", action="store_true")
        verify.add_argument(
            "--head", type=noted_head, metavar="PLACE:HASH", help="a head noted elsewhere"
        )
        commands.add_parser("seal", help="give every committed event its place")
        commands.add_parser("sign", help="sign today's head; print PLACE:HASH")

    def handle(self, *args: Any, command: str, **options: Any) -> None:
        try:
            getattr(self, command)(**options)
        except (KeysMissing, ValueError) as problem:
            raise CommandError(str(problem)) from None

    def verify(self, *, json: bool = False, head: tuple[int, str] | None = None, **_: Any) -> None:
        report = chain.verify(expected=head)
        unprotected = sorted({trigger.table for trigger in triggers.missing(connection)})
        for table in unprotected:
            self.stderr.write(f"warning: {table} is not append-only at this moment")
        if json:
            self.stdout.write(_json({**asdict(report), "unprotected": unprotected}))
        elif bad := report.first_bad:
            self.stdout.write(f"bad {bad.place} {bad.event or '-'} {bad.why}")
        else:
            self.stdout.write(f"ok {report.rows} {report.head} {report.unsealed}")
        if not report.ok:
            sys.exit(3)

    def seal(self, **_: Any) -> None:
        self.stdout.write(str(chain.seal_all()))

    def sign(self, **_: Any) -> None:
        head = chain.sign_head()
        if head is None:
            raise CommandError("There is no event to sign yet.")
        self.stdout.write(f"{head.place}:{head.hash}")


def _json(value: Any) -> str:
    return json.dumps(value)
