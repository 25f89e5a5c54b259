"""Keeping lists of the queue under a name."""

from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.access import has_role, staff_offices
from accounts.models import StaffRole, User
from applications.errors import Invalid, NotAllowed, NotNow
from reviews.models import SavedView
from reviews.models.saved_views import LONGEST_NAME

# More than these nobody finds their way among.
MOST = 20


@transaction.atomic
def save(
    *,
    actor: User,
    name: str,
    tab: str,
    codes: dict[str, str],
    office: int | None = None,
    default: bool = False,
) -> SavedView:
    """Keep a tab with its filters (`codes`: programme, stage, due) for oneself, and for everyone at
    an office if one is given. The same name again replaces one's own view.

    Raises Invalid without a name, NotAllowed for somebody else's office, NotNow beyond MOST.
    """
    name = " ".join(name.replace("\x00", "").split())
    if not name:
        raise Invalid(_("보기 이름을 적어 주세요."))
    if len(name) > LONGEST_NAME:
        raise Invalid(_("보기 이름은 40자까지 적을 수 있습니다."))
    if office is not None and office not in staff_offices(actor):
        raise NotAllowed(_("이 기관의 직원만 보기를 함께 쓸 수 있습니다."))
    own = _locked(actor)
    if len(own) >= MOST and name not in {one.name for one in own}:
        raise NotNow(_("보기는 20개까지 저장할 수 있습니다. 쓰지 않는 보기를 지워 주세요."))
    if default:
        SavedView.objects.filter(owner=actor).update(is_default=False)
    last = SavedView.objects.filter(owner=actor).aggregate(last=Max("position"))["last"] or 0
    values = {
        "tab": tab,
        "office_id": office,
        **{key: codes.get(key, "") for key in ("programme", "stage", "due")},
    }
    view, _made = SavedView.objects.update_or_create(
        owner=actor,
        name=name,
        defaults=values | ({"is_default": True} if default else {}),
        create_defaults=values | {"position": last + 1, "is_default": default},
    )
    return view


@transaction.atomic
def make_default(*, actor: User, view: UUID) -> None:
    """The queue opens with it from now on; with the usual first tab if it did already."""
    chosen = _own(actor, view)
    was = chosen.is_default
    SavedView.objects.filter(owner=actor).update(is_default=False)
    if not was:
        SavedView.objects.filter(pk=chosen.pk).update(is_default=True)


@transaction.atomic
def move_up(*, actor: User, view: UUID) -> None:
    """One place nearer to the beginning of one's own views."""
    chosen = _own(actor, view)
    own = _locked(actor)
    place = next(number for number, one in enumerate(own) if one.pk == chosen.pk)
    if place:
        own[place - 1], own[place] = own[place], own[place - 1]
    for position, one in enumerate(own, start=1):
        one.position = position
    SavedView.objects.bulk_update(own, ["position"])


@transaction.atomic
def delete(*, actor: User, view: UUID) -> None:
    """One's own; a lead also what others share with the lead's office."""
    found = SavedView.objects.filter(public_id=view).first()
    if found is None or (found.owner_id != actor.pk and not _leads(actor, found)):
        raise NotNow(_("보기를 찾을 수 없습니다."))
    found.delete()


def _leads(actor: User, view: SavedView) -> bool:
    return view.office_id is not None and has_role(actor, view.office_id, StaffRole.LEAD)


def _own(actor: User, view: UUID) -> SavedView:
    found = SavedView.objects.filter(owner=actor, public_id=view).first()
    if found is None:
        raise NotNow(_("보기를 찾을 수 없습니다."))
    return found


def _locked(actor: User) -> list[SavedView]:
    """The person's views in their order; two requests of theirs do not count past each other."""
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=actor.pk)
    return list(SavedView.objects.filter(owner=actor).order_by("position", "pk"))
