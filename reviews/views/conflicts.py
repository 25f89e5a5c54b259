"""Conflicts of interest with companies: declared by oneself, or noted by an administrator."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.models import Company, StaffRole
from reviews.assigning_forms import CompanyConflictForm
from reviews.permissions import desk_of
from reviews.selectors import assigning as seen
from reviews.services import conflicts
from reviews.views.section import Page


class ConflictsPage(Page):
    """What keeps people from cases, and a form for another."""

    template = "reviews/conflicts.html"
    actions: ClassVar[dict[str, str]] = {"declare": "declare", "end": "end"}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.desk = desk_of(self.user)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def context(self) -> dict[str, Any]:
        runs = self.desk.has(StaffRole.ADMINISTRATOR)
        return {
            "conflicts": [
                {"conflict": one, "may_end": runs and one.user_id != self.user.pk}
                for one in seen.conflicts_seen_by(self.user, self.desk)
            ],
            "runs": runs,
            "form": self.forms.get("declare") or self._form(),
        }

    def _form(self, data: Any = None) -> CompanyConflictForm:
        people = seen.people_to_record_for(self.user, self.desk)
        return CompanyConflictForm(data, people=people)

    def declare(self) -> HttpResponse | None:
        form = self._form(self.request.POST)
        self.forms["declare"] = form
        if not form.is_valid():
            return None
        company = Company.objects.filter(business_no=form.cleaned_data["business_no"]).first()
        if company is None:
            form.add_error("business_no", _("이 번호로 등록된 회사가 없습니다."))
            return None
        conflicts.declare_for_company(
            actor=self.user,
            person=form.who(),
            company=company,
            kind=form.cleaned_data["kind"],
            note=form.cleaned_data["note"],
        )
        return self.done(_("이해관계를 적었습니다. 맡고 있던 신청은 다른 심사자에게 넘어갑니다."))

    def end(self) -> HttpResponse | None:
        try:
            wanted = UUID(self.request.POST.get("conflict", ""))
        except ValueError:
            return None
        for conflict in seen.conflicts_seen_by(self.user, self.desk):
            if conflict.public_id == wanted:
                conflicts.end(conflict=conflict, actor=self.user)
                return self.done(_("이해관계를 끝냈습니다."))
        return None
