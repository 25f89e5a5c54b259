"""When staff are away: entered by themselves or by their lead."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from applications.errors import Invalid
from programs import calendar
from reviews.forms import day, pick
from reviews.models import Absence
from reviews.permissions import desk_of
from reviews.services import returning
from reviews.views.section import Page, attach


class AbsenceForm(forms.Form):
    from_on = day(gettext_lazy("첫날"))
    until_on = day(gettext_lazy("마지막 날"))
    field_order = ("who", "from_on", "until_on", "deputy")

    def __init__(self, *args: Any, people: list[User], deputies: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.one = people[0] if len(people) == 1 else None
        if self.one is None:
            self.fields["who"] = pick(_("누가"), [(one, str(one)) for one in people])
            self.fields["who"].initial = str(people[0].public_id)
        self.fields["deputy"] = pick(
            _("대리자"),
            [(one, str(one)) for one in deputies],
            required=False,
            empty=_("대리자 없음"),
        )
        self.fields["deputy"].help_text = _(
            "부재 중에 기한이 오는 신청과 돌아온 신청을 대신 맡습니다."
        )
        self.order_fields(self.field_order)

    def who(self) -> User:
        return self.one or self.cleaned_data["who"]


class AbsencesPage(Page):
    """Absences that last or are to come, and a form for another."""

    template = "reviews/absences.html"
    actions: ClassVar[dict[str, str]] = {"enter": "enter", "end": "end"}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        desk_of(self.user)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def context(self) -> dict[str, Any]:
        today: date = calendar.today()
        mine = {one.pk for one in returning.people_of(self.user)}

        def returning_for(one: Absence) -> bool:
            return one.user_id in mine

        return {
            "absences": [
                {
                    "absence": one,
                    "now": one.from_on <= today,
                    "may_end": returning_for(one),
                    "may_see": one.user_id != self.user.pk,
                }
                for one in returning.absences_seen_by(self.user)
            ],
            "form": self.forms.get("enter") or self._form(),
        }

    def _form(self, data: Any = None) -> AbsenceForm:
        people = returning.people_of(self.user)
        found = returning.deputies_for(self.user)
        # A lead may name anybody the lead enters absences for; the service looks at the office.
        known = {one.pk for one in found}
        deputies = [*found, *(one for one in people if one.pk not in known)]
        return AbsenceForm(data, people=people, deputies=deputies)

    def enter(self) -> HttpResponse | None:
        form = self._form(self.request.POST)
        self.forms["enter"] = form
        if not form.is_valid():
            return None
        try:
            returning.enter_absence(
                actor=self.user,
                user=form.who(),
                from_on=form.cleaned_data["from_on"],
                until_on=form.cleaned_data["until_on"],
                deputy=form.cleaned_data["deputy"],
            )
        except Invalid as refused:
            attach(form, refused)
            return None
        return self.done(_("부재를 적었습니다."))

    def end(self) -> HttpResponse | None:
        try:
            wanted = UUID(self.request.POST.get("absence", ""))
        except ValueError:
            return None
        for absence in returning.absences_seen_by(self.user):
            if absence.public_id == wanted and returning.may_enter_for(self.user, absence.user):
                returning.end_absence(actor=self.user, absence=absence)
                return self.done(_("부재를 지웠습니다."))
        return None
