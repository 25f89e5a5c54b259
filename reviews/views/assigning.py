"""Many cases at once: a page that shows what would happen, then one with what has happened."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import StaffMembership, StaffRole, User
from programs import calendar
from reviews.assigning_forms import BulkForm
from reviews.permissions import WORKING, Desk, desk_of
from reviews.selectors import assigning as seen
from reviews.selectors.rows import in_reader_language
from reviews.selectors.why import Words
from reviews.services import bulk
from reviews.services.bulk import Action, Done, Planned

HEADINGS = {
    Action.REASSIGN: gettext_lazy("여러 신청의 담당자 정하기"),
    Action.RELEASE: gettext_lazy("여러 신청 내려놓기"),
}
LEADS = {
    Action.REASSIGN: gettext_lazy(
        "아직 아무것도 바꾸지 않았습니다. 신청마다 누가 맡게 되는지 확인하고 사유를 적어 주세요."
    ),
    Action.RELEASE: gettext_lazy(
        "아직 아무것도 바꾸지 않았습니다. 신청마다 어떻게 되는지 확인하고 사유를 적어 주세요."
    ),
}


@require_POST
@never_cache
def bulk_page(request: HttpRequest) -> HttpResponse:
    """Without `do=apply` nothing is written. Each case is sent with the revision that was looked
    at, so that one which has changed since is refused."""
    desk = desk_of(request.user, *WORKING)
    try:
        action = Action(request.POST.get("action", ""))
    except ValueError:
        return redirect("reviews:queue")
    cases = bulk.chosen(request.user, desk, _ids(request.POST.getlist("case")))
    people = _people(desk) if action == Action.REASSIGN else None
    applying = request.POST.get("do") == "apply"
    sent = applying or "do" in request.POST
    form = BulkForm(request.POST if sent else None, people=people, auto_id="bulk_%s")
    valid = form.is_valid() if sent else False
    if sent and not applying:
        form.errors.pop("reason", None)  # looking again asks for no reason
    to = form.to()
    if applying and valid and _another(request):
        form.add_error(
            "to",
            _("담당자를 바꾸어 미리 보기를 다시 했습니다. 아래 표를 확인하고 처리해 주세요."),
        )
    elif applying and valid:
        done = bulk.do(
            cases=cases,
            revisions=_seen(request.POST.getlist("seen")),
            actor=request.user,
            action=action,
            to=to,
            reason=form.cleaned_data["reason"],
        )
        return _answer(request, action, [_done(row) for row in done], None)
    planned = bulk.look(cases=cases, actor=request.user, desk=desk, action=action, to=to)
    words = Words([], more=[row.choice.data for row in planned if row.choice])
    return _answer(request, action, [_planned(row, words) for row in planned], form)


@require_safe
@never_cache
def away_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What somebody has to work on, for the leads of the office and for who stands in today; a
    lead gives several to others from here."""
    desk = Desk.of(request.user)
    found = seen.person_with_cases(request.user, desk, public_id)
    if found is None:
        raise Http404
    today = calendar.today()
    context = {
        "person": found.person,
        "absence": found.absence,
        "may_sign": found.led,
        "rows": [
            {
                "case": case,
                "company": in_reader_language(case.company.name_ko, case.company.name_en),
                "days": (case.queue_row.due_on - today).days,
            }
            for case in seen.open_cases_of(found.person, desk, request.user)
        ],
    }
    return render(request, "reviews/away.html", context)


def _another(request: HttpRequest) -> bool:
    """Whether somebody else was chosen after looking: what was shown is then not what would be."""
    looked = request.POST.get("looked")
    return looked is not None and looked != request.POST.get("to", "")


def _answer(
    request: HttpRequest, action: Action, rows: list[dict[str, Any]], form: BulkForm | None
) -> HttpResponse:
    refused = sum(bool(row["refusal"]) for row in rows)
    context = {
        "action": str(action),
        "heading": HEADINGS[action],
        "lead": LEADS[action] if form else "",
        "caption": _("고른 신청"),
        "rows": rows,
        "form": form,
        "done": form is None,
        "went": len(rows) - refused,
        "refused": refused,
        "queue_url": reverse("reviews:queue"),
    }
    return render(request, "reviews/bulk.html", context)


def _planned(row: Planned, words: Words) -> dict[str, Any]:
    what = _("%(who)s 담당") % {"who": row.to} if row.to else _("담당자 없는 신청으로 돌아갑니다")
    why = words.passed(row.choice.data) if row.choice else []
    if row.choice and row.choice.member:
        why = [words.chosen(row.choice.data), *why]
    return _row(row.case, row.refusal, what) | {"now": row.now, "why": why}


def _done(row: Done) -> dict[str, Any]:
    what = _("%(who)s 담당") % {"who": row.to} if row.to else _("담당자 없는 신청으로 돌렸습니다")
    return _row(row.case, row.refusal, what) | {"why": []}


def _row(case: Any, refusal: str, what: str) -> dict[str, Any]:
    company = in_reader_language(case.company.name_ko, case.company.name_en)
    return {"case": case, "company": company, "refusal": refusal, "what": what}


def _people(desk: Desk) -> list[User]:
    """The reviewers of the offices that the person leads."""
    led = desk.offices(StaffRole.LEAD)
    posts = StaffMembership.objects.filter(office__in=led, role=StaffRole.REVIEWER)
    return list(
        User.objects.filter(pk__in=posts.values("user"), is_active=True).order_by("name", "pk")
    )


def _ids(typed: list[str]) -> list[UUID]:
    found = (_uuid(text) for text in typed)
    return [one for one in found if one is not None]


def _seen(typed: list[str]) -> dict[UUID, int]:
    """`public id:revision` of each case as it was looked at."""
    found = {}
    for text in typed:
        name, _colon, number = text.partition(":")
        if (one := _uuid(name)) and number.isascii() and number.isdecimal() and len(number) < 10:
            found[one] = int(number)
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
