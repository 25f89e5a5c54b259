"""What every page needs to know about the site: its name, its mode, its menu, its offices."""

from time import monotonic
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Office, StaffRole, User
from portal.demo import people
from portal.menu import entries, roles_of, url_or_empty

CONTRAST_COOKIE = "contrast"
CONTRASTS = ("normal", "high")


# Every page names the offices at its foot and none changes them: remembered for a moment by each
# process, and forgotten where one is saved.
REMEMBERED_SECONDS = 30
_remembered: dict[str, tuple[float, list[Office]]] = {}


def offices_of_the_site() -> list[Office]:
    """Every office by name; after a change in another process, up to REMEMBERED_SECONDS old."""
    until, offices = _remembered.get("offices", (0.0, []))
    if monotonic() >= until:
        offices = list(Office.objects.order_by("name_ko"))
        _remembered["offices"] = (monotonic() + REMEMBERED_SECONDS, offices)
    return offices


def forget_offices(**_signal: object) -> None:
    """Signal handler: an office was written. Again after the commit, lest a page has read the old
    state in between."""
    _remembered.clear()
    transaction.on_commit(_remembered.clear)


class Site:
    """The site as one person sees it during one request. Everything is looked up at first use."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def demonstration(self) -> bool:
        return settings.DEMONSTRATION

    @property
    def name(self) -> str:
        """The product's name, a proper name: not translated, written in the reader's letters."""
        return in_language("추천 Chucheon", "Chucheon")

    @cached_property
    def roles(self) -> frozenset[str]:
        return roles_of(self.request)

    @cached_property
    def menu(self) -> list[dict[str, object]]:
        return entries(self.roles, self.request.path)

    @cached_property
    def offices(self) -> list[Office]:
        return offices_of_the_site()

    @cached_property
    def official(self) -> Office | None:
        """The body whose own site this is; None in a demonstration, whatever the row says."""
        if self.demonstration:
            return None
        return next((office for office in self.offices if office.shown_as_official), None)

    @cached_property
    def demonstration_people(self) -> list[dict[str, str]]:
        """Who may be signed in as in a demonstration: nobody anywhere else, nor before seeding."""
        if not self.demonstration:
            return []
        made = set(
            User.objects.filter(email__endswith=f"@{people.DOMAIN}").values_list("email", flat=True)
        )
        return [
            {"email": person.email, "name": person.name, "does": does_what(person)}
            for person in people.PEOPLE
            if person.email in made
        ]

    @property
    def demonstration_password(self) -> str:
        return people.PASSWORD if self.demonstration else ""

    @property
    def mailbox_url(self) -> str:
        return url_or_empty("mailbox") if self.demonstration else ""

    @property
    def languages(self) -> list[tuple[str, str]]:
        return list(settings.LANGUAGES)

    @property
    def contrast(self) -> str:
        """What the reader chose with the switch: `high`, `normal`, or "" for nothing yet."""
        chosen = self.request.COOKIES.get(CONTRAST_COOKIE, "")
        return chosen if chosen in CONTRASTS else ""

    @property
    def high_contrast(self) -> bool:
        return self.contrast == "high"

    @property
    def api_url(self) -> str:
        return url_or_empty("api-root")


def in_language(korean: str, english: str) -> str:
    return korean if (get_language() or "ko").startswith("ko") else english


def does_what(person: people.Person) -> str:
    """What the invented person is there for, in words."""
    if person.company:
        name_ko, name_en, _representative = people.COMPANIES[person.company]
        return _("기업 담당자, %(company)s") % {"company": in_language(name_ko, name_en)}
    if person.institution:
        return _("평가위원, %(institution)s") % {"institution": person.institution}
    if person.operator:
        return _("시스템 관리자, 공휴일표")
    return " · ".join(f"{StaffRole(role).label}, {office.upper()}" for office, role in person.staff)


def site(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `portal`, one object per request however often templates are rendered.

    Not called `site`: allauth's pages bring a variable of that name.
    """
    if not hasattr(request, "_portal"):
        request._portal = Site(request)  # type: ignore[attr-defined]
    return {"portal": request._portal}  # type: ignore[attr-defined]
