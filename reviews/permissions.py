"""Who may open which page of the reviewing side.

Another office's case does not exist (404). A page that is not for this kind of person at all says
so (403).
"""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Case, Q, When, prefetch_related_objects
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import StaffMembership, StaffRole, User
from applications import bars, workflow
from applications.models import Application
from applications.stages import Stage
from reviews.facts import with_claims

WORKING = (StaffRole.REVIEWER, StaffRole.LEAD)


@dataclass(frozen=True)
class Desk:
    """What a person may do at which office: one query, good for one request.

    `posts` are `(office, role, slugs)`, no slugs meaning all; `programmes` are `(office, programme,
    slug)` of everything those offices have.
    """

    posts: tuple[tuple[int, str, tuple[str, ...]], ...]
    programmes: tuple[tuple[int, int, str], ...]

    @classmethod
    def of(cls, user: User) -> "Desk":
        return cls.with_programmes(user)[0]

    @classmethod
    def with_programmes(cls, user: User) -> tuple["Desk", list[tuple[int, str, dict[str, str]]]]:
        """The posts, and `(office, slug, names)` of those offices' programmes: still one query."""
        rows = StaffMembership.objects.filter(user=user).values_list(
            "office_id",
            "role",
            "programmes",
            "office__programmes__pk",
            "office__programmes__slug",
            "office__programmes__names",
        )
        posts = dict.fromkeys((office, role, tuple(slugs)) for office, role, slugs, *_ in rows)
        found = {(office, pk): (slug, names) for office, _, _, pk, slug, names in rows if pk}
        named = sorted((office, slug, pk) for (office, pk), (slug, _names) in found.items())
        return (
            cls(tuple(posts), tuple((office, pk, slug) for office, slug, pk in named)),
            [(office, slug, found[office, pk][1]) for office, slug, pk in named],
        )

    def only(self, *roles: str) -> "Desk":
        """The same without the posts in other roles."""
        return Desk(tuple(post for post in self.posts if post[1] in roles), self.programmes)

    def scope(self, *roles: str, slug: str = "") -> list[tuple[int, int]]:
        """`(office, programme)` of everything the person sees in one of the roles (any if none is
        named); of one programme if its slug is given."""
        roles = roles or tuple(StaffRole.values)
        return [
            (office, programme)
            for office, programme, known_as in self.programmes
            if self.can(office, known_as, *roles) and slug in ("", known_as)
        ]

    def has(self, *roles: str) -> bool:
        return any(role in roles for _office, role, _slugs in self.posts)

    def can(self, office_id: int, slug: str, *roles: str) -> bool:
        """Whether the person has one of the roles there, for that programme."""
        return any(
            office == office_id and role in roles and (not slugs or slug in slugs)
            for office, role, slugs in self.posts
        )

    def roles(self, office_id: int, slug: str) -> frozenset[str]:
        """The person's roles there, for that programme."""
        return frozenset(
            role
            for office, role, slugs in self.posts
            if office == office_id and (not slugs or slug in slugs)
        )

    def offices(self, *roles: str) -> set[int]:
        return {office for office, role, _slugs in self.posts if not roles or role in roles}

    def where(self, *roles: str, office: str = "office", programme: str = "programme__slug") -> Q:
        """The rows of the person's offices and programmes, as a condition on those two columns."""
        found = Q(pk__in=[])
        for office_id, role, slugs in self.posts:
            if roles and role not in roles:
                continue
            own = Q(**{f"{office}_id": office_id})
            found |= own & Q(**{f"{programme}__in": slugs}) if slugs else own
        return found


def desk_of(user: User, *roles: str) -> Desk:
    """The person's posts. Raises PermissionDenied when none is in one of the roles (any role if
    none is named)."""
    desk = Desk.of(user)
    if not desk.posts or (roles and not desk.has(*roles)):
        raise PermissionDenied(_("이 화면을 볼 권한이 없습니다."))
    return desk


def case_for(
    user: User, public_id: UUID, *, desk: Desk | None = None, claims: bool = True
) -> Application:
    """A received case of one of the person's offices, with what its pages show. Raises Http404, and
    PermissionDenied for whoever is barred from it: a case they are in conflict with stays a line in
    the office's lists for them, and none of its pages opens.

    `desk` saves a query to who has asked for it already, and so does `claims` to whose page shows
    none; in validation, where every page says which is next, they are loaded all the same.
    """
    desk = desk or Desk.of(user)
    case = (
        Application.objects.filter(desk.where())
        .exclude(received_at=None)
        .select_related(
            "candidate",
            "programme",
            "version",
            "office",
            "company",
            "created_by",
            "queue_row__assignee",
            "quorum_override",
        )
        .annotate(is_barred=Case(When(bars.barred(user), then=True), default=False))
        .filter(public_id=public_id)
        .first()
    )
    if case is None:
        raise Http404
    clear(user, case, barred=case.is_barred)
    case.roles_held = (user.pk, desk.roles(case.office_id, case.programme.slug))
    if claims or case.at == Stage.VALIDATION:
        prefetch_related_objects([case], with_claims())
    return case


def clear(user: User, case: Application, *, barred: bool | None = None) -> None:
    """Raises PermissionDenied for whoever a conflict of interest keeps from the case; remembers
    with the case that this person was asked about. `barred` saves the query to who knows."""
    if workflow.is_barred(case, user) if barred is None else barred:
        raise PermissionDenied(_("이 신청과 이해관계가 있어 열 수 없습니다."))
    case.cleared_for = user.pk  # type: ignore[attr-defined]


def require(user: User, case: Application, *roles: str, desk: Desk | None = None) -> None:
    """Raises PermissionDenied unless the person has one of the roles for this case."""
    if not (desk or Desk.of(user)).can(case.office_id, case.programme.slug, *roles):
        raise PermissionDenied(_("이 화면을 볼 권한이 없습니다."))
