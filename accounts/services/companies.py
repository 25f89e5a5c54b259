"""Companies: registered once per business number, never left without an owner by accident.

Every change of who belongs to a company begins by locking the company's row.
"""

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import registry
from accounts.errors import NotAllowed, NotNow, Registered
from accounts.models import Company, CompanyMembership, CompanyRole, User
from audit.services import record

CHANGEABLE = ("name_ko", "name_en", "representative", "address", "phone")


@transaction.atomic
def register(*, actor: User, business_no: str, about: Mapping[str, str]) -> Company:
    """Register a company; whoever does is its first owner.

    `about` holds the CHANGEABLE fields. The unique number decides between two who register at
    once: the second gets Registered. Raises ValidationError for a number that is none.
    """
    refuse_staff(actor)
    company = Company(business_no=business_no, **{name: about[name] for name in CHANGEABLE})
    company.clean_fields()
    try:
        with transaction.atomic():
            company.save(force_insert=True)
    except IntegrityError:
        raise Registered(
            _("이미 등록된 사업자등록번호입니다. 회사의 관리자에게 참여를 요청해 주세요."),
            field="business_no",
        ) from None
    CompanyMembership.objects.create(company=company, user=actor, role=CompanyRole.OWNER)
    told(company, "registered", actor)
    return company


@transaction.atomic
def change(*, company: Company, actor: User, about: Mapping[str, str]) -> list[str]:
    """An owner corrects what the company says about itself; the fields that changed.

    The business number never changes: another number is another company.
    """
    company = lock(company)
    require_owner(company, actor)
    changed = [name for name in CHANGEABLE if getattr(company, name) != about[name]]
    if changed:
        for name in changed:
            setattr(company, name, about[name])
        company.clean_fields(exclude=["business_no"])
        company.save(update_fields=changed)
        told(company, "changed", actor, fields=changed)
    return changed


@transaction.atomic
def set_role(*, company: Company, actor: User, person: User, role: CompanyRole) -> None:
    """An owner gives a member another role. The last owner stays one."""
    company = lock(company)
    require_owner(company, actor)
    membership = _membership(company, person)
    if membership.role == role:
        return
    if membership.role == CompanyRole.OWNER and not _another_owner(company, person):
        raise NotNow(
            _("관리자가 한 사람은 있어야 합니다. 다른 구성원을 먼저 관리자로 지정해 주세요.")
        )
    membership.role = role
    membership.save(update_fields=["role"])
    told(company, "role_changed", actor, person=person.public_id, role=role)


@transaction.atomic
def remove(*, company: Company, actor: User, person: User) -> None:
    """An owner ends another's membership. Whoever wants to go themselves leaves."""
    company = lock(company)
    require_owner(company, actor)
    if person.pk == actor.pk:
        raise NotNow(_("본인은 내보낼 수 없습니다. 회사에서 나가려면 나가기를 이용해 주세요."))
    _membership(company, person).delete()
    told(company, "member_removed", actor, person=person.public_id)


@transaction.atomic
def leave(*, company: Company, actor: User) -> None:
    """A member leaves. The last owner hands over first while anyone or anything is left behind."""
    company = lock(company)
    membership = _membership(company, actor)
    if why := cannot_leave(company, membership):
        raise NotNow(why)
    membership.delete()
    told(company, "member_left", actor, person=actor.public_id)


def cannot_leave(company: Company, membership: CompanyMembership) -> str:
    """Why this member may not leave now, as a sentence; "" when they may."""
    if membership.role != CompanyRole.OWNER or _another_owner(company, membership.user):
        return ""
    others = company.memberships.exclude(pk=membership.pk).filter(user__is_active=True)
    if others.exists():
        return _("마지막 관리자입니다. 나가기 전에 다른 구성원을 관리자로 지정해 주세요.")
    if registry.has_open_cases(company):
        return _(
            "진행 중인 신청이 있는 회사의 마지막 구성원입니다."
            " 동료를 초대해 관리자로 지정하거나, 신청이 끝난 뒤에 나가 주세요."
        )
    return ""


# --- shared by the services of this room ---------------------------------------------------
def lock(company: Company) -> Company:
    """The company's row, locked until the transaction ends."""
    return Company.objects.select_for_update(of=("self",), no_key=True).get(pk=company.pk)


def require_owner(company: Company, actor: User) -> None:
    """Raises NotAllowed unless the person is an owner of the company."""
    if not owners(company).filter(pk=actor.pk).exists():
        raise NotAllowed(_("회사의 관리자만 할 수 있습니다."))


def refuse_staff(person: User) -> None:
    """Raises NotNow for an office's staff: nobody decides where they also apply."""
    if person.staff_memberships.exists():
        raise NotNow(_("기관 직원은 회사의 구성원이 될 수 없습니다."))


def owners(company: Company) -> QuerySet[User]:
    """The people who can answer for the company: deactivated ones cannot."""
    return User.objects.filter(
        company_memberships__company=company,
        company_memberships__role=CompanyRole.OWNER,
        is_active=True,
    )


def told(company: Company, what: str, actor: User | None, **data: object) -> None:
    """Write an event of the company."""
    record(
        name=f"company.{what}",
        subject_type="company",
        subject_id=company.public_id,
        actor=actor,
        data=data,
    )


def _membership(company: Company, person: User) -> CompanyMembership:
    found = company.memberships.select_related("user").filter(user=person).first()
    if found is None:
        raise NotNow(_("이 회사의 구성원이 아닙니다."))
    return found


def _another_owner(company: Company, person: User) -> bool:
    return owners(company).exclude(pk=person.pk).exists()
