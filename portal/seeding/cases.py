"""Rows of synthetic cases, table by table: what the services would have written, without the
letters and the quota, which no synthetic case takes part in.

Times are relative to now, so that queues have a beginning and an end. An empty
database is given the same cases each time.
"""

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from accounts.models import Company, User
from applications import search
from applications.models import (
    Application,
    Candidate,
    Claim,
    ClockSegment,
    FigureRow,
    QueueRow,
    SearchRow,
    StageChange,
    SupplementItem,
    SupplementRequest,
)
from applications.stages import CLOSED, WORKED, Stage
from applications.workflow import SETTLED_AT
from portal.demo.samples import claims as sample_claims
from portal.seeding import names
from programs import calendar, clock
from programs.models import Programme, ProgrammeVersion
from reviews.grounds import OTHER
from reviews.models import Assignment, Decision, Evaluator, Invitation
from reviews.services.evaluation import freeze

# Shares of a body's cases, in percent: seven of ten are over.
MIX: tuple[tuple[Stage, int], ...] = (
    (Stage.ISSUED, 51),
    (Stage.REFUSED, 7),
    (Stage.RETURNED, 6),
    (Stage.WITHDRAWN, 5),
    (Stage.DOCUMENT_REVIEW, 11),
    (Stage.SUPPLEMENT, 4),
    (Stage.VALIDATION, 6),
    (Stage.EXTERNAL_EVALUATION, 3),
    (Stage.DECISION, 3),
    (Stage.WAITING_QUOTA, 1),
    (Stage.APPROVED, 2),
    (Stage.NOTIFYING, 1),
)
NATIONS = ("VNM", "UZB", "IDN", "PHL", "NPL", "MMR", "IND", "MNG", "THA", "KHM")
UNASSIGNED = 0.4
CASES_PER_COMPANY = 20
OLDEST_OPEN, OLDEST_OVER = 45, 540
REASON = "시험 자료입니다. 실제 결정이 아닙니다."


@dataclass
class Cast:
    """Who works where: made before the cases."""

    member: User
    companies: list[Company]
    reviewers: dict[int, list[User]]
    leads: dict[int, User]
    evaluators: list[Evaluator]


@dataclass
class Rules:
    """What a programme says that its cases need."""

    programme: Programme
    version: ProgrammeVersion
    stages: frozenset[Stage]
    receipt: str
    period: str
    supplement_days: int
    rubric: dict[str, Any] | None
    claims: dict[str, list[dict[str, Any]]]
    occupations: list[str]
    table: calendar.Calendar
    due: dict[date, date] = field(default_factory=dict)

    @classmethod
    def of(cls, programme: Programme, version: ProgrammeVersion) -> "Rules":
        said = version.manifest()
        return cls(
            programme=programme,
            version=version,
            stages=frozenset(Stage(one.kind) for one in said.stages),
            receipt=said.receipt_pattern,
            period=said.deadlines.processing,
            supplement_days=said.deadlines.supplement_days,
            rubric=freeze(version, said.rubric) if said.rubric else None,
            claims=sample_claims(programme.slug),
            occupations=[one.code for one in said.occupations] or [""],
            table=calendar.current(),
        )

    def due_on(self, received: datetime) -> date:
        """As the clock counts it, once for each day; outside the holiday table, by the month."""
        day = calendar.in_seoul(received).date()
        if day not in self.due:
            try:
                ends = clock.due(calendar.in_seoul(received), self.period, calendar=self.table)
            except calendar.OutsideTable:
                ends = day + timedelta(days=30)
            self.due[day] = ends.date() if isinstance(ends, datetime) else ends
        return self.due[day]


# The same few names come again and again.
_name_terms = lru_cache(maxsize=200_000)(search.name_terms)
_number_terms = lru_cache(maxsize=100_000)(search.number_terms)
_plain = lru_cache(maxsize=200_000)(search.plain)

Row = tuple[type, dict[str, Any]]


