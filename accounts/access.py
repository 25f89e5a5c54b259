"""Who acts for whom: the small predicates every permission is composed of.

Reads memberships fresh: a role taken away is gone at the next question.
"""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import (
    Company,
    CompanyMembership,
    Office,
    StaffMembership,
    StaffRole,
    User,
)

REVIEWING_ROLES = (StaffRole.REVIEWER, StaffRole.LEAD)
ALL_ROLES = (StaffRole.REVIEWER, StaffRole.LEAD, StaffRole.ADMINISTRATOR)


def companies_of(user: User) -> QuerySet[Company]:
    """The companies the person acts for, by name."""
    return Company.objects.filter(memberships__user=user).order_by("name_ko", "pk")


def is_member(user: User | None, company_id: int) -> bool:
    return (
        user is not None
        and user.is_active
        and CompanyMembership.objects.filter(user=user, company_id=company_id).exists()
    )


def staff_scope(user: User | None, *roles: str) -> list[tuple[int, list[str]]]:
    """`(office id, programme slugs)` for each membership in one of the roles; `[]` means all."""
    if user is None or not user.is_active or not user.is_authenticated:
        return []
    return list(
        StaffMembership.objects.filter(user=user, role__in=roles or ALL_ROLES).values_list(
            "office_id", "programmes"
        )
    )


def staff_offices(user: User | None, *roles: str) -> set[int]:
    """Ids of the offices where the person has one of the roles (any role if none is named)."""
    return {office for office, _ in staff_scope(user, *roles)}


def has_role(user: User | None, office_id: int, *roles: str, programme_slug: str = "") -> bool:
    """True if the person has one of the roles at the office, for that programme if one is named."""
    return any(
        office == office_id and (not programme_slug or not slugs or programme_slug in slugs)
        for office, slugs in staff_scope(user, *roles)
    )


def staff_of(office: Office, *roles: str, programme_slug: str = "") -> list[User]:
    """Active people with one of the roles at the office, in a steady order."""
    memberships = (
        StaffMembership.objects.filter(office=office, role__in=roles, user__is_active=True)
        .select_related("user")
        .order_by("user_id")
    )
    people: dict[int, User] = {}
    for membership in memberships:
        slugs = membership.programmes
        if not programme_slug or not slugs or programme_slug in slugs:
            people[membership.user_id] = membership.user
    return list(people.values())


def company_for(user: User, public_id: UUID) -> Company | None:
    """The person's own company with that id, or None: another's does not exist for them."""
    return companies_of(user).filter(public_id=public_id).first()
