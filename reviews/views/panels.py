"""Panels of evaluators: made, named, seated and retired by whoever administrates the office."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Office, StaffRole
from applications.errors import Invalid
from reviews.panel_forms import DomainForm, MemberForm, PanelForm
from reviews.permissions import Desk, desk_of
from reviews.selectors import panels as seen
from reviews.services import panels
from reviews.views.section import Page, attach

RUNS = StaffRole.ADMINISTRATOR


class PanelsPage(Page):
    """The panels of the offices that the person administrates, and their words on mail domains."""

    template = "reviews/panels.html"
    actions: ClassVar[dict[str, str]] = {"create": "create", "domain": "domain"}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.desk = desk_of(self.user, RUNS)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def context(self) -> dict[str, Any]:
        return {
            "offices": [
                {
                    "seen": one,
                    "form": self.forms.get(f"create-{one.office.code}") or self._panel_form(one),
                    "domain_form": self.forms.get(f"domain-{one.office.code}")
                    or self._domain_form(one.office),
                }
                for one in seen.panels_of(self.desk)
            ]
        }

    def _panel_form(self, one: seen.OfficePanels, data: Any = None) -> PanelForm:
        code = one.office.code
        return PanelForm(data, programmes=one.programmes, auto_id=f"{code}_%s")

    def _domain_form(self, office: Office, data: Any = None) -> DomainForm:
        return DomainForm(data, auto_id=f"{office.code}_mail_%s")

    def _office(self) -> seen.OfficePanels:
        """The office that was named, if the person administrates it."""
        code = self.request.POST.get("office", "")
        found = next((one for one in seen.panels_of(self.desk) if one.office.code == code), None)
        if found is None:
            raise Http404
        return found

    def create(self) -> HttpResponse | None:
        one = self._office()
        form = self.forms[f"create-{one.office.code}"] = self._panel_form(one, self.request.POST)
        if not form.is_valid():
            return None
        try:
            made = panels.create(
                programme=form.cleaned_data["programme"],
                actor=self.user,
                name=form.cleaned_data["name"],
                occupations=form.cleaned_data["occupations"],
            )
        except Invalid as refused:
            attach(form, refused)
            return None
        page = reverse("reviews:panel", kwargs={"public_id": made.public_id})
        return self.done(_("위원회를 만들었습니다. 위원을 넣어 주세요."), page)

    def domain(self) -> HttpResponse | None:
        office = self._office().office
        form = self.forms[f"domain-{office.code}"] = self._domain_form(office, self.request.POST)
        if not form.is_valid():
            return None
        try:
            panels.say_domain(office=office, actor=self.user, **form.cleaned_data)
        except Invalid as refused:
            attach(form, refused)
            return None
        return self.done(_("메일 도메인을 저장했습니다."))


class PanelPage(Page):
    """One panel with its members; it does not exist for whoever does not administrate it."""

    template = "reviews/panel.html"
    actions: ClassVar[dict[str, str]] = {
        "change": "change",
        "add": "add",
        "remove": "remove",
        "retire": "retire",
    }

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.public_id: UUID = kwargs["public_id"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.desk = Desk.of(self.user)
        self.reload()
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def reload(self) -> None:
        found = seen.panel_seen_by(self.desk, self.public_id)
        if found is None:
            raise Http404
        self.panel = found

    def context(self) -> dict[str, Any]:
        initial = {"name": self.panel.name, "occupations": ", ".join(self.panel.occupations)}
        return {
            "panel": self.panel,
            "seats": seen.seats(self.panel),
            "form": self.forms.get("change") or PanelForm(initial=initial, auto_id="panel_%s"),
            "member_form": self.forms.get("add") or MemberForm(auto_id="member_%s"),
        }

    def change(self) -> HttpResponse | None:
        form = self.forms["change"] = PanelForm(self.request.POST, auto_id="panel_%s")
        if not form.is_valid():
            return None
        try:
            panels.change(panel=self.panel, actor=self.user, **form.cleaned_data)
        except Invalid as refused:
            attach(form, refused)
            return None
        return self.done(_("위원회를 고쳤습니다."))

    def add(self) -> HttpResponse | None:
        form = self.forms["add"] = MemberForm(self.request.POST, auto_id="member_%s")
        if not form.is_valid():
            return None
        try:
            member = panels.add_member(panel=self.panel, actor=self.user, **form.cleaned_data)
        except Invalid as refused:
            attach(form, refused)
            return None
        return self.done(_("위원을 넣었습니다: %(who)s") % {"who": str(member.evaluator)})

    def remove(self) -> HttpResponse | None:
        typed = self.request.POST.get("member", "")
        for member in self.panel.members.all():
            if str(member.evaluator.user.public_id) == typed:
                ended = panels.remove_member(member=member, actor=self.user)
                said = _("위원을 뺐습니다: %(who)s") % {"who": str(member.evaluator)}
                if ended:
                    said += " " + ngettext(
                        "답하지 않은 평가 요청 %(number)d건을 거두고 위원에게 알렸습니다.",
                        "답하지 않은 평가 요청 %(number)d건을 거두고 위원에게 알렸습니다.",
                        ended,
                    ) % {"number": ended}
                return self.done(said)
        raise Http404

    def retire(self) -> HttpResponse:
        panels.retire(panel=self.panel, actor=self.user)
        return self.done(_("더 쓰지 않는 위원회로 옮겼습니다."), reverse("reviews:panels"))
