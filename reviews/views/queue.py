"""The queue and taking cases from it."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import StaffRole, User
from applications import sheets
from applications.errors import CaseError, NotAllowed
from applications.search import MOST_FOUND
from reviews.components import Tab
from reviews.exports import cases_sheet
from reviews.filters import CLOSED_ORDER, OPEN_ORDER, FilterForm, Filters
from reviews.permissions import WORKING, Desk, case_for, desk_of
from reviews.selectors import queue, received
from reviews.selectors.queue import Key, Page, TabName
from reviews.services import assignment

LABELS = {
    TabName.MINE: gettext_lazy("내가 맡은 신청"),
    TabName.FREE: pgettext_lazy("queue", "담당자 없음"),
    TabName.WAITING: gettext_lazy("신청인 보완 대기"),
    TabName.OVERDUE: gettext_lazy("기한 지남"),
    TabName.ALL: gettext_lazy("기관 전체"),
    TabName.DONE: pgettext_lazy("queue", "끝난 신청"),
}
EMPTY = {
    TabName.MINE: gettext_lazy("지금 맡고 있는 신청이 없습니다."),
    TabName.FREE: gettext_lazy("담당자를 기다리는 신청이 없습니다."),
    TabName.WAITING: gettext_lazy("신청인의 보완을 기다리는 신청이 없습니다."),
    TabName.OVERDUE: gettext_lazy("처리 기한이 지난 신청이 없습니다."),
    TabName.ALL: gettext_lazy("진행 중인 신청이 없습니다."),
    TabName.DONE: gettext_lazy("아직 끝난 신청이 없습니다."),
}
# What to do when there is nothing: for whoever may take cases.
ADVICE = {
    TabName.MINE: gettext_lazy("위의 '다음 신청 맡기'를 누르면 가장 급한 신청을 배정받습니다."),
    TabName.FREE: gettext_lazy(
        "새 신청은 접수되면 심사자에게 자동으로 배정됩니다. 맡은 신청을 이어서 심사해 주세요."
    ),
    TabName.WAITING: gettext_lazy("보완을 요구한 신청은 신청인이 답할 때까지 여기에 모입니다."),
    TabName.OVERDUE: gettext_lazy("기한이 가까운 신청은 목록의 맨 위에 있습니다."),
    TabName.ALL: gettext_lazy("신청이 접수되면 여기에 나타납니다."),
    TabName.DONE: gettext_lazy("발급, 불허, 반려, 취하로 끝난 신청이 여기에 남습니다."),
}


@dataclass(frozen=True)
class Asked:
    """Which list is looked at, by whom, with which filters: one query."""

    desk: Desk
    user: User
    tab: TabName
    tabs: tuple[TabName, ...]
    form: FilterForm
    filters: Filters

    @classmethod
    def of(cls, request: HttpRequest) -> "Asked":
        """Raises PermissionDenied for whoever works at no office."""
        user = request.user
        desk, programmes = Desk.with_programmes(user)
        if not desk.posts:
            raise PermissionDenied(_("이 화면을 볼 권한이 없습니다."))
        tabs = tuple(queue.tabs_for(desk))
        wanted = request.GET.get("tab", "")
        tab = TabName(wanted) if wanted in tabs else tabs[0]
        form = FilterForm(
            request.GET,
            programmes=tuple(
                (slug, names) for office, slug, names in programmes if desk.can(office, slug, *ANY)
            ),
            stages=STAGES.get(tab, OPEN_ORDER),
            tab=tab,
            with_due=tab not in (TabName.DONE, TabName.OVERDUE, TabName.WAITING),
        )
        return cls(desk, user, tab, tabs, form, form.filters())

    def page(self, request: HttpRequest) -> Page:
        after, before = request.GET.get("after", ""), request.GET.get("before", "")
        if self.tab == TabName.DONE:
            return received.page(
                received.done(self.desk, self.filters),
                query=self.filters.query(tab=self.tab),
                after=public_id(after),
                before=public_id(before),
            )
        return queue.page(
            self.tab,
            self.desk,
            self.user,
            after=Key.read(after),
            before=Key.read(before),
            filters=self.filters,
        )

    def everything(self) -> tuple[int, Any]:
        if self.tab == TabName.DONE:
            return received.everything(received.done(self.desk, self.filters, most=None))
        return queue.everything(self.tab, self.desk, self.user, self.filters)


# Where several cases at once can be given on or back.
BULK_TABS = (TabName.MINE, TabName.FREE, TabName.OVERDUE, TabName.ALL)
ANY = tuple(StaffRole.values)
STAGES = {TabName.DONE: CLOSED_ORDER, TabName.WAITING: []}


@require_safe
@never_cache
def queue_page(request: HttpRequest) -> HttpResponse:
    """The office's cases, most urgent first; those that are over, latest first."""
    asked = Asked.of(request)
    tab, desk = asked.tab, asked.desk
    head = queue.head(desk, asked.user, asked.filters)
    if not request.GET and head.default is not None:
        return redirect(f"{request.path}{head.default.url}")
    counts = head.counts
    here = f"?{replace(asked.filters, q='').query(tab=tab)}"
    may_take = desk.has(*WORKING)
    context = {
        "tab": tab,
        "tabs": [
            Tab(LABELS[name], f"?tab={name}", current=name == tab, count=counts[name])
            for name in asked.tabs
        ],
        "label": LABELS[tab],
        "page": asked.page(request),
        "form": asked.form,
        "filtered": asked.filters.any(),
        "query": asked.filters.query(tab=tab),
        "clear_url": f"?tab={tab}",
        # What is not among one's own may well be in somebody else's hands.
        "everywhere_url": f"?{asked.filters.query(tab=TabName.ALL)}"
        if asked.filters.q and tab not in (TabName.ALL, TabName.DONE)
        else "",
        "empty": EMPTY[tab],
        "advice": ADVICE[tab] if may_take or tab != TabName.MINE else "",
        "counts": counts,
        "views": head.views,
        "here": here,
        "keep": {
            "tab": str(tab),
            **{name: code for name, code in asked.filters.codes().items() if code},
        },
        "too_many": head.too_many,
        "most_found": MOST_FOUND,
        "bulk": may_take and tab in BULK_TABS,
        "may_take": may_take,
        "may_sign": desk.has(StaffRole.LEAD),
        "administrates": desk.has(StaffRole.ADMINISTRATOR),
        "waiting": tab == TabName.WAITING,
        "done": tab == TabName.DONE,
        "everything": tab == TabName.ALL,
    }
    return render(request, "reviews/queue.html", context)


@require_safe
@never_cache
def queue_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The whole list that the page shows a part of: same tab, same filters, same office."""
    asked = Asked.of(request)
    sheet = cases_sheet(
        "reviews.queue", str(LABELS[asked.tab]), asked.everything(), asked.filters, tab=asked.tab
    )
    return sheets.handed_out(sheet, kind=kind, actor=asked.user)


def public_id(text: str) -> UUID | None:
    """None for what is no public id: the list then starts at its beginning."""
    try:
        return UUID(text)
    except ValueError:
        return None


@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Take the most urgent case that nobody has."""
    desk_of(request.user, *WORKING)
    try:
        taken = assignment.take_next(actor=request.user)
    except CaseError as refused:
        messages.error(request, refused.sentence)
        return redirect("reviews:queue")
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
