"""Whom a case is given to by rule, and why: the least loaded of those who may and can take it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from accounts.models import StaffRole
from applications.models import Application, QueueRow
from programs import calendar
from reviews.models import Decision
from reviews.services import conflicts, roster
from reviews.services.roster import Member, Roster


class Because(StrEnum):
    """Why somebody was passed over."""

    CONFLICT = "conflict"
    DRAFTED = "drafted"
    LET_GO = "let_go"
    HAD_IT = "had_it"
    AWAY = "away"
    LANGUAGE = "language"
    OCCUPATION = "occupation"
    FULL = "full"


@dataclass(frozen=True)
class Choice:
    """The person chosen, or nobody. `data` is what the reason rests on: numbers, codes, dates and
    public ids, fit for an event."""

    member: Member | None
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class Known:
    """What the choice of one or more cases of an office needs to know, in four queries whatever
    their number. `load` is counted on when several are given one after the other."""

    load: dict[int, int]
    kept: dict[int, dict[int, tuple[Because, dict[str, Any]]]]

    @classmethod
    def of(cls, cases: Sequence[Application], people: Roster) -> "Known":
        ids = list(people.members)
        kept: dict[int, dict[int, tuple[Because, dict[str, Any]]]] = {one.pk: {} for one in cases}
        first = next(iter(people), None)
        if first is not None:
            since = calendar.now() - first.numbers.not_again
            for case, person in roster.let_go_of(kept, since):
                kept[case][person] = (Because.LET_GO, {})
        drafted = Decision.objects.filter(application__in=kept)
        for case, person in drafted.values_list("application_id", "drafted_by_id"):
            kept[case][person] = (Because.DRAFTED, {})
        for case, found in conflicts.among_many(ids, cases).items():
            for person, kind in found.items():
                kept[case][person] = (Because.CONFLICT, {"kind": kind})
        return cls(roster.loads(ids), kept)


def choose(
    case: Application,
    row: QueueRow,
    people: Roster,
    *,
    without: Iterable[int] = (),
    known: Known | None = None,
) -> Choice:
    """The reviewer of the office with the fewest cases among those whom nothing keeps from it.

    Whoever drafted an earlier decision is passed over (an objection goes to someone else), and who
    let the case go lately. When everybody who could is away today, one of them gets it all the
    same: the clock runs in somebody's list, and the lead hears when the applicant answers.
    """
    slug = case.programme.slug
    known = known or Known.of([case], people)
    able = [one for one in people if one.works_for(slug, StaffRole.REVIEWER)]
    kept = known.kept[case.pk] | dict.fromkeys(without, (Because.HAD_IT, {}))
    passed: list[dict[str, Any]] = []
    free: list[Member] = []
    gone: list[Member] = []
    for one in able:
        because, more = kept.get(one.user_id) or _obstacle(
            one, row, people, known.load.get(one.user_id, 0)
        )
        if because is None:
            free.append(one)
            continue
        if because == Because.AWAY:
            gone.append(one)
        passed.append({"person": str(one.public_id), "because": str(because), **more})
    # Somebody present who is full still counts as there: the case then waits for them.
    nobody_there = gone and all(one["because"] != Because.FULL for one in passed)
    candidates = free or (gone if nobody_there else [])
    if not candidates:
        return Choice(None, {"passed": passed})
    chosen = min(candidates, key=lambda one: (known.load.get(one.user_id, 0), one.user_id))
    data: dict[str, Any] = {
        "load": known.load.get(chosen.user_id, 0),
        "capacity": chosen.capacity,
        "of": len(candidates),
        "passed": [entry for entry in passed if entry["person"] != str(chosen.public_id)],
    }
    known.load[chosen.user_id] = known.load.get(chosen.user_id, 0) + 1
    if row.language and row.language in chosen.languages:
        data["language"] = row.language
    if row.occupation and chosen.occupations:
        data["occupation"] = row.occupation
    if not free:
        data["everybody_away"] = True
    return Choice(chosen, data)


def _obstacle(
    one: Member, row: QueueRow, people: Roster, load: int
) -> tuple[Because | None, dict[str, Any]]:
    if not people.reads(one, row.language):
        return Because.LANGUAGE, {"language": row.language}
    if not one.knows(row.occupation):
        return Because.OCCUPATION, {"occupation": row.occupation}
    if one.away_until is not None:
        return Because.AWAY, {"until": one.away_until.isoformat()}
    if load >= one.capacity:
        return Because.FULL, {"load": load, "capacity": one.capacity}
    return None, {}
