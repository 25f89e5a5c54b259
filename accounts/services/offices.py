"""An office's own people and how it presents itself. Only its administrators change them.

Every change of who works for an office begins by locking the office's row, so that two
administrators cannot take each other's role at once.
"""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import has_role
from accounts.errors import NotAllowed, NotNow
from accounts.models import Office, StaffMembership, StaffRole, User
from audit.services import record
from notifications import outbox

TOPIC_ENDED = "accounts.staff_ended"
CHANGEABLE = ("name_ko", "name_en", "department_ko", "department_en", "phone")


@transaction.atomic
def change_office(*, office: Office, actor: User, about: Mapping[str, str]) -> list[str]:
    """Correct the office's names, department and telephone; the fields that changed.

    Its code and `shown_as_official` are not the office's to change.
    """
    office = _lock(office, actor)
    changed = [name for name in CHANGEABLE if getattr(office, name) != about[name]]
    if changed:
        for name in changed:
            setattr(office, name, about[name])
        office.clean_fields()
        office.save(update_fields=changed)
        _told(office, "changed", actor, fields=changed)
    return changed


@transaction.atomic
def show_as_official(*, office: Office, shown: bool, actor: User | None = None) -> None:
    """Turn the government banner and the body's own mark on or off.

    For whoever runs the installation: a superuser, or the command line (no actor).
    """
    if actor is not None and not actor.is_superuser:
        raise NotAllowed(_("시스템 관리자만 바꿀 수 있습니다."))
    office = Office.objects.select_for_update(of=("self",), no_key=True).get(pk=office.pk)
    if office.shown_as_official != shown:
        office.shown_as_official = shown
        office.save(update_fields=["shown_as_official"])
        _told(office, "official_changed", actor, shown=shown)


@transaction.atomic
def change_post(
    *, membership: StaffMembership, actor: User, role: StaffRole, programmes: Sequence[str]
) -> None:
    """Give someone another role or other programmes (none: all of the office's)."""
    office = _lock(membership.office, actor)
    membership = _post(membership)
    if (membership.role, membership.programmes) == (role, list(programmes)):
        return
    if membership.role == StaffRole.ADMINISTRATOR and role != StaffRole.ADMINISTRATOR:
        _keep_an_administrator(office, membership, actor)
    earlier, narrowed = membership.role, membership.programmes != list(programmes)
    membership.role, membership.programmes = role, list(programmes)
    try:
        with transaction.atomic():
            membership.save(update_fields=["role", "programmes"])
    except IntegrityError:
        raise NotNow(_("이미 같은 역할이 있습니다."), field="role") from None
    if earlier != role or narrowed:
        _ended(membership.user, office)
    _told(
        office,
        "staff_changed",
        actor,
        person=membership.user.public_id,
        before=earlier,
        role=role,
        programmes=list(programmes),
    )


@transaction.atomic
def end_post(*, membership: StaffMembership, actor: User) -> None:
    """End someone's role at the office."""
    office = _lock(membership.office, actor)
    membership = _post(membership)
    if membership.role == StaffRole.ADMINISTRATOR:
        _keep_an_administrator(office, membership, actor)
    person, role = membership.user, membership.role
    membership.delete()
    _ended(person, office)
    _told(office, "staff_ended", actor, person=person.public_id, role=role)


@transaction.atomic
def deactivate(*, person: User, office: Office, actor: User) -> None:
    """Shut a member of the office's staff out: every session ends with their next request.

    Refused for oneself, for who works for another office too, and for a superuser.
    """
    office = _lock(office, actor)
    person = _colleague(person, office)
    if person.pk == actor.pk:
        raise NotNow(_("본인의 계정은 사용을 중지할 수 없습니다."))
    if person.is_superuser or person.staff_memberships.exclude(office=office).exists():
        raise NotNow(_("다른 기관에서도 일하는 사람입니다. 이 기관의 역할만 끝낼 수 있습니다."))
    if not person.is_active:
        return
    person.is_active = False
    person.save(update_fields=["is_active"])
    _ended(person, office)
    _told(office, "person_deactivated", actor, person=person.public_id)


