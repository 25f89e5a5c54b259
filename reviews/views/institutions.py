"""The address book of inquiries: found, put right, retired."""

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from applications.errors import Invalid
from reviews.models import Institution
from reviews.models.validation import Language
from reviews.permissions import WORKING, Desk, desk_of
from reviews.selectors import institutions as seen
from reviews.services import institutions
from reviews.views.section import Page, attach

RETIRED = "retired"


class InstitutionForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("기관 구분"), choices=Institution.Kind.choices)
    name = forms.CharField(label=gettext_lazy("기관 이름"), max_length=institutions.LONGEST_NAME)
    email = forms.EmailField(
        label=gettext_lazy("기관의 이메일"),
        max_length=254,
        help_text=gettext_lazy("기관의 공식 누리집에서 확인한 주소를 적어 주세요."),
    )
    language = forms.ChoiceField(label=gettext_lazy("메일 언어"), choices=Language.choices)


@never_cache
@require_safe
def institutions_page(request: HttpRequest) -> HttpResponse:
    """All entries, or those whose name was typed; `?show=retired` those that are not used."""
    desk = desk_of(request.user, *WORKING)  # type: ignore[arg-type]
    typed = request.GET.get("q", "").replace("\x00", "")[: institutions.LONGEST_NAME]
    retired = request.GET.get("show") == RETIRED
    found = seen.book(desk, name=typed, retired=retired)
    context = {"book": found, "q": typed, "retired": retired}
    return render(request, "reviews/institutions.html", context)


class InstitutionPage(Page):
    """One entry."""

    template = "reviews/institution.html"
    actions: ClassVar[dict[str, str]] = {
        "edit": "edit",
        "retire": "retire",
        "bring_back": "bring_back",
    }

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.public_id: UUID = kwargs["public_id"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = seen.entry(Desk.of(self.user), self.public_id)
        if found is None:
            raise Http404
        self.entry = found
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def context(self) -> dict[str, Any]:
        initial = {
            name: getattr(self.entry, name) for name in ("kind", "name", "email", "language")
        }
        form = self.forms.get("edit") or InstitutionForm(initial=initial)
        return {"entry": self.entry, "form": form}

    def edit(self) -> HttpResponse | None:
        form = self.forms["edit"] = InstitutionForm(self.request.POST)
        if not form.is_valid():
            return None
        try:
            institutions.edit(institution=self.entry, actor=self.user, **form.cleaned_data)
        except Invalid as refused:
            attach(form, refused)
            return None
        return self.done(_("주소록을 고쳤습니다."), reverse("reviews:institutions"))

    def retire(self) -> HttpResponse:
        institutions.retire(institution=self.entry, actor=self.user)
        return self.done(_("더 쓰지 않는 기관으로 옮겼습니다."), reverse("reviews:institutions"))

    def bring_back(self) -> HttpResponse:
        institutions.bring_back(institution=self.entry, actor=self.user)
        return self.done(_("다시 쓰는 기관으로 되돌렸습니다."), reverse("reviews:institutions"))
