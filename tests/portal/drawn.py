"""Offices drawn by lot: cases in every stage and of every age, a quota with a history, goals.

What the cases say is put there row by row, as the workflow would have left it; what the quota did
went through its own services, day by day.
"""

import random
from datetime import date, datetime, time, timedelta

from accounts.models import Office, StaffMembership, StaffRole, User
from applications.models import Application, Candidate, ClockSegment, FigureRow, QueueRow
from applications.stages import CLOSED, WORKED, Stage
from applications.workflow import SETTLED_AT
from programs import calendar, goals, quota
from programs.models import ClaimState, Pool, PoolClaim, Programme
from programs.quota.movements import QuotaError
from programs.selectors import version_on
from reviews.models import Absence, AssignmentRule, ReviewerProfile
from tests.programs.pools import overlapping
from tests.world import GYEONGGI, KOTRA, MONDAY, World, furnished

TODAY = MONDAY.date()
ULSAN, OVERLAPPING, OTHERS = "ulsan", "overlapping", "daegu"
SLUGS = (KOTRA, GYEONGGI, ULSAN, OVERLAPPING)
# Before the first case, and before any unit is taken.
OPENED = datetime(2026, 7, 6, 9, tzinfo=calendar.SEOUL)
BACK = (TODAY - OPENED.date()).days - 3
LOGIN = "kotra.admin"


def opened() -> World:
    """The world with its pools opened long ago, and one administrator of four offices."""
    with calendar.frozen(OPENED):
        world = furnished()
        overlapping(9, slug=OVERLAPPING, weld=5, returned=4)
    for code in ("gyeonggi", ULSAN, "test"):
        StaffMembership.objects.create(
            office=Office.objects.get(code=code), user=world[LOGIN], role=StaffRole.ADMINISTRATOR
        )
    return world


