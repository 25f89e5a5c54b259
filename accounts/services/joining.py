"""Asking to act for a company that is registered already, and the owners' answer."""

from django.conf import settings
from django.db import IntegrityError, transaction
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
    JoinOutcome,
    JoinRequest,
    Office,
    StaffRole,
    User,
)
from accounts.services.companies import lock, owners, refuse_staff, require_owner, told


@transaction.atomic
def ask(*, actor: User, business_no: str) -> JoinRequest:
    """Ask to join the company of that number. One pending request per person and company.

    Its owners get a mail. The person asking learns only that the number is known.
    """
    refuse_staff(actor)
    company = Company.objects.filter(business_no=business_no).first()
    if company is None:
        raise NotNow(
            _("등록되지 않은 사업자등록번호입니다. 번호가 맞으면 회사를 새로 등록해 주세요."),
            field="business_no",
        )
    if company.memberships.filter(user=actor).exists():
        raise NotNow(_("이미 이 회사의 구성원입니다."), field="business_no")
    try:
        with transaction.atomic():
            request = JoinRequest.objects.create(company=company, user=actor)
    except IntegrityError:
        raise NotNow(
            _("이미 참여를 요청하셨습니다. 회사 관리자의 답을 기다려 주세요."), field="business_no"
        ) from None
    told(company, "join_asked", actor, request=request.public_id)
    for owner in owners(company).order_by("pk"):
        mails.write(
            to=owner.email,
            language=owner.language,
            template="join_asked",
            context={
                "name": owner.name,
                "company": mails.name_for(company, owner.language),
                "person": actor.name,
                "person_email": actor.email,
                "address": settings.SITE_URL
                + reverse("accounts:company", kwargs={"public_id": company.public_id}),
            },
            key=f"join-asked:{request.public_id}:{owner.pk}",
            user=owner,
            about=company.public_id,
        )
    return request


@transaction.atomic
def withdraw(*, request: JoinRequest, actor: User) -> None:
    """Whoever asked takes it back."""
    request = _pending(request)
    if request.user_id != actor.pk:
        raise NotAllowed(_("본인의 요청만 취소할 수 있습니다."))
    _close(request, JoinOutcome.WITHDRAWN)
    told(request.company, "join_withdrawn", actor, request=request.public_id)


@transaction.atomic
def approve(*, request: JoinRequest, actor: User) -> CompanyMembership:
    """An owner lets the person in, as a member."""
    lock(request.company)
    request = _pending(request)
    require_owner(request.company, actor)
    return _let_in(request, actor, CompanyRole.MEMBER)


@transaction.atomic
def decline(*, request: JoinRequest, actor: User) -> None:
    """An owner says no."""
    lock(request.company)
    request = _pending(request)
    require_owner(request.company, actor)
    _say_no(request, actor)


@transaction.atomic
def answer_for_office(
    *, request: JoinRequest, actor: User, office: Office, let_in: bool
) -> CompanyMembership | None:
    """An office's administrator answers for a company that has no owner left.

    The person becomes the owner: cases stay reachable by the company they belong to. Refused as
    soon as there is an owner who can answer.
    """
    company = lock(request.company)
    request = _pending(request)
    if not has_role(actor, office.pk, StaffRole.ADMINISTRATOR):
        raise NotAllowed(_("기관의 운영자만 할 수 있습니다."))
    if owners(company).exists():
        raise NotNow(_("이 회사에는 관리자가 있습니다. 답은 회사의 관리자가 합니다."))
    if not let_in:
        _say_no(request, actor)
        return None
    return _let_in(request, actor, CompanyRole.OWNER)


def _let_in(request: JoinRequest, actor: User, role: CompanyRole) -> CompanyMembership:
    if not request.user.is_active:
        raise NotNow(_("사용이 중지된 계정입니다."))
    refuse_staff(request.user)
    membership, _made = CompanyMembership.objects.get_or_create(
        company=request.company, user=request.user, defaults={"role": role}
    )
    if role == CompanyRole.OWNER and membership.role != role:
        membership.role = role
        membership.save(update_fields=["role"])
    _close(request, JoinOutcome.APPROVED)
    told(
        request.company,
        "member_joined",
        actor,
        person=request.user.public_id,
        role=membership.role,
        request=request.public_id,
    )
    _answer_mail(request, "join_approved")
    return membership


def _say_no(request: JoinRequest, actor: User) -> None:
    _close(request, JoinOutcome.DECLINED)
    told(request.company, "join_declined", actor, request=request.public_id)
    _answer_mail(request, "join_declined")


def _answer_mail(request: JoinRequest, what: str) -> None:
    """The company's name is in the mail of an approval only."""
    company = request.company
    page = (
        reverse("accounts:company", kwargs={"public_id": company.public_id})
        if what == "join_approved"
        else reverse("accounts:companies")
    )
    mails.write(
        to=request.user.email,
        language=request.user.language,
        template=f"{what}",
        context={
            "name": request.user.name,
            "company": mails.name_for(company, request.user.language),
            "number": company.business_no_dashed,
            "address": settings.SITE_URL + page,
        },
        key=f"join-answer:{request.public_id}",
        user=request.user,
        about=company.public_id,
    )


def _pending(request: JoinRequest) -> JoinRequest:
    found = (
        JoinRequest.objects.select_for_update(of=("self",), no_key=True)
        .select_related("company", "user")
        .filter(pk=request.pk, answered_at=None)
        .first()
    )
    if found is None:
        raise NotNow(_("이미 처리된 요청입니다."))
    return found


def _close(request: JoinRequest, outcome: JoinOutcome) -> None:
    request.answered_at = timezone.now()
    request.outcome = outcome
    request.save(update_fields=["answered_at", "outcome"])
