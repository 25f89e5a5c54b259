"""Whom an office may ask for an opinion, and who is not offered and why; its panels to edit."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from accounts.models import Office, StaffRole
from applications.models import Application
from programs.models import Programme
from reviews.models import Evaluator, Invitation, MailDomain, Panel, PanelMember
from reviews.models.panel import PUBLIC_MAIL
from reviews.permissions import Desk
from reviews.services import exclusion
from reviews.services.panels import requests_through


@dataclass(frozen=True)
class Excluded:
    """Someone who cannot be asked about a case, and what keeps them."""

    evaluator: Evaluator
    why: list[str]


@dataclass(frozen=True)
class Offered:
    """Whom one may ask about a case: the fitting panel's members first."""

    panels: list[Panel]
    members: list[Evaluator]
    others: list[Evaluator]
    excluded: list[Excluded]
    # Who was asked about this case before and no longer is: they can be asked again, but after all
    # others, and never with one press.
    asked_before: frozenset[int] = frozenset()

    @property
    def all(self) -> list[Evaluator]:
        return [*self.members, *self.others]

    @property
    def next(self) -> Evaluator | None:
        """Whom to ask with one press: the first of the panel who was never asked, else nobody."""
        return next((one for one in self.members if one.pk not in self.asked_before), None)


def offered(case: Application) -> Offered:
    """Four queries, and one for claims that were not read."""
    seats = (
        PanelMember.objects.filter(panel__programme=case.programme_id, panel__retired_at=None)
        .select_related("panel")
        .order_by("panel__name", "panel_id")
    )
    occupation = case.queue_row.occupation
    fitting = [seat for seat in seats if seat.panel.fits(occupation)]
    # A panel for the field goes before one for every field.
    fitting.sort(key=lambda seat: not seat.panel.occupations)
    seated = {seat.evaluator_id for seat in fitting}
    people = list(
        exclusion.known_ties(case)
        .filter(active=True, user__is_active=True)
        .order_by("user__name", "pk")
    )
    tied = exclusion.refusals(case, people)
    invitations = list(case.invitations.all())
    already = {one.evaluator_id for one in invitations if one.state in Invitation.ASKED_ALREADY}
    asked_before = frozenset(one.evaluator_id for one in invitations)
    free = [one for one in people if one.pk not in tied and one.pk not in already]
    free.sort(key=lambda one: one.pk in asked_before)
    return Offered(
        panels=list(dict.fromkeys(seat.panel for seat in fitting)),
        members=[one for one in free if one.pk in seated],
        others=[one for one in free if one.pk not in seated],
        excluded=[
            Excluded(one, tied.get(one.pk) or [_("이미 평가를 요청했습니다.")])
            for one in people
            if one.pk in tied or (one.pk in already and one.pk in seated)
        ],
        asked_before=asked_before,
    )


# --- to edit ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class OfficePanels:
    """One office with its panels by programme, and its word on mail domains."""

    office: Office
    programmes: list[Programme]
    panels: list[Panel]
    domains: list[MailDomain]
    assumed: list[str]


def panels_of(desk: Desk) -> list[OfficePanels]:
    """The offices that the person administrates: four queries."""
    run = desk.offices(StaffRole.ADMINISTRATOR)
    programmes = list(
        Programme.objects.filter(desk.where(StaffRole.ADMINISTRATOR, programme="slug"))
        .select_related("office")
        .order_by("slug")
    )
    panels = list(
        Panel.objects.filter(programme__in=programmes, retired_at=None)
        .select_related("programme")
        .prefetch_related(_seats())
        .order_by("programme__slug", "name", "pk")
    )
    domains = list(MailDomain.objects.filter(office__in=run).order_by("domain"))
    found = []
    for office in Office.objects.filter(pk__in=run).order_by("name_ko", "pk"):
        own = [one for one in domains if one.office_id == office.pk]
        said = {one.domain for one in own}
        found.append(
            OfficePanels(
                office=office,
                programmes=[one for one in programmes if one.office_id == office.pk],
                panels=[one for one in panels if one.programme.office_id == office.pk],
                domains=own,
                assumed=[domain for domain in PUBLIC_MAIL if domain not in said],
            )
        )
    return found


def panel_seen_by(desk: Desk, public_id: UUID) -> Panel | None:
    """A panel of an office and programme that the person administrates."""
    return (
        Panel.objects.filter(
            desk.where(
                StaffRole.ADMINISTRATOR, office="programme__office", programme="programme__slug"
            ),
            public_id=public_id,
        )
        .select_related("programme__office")
        .prefetch_related(_seats())
        .first()
    )


@dataclass(frozen=True)
class Seat:
    """A member, and how many unanswered requests would end with their seat."""

    member: PanelMember
    requests: int


def seats(panel: Panel) -> list[Seat]:
    """The members of a panel that was read by `panel_seen_by`."""
    asked = Counter(one.evaluator_id for one in requests_through(panel))
    return [Seat(one, asked[one.evaluator_id]) for one in panel.members.all()]


def _seats() -> Prefetch:
    seats = PanelMember.objects.select_related("evaluator__user")
    return Prefetch("members", seats.order_by("evaluator__user__name", "pk"))
