"""After the letter: company or candidate tell the visa's result and what they have done since."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from applications import aftermath as words
from applications.errors import CaseError
from applications.letter_standing import standing
from applications.models import Application, FollowUp
from applications.services import aftermath
from applications.stages import Stage
from applications.views.cases import own_case, person
from portal.after_forms import DoneForm, ResultForm
from portal.views.candidate import _gone, _link_of, _private, _speak


@dataclass
class Asked:
    """Whose page it is: `actor` is None for the candidate."""

    request: HttpRequest
    case: Application
    actor: User | None
    template: str
    here: str


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case_after(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """For the company's people."""
    case = own_case(request, public_id)
    asked = Asked(request, case, person(request), "portal/case_after.html", request.path)
    return _page(asked)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def candidate_after(request: HttpRequest) -> HttpResponse:
    """The same for the candidate, by their own link."""
    link = _link_of(request)
    if link is None:
        return _gone(request)
    _speak(request, link)
    asked = Asked(request, link.application, None, "portal/candidate_after.html", request.path)
    return _private(_page(asked))


def _page(asked: Asked) -> HttpResponse:
    """Raises Http404 for a case whose letter is not there."""
    if asked.case.at != Stage.ISSUED:
        raise Http404
    held = list(asked.case.follow_ups.select_related("application"))
    result = ResultForm(auto_id="result_%s")
    done: dict[UUID, DoneForm] = {}
    status = 200
    if asked.request.method == "POST":
        if asked.request.POST.get("do") == "result":
            result = ResultForm(asked.request.POST, auto_id="result_%s")
            answer = _report(asked, result)
        else:
            answer = _finish(asked, held, done)
        if answer is not None:
            return answer
        status = 400
    report = words.last_report(asked.case)
    tasks = words.tasks_of(asked.case, held)
    context: dict[str, Any] = {
        "case": asked.case,
        "report": report,
        "revoked": standing(asked.case) == "revoked",
        "form": result,
        "tasks": [(task, _done_form(task, done)) for task in tasks],
    }
    return render(asked.request, asked.template, context, status=status)


def _done_form(task: words.Task, bound: dict[UUID, DoneForm]) -> DoneForm | None:
    if not task.may_finish:
        return None
    key = task.follow_up.public_id
    return bound.get(key) or DoneForm(auto_id=f"done_{key}_%s")


def _report(asked: Asked, form: ResultForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    try:
        aftermath.report_result(application=asked.case, actor=asked.actor, **form.cleaned_data)
    except CaseError as refused:
        form.add_error(None, refused.sentence)
        return None
    messages.success(asked.request, _("알려 주셔서 고맙습니다. 결과를 적었습니다."))
    return redirect(asked.here)


def _finish(asked: Asked, held: list[FollowUp], bound: dict[UUID, DoneForm]) -> HttpResponse | None:
    key = asked.request.POST.get("task", "")
    task = next((one for one in held if str(one.public_id) == key), None)
    if task is None:
        return redirect(asked.here)
    form = DoneForm(asked.request.POST, auto_id=f"done_{task.public_id}_%s")
    bound[task.public_id] = form
    if not form.is_valid():
        return None
    try:
        aftermath.finish(follow_up=task, done_on=form.cleaned_data["done_on"], actor=asked.actor)
    except CaseError as refused:
        form.add_error(None, refused.sentence)
        return None
    messages.success(asked.request, _("마친 것으로 적었습니다."))
    return redirect(asked.here)