class Lot:
    """One draw. `dice` decide everything: the same seed gives the same offices."""

    def __init__(self, world: World, seed: int, cases: int = 220) -> None:
        self.world, self.dice = world, random.Random(seed)
        self.programmes = [Programme.objects.get(slug=slug) for slug in (*SLUGS, OTHERS)]
        self.people = self.reviewers()
        self.subjects = {one.slug: [] for one in self.programmes}
        self.files(cases)
        self.movements()
        self.aims()

    def back(self, most: int, least: int = 0) -> date:
        return TODAY - timedelta(days=self.dice.randint(least, most))

    def due(self) -> date:
        return TODAY + timedelta(days=self.dice.randint(-5, 8))

    def reviewers(self) -> list[User]:
        """Some who review, some at two offices, one away, and one who has left the post."""
        people = [
            self.world[login]
            for login in ("kotra.reviewer", "kotra.reviewer2", "gyeonggi.reviewer")
        ]
        for number, offices in enumerate((("test",), (ULSAN, "test"), ())):
            user = User.objects.create_user(f"drawn{number}@example.test", name=f"뽑힌심사{number}")
            people.append(user)
            for code in offices:
                StaffMembership.objects.create(
                    office=Office.objects.get(code=code), user=user, role=StaffRole.REVIEWER
                )
        ReviewerProfile.objects.create(user=people[3], capacity=self.dice.randint(1, 4))
        AssignmentRule.objects.update_or_create(
            office=Office.objects.get(code="gyeonggi"),
            defaults={"capacity": self.dice.randint(2, 9), "lease_hours": 4, "not_again_hours": 1},
        )
        Absence.objects.create(
            user=people[0],
            from_on=TODAY,
            until_on=TODAY + timedelta(days=self.dice.randint(0, 9)),
            entered_at=MONDAY,
        )
        return people

    def files(self, number: int) -> None:
        member = self.world["company"]
        company = member.company_memberships.get().company
        versions = {one: version_on(one, TODAY) for one in self.programmes}
        cases, rows, queue = [], [], []
        for place in range(number):
            # Enough are decided for a median in one office, and too few in the others.
            programme = self.dice.choice((self.programmes[0], *self.programmes))
            stage = self.dice.choice(self.dice.choice((list(Stage), sorted(CLOSED))))
            received = self.back(420 if stage in CLOSED else 45)
            settled = SETTLED_AT.get(stage)
            over = received + timedelta(days=self.dice.randint(0, (TODAY - received).days))
            over = min(over, received + timedelta(days=60))
            moment = datetime.combine(received, time(9), tzinfo=calendar.SEOUL)
            case = Application(
                programme=programme,
                version=versions[programme],
                office=programme.office,
                company=company,
                created_by=member,
                created_at=moment,
                stage=stage,
                stage_since=moment,
                closed_at=moment if stage in CLOSED else None,
            )
            cases.append(case)
            if stage == Stage.DRAFT:
                continue
            case.submitted_at = case.received_at = moment
            case.receipt_no, case.due_on = f"D-{place:05d}", self.due()
            rows.append(
                FigureRow(
                    application=case,
                    office=programme.office,
                    programme=programme,
                    occupation=self.dice.choice(("", "2211", "7430", "76212")),
                    received_on=received,
                    settled_on=over if settled else None,
                    outcome=settled or "",
                )
            )
            if stage not in CLOSED:
                assignee = self.dice.choice((None, *self.people))
                queue.append(
                    QueueRow(
                        application=case,
                        office=programme.office,
                        programme=programme,
                        stage=stage,
                        due_on=case.due_on,
                        parked=stage not in WORKED,
                        since=self.back((TODAY - received).days),
                        assignee=assignee,
                        assigned_at=moment if assignee else None,
                    )
                )
        Application.objects.bulk_create(cases)
        Candidate.objects.bulk_create(Candidate(application=case) for case in cases)
        FigureRow.objects.bulk_create(rows)
        QueueRow.objects.bulk_create(queue)
        self.old(rows)
        self.pauses(rows)
        for case in cases:
            if case.received_at is not None:
                self.subjects[case.programme.slug].append(case.public_id)

    def old(self, rows: list[FigureRow]) -> None:
        """A few were received in a year that no holiday table knows."""
        for row in self.dice.sample([row for row in rows if row.settled_on], 2):
            row.received_on = date(2019, 3, 4)
            row.save()

    def pauses(self, rows: list[FigureRow]) -> None:
        for row in rows:
            if self.dice.random() < 0.6:
                continue
            first = row.received_on + timedelta(days=self.dice.randint(0, 10))
            for _stretch in range(self.dice.randint(1, 2)):
                last = first + timedelta(days=self.dice.randint(0, 12))
                ClockSegment.objects.create(
                    application=row.application,
                    reason="supplement",
                    from_on=first,
                    until_on=last,
                )
                # The next may begin on the day on which this one ended.
                first = last + timedelta(days=self.dice.randint(0, 3))

    def movements(self) -> None:
        """Units taken, issued, offered, refused and given back on drawn days, some from before."""
        for slug, path, size in (
            (ULSAN, "total/welding", 6),
            (ULSAN, "total/electric", 4),
            (ULSAN, "total/paint", 2),
            (GYEONGGI, "total", 30),
        ):
            for pool in Pool.objects.filter(programme__slug=slug, path=path):
                with calendar.frozen(OPENED):
                    quota.resize(pool=pool, size=size, actor=None, reason="drawn")
        root = Pool.objects.filter(programme__slug=GYEONGGI, parent=None).latest("period_from")
        # Inside the weeks that a forecast looks at, which leave it out all the same.
        with calendar.frozen(MONDAY - timedelta(days=BACK)):
            quota.opening(pool=root, issued=self.dice.randint(1, 9), actor=None, reason="drawn")
        for day in sorted(self.dice.randint(0, BACK) for _ in range(90))[::-1]:
            moment = MONDAY - timedelta(days=day)
            with calendar.frozen(moment):
                self.one_movement(self.dice.choice((GYEONGGI, ULSAN, OVERLAPPING)))

    def one_movement(self, slug: str) -> None:
        programme = Programme.objects.get(slug=slug)
        live = list(
            PoolClaim.objects.filter(leaf__programme=programme)
            .exclude(state=ClaimState.RETURNED)
            .order_by("pk")
        )
        if not live or self.dice.random() < 0.6:
            if self.subjects[slug]:
                quota.take(
                    version=version_on(programme, calendar.today()),
                    facts=self.facts(slug),
                    subject=self.subjects[slug].pop(),
                    actor=None,
                )
            return
        claim = self.dice.choice(live)
        if claim.state == ClaimState.HELD and self.dice.random() < 0.7:
            quota.issue(subject=claim.subject, actor=None)
        elif claim.state == ClaimState.OFFERED:
            self.dice.choice((quota.accept, quota.decline))(subject=claim.subject, actor=None)
        else:
            event = "void" if claim.state == ClaimState.ISSUED else "taken_back"
            quota.give_back(subject=claim.subject, actor=None, reason="drawn", event=event)

    def facts(self, slug: str) -> dict:
        if slug == OVERLAPPING:
            return {
                "job": {"technology_field": self.dice.choice(("weld", "other"))},
                "employer": {"returned_firm": self.dice.random() < 0.5},
            }
        return {"job": {"occupation": self.dice.choice(("7430", "76212", "78369"))}}

    def aims(self) -> None:
        """Goals of drawn numbers, some of which were due weeks ago."""
        for pool in Pool.objects.filter(programme__slug__in=(GYEONGGI, ULSAN)).order_by("pk"):
            with calendar.frozen(MONDAY - timedelta(days=40)):
                for due in (self.back(30, 1), TODAY + timedelta(days=self.dice.randint(1, 60))):
                    try:
                        goals.set_goal(
                            pool=pool,
                            number=self.dice.randint(1, max(pool.size, 1)),
                            due_on=due,
                            actor=self.world[
                                LOGIN if pool.programme.slug == ULSAN else "gyeonggi.admin"
                            ],
                        )
                    except (goals.GoalError, QuotaError):
                        continue
