"""Panels of an office, edited by whoever administrates it: fields, members, mail domains."""

import re
from collections.abc import Sequence
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import has_role
from accounts.models import Office, StaffMembership, StaffRole, User
from applications.errors import Invalid, NotAllowed, NotNow
from applications.stages import Stage
from audit.services import record
from programs import calendar
from programs.models import Programme
from reviews.models import Evaluator, Invitation, MailDomain, Panel, PanelMember
from reviews.services import evaluation

LONGEST_NAME = 120
LONGEST_INSTITUTION = 200
_BEGINNING = re.compile(r"[0-9A-Za-z.-]{1,20}")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


@transaction.atomic
def create(*, programme: Programme, actor: User, name: str, occupations: Sequence[str]) -> Panel:
    """A new panel of a programme. Raises NotAllowed, Invalid (with the field)."""
    _require(programme, actor)
    name, codes = _checked(name, occupations)
    panel = Panel(
        public_id=uuid4(),
        programme=programme,
        name=name,
        occupations=codes,
        created_by=actor,
        created_at=calendar.now(),
    )
    _store(panel)
    _note("panel.created", panel, actor, {"occupations": codes})
    return panel


@transaction.atomic
def change(*, panel: Panel, actor: User, name: str, occupations: Sequence[str]) -> Panel:
    """Another name or field. Raises NotAllowed, NotNow, Invalid (with the field)."""
    held = _held(panel, actor)
    name, codes = _checked(name, occupations)
    if (held.name, held.occupations) == (name, codes):
        return held
    held.name, held.occupations = name, codes
    _store(held)
    _note("panel.changed", held, actor, {"occupations": codes})
    return held


@transaction.atomic
def retire(*, panel: Panel, actor: User) -> None:
    """Offer it no more; what it was asked for stands. A repeat changes nothing."""
    held = Panel.objects.select_for_update(of=("self",)).get(pk=panel.pk)
    _require(held.programme, actor)
    if held.retired_at is None:
        held.retired_at = calendar.now()
        held.save(update_fields=["retired_at"])
        _note("panel.retired", held, actor, {})


@transaction.atomic
def add_member(
    *, panel: Panel, actor: User, email: str, name: str, institution: str, language: str = "ko"
) -> PanelMember:
    """Put a person on a panel. Whoever has no account becomes one who answers by the link in their
    mail; of a known evaluator the institution is brought up to date. A repeat returns the same.
    Raises NotAllowed, NotNow, Invalid (with the field)."""
    held = _held(panel, actor)
    email, name, institution = email.strip().lower(), name.strip(), institution.strip()
    wrong: dict[str, list[str]] = {}
    try:
        validate_email(email)
    except ValidationError:
        wrong["email"] = [_("이메일 주소를 확인해 주세요.")]
    if not institution or len(institution) > LONGEST_INSTITUTION:
        wrong["institution"] = [_("소속 기관을 적어 주세요.")]
    user = User.objects.filter(email__iexact=email).first()
    if user is None and not name:
        wrong["name"] = [_("처음 위촉하는 위원의 이름을 적어 주세요.")]
    office = held.programme.office_id
    if user and StaffMembership.objects.filter(user=user, office=office).exists():
        wrong["email"] = [_("이 기관의 직원은 평가위원이 될 수 없습니다.")]
    if wrong:
        raise Invalid(_("입력한 내용을 확인해 주세요."), wrong)
    if user is None:
        user = User.objects.create_user(email, name=name[:LONGEST_NAME], language=language)
    evaluator, made = Evaluator.objects.get_or_create(
        user=user,
        defaults={"institution": institution, "by_link": not user.has_usable_password()},
    )
    if not made and (evaluator.institution != institution or not evaluator.active):
        evaluator.institution, evaluator.active = institution, True
        evaluator.save(update_fields=["institution", "active"])
    member, added = PanelMember.objects.get_or_create(
        panel=held,
        evaluator=evaluator,
        defaults={"added_by": actor, "added_at": calendar.now()},
    )
    if added:
        _note("panel.member_added", held, actor, {"person": user.public_id})
    return member


@transaction.atomic
def remove_member(*, member: PanelMember, actor: User) -> int:
    """Take a person off a panel, and take back what they were asked as one of it and have not
    answered; how many requests that were. Whoever sits on no panel any more and owes nobody an
    answer is no longer appointed; what they have answered stands. A repeat changes nothing. Raises
    NotAllowed, NotNow."""
    _require(member.panel.programme, actor)
    evaluator = member.evaluator
    # By case, before the panel: whatever else is asked of a case waits for the case.
    ended = [one for one in requests_through(member.panel) if one.evaluator_id == evaluator.pk]
    count = sum(evaluation.off_panel(invitation=one, actor=actor) for one in ended)
    held = _held(member.panel, actor)
    if PanelMember.objects.filter(pk=member.pk, panel=held).delete()[0]:
        said = {"person": evaluator.user.public_id, "requests": count}
        _note("panel.member_removed", held, actor, said | {"over": _dismiss(evaluator)})
    return count


