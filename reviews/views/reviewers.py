"""Who reviews at an office, what each can take on, and the office's numbers for assigning."""

from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.models import Office, StaffRole
from reviews.assigning_forms import ProfileForm, RuleForm
from reviews.permissions import Desk, desk_of
from reviews.selectors import assigning as seen
from reviews.services import profiles
from reviews.services.roster import numbers_of
from reviews.views.section import Page

RULING = (StaffRole.LEAD, StaffRole.ADMINISTRATOR)


class ReviewersPage(Page):
    """The roster of the offices that the person leads or administers."""

    template = "reviews/reviewers.html"
    actions: ClassVar[dict[str, str]] = {"rule": "rule"}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.desk = desk_of(self.user, *RULING)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def context(self) -> dict[str, Any]:
        runs = self.desk.offices(StaffRole.ADMINISTRATOR)
        return {
            "offices": [
                {
                    "roster": one,
                    "form": self._form_of(one.office) if one.office.pk in runs else None,
                    "hours": {
                        "lease": int(one.numbers.lease.total_seconds() // 3600),
                        "not_again": int(one.numbers.not_again.total_seconds() // 3600),
                    },
                }
                for one in seen.rosters(self.desk)
            ]
        }

    def _form_of(self, office: Office) -> Any:
        if (typed := self.forms.get(f"rule-{office.code}")) is not None:
            return typed
        numbers = numbers_of(office.pk)
        return RuleForm(
            auto_id=f"{office.code}_%s",
            initial={
                "capacity": numbers.capacity,
                "lease_hours": int(numbers.lease.total_seconds() // 3600),
                "not_again_hours": int(numbers.not_again.total_seconds() // 3600),
            },
        )

    def rule(self) -> HttpResponse | None:
        runs = self.desk.offices(StaffRole.ADMINISTRATOR)
        code = self.request.POST.get("office", "")
        office = Office.objects.filter(pk__in=runs, code=code).first()
        if office is None:
            raise PermissionDenied(_("기관의 운영자만 할 수 있습니다."))
        form = RuleForm(self.request.POST, auto_id=f"{office.code}_%s")
        self.forms[f"rule-{office.code}"] = form
        if not form.is_valid():
            return None
        profiles.change_rule(actor=self.user, office=office, **form.cleaned_data)
        return self.done(_("배정 기준을 저장했습니다."))


class ReviewerPage(Page):
    """One reviewer: everyone sees their own, leads and administrators change it."""

    template = "reviews/reviewer.html"
    actions: ClassVar[dict[str, str]] = {"save": "save"}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.desk = Desk.of(self.user)
        public_id: UUID = kwargs["public_id"]
        person = seen.reviewer_seen_by(self.user, self.desk, public_id)
        if person is None:
            raise Http404
        self.person = person
        self.may_change = seen.may_change_profile(self.user, self.desk, person)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def context(self) -> dict[str, Any]:
        profile = seen.profile_of(self.person)
        form = self.forms.get("save")
        if form is None and self.may_change:
            form = ProfileForm(initial=seen.as_typed(profile))
        return {
            "person": self.person,
            "profile": profile,
            "languages": sorted(seen.language_name(code) for code in profile.languages),
            "form": form,
            "may_change": self.may_change,
            "rules": self.desk.has(*RULING),
        }

    def save(self) -> HttpResponse | None:
        if not self.may_change:
            raise PermissionDenied(_("이 사람의 심사자 정보를 바꿀 권한이 없습니다."))
        form = self.forms["save"] = ProfileForm(self.request.POST)
        if not form.is_valid():
            return None
        profiles.change_profile(actor=self.user, person=self.person, **form.cleaned_data)
        return self.done(_("심사자 정보를 저장했습니다."))
