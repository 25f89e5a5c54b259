"""What the pages of assigning show: conflicts of interest, who reviews here and what they have."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.models import Office, StaffMembership, StaffRole, User
from applications.models import Application
from reviews.models import Absence, Conflict, ReviewerProfile
from reviews.permissions import Desk
from reviews.selectors.why import language_name
from reviews.services import conflicts, deputies, roster
from reviews.services.roster import Member, Numbers


def conflicts_seen_by(user: User, desk: Desk) -> list[Conflict]:
    """Live conflicts: one's own, and for an administrator those of the offices' people."""
    run = desk.offices(StaffRole.ADMINISTRATOR)
    people = StaffMembership.objects.filter(office__in=run).values("user")
    return list(
        Conflict.objects.filter(Q(user=user) | Q(user__in=people), ended_at=None)
        .select_related("user", "company", "application__company", "declared_by")
        .order_by("user__name", "-declared_at", "pk")
    )


def people_to_record_for(user: User, desk: Desk) -> list[User]:
    """For whom this person may note a conflict: themselves first."""
    run = desk.offices(StaffRole.ADMINISTRATOR)
    if not run:
        return [user]
    people = StaffMembership.objects.filter(office__in=run).values("user")
    others = User.objects.filter(pk__in=people, is_active=True).exclude(pk=user.pk)
    return [user, *others.order_by("name", "pk")]


@dataclass(frozen=True)
class Line:
    """One reviewer in the roster of an office."""

    public_id: UUID
    name: str
    roles: list[str]
    load: int
    capacity: int
    languages: list[str]
    occupations: list[str]
    away_until: date | None

    @property
    def full(self) -> bool:
        return self.load >= self.capacity


@dataclass(frozen=True)
class OfficeRoster:
    office: Office
    numbers: Numbers
    lines: list[Line]


def rosters(desk: Desk) -> list[OfficeRoster]:
    """Who reviews at the offices that the person leads or administers: three queries and one for
    each office."""
    offices = Office.objects.filter(pk__in=desk.offices(StaffRole.LEAD, StaffRole.ADMINISTRATOR))
    found = []
    for office in offices.order_by("name_ko", "pk"):
        people = roster.of_office(office)
        load = roster.loads(people.members)
        lines = [line(member, load.get(member.user_id, 0)) for member in people]
        lines.sort(key=lambda one: (one.name, str(one.public_id)))
        found.append(OfficeRoster(office, roster.numbers_of(office.pk), lines))
    return found


def line(member: Member, load: int) -> Line:
    roles = dict.fromkeys(StaffRole(role) for role, _slugs in member.posts)
    return Line(
        public_id=member.public_id,
        name=member.name,
        roles=[str(role.label) for role in roles],
        load=load,
        capacity=member.capacity,
        languages=sorted(language_name(code) for code in member.languages),
        occupations=list(member.occupations),
        away_until=member.away_until,
    )


def reviewer_seen_by(user: User, desk: Desk, public_id: UUID) -> User | None:
    """A person who reviews at one of the offices that the user leads or administers, or the user
    themselves; None is "does not exist"."""
    ruled = desk.offices(StaffRole.LEAD, StaffRole.ADMINISTRATOR)
    posts = StaffMembership.objects.filter(
        Q(office__in=ruled) | Q(user=user), role__in=roster.WORKING
    )
    return User.objects.filter(pk__in=posts.values("user"), public_id=public_id).first()


def may_change_profile(actor: User, desk: Desk, person: User) -> bool:
    """A lead or an administrator of an office at which the person reviews; nobody their own
    unless they are that themselves."""
    ruled = desk.offices(StaffRole.LEAD, StaffRole.ADMINISTRATOR)
    return StaffMembership.objects.filter(
        user=person, office__in=ruled, role__in=roster.WORKING
    ).exists()


def profile_of(person: User) -> ReviewerProfile:
    """The person's profile, or an empty one that is not stored."""
    return ReviewerProfile.objects.filter(user=person).first() or ReviewerProfile(user=person)


@dataclass(frozen=True)
class WithCases:
    """Somebody whose cases are shown; `led` for a lead of their office, else to their deputy."""

    person: User
    absence: Absence | None
    led: bool


def person_with_cases(user: User, desk: Desk, public_id: UUID) -> WithCases | None:
    """None is "does not exist": for whoever neither leads an office of the person's nor stands in
    for them today."""
    person = User.objects.filter(public_id=public_id).first()
    if person is None:
        return None
    led = StaffMembership.objects.filter(
        user=person, office__in=desk.offices(StaffRole.LEAD), role__in=roster.WORKING
    ).exists()
    absence = deputies.current(person)
    if led or (absence is not None and absence.deputy_id == user.pk):
        return WithCases(person, absence, led)
    return None


def open_cases_of(person: User, desk: Desk, user: User) -> list[Application]:
    """The person's cases to be worked on, most urgent first: what a deputy or a lead may see."""
    return list(
        Application.objects.filter(
            desk.where(), ~conflicts.cases_barred_to(user), queue_row__assignee=person
        )
        .select_related("queue_row", "company", "programme", "candidate")
        .order_by("queue_row__rank", "queue_row__due_on", "pk")[:100]
    )


def as_typed(profile: ReviewerProfile) -> dict[str, Any]:
    return {
        "languages": profile.languages,
        "occupations": ", ".join(profile.occupations),
        "capacity": profile.capacity,
    }
