"""A small world: the shipped catalogue, the demonstration's people, and cases at any stage."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from django.utils import timezone

from accounts.models import Office, StaffMembership, StaffRole, User
from applications.models import Application, Candidate
from applications.stages import CLOSED, Stage
from letters import authority, keys
from portal.demo import people
from portal.demo.story import Story
from programs import calendar
from programs.loader import load
from programs.models import Programme
from programs.selectors import version_on

# A Monday inside the holiday table and both programmes' periods, and in the past: what a worker
# process does by the real clock then always comes later.
KOTRA, GYEONGGI = "kotra-recommendation", "gyeonggi"
MONDAY = datetime(2026, 10, 12, 10, 0, tzinfo=calendar.SEOUL)


@dataclass
class World:
    """Everyone by login: `world["kotra.lead"]`. Cases by `bare` (a row at a stage) or `story`."""

    def __getitem__(self, login: str) -> User:
        return User.objects.get(email=f"{login}@{people.DOMAIN}")

    def story(self, slug: str = KOTRA, member: str = "company") -> Story:
        return Story.begin(slug=slug, member=self[member])

    def at(self, stage: Stage, slug: str = KOTRA, member: str = "company") -> Story:
        return self.story(slug, member).reach(stage)

    def second_lead(self, office: str = "kotra") -> User:
        """Another lead of the office, who has had nothing to do with any case."""
        user = User.objects.create_user(email=f"lead2.{office}@{people.DOMAIN}", name="둘째결재")
        StaffMembership.objects.create(
            office=Office.objects.get(code=office), user=user, role=StaffRole.LEAD
        )
        return user

    def bare(self, stage: Stage, slug: str = KOTRA, member: str = "company") -> Application:
        """A case put at a stage past the one door, with nothing in it: for refusals only."""
        programme = Programme.objects.get(slug=slug)
        now = calendar.now()
        user = self[member]
        case = Application.objects.create(
            programme=programme,
            version=version_on(programme, calendar.today()),
            office=programme.office,
            company=user.company_memberships.get().company,
            created_by=user,
            stage=stage,
            stage_since=now,
            submitted_at=None if stage == Stage.DRAFT else now,
            received_at=None if stage == Stage.DRAFT else now,
            receipt_no=None if stage == Stage.DRAFT else f"T-{Application.objects.count()}",
            due_on=None if stage == Stage.DRAFT else calendar.today(),
            closed_at=now if stage in CLOSED else None,
        )
        Candidate.objects.create(application=case)
        return case


@pytest.fixture
def monday():
    """Stop the calendar on a Monday morning."""
    with calendar.frozen(MONDAY):
        yield MONDAY


@pytest.fixture
def world(db, monday) -> World:
    return furnished()


@pytest.fixture
def live_world(transactional_db, monday) -> World:
    """The same for tests that need real commits."""
    return furnished()


def furnished() -> World:
    load()
    people.seed()
    # Made by the real clock: a certificate from a stopped one would not be valid yet.
    authority.ensure(keys.folder(), now=timezone.now())
    keys.ensure_specimen_key()
    return World()
