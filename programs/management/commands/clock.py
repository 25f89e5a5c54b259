"""`manage.py clock`: due dates from the command line; needs no database."""

import json
import re
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from programs import calendar, clock

DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(DATE.pattern + r"T[0-9]{2}:[0-9]{2}")
HOURS_OR_DAYS = re.compile(r"[1-9][0-9]*[hd]")
WRONG_USAGE = 2


def parse_day(text: str) -> date:
    if not DATE.fullmatch(text):
        raise ValueError(f"{text!r} is not a date: expected YYYY-MM-DD")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day of the calendar") from None


def parse_receipt(text: str) -> datetime | date:
    if not MOMENT.fullmatch(text):
        if DATE.fullmatch(text):
            return parse_day(text)
        raise ValueError(f"{text!r} is not a time: expected YYYY-MM-DD or YYYY-MM-DDTHH:MM")
    try:
        return datetime.fromisoformat(text).replace(tzinfo=calendar.SEOUL)
    except ValueError:
        raise ValueError(f"{text!r} is no moment of the calendar") from None


def parse_period(text: str) -> clock.Period:
    if not HOURS_OR_DAYS.fullmatch(text):
        raise ValueError(f"{text!r} is not a period: expected Nh or Nd, such as 4h or 10d")
    return clock.parse_period(text)


def parse_pause(text: str) -> clock.Pause:
    start, dots, end = text.partition("..")
    if not dots:
        raise ValueError(f"{text!r} is not a pause: expected YYYY-MM-DD..YYYY-MM-DD")
    return parse_day(start), parse_day(end)


def parse_days(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,5}", text):
        raise ValueError(f"{text!r} is not a number of days: expected 1 or more")
    return int(text)


class SeveralPauses(CommandParser):
    """Takes several pauses after one `--pause`, as `--pause A..B C..D`: argparse alone would take
    what follows for a positional, or the positionals for pauses."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        words: list[str] = []
        pausing = False
        for word in args or ():
            pausing = (pausing and ".." in word) or word == "--pause"
            if pausing and word != "--pause" and words[-1] != "--pause":
                words.append("--pause")
            words.append(word)
        return super().parse_known_args(words, namespace)


class Command(BaseCommand):
    help = "Due dates by the civil-petition rules, over the holiday table, in Asia/Seoul."
    # The command must answer where nothing is set up yet.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = parser.add_subparsers(
            dest="kind", required=True, metavar="KIND", parser_class=SeveralPauses
        )
        due = kinds.add_parser("due", help="when a processing period ends")
        due.add_argument("received", metavar="RECEIVED", help="YYYY-MM-DD or YYYY-MM-DDTHH:MM")
        due.add_argument("period", metavar="PERIOD", help="Nh or Nd; up to 5d in working hours")
        due.add_argument(
            "--pause",
            metavar="A..B",
            action="append",
            default=[],
            help="days that do not count, A and B included; may be repeated",
        )
        supplement = kinds.add_parser("supplement", help="the last day of a supplement period")
        supplement.add_argument("requested", metavar="REQUESTED", help="YYYY-MM-DD")
        supplement.add_argument("days", metavar="DAYS", help="calendar days")
        objection = kinds.add_parser("objection", help="the last day to object to a refusal")
        objection.add_argument("received", metavar="RECEIVED", help="YYYY-MM-DD")
        for kind in (due, supplement, objection):
            kind.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, kind: str, **options: Any) -> None:
        table = calendar.current_or_shipped()
        if table.revision is None:
            self.stderr.write("No holidays in the database: counting with the shipped table.")
        try:
            answer = getattr(self, f"answer_{kind}")(table, **options)
        except calendar.OutsideTable as outside:
            known = ", ".join(map(str, outside.years))
            raise CommandError(
                f"{outside.year} is outside the holiday table, which has the years {known}",
                returncode=1,
            ) from None
        except ValueError as wrong:
            raise CommandError(str(wrong), returncode=WRONG_USAGE) from None
        if not options["json"]:
            self.stdout.write(_written(answer["due"]))
            return
        answer["holidays"] = {"revision": table.revision, "years": sorted(table.years)}
        self.stdout.write(json.dumps(answer, default=_written))

    def answer_due(
        self, table: calendar.Calendar, *, received: str, period: str, pause: list[str], **_: Any
    ) -> dict[str, Any]:
        moment = parse_receipt(received)
        pauses = [parse_pause(text) for text in pause]
        return {
            "due": clock.due(moment, parse_period(period), pauses, calendar=table),
            "received": moment,
            "period": period,
            "pauses": [{"from": start, "to": end} for start, end in pauses],
        }

    def answer_supplement(
        self, table: calendar.Calendar, *, requested: str, days: str, **_: Any
    ) -> dict[str, Any]:
        day, count = parse_day(requested), parse_days(days)
        return {
            "due": clock.supplement_due(day, count, calendar=table),
            "requested": day,
            "days": count,
        }

    def answer_objection(
        self, table: calendar.Calendar, *, received: str, **_: Any
    ) -> dict[str, Any]:
        day = parse_day(received)
        return {"due": clock.objection_until(day, calendar=table), "received": day}


def _written(moment: datetime | date) -> str:
    if isinstance(moment, datetime):
        return moment.strftime("%Y-%m-%dT%H:%M")
    return moment.isoformat()