class Maker:
    """Makes case after case. `numbers` hands out the next receipt number of programme and year;
    `first` gives each table's first free primary key."""

    def __init__(
        self,
        cast: Cast,
        rules: list[Rules],
        numbers: Callable[[Programme, int], int],
        first: dict[type, int],
    ) -> None:
        self.cast, self.rules, self.numbers = cast, rules, numbers
        self.next = dict(first)
        self.dice = random.Random(first[Application])  # noqa: S311
        self.now = calendar.now()
        self.today = calendar.in_seoul(self.now).date()
        self.mix = [stage for stage, share in MIX for _ in range(share)]

    def key(self, model: type) -> int:
        self.next[model] += 1
        return self.next[model] - 1

    def case(self, number: int) -> Iterator[Row]:
        rules = self.rules[number % len(self.rules)]
        stage = self.dice.choice(self.mix)
        if stage == Stage.EXTERNAL_EVALUATION and rules.rubric is None:
            stage = Stage.VALIDATION
        over = stage in CLOSED
        age = self.dice.uniform(10 if over else 0.1, OLDEST_OVER if over else OLDEST_OPEN)
        received = self.now - timedelta(days=age)
        closed = received + timedelta(days=min(age, 9) * self.dice.random()) if over else None
        since = closed or received + timedelta(days=age * self.dice.random() * 0.5)
        pk, company = self.key(Application), self.dice.choice(self.cast.companies)
        office = rules.programme.office_id
        year = calendar.in_seoul(received).year
        receipt = rules.receipt.format(year=year, number=self.numbers(rules.programme, year))
        due = rules.due_on(received)
        moved = stage != Stage.DOCUMENT_REVIEW
        yield (
            Application,
            {
                "id": pk,
                "public_id": self.uuid(),
                "programme_id": rules.programme.pk,
                "version_id": rules.version.pk,
                "office_id": office,
                "company_id": company.pk,
                "stage": stage.value,
                "stage_since": since,
                "revision": 3 if moved else 2,
                "created_by_id": self.cast.member.pk,
                "created_at": received - timedelta(days=1),
                "submitted_at": received,
                "received_at": received,
                "receipt_no": receipt,
                "due_on": due,
                "legal_due_on": due,
                "closed_at": closed,
            },
        )
        yield from self.person(pk, number, rules, company, receipt)
        assignee = self.assignee(office, stage, over)
        if not over:
            yield self.queued(pk, rules, stage, due, assignee, since)
        yield self.counted(pk, rules, stage, received, since)
        yield from self.history(pk, stage, received, since)
        if assignee is not None:
            yield (
                Assignment,
                {
                    "public_id": self.uuid(),
                    "application_id": pk,
                    "assignee_id": assignee.pk,
                    "assigned_at": received,
                    "why": "least_loaded",
                    "ended_at": closed,
                    "ended_how": str(Assignment.Ended.CLOSED) if over else "",
                    "ended_because": stage.value if over else "",
                },
            )
        yield from self.belongings(pk, rules, stage, since, assignee)

    def uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self.dice.getrandbits(128), version=4)

    def assignee(self, office: int, stage: Stage, over: bool) -> User | None:
        if stage in WORKED and self.dice.random() < UNASSIGNED:
            return None
        return self.dice.choice(self.cast.reviewers[office])

    def person(
        self, pk: int, number: int, rules: Rules, company: Company, receipt: str
    ) -> Iterator[Row]:
        surname, given, korean = names.person(self.dice.getrandbits(31))
        yield (
            Candidate,
            {
                "public_id": self.uuid(),
                "application_id": pk,
                "surname": surname,
                "given_names": given,
                "name_ko": korean,
                "birth_date": date(1970, 1, 1) + timedelta(days=self.dice.randrange(12_000)),
                "sex": self.dice.choice("MF"),
                "nationality": self.dice.choice(NATIONS),
                "language": "en",
                "in_korea": self.dice.random() < 0.5,
                "address": names.ADDRESS,
                "email": f"person{number}@{names.DOMAIN}",
            },
        )
        said = (company.name_ko, company.name_en, f"{surname} {given}", korean)
        terms = {search.programme_term(rules.programme.pk)}.union(
            *map(_name_terms, said),
            search.number_terms(receipt),
            _number_terms(company.business_no),
        )
        text = "\n".join(_plain(name) for name in said if name)
        yield SearchRow, {"application_id": pk, "text": text, "terms": sorted(terms)}

    def queued(
        self, pk: int, rules: Rules, stage: Stage, due: date, assignee: User | None, since: datetime
    ) -> Row:
        back = stage == Stage.DOCUMENT_REVIEW and self.dice.random() < 0.05
        return (
            QueueRow,
            {
                "application_id": pk,
                "office_id": rules.programme.office_id,
                "programme_id": rules.programme.pk,
                "stage": stage.value,
                "due_on": due,
                "urgency": int(back),
                "parked": stage not in WORKED,
                "since": calendar.in_seoul(since).date(),
                "assignee_id": assignee.pk if assignee else None,
                "assigned_at": since if assignee else None,
            },
        )

    def counted(
        self, pk: int, rules: Rules, stage: Stage, received: datetime, since: datetime
    ) -> Row:
        settled = SETTLED_AT.get(stage)
        return (
            FigureRow,
            {
                "application_id": pk,
                "office_id": rules.programme.office_id,
                "programme_id": rules.programme.pk,
                "occupation": rules.occupations[pk % len(rules.occupations)],
                "received_on": calendar.in_seoul(received).date(),
                "settled_on": calendar.in_seoul(since).date() if settled else None,
                "outcome": settled.value if settled else "",
            },
        )

    def history(self, pk: int, stage: Stage, received: datetime, since: datetime) -> Iterator[Row]:
        first = {
            "application_id": pk,
            "transition": "submit",
            "from_stage": Stage.DRAFT.value,
            "to_stage": Stage.DOCUMENT_REVIEW.value,
            "revision": 2,
            "actor_id": self.cast.member.pk,
            "at": received,
        }
        yield StageChange, first
        if stage != Stage.DOCUMENT_REVIEW:
            step = {"transition": "synthetic", "revision": 3, "actor_id": None, "at": since}
            places = {"from_stage": Stage.DOCUMENT_REVIEW.value, "to_stage": stage.value}
            yield StageChange, first | step | places

    def belongings(
        self, pk: int, rules: Rules, stage: Stage, since: datetime, assignee: User | None
    ) -> Iterator[Row]:
        lead = self.cast.leads[rules.programme.office_id]
        who = assignee or lead
        match stage:
            case Stage.SUPPLEMENT:
                yield from self.supplement(pk, rules, since, who)
            case Stage.EXTERNAL_EVALUATION:
                yield from self.invitations(pk, rules, since, who)
            case Stage.REFUSED | Stage.RETURNED | Stage.DECISION | Stage.NOTIFYING:
                signed = stage != Stage.DECISION
                drafted = self.cast.reviewers[rules.programme.office_id][0] if who == lead else who
                yield (
                    Decision,
                    {
                        "public_id": self.uuid(),
                        "application_id": pk,
                        "outcome": "return" if stage == Stage.RETURNED else "refuse",
                        "reason": REASON,
                        "grounds": [] if stage == Stage.RETURNED else [OTHER],
                        "drafted_by_id": drafted.pk,
                        "drafted_at": since - timedelta(hours=1),
                        "signed_off_by_id": lead.pk if signed else None,
                        "signed_off_at": since if signed else None,
                        "delivered_at": since if stage in CLOSED else None,
                    },
                )
        if stage not in CLOSED:
            for kind, items in rules.claims.items():
                for position, declared in enumerate(items):
                    yield (
                        Claim,
                        {
                            "public_id": self.uuid(),
                            "application_id": pk,
                            "kind": kind,
                            "position": position,
                            "declared": declared,
                        },
                    )

    def supplement(self, pk: int, rules: Rules, since: datetime, who: User) -> Iterator[Row]:
        request = self.key(SupplementRequest)
        begun = calendar.in_seoul(since).date()
        yield (
            SupplementRequest,
            {
                "id": request,
                "public_id": self.uuid(),
                "application_id": pk,
                "round": 1,
                "requested_by_id": who.pk,
                "requested_at": since,
                "due_on": begun + timedelta(days=rules.supplement_days),
            },
        )
        yield (
            SupplementItem,
            {
                "public_id": self.uuid(),
                "request_id": request,
                "position": 1,
                "text": REASON,
                "optional": True,
            },
        )
        yield (
            ClockSegment,
            {
                "application_id": pk,
                "reason": "supplement",
                "from_on": begun,
                "supplement_id": request,
            },
        )

    def invitations(self, pk: int, rules: Rules, since: datetime, who: User) -> Iterator[Row]:
        for evaluator in self.dice.sample(self.cast.evaluators, 3):
            answered = self.dice.random() < 0.5
            yield (
                Invitation,
                {
                    "public_id": self.uuid(),
                    "application_id": pk,
                    "evaluator_id": evaluator.pk,
                    "state": "submitted" if answered else "invited",
                    "rubric": rules.rubric,
                    "invited_by_id": who.pk,
                    "invited_at": since,
                    "due_on": self.today + timedelta(days=self.dice.randrange(1, 14)),
                    "no_conflict_at": since if answered else None,
                    "submitted_at": since if answered else None,
                },
            )
