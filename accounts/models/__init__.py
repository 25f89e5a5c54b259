"""People, the companies and offices they act for, and what they may do there."""

from accounts.models.companies import (
    Company,
    CompanyMembership,
    CompanyRole,
    JoinOutcome,
    JoinRequest,
)
from accounts.models.invitations import Invitation
from accounts.models.offices import Office, StaffMembership, StaffRole
from accounts.models.people import User, UserManager

__all__ = [
    "Company",
    "CompanyMembership",
    "CompanyRole",
    "Invitation",
    "JoinOutcome",
    "JoinRequest",
    "Office",
    "StaffMembership",
    "StaffRole",
    "User",
    "UserManager",
]
