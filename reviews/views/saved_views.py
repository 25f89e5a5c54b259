"""The person's saved views of the queue: keeping the list one looks at, ordering, letting go."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import StaffRole
from applications.errors import Invalid, NotNow
from reviews.filters import CLOSED_ORDER, OPEN_ORDER, FilterForm
from reviews.permissions import Desk, desk_of
from reviews.selectors import queue
from reviews.selectors.queue import TabName
from reviews.services import saved_views
from reviews.views.section import Page


class ViewsPage(Page):
    """`save` comes from the queue itself; the rest from the page of one's views."""

    template = "reviews/views.html"
    actions: ClassVar[dict[str, str]] = {
        "save": "save",
        "default": "default",
        "up": "up",
        "delete": "delete",
    }

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        desk_of(self.user)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def context(self) -> dict[str, Any]:
        desk = Desk.of(self.user)
        views = queue.head(desk, self.user).views
        return {
            "own": [one for one in views if one.mine],
            "others": [one for one in views if not one.mine],
            "may_delete": desk.has(StaffRole.LEAD),
            "queue": reverse("reviews:queue"),
        }

    def save(self) -> HttpResponse | None:
        """Keep the list the form was sent from, as its address says it."""
        desk, programmes = Desk.with_programmes(self.user)
        posted = self.request.POST
        wanted = posted.get("tab", "")
        tab = TabName(wanted) if wanted in tuple(queue.tabs_for(desk)) else TabName.ALL
        form = FilterForm(
            posted,
            programmes=tuple((slug, names) for _office, slug, names in programmes),
            stages=[*OPEN_ORDER, *CLOSED_ORDER],
            tab=tab,
        )
        filters = form.filters()
        offices = sorted(desk.offices())
        try:
            view = saved_views.save(
                actor=self.user,
                name=posted.get("name", ""),
                tab=tab,
                codes=filters.codes(),
                office=offices[0] if posted.get("shared") else None,
                default=bool(posted.get("default")),
            )
        except (Invalid, NotNow) as refused:
            messages.error(self.request, refused.sentence)
        else:
            messages.success(self.request, _("보기를 저장했습니다: %(name)s") % {"name": view.name})
        return redirect(f"{reverse('reviews:queue')}?{filters.query(tab=tab)}")

    def default(self) -> HttpResponse | None:
        saved_views.make_default(actor=self.user, view=self._view())
        return redirect("reviews:views")

    def up(self) -> HttpResponse | None:
        saved_views.move_up(actor=self.user, view=self._view())
        return redirect("reviews:views")

    def delete(self) -> HttpResponse | None:
        saved_views.delete(actor=self.user, view=self._view())
        messages.success(self.request, _("보기를 지웠습니다."))
        return redirect("reviews:views")

    def _view(self) -> UUID:
        try:
            return UUID(self.request.POST.get("view", ""))
        except ValueError:
            raise NotNow(_("보기를 찾을 수 없습니다.")) from None
