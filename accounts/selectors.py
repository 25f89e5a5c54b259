"""What the pages of people, companies and offices show."""

from dataclasses import dataclass
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import (
    Company,
    CompanyMembership,
    CompanyRole,
    Invitation,
    JoinRequest,
    Office,
    StaffMembership,
    StaffRole,
    User,
)
from accounts.models.invitations import OPEN

# A list that nobody pages through stops here.
MOST = 200


@dataclass(frozen=True)
class Belonging:
    """A company as one of its members sees it."""

    company: Company
    membership: CompanyMembership

    @property
    def is_owner(self) -> bool:
        return self.membership.role == CompanyRole.OWNER


def belonging(user: User, public_id: UUID) -> Belonging | None:
    """The person's own company with that id, with their role in it; None for anyone else."""
    membership = (
        CompanyMembership.objects.select_related("company", "user")
        .filter(user=user, company__public_id=public_id)
        .first()
    )
    return Belonging(membership.company, membership) if membership else None


def belongings(user: User) -> list[CompanyMembership]:
    """The person's companies by name."""
    return list(
        CompanyMembership.objects.select_related("company")
        .filter(user=user)
        .order_by("company__name_ko", "company_id")
    )


def members(company: Company) -> list[CompanyMembership]:
    """Everyone of the company, owners first."""
    rows = company.memberships.select_related("user").order_by("created_at", "pk")[:MOST]
    return sorted(rows, key=lambda row: row.role != CompanyRole.OWNER)


def pending_for(company: Company) -> list[JoinRequest]:
    """Who waits for the owners' answer, longest first."""
    return list(
        company.join_requests.filter(answered_at=None, user__is_active=True)
        .select_related("user", "company")
        .order_by("asked_at", "pk")[:MOST]
    )


def pending_of(user: User) -> list[JoinRequest]:
    """What the person asked for and nobody has answered."""
    return list(
        user.join_requests.filter(answered_at=None)
        .select_related("company")
        .order_by("asked_at", "pk")[:MOST]
    )


def invitations_of(where: Company | Office) -> list[Invitation]:
    """Invitations that nobody has accepted or withdrawn, newest first; some may have expired."""
    return list(where.invitations.filter(OPEN).order_by("-created_at", "-pk")[:MOST])


def ownerless_requests() -> QuerySet[JoinRequest]:
    """Pending requests to companies that nobody can answer for."""
    owners = CompanyMembership.objects.filter(
        company=OuterRef("company"), role=CompanyRole.OWNER, user__is_active=True
    )
    return (
        JoinRequest.objects.filter(~Exists(owners), answered_at=None, user__is_active=True)
        .select_related("company", "user")
        .order_by("asked_at", "pk")
    )


# --- offices ---------------------------------------------------------------------------------
def administered(user: User) -> list[Office]:
    """The offices the person administers, by name."""
    return list(
        Office.objects.filter(
            pk__in=StaffMembership.objects.filter(user=user, role=StaffRole.ADMINISTRATOR).values(
                "office"
            )
        ).order_by("name_ko", "pk")
    )


def posts_of(person: User, offices: list[Office]) -> list[StaffMembership]:
    """The person's roles at these offices."""
    return list(
        StaffMembership.objects.filter(user=person, office__in=offices)
        .select_related("office", "user")
        .order_by("office__name_ko", "role", "pk")
    )


def every_post_of(user: User) -> list[StaffMembership]:
    """The person's roles at whichever offices."""
    return list(
        StaffMembership.objects.filter(user=user)
        .select_related("office")
        .order_by("office__name_ko", "role", "pk")
    )


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def must_set_up_second_factor(user: User) -> bool:
    """Staff (of an office or of the installation) without an authenticator. One query."""
    return (
        User.objects.filter(pk=user.pk)
        .filter(
            Q(is_staff=True)
            | Q(is_superuser=True)
            | Exists(StaffMembership.objects.filter(user=OuterRef("pk")))
        )
        .exclude(
            Exists(Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP))
        )
        .exists()
    )
