"""The address book of an office: whom its inquiries go to.

Entries come from inquiries; here they are put right, and those that are no more are retired.
"""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import has_role
from accounts.models import StaffRole, User
from applications.errors import Invalid, NotAllowed
from audit.services import record
from programs import calendar
from reviews.models import Institution
from reviews.models.validation import Language
from reviews.services.inquiries import key_of

LONGEST_NAME = 200


@transaction.atomic
def edit(
    *, institution: Institution, actor: User, kind: str, name: str, email: str, language: str
) -> Institution:
    """Put an entry right. Inquiries that were drafted keep the address they were drafted for.
    Raises NotAllowed, Invalid (with the field: no name, no address, another entry is called so)."""
    held = _held(institution, actor)
    _check(kind, name, email, language)
    values = {
        "kind": kind,
        "name": name.strip(),
        "name_key": key_of(name),
        "email": email.strip(),
        "language": language,
    }
    changed = sorted(field for field, value in values.items() if getattr(held, field) != value)
    if not changed:
        return held
    for field in changed:
        setattr(held, field, values[field])
    try:
        with transaction.atomic():
            held.save(update_fields=changed)
    except IntegrityError as clash:
        sentence = _("같은 이름의 기관이 주소록에 이미 있습니다.")
        raise Invalid(sentence, {"name": [sentence]}) from clash
    _note(held, actor, "review.institution_edited", changed)
    return held


@transaction.atomic
def retire(*, institution: Institution, actor: User) -> None:
    """Offer it no more. A repeat changes nothing. Raises NotAllowed."""
    held = _held(institution, actor)
    if held.retired_at is not None:
        return
    held.retired_at = calendar.now()
    held.save(update_fields=["retired_at"])
    _note(held, actor, "review.institution_retired", [])


@transaction.atomic
def bring_back(*, institution: Institution, actor: User) -> None:
    """Offer it again. A repeat changes nothing. Raises NotAllowed."""
    held = _held(institution, actor)
    if held.retired_at is None:
        return
    held.retired_at = None
    held.save(update_fields=["retired_at"])
    _note(held, actor, "review.institution_brought_back", [])


def _held(institution: Institution, actor: User) -> Institution:
    held = Institution.objects.select_for_update(of=("self",)).get(pk=institution.pk)
    if not has_role(actor, held.office_id, StaffRole.REVIEWER, StaffRole.LEAD):
        raise NotAllowed(_("이 기관의 심사자나 결재자만 주소록을 고칠 수 있습니다."))
    return held


def _check(kind: str, name: str, email: str, language: str) -> None:
    wrong: dict[str, list[str]] = {}
    if kind not in Institution.Kind.values:
        wrong["kind"] = [_("기관 구분을 골라 주세요.")]
    if not key_of(name) or len(name.strip()) > LONGEST_NAME:
        wrong["name"] = [_("기관 이름을 적어 주세요.")]
    try:
        validate_email(email.strip())
    except ValidationError:
        wrong["email"] = [_("이메일 주소를 확인해 주세요.")]
    if language not in Language.values:
        wrong["language"] = [_("메일 언어를 골라 주세요.")]
    if wrong:
        raise Invalid(_("입력한 내용을 확인해 주세요."), wrong)


def _note(held: Institution, actor: User, name: str, changed: list[str]) -> None:
    """Which fields, never the address: it may be a person's."""
    record(
        name=name,
        subject_type="institution",
        subject_id=held.public_id,
        actor=actor,
        data={"fields": changed},
    )
