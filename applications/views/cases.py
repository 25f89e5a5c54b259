"""What every page about one's own case begins with."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import User
from applications.errors import CaseError
from applications.models import Application, Demand, PeriodExtension, SupplementRequest
from applications.services.buffer import with_buffer
from applications.services.drafting import EDITABLE
from applications.stages import WORKED, Stage

OWN_ROUND = SupplementRequest.every.filter(
    application=OuterRef("pk"), demand=Demand.OWN, closed_at=None
)
# The office wants to extend the period a second time, and asks for consent.
ASKED_TO_AGREE = PeriodExtension.objects.filter(
    application=OuterRef("pk"), state=PeriodExtension.State.ASKED
)
RELATED = ("candidate", "programme__office", "version", "office", "company")


def person(request: HttpRequest) -> User:
    """Who is signed in. Only for views that LoginRequiredMiddleware guards."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def own_case(request: HttpRequest, public_id: UUID, *also: str | Prefetch) -> Application:
    """The case of the person's company with its claims and `also`, as its people have left it: over
    what the office has lies what waits to be sent. 404 for everyone else."""
    case = (
        Application.objects.for_company_member(person(request))
        .select_related(*RELATED)
        .prefetch_related("claims", *also)
        .annotate(changing=Exists(OWN_ROUND), asked_to_agree=Exists(ASKED_TO_AGREE))
        .filter(public_id=public_id)
        .first()
    )
    if case is None:
        raise Http404
    case = with_buffer(case)
    case.read_by_member = person(request).pk  # type: ignore[attr-defined]
    return case


def expected_revision(request: HttpRequest) -> int | None:
    """The revision the form was drawn from; None when it carries none that can be one."""
    return whole_number(request.POST.get("version", ""))


def whole_number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else None


def is_editable(case: Application) -> bool:
    return case.at in EDITABLE or is_changing(case)


def is_changing(case: Application) -> bool:
    """Whether the company has begun to change the case without being asked."""
    return case.at in WORKED and bool(case.__dict__.get("changing"))


def to_case(case: Application) -> HttpResponse:
    return redirect("case", public_id=case.public_id)


def refused(request: HttpRequest, case: Application, error: CaseError) -> HttpResponse:
    """Say on the case's page why a step was not taken: it shows where the case now stands."""
    messages.error(request, error.sentence)
    return to_case(case)


def context_of(case: Application) -> dict[str, object]:
    """What the frame of a case's pages shows."""
    return {
        "case": case,
        "manifest": case.manifest,
        "answering": case.at == Stage.SUPPLEMENT,
        "changing": is_changing(case),
        "drafting": case.at == Stage.DRAFT,
    }
