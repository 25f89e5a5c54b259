"""The queue and taking cases from it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import StaffRole
from applications.errors import CaseError, NotAllowed
from reviews.components import Tab
from reviews.permissions import WORKING, case_for, desk_of
from reviews.selectors import queue
from reviews.selectors.queue import Key, TabName
from reviews.services import assignment

LABELS = {
    TabName.MINE: gettext_lazy("내가 맡은 신청"),
    TabName.FREE: pgettext_lazy("queue", "담당자 없음"),
    TabName.WAITING: gettext_lazy("신청인 보완 대기"),
    TabName.OVERDUE: gettext_lazy("기한 지남"),
    TabName.ALL: gettext_lazy("기관 전체"),
}
EMPTY = {
    TabName.MINE: gettext_lazy("지금 맡고 있는 신청이 없습니다."),
    TabName.FREE: gettext_lazy("담당자를 기다리는 신청이 없습니다."),
    TabName.WAITING: gettext_lazy("신청인의 보완을 기다리는 신청이 없습니다."),
    TabName.OVERDUE: gettext_lazy("처리 기한이 지난 신청이 없습니다."),
    TabName.ALL: gettext_lazy("진행 중인 신청이 없습니다."),
}


@require_safe
@never_cache
def queue_page(request: HttpRequest) -> HttpResponse:
    """The office's open cases, most urgent first."""
    desk = desk_of(request.user)
    names = list(queue.tabs_for(desk))
    asked = request.GET.get("tab", "")
    tab = TabName(asked) if asked in names else names[0]
    counts = queue.counts(desk, request.user)
    page = queue.page(
        tab,
        desk,
        request.user,
        after=Key.read(request.GET.get("after", "")),
        before=Key.read(request.GET.get("before", "")),
    )
    context = {
        "tab": tab,
        "tabs": [
            Tab(LABELS[name], f"?tab={name}", current=name == tab, count=counts[name])
            for name in names
        ],
        "label": LABELS[tab],
        "page": page,
        "empty": EMPTY[tab],
        "counts": counts,
        "may_take": desk.has(*WORKING),
        "may_sign": desk.has(StaffRole.LEAD),
        "waiting": tab == TabName.WAITING,
    }
    return render(request, "reviews/queue.html", context)


@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Take the most urgent case that nobody has."""
    desk_of(request.user, *WORKING)
    taken = assignment.take_next(actor=request.user)
    if taken is None:
        messages.info(request, _("배정받을 신청이 없습니다."))
        return redirect("reviews:queue")
    messages.success(
        request,
        _("신청을 맡았습니다: %(number)s") % {"number": taken.application.receipt_no},
    )
    return redirect("reviews:case", public_id=taken.application.public_id)


@require_POST
def take(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take one case that nobody has."""
    case = case_for(request.user, public_id)
    try:
        assignment.take(application=case, actor=request.user)
    except NotAllowed as refused:
        raise PermissionDenied(refused.sentence) from refused
    except CaseError as refused:
        messages.error(request, refused.sentence)
        return redirect(f"{reverse('reviews:queue')}?tab={TabName.FREE}")
    messages.success(request, _("신청을 맡았습니다: %(number)s") % {"number": case.receipt_no})
    return redirect("reviews:case", public_id=case.public_id)