@transaction.atomic
def activate(*, person: User, office: Office, actor: User) -> None:
    """Let a member of the office's staff in again."""
    office = _lock(office, actor)
    person = _colleague(person, office)
    if person.is_active:
        return
    if person.staff_memberships.exclude(office=office).exists():
        raise NotNow(_("다른 기관에서도 일하는 사람입니다. 이 기관에서는 되돌릴 수 없습니다."))
    person.is_active = True
    person.save(update_fields=["is_active"])
    _told(office, "person_activated", actor, person=person.public_id)


@transaction.atomic
def reset_second_factor(*, person: User, office: Office, actor: User) -> None:
    """Forget a colleague's authenticator and recovery codes: the telephone is lost.

    Outside a demonstration the person must set up a new one before anything else. Nobody resets
    their own: whoever has only the password could then get past the second factor.
    """
    office = _lock(office, actor)
    person = _colleague(person, office)
    if person.pk == actor.pk:
        raise NotNow(_("본인의 2단계 인증은 내 계정에서 바꿀 수 있습니다."))
    if person.is_superuser or person.staff_memberships.exclude(office=office).exists():
        raise NotNow(_("다른 기관에서도 일하는 사람입니다. 시스템 관리자에게 요청해 주세요."))
    forget_second_factor(person=person, actor=actor)


@transaction.atomic
def forget_second_factor(*, person: User, actor: User | None) -> bool:
    """Delete authenticator and recovery codes; False when there were none. No actor means the
    command line, for whoever runs the installation."""
    forgotten, _each = Authenticator.objects.filter(user=person).delete()
    if forgotten:
        record(
            name="person.second_factor_reset",
            subject_type="person",
            subject_id=person.public_id,
            actor=actor,
        )
    return bool(forgotten)


def _lock(office: Office, actor: User) -> Office:
    office = Office.objects.select_for_update(of=("self",), no_key=True).get(pk=office.pk)
    if not has_role(actor, office.pk, StaffRole.ADMINISTRATOR):
        raise NotAllowed(_("기관의 운영자만 할 수 있습니다."))
    return office


def _post(membership: StaffMembership) -> StaffMembership:
    found = StaffMembership.objects.select_related("user").filter(pk=membership.pk).first()
    if found is None:
        raise NotNow(_("이미 끝난 역할입니다."))
    return found


def _colleague(person: User, office: Office) -> User:
    if not person.staff_memberships.filter(office=office).exists():
        raise NotNow(_("이 기관의 직원이 아닙니다."))
    return User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)


def _keep_an_administrator(office: Office, membership: StaffMembership, actor: User) -> None:
    """The office keeps an administrator who can sign in: nobody removes the last one."""
    others = office.staff.filter(role=StaffRole.ADMINISTRATOR, user__is_active=True)
    if others.exclude(pk=membership.pk).exists():
        return
    if membership.user_id == actor.pk:
        raise NotNow(_("기관의 마지막 운영자입니다. 먼저 다른 사람을 운영자로 초대해 주세요."))
    raise NotNow(_("기관에는 운영자가 한 사람은 있어야 합니다."))


def _ended(person: User, office: Office) -> None:
    """Leave word that the person may no longer do all they did: whoever keeps work for them
    gives it to others, after this transaction."""
    outbox.enqueue(
        topic=TOPIC_ENDED,
        key=f"{office.public_id}:{person.public_id}:{uuid4()}",
        payload={"office": office.public_id, "person": person.public_id},
    )


def _told(office: Office, what: str, actor: User | None, **data: object) -> None:
    record(
        name=f"office.{what}",
        subject_type="office",
        subject_id=office.public_id,
        actor=actor,
        data=data,
    )


@transaction.atomic
def change_contact(
    *, office: Office, actor: User, department_ko: str, department_en: str, phone: str
) -> bool:
    """Say in which department and under which number one works for an office: what every notice
    of one's cases names (PETITION-DECREE §31). Raises NotAllowed for who has no post there."""
    posts = StaffMembership.objects.select_for_update(of=("self",), no_key=True).filter(
        office=office, user=actor
    )
    said = {"department_ko": department_ko, "department_en": department_en, "phone": phone}
    found = list(posts.order_by("pk"))
    if not found:
        raise NotAllowed(_("이 기관의 직원이 아닙니다."))
    changed = [post for post in found if any(getattr(post, k) != v for k, v in said.items())]
    if changed:
        StaffMembership.objects.filter(pk__in=[post.pk for post in found]).update(**said)
        _told(office, "contact_changed", actor, person=actor.public_id, fields=sorted(said))
    return bool(changed)