def requests_through(panel: Panel) -> list[Invitation]:
    """The unanswered requests that members have because of this panel: cases of its programme and
    field, unless another panel that they sit on fits as well. Two queries."""
    rows = (
        Invitation.objects.filter(
            state__in=Invitation.OPEN,
            application__stage=Stage.EXTERNAL_EVALUATION,
            application__programme=panel.programme_id,
            evaluator__panels__panel=panel,
        )
        .select_related("application__queue_row")
        .order_by("application_id", "pk")
    )
    found = [one for one in rows if panel.fits(one.application.queue_row.occupation)]
    others: dict[int, list[Panel]] = {}
    for seat in PanelMember.objects.filter(
        evaluator__in={one.evaluator_id for one in found},
        panel__programme=panel.programme_id,
        panel__retired_at=None,
    ).select_related("panel"):
        if seat.panel_id != panel.pk:
            others.setdefault(seat.evaluator_id, []).append(seat.panel)
    return [
        one
        for one in found
        if not any(
            other.fits(one.application.queue_row.occupation)
            for other in others.get(one.evaluator_id, ())
        )
    ]


def _dismiss(evaluator: Evaluator) -> bool:
    """End the appointment of somebody without a seat and without an open request of any office."""
    if PanelMember.objects.filter(evaluator=evaluator, panel__retired_at=None).exists():
        return False
    if evaluator.invitations.filter(
        state__in=Invitation.OPEN, application__stage=Stage.EXTERNAL_EVALUATION
    ).exists():
        return False
    Evaluator.objects.filter(pk=evaluator.pk).update(active=False)
    return True


@transaction.atomic
def say_domain(*, office: Office, actor: User, domain: str, public: bool) -> MailDomain:
    """The office's word on whether everybody may have an address there. Raises NotAllowed,
    Invalid."""
    if not has_role(actor, office.pk, StaffRole.ADMINISTRATOR):
        raise NotAllowed(_("기관의 운영자만 할 수 있습니다."))
    domain = domain.strip().casefold().removeprefix("@")
    if not _DOMAIN.fullmatch(domain) or len(domain) > 253:
        sentence = _("메일 도메인을 example.com처럼 적어 주세요.")
        raise Invalid(sentence, {"domain": [sentence]})
    row, _made = MailDomain.objects.update_or_create(
        office=office,
        domain=domain,
        defaults={"public": public, "changed_by": actor, "changed_at": calendar.now()},
    )
    record(
        name="panel.mail_domain",
        subject_type="office",
        subject_id=office.public_id,
        actor=actor,
        data={"domain": domain, "public": public},
    )
    return row


def _require(programme: Programme, actor: User) -> None:
    role = StaffRole.ADMINISTRATOR
    if not has_role(actor, programme.office_id, role, programme_slug=programme.slug):
        raise NotAllowed(_("기관의 운영자만 할 수 있습니다."))


def _held(panel: Panel, actor: User) -> Panel:
    held = (
        Panel.objects.select_for_update(of=("self",)).select_related("programme").get(pk=panel.pk)
    )
    _require(held.programme, actor)
    if held.retired_at is not None:
        raise NotNow(_("더 쓰지 않는 위원회입니다."))
    return held


def _checked(name: str, occupations: Sequence[str]) -> tuple[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    if not name.strip() or len(name.strip()) > LONGEST_NAME:
        wrong["name"] = [_("위원회 이름을 적어 주세요.")]
    codes = sorted({code.strip() for code in occupations if code.strip()})
    if not all(_BEGINNING.fullmatch(code) for code in codes):
        wrong["occupations"] = [_("직종코드의 앞자리만 적어 주세요. 예: 22, 2351")]
    if wrong:
        raise Invalid(_("입력한 내용을 확인해 주세요."), wrong)
    return name.strip(), codes


def _store(panel: Panel) -> None:
    try:
        with transaction.atomic():
            panel.save()
    except IntegrityError as clash:
        sentence = _("같은 이름의 위원회가 있습니다.")
        raise Invalid(sentence, {"name": [sentence]}) from clash


def _note(name: str, panel: Panel, actor: User, data: dict[str, object]) -> None:
    record(name=name, subject_type="panel", subject_id=panel.public_id, actor=actor, data=data)
