"""People across rooms: what binds a company, and whose requests an office may answer."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import selectors
from accounts.models import Company, JoinRequest, Office
from applications.models import Application
from applications.stages import CLOSED
from programs.models import Programme


def has_open_cases(company: Company) -> bool:
    """Whether the company has a case, or the draft of one, that is not closed."""
    return Application.objects.filter(company=company).exclude(stage__in=CLOSED).exists()


def orphaned(offices: list[Office]) -> QuerySet[JoinRequest]:
    """Requests to companies without an owner that these offices' administrators may answer: those
    with a case there, and those with no case anywhere."""
    cases = Application.objects.filter(company=OuterRef("company"))
    return selectors.ownerless_requests().filter(
        Q(Exists(cases.filter(office__in=offices))) | ~Q(Exists(cases))
    )


def programmes_of(offices: list[Office]) -> dict[int, list[Programme]]:
    """The programmes of each office, by its id."""
    found: dict[int, list[Programme]] = {office.pk: [] for office in offices}
    for programme in Programme.objects.filter(office__in=offices).order_by("slug"):
        found[programme.office_id].append(programme)
    return found
