"""What reviewers can take on, and an office's numbers: changed by its leads and administrators."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import has_role
from accounts.models import Office, StaffMembership, StaffRole, User
from applications.errors import NotAllowed
from audit.services import record
from reviews.models import AssignmentRule, ReviewerProfile

RULING = (StaffRole.LEAD, StaffRole.ADMINISTRATOR)


@transaction.atomic
def change_profile(
    *,
    actor: User,
    person: User,
    languages: Sequence[str],
    occupations: Sequence[str],
    capacity: int | None,
) -> ReviewerProfile:
    """Say what a reviewer reads, knows and can take at once (None: as the office says). Raises
    NotAllowed."""
    ruled = StaffMembership.objects.filter(user=actor, role__in=RULING).values("office")
    if not StaffMembership.objects.filter(user=person, office__in=ruled).exists():
        raise NotAllowed(_("이 사람의 심사자 정보를 바꿀 권한이 없습니다."))
    profile, _new = ReviewerProfile.objects.select_for_update(of=("self",)).get_or_create(
        user=person
    )
    said = (sorted(languages), list(occupations), capacity)
    if (profile.languages, profile.occupations, profile.capacity) == said:
        return profile
    profile.languages, profile.occupations, profile.capacity = said
    profile.save()
    record(
        name="review.profile_changed",
        subject_type="user",
        subject_id=person.public_id,
        actor=actor,
        data={
            "languages": profile.languages,
            "occupations": profile.occupations,
            "capacity": capacity,
        },
    )
    return profile


@transaction.atomic
def change_rule(
    *, actor: User, office: Office, capacity: int, lease_hours: int, not_again_hours: int
) -> AssignmentRule:
    """Set an office's own numbers; from now on they are no longer assumed. Raises NotAllowed."""
    if not has_role(actor, office.pk, StaffRole.ADMINISTRATOR):
        raise NotAllowed(_("기관의 운영자만 할 수 있습니다."))
    numbers = {
        "capacity": capacity,
        "lease_hours": lease_hours,
        "not_again_hours": not_again_hours,
    }
    rule, _new = AssignmentRule.objects.update_or_create(office=office, defaults=numbers)
    record(
        name="review.rule_changed",
        subject_type="office",
        subject_id=office.public_id,
        actor=actor,
        data=numbers,
    )
    return rule
