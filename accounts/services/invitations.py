"""Inviting a colleague by mail. The link works for that address, once, for a time."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import mails
from accounts.access import has_role
from accounts.errors import NotAllowed, NotNow
from accounts.models import (
    Company,
    CompanyMembership,
    CompanyRole,
    Invitation,
    JoinOutcome,
    JoinRequest,
    Office,
    StaffMembership,
    StaffRole,
    User,
)
from accounts.models.invitations import OPEN
from accounts.services import companies
from audit.crypto import digest
from audit.services import record

DAYS = 14


@transaction.atomic
def to_company(*, company: Company, actor: User, email: str, role: CompanyRole) -> Invitation:
    """An owner invites someone to act for the company."""
    company = companies.lock(company)
    companies.require_owner(company, actor)
    email = email.strip().lower()
    if company.memberships.filter(user__in=_people_at(email)).exists():
        raise NotNow(_("이미 이 회사의 구성원입니다."), field="email")
    return _invite(Invitation(company=company, email=email, role=role, created_by=actor))


@transaction.atomic
def to_office(
    *, office: Office, actor: User | None, email: str, role: StaffRole, programmes: Sequence[str]
) -> Invitation:
    """An administrator invites someone to the office's staff; no actor means the command line.

    `programmes` are slugs; none means all of the office's.
    """
    office = Office.objects.select_for_update(of=("self",), no_key=True).get(pk=office.pk)
    _require_administrator(office, actor)
    email = email.strip().lower()
    if office.staff.filter(user__in=_people_at(email), role=role).exists():
        raise NotNow(_("이 기관에서 이미 같은 역할을 맡고 있습니다."), field="email")
    return _invite(
        Invitation(
            office=office, email=email, role=role, programmes=list(programmes), created_by=actor
        )
    )


@transaction.atomic
def withdraw(*, invitation: Invitation, actor: User) -> None:
    """Whoever may invite may take an invitation back: its link is dead at once."""
    invitation = _open(invitation)
    if invitation.company is not None:
        companies.require_owner(invitation.company, actor)
    elif invitation.office is not None:
        _require_administrator(invitation.office, actor)
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    _record(invitation, "invitation_withdrawn", actor)


def find(token: str) -> Invitation | None:
    """The live invitation of a token, or None: accepted, withdrawn, expired and unknown look the
    same."""
    return (
        Invitation.objects.filter(OPEN, token_digest=_digest(token), expires_at__gt=timezone.now())
        .select_related("company", "office", "created_by")
        .first()
    )


def is_for(invitation: Invitation, user: User) -> bool:
    """Whether the person has shown that they read the invited address."""
    return EmailAddress.objects.filter(
        user=user, verified=True, email__iexact=invitation.email
    ).exists()


@transaction.atomic
def accept(*, invitation: Invitation, actor: User) -> CompanyMembership | StaffMembership:
    """The person at the invited address takes the role. A role already held is kept."""
    invitation = _open(invitation)
    if invitation.expired():
        raise NotNow(_("초대의 유효 기간이 지났습니다. 초대한 사람에게 다시 요청해 주세요."))
    if not is_for(invitation, actor):
        raise NotAllowed(
            _("다른 이메일 주소로 보낸 초대입니다. 그 주소의 계정으로 로그인해 주세요.")
        )
    membership: CompanyMembership | StaffMembership
    if invitation.company is not None:
        companies.refuse_staff(actor)
        companies.lock(invitation.company)
        membership, _made = CompanyMembership.objects.get_or_create(
            company=invitation.company, user=actor, defaults={"role": invitation.role}
        )
        JoinRequest.objects.filter(company=invitation.company, user=actor, answered_at=None).update(
            answered_at=timezone.now(), outcome=JoinOutcome.APPROVED
        )
    else:
        if actor.company_memberships.exists():
            raise NotNow(
                _("회사의 구성원은 기관 직원이 될 수 없습니다. 먼저 회사에서 나가 주세요.")
            )
        membership, _made = StaffMembership.objects.get_or_create(
            office=invitation.office,
            user=actor,
            role=invitation.role,
            defaults={"programmes": invitation.programmes},
        )
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    _record(invitation, "member_joined", actor, person=actor.public_id)
    return membership


def _invite(invitation: Invitation) -> Invitation:
    """Store the invitation in place of an earlier one and queue the mail with its link."""
    now = timezone.now()
    earlier = Invitation.objects.filter(OPEN, email=invitation.email)
    if invitation.company is not None:
        earlier = earlier.filter(company=invitation.company)
    else:
        earlier = earlier.filter(office=invitation.office, role=invitation.role)
    earlier.update(withdrawn_at=now)
    token = secrets.token_urlsafe(24)
    invitation.token_digest = _digest(token)
    invitation.created_at, invitation.expires_at = now, now + timedelta(days=DAYS)
    try:
        with transaction.atomic():
            invitation.save(force_insert=True)
    except IntegrityError:
        raise NotNow(
            _("다른 사람이 방금 같은 사람을 초대했습니다. 목록을 확인해 주세요."), field="email"
        ) from None
    _record(invitation, "invited", invitation.created_by)
    _mail(invitation, token)
    return invitation


def _mail(invitation: Invitation, token: str) -> None:
    reader = _people_at(invitation.email).first()
    by = invitation.created_by
    language = reader.language if reader else by.language if by else settings.LANGUAGE_CODE
    mails.write(
        to=invitation.email,
        language=language,
        template=f"invited_to_{'company' if invitation.company else 'office'}",
        context={
            "where": mails.name_for(invitation.where, language),
            "by": by.name if by else "",
            "days": DAYS,
            "address": settings.SITE_URL + reverse("accounts:invitation", kwargs={"token": token}),
        },
        key=f"invitation:{invitation.public_id}",
        user=reader,
        about=invitation.where.public_id,
    )


def _people_at(email: str) -> QuerySet[User]:
    return User.objects.filter(
        Q(email__iexact=email) | Q(emailaddress__email__iexact=email, emailaddress__verified=True)
    ).distinct()


def _require_administrator(office: Office, actor: User | None) -> None:
    if actor is not None and not has_role(actor, office.pk, StaffRole.ADMINISTRATOR):
        raise NotAllowed(_("기관의 운영자만 할 수 있습니다."))


def _open(invitation: Invitation) -> Invitation:
    found = (
        Invitation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("company", "office")
        .filter(OPEN, pk=invitation.pk)
        .first()
    )
    if found is None:
        raise NotNow(_("이미 쓰였거나 취소된 초대입니다."))
    return found


def _record(invitation: Invitation, what: str, actor: User | None, **data: object) -> None:
    kind = "company" if invitation.company else "office"
    record(
        name=f"{kind}.{what}",
        subject_type=kind,
        subject_id=invitation.where.public_id,
        actor=actor,
        data={"invitation": invitation.public_id, "role": invitation.role, **data},
    )


def _digest(token: str) -> str:
    return digest(token, purpose="accounts.invitation")
