"""Who reviews at an office, with what each can take on: one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from accounts.models import Office, StaffMembership, StaffRole, User
from applications.models import QueueRow
from programs import calendar
from reviews.models import Absence, Assignment
from reviews.models.assigning import CAPACITY, LEASE_HOURS, NOT_AGAIN_HOURS

WORKING = (StaffRole.REVIEWER, StaffRole.LEAD)
# The case is not given back at once to whoever let it go in one of these ways.
LET_GO = (Assignment.Ended.RELEASED, Assignment.Ended.LEASE_EXPIRED)


@dataclass(frozen=True)
class Numbers:
    """An office's numbers for assigning; `assumed` while it has not set its own."""

    lease: timedelta
    capacity: int
    not_again: timedelta
    assumed: bool

    @classmethod
    def of(cls, lease: int | None, capacity: int | None, not_again: int | None) -> "Numbers":
        return cls(
            timedelta(hours=lease or LEASE_HOURS),
            capacity or CAPACITY,
            timedelta(hours=NOT_AGAIN_HOURS if not_again is None else not_again),
            assumed=lease is None,
        )


@dataclass(frozen=True)
class Member:
    """One person at one office. `posts` are `(role, programme slugs)`; no slugs means all."""

    user_id: int
    public_id: UUID
    name: str
    office_id: int
    posts: tuple[tuple[str, tuple[str, ...]], ...]
    languages: frozenset[str]
    occupations: tuple[str, ...]
    own_capacity: int | None
    away_until: date | None
    numbers: Numbers

    @property
    def capacity(self) -> int:
        return self.numbers.capacity if self.own_capacity is None else self.own_capacity

    def works_for(self, slug: str, *roles: str) -> bool:
        return any(
            role in (roles or WORKING) and (not slugs or slug in slugs)
            for role, slugs in self.posts
        )

    def knows(self, occupation: str) -> bool:
        return (
            not occupation
            or not self.occupations
            or any(occupation.startswith(code) for code in self.occupations)
        )


class Roster:
    """The people of one office who review."""

    def __init__(self, members: Iterable[Member]) -> None:
        self.members = {member.user_id: member for member in members}

    def __iter__(self) -> Any:
        return iter(self.members.values())

    def get(self, user_id: int | None) -> Member | None:
        return self.members.get(user_id) if user_id is not None else None

    @property
    def languages(self) -> frozenset[str]:
        """What anybody here reads. A language that nobody reads is asked of nobody."""
        none: frozenset[str] = frozenset()
        return reduce(or_, (member.languages for member in self), none)

    def reads(self, member: Member, language: str) -> bool:
        return not language or language in member.languages or language not in self.languages

    def where(self, member: Member) -> Q:
        """What `Member.works_for`, `reads` and `knows` say, as a condition on QueueRow that an
        Application query uses; the office is the caller's."""
        found = Q()
        slugs: set[str] = set()
        everything = False
        for role, own in member.posts:
            if role in WORKING:
                everything = everything or not own
                slugs.update(own)
        if not everything:
            found &= Q(queue_row__programme__slug__in=sorted(slugs))
        if unread := self.languages - member.languages:
            found &= ~Q(queue_row__language__in=sorted(unread))
        if member.occupations:
            known = Q(queue_row__occupation="")
            for code in member.occupations:
                known |= Q(queue_row__occupation__startswith=code)
            found &= known
        return found


def of_office(office: Office | int) -> Roster:
    """Everyone who reviews at the office."""
    rosters = _read(Q(office=office))
    return next(iter(rosters.values()), Roster(()))


def of_colleagues(person: User) -> dict[int, Roster]:
    """The rosters of the offices at which the person reviews, by office id."""
    own = StaffMembership.objects.filter(user=person, role__in=WORKING, user__is_active=True)
    return _read(Q(office__in=own.values("office")))


def _read(where: Q) -> dict[int, Roster]:
    today = calendar.today()
    gone = Absence.objects.filter(user=OuterRef("user"), from_on__lte=today, until_on__gte=today)
    rows = (
        StaffMembership.objects.filter(where, role__in=WORKING, user__is_active=True)
        .annotate(away_until=Subquery(gone.order_by("-until_on").values("until_on")[:1]))
        .order_by("office_id", "user_id", "role")
        .values_list(
            "office_id",
            "user_id",
            "role",
            "programmes",
            "user__public_id",
            "user__name",
            "user__reviewer_profile__languages",
            "user__reviewer_profile__occupations",
            "user__reviewer_profile__capacity",
            "away_until",
            "office__assignment_rule__lease_hours",
            "office__assignment_rule__capacity",
            "office__assignment_rule__not_again_hours",
        )
    )
    found: dict[int, dict[int, Member]] = {}
    for office, user, role, slugs, public_id, name, *skills, own, until, lease, most, again in rows:
        languages, occupations = skills
        people = found.setdefault(office, {})
        earlier = people.get(user)
        people[user] = Member(
            user_id=user,
            public_id=public_id,
            name=name,
            office_id=office,
            posts=(*(earlier.posts if earlier else ()), (role, tuple(slugs))),
            languages=frozenset(languages or ()),
            occupations=tuple(occupations or ()),
            own_capacity=own,
            away_until=until,
            numbers=Numbers.of(lease, most, again),
        )
    return {office: Roster(people.values()) for office, people in found.items()}


def numbers_of(office_id: int) -> Numbers:
    """The office's numbers for assigning."""
    row = (
        Office.objects.filter(pk=office_id)
        .values_list(
            "assignment_rule__lease_hours",
            "assignment_rule__capacity",
            "assignment_rule__not_again_hours",
        )
        .first()
    )
    return Numbers.of(*(row or (None, None, None)))


def loads(people: Iterable[int]) -> dict[int, int]:
    """How many cases each has to work on; those that wait for the applicant do not count."""
    rows = QueueRow.objects.filter(assignee__in=list(people), parked=False)
    return dict(rows.order_by().values_list("assignee").annotate(cases=Count("application")))


def let_go_by(person: int, since: datetime) -> QuerySet[Assignment]:
    """The person's stretches that they let end, lately."""
    return Assignment.objects.filter(
        assignee=person, ended_how__in=[str(how) for how in LET_GO], ended_at__gt=since
    )


def let_go_of(cases: Iterable[int], since: datetime) -> Iterable[tuple[int, int]]:
    """`(case, person)` of those who have let one of the cases go, lately."""
    return Assignment.objects.filter(
        application__in=list(cases), ended_how__in=[str(how) for how in LET_GO], ended_at__gt=since
    ).values_list("application_id", "assignee_id")
