"""The frame of a case's pages: loads the case, shows its head, turns refusals into an alert.

A page posts to itself; the field `do` names what is to be done. When a service refuses, the page
is shown again as the case now stands, with the refusal on top and what was typed still there.
"""

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms.formsets import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from accounts.models import User
from applications.errors import CaseError, Incomplete, Invalid, NotAllowed
from applications.models import Application
from reviews.permissions import Desk, case_for
from reviews.selectors.case import head

# Of no revision: a form without the one it was shown with counts as stale.
UNSEEN = 0
CONFLICT = 409


def seen_revision(request: HttpRequest) -> int:
    """The revision of the case that the sender had before them."""
    typed = request.POST.get("version", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else UNSEEN


def attach(form: forms.Form, refused: Invalid) -> None:
    """Put a service's sentences beside their fields; what has no field stands on top."""
    for name, sentences in refused.errors.items():
        for sentence in sentences:
            if sentence not in form.errors.get(name, ()):
                form.add_error(name if name in form.fields else None, sentence)
    if not refused.errors:
        form.add_error(None, refused.sentence)


class Alert:
    """Why something was not done, on top of the page."""

    def __init__(self, refused: CaseError) -> None:
        self.sentence = refused.sentence
        self.problems = refused.problems if isinstance(refused, Incomplete) else []


Form = forms.Form | BaseFormSet


@method_decorator(never_cache, name="dispatch")
class Page(View):
    """A page that posts to itself. `actions` maps the field `do` to a method's name."""

    template = ""
    actions: ClassVar[dict[str, str]] = {}
    http_method_names: ClassVar[list[str]] = ["get", "head", "post"]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.forms: dict[str, Form] = {}
        self.alert: Alert | None = None

    @property
    def user(self) -> User:
        return self.request.user  # type: ignore[return-value]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        name = self.actions.get(request.POST.get("do", ""))
        if name is None:
            return redirect(request.path)
        try:
            answer: HttpResponse | None = getattr(self, name)()
        except NotAllowed as refused:
            raise PermissionDenied(refused.sentence) from refused
        except CaseError as refused:
            self.alert = Alert(refused)
            self.reload()
            return self.page(status=CONFLICT)
        return answer or self.page()

    def reload(self) -> None:
        """Read again what the page shows: it is not what the sender saw."""

    def context(self) -> dict[str, Any]:
        raise NotImplementedError

    def page(self, status: int = 200) -> HttpResponse:
        context = {"alert": self.alert, **self.context()}
        return render(self.request, self.template, context, status=status)

    def done(self, sentence: str, url: str = "") -> HttpResponse:
        messages.success(self.request, sentence)
        return redirect(url or self.request.path)


class CasePage(Page):
    """A page of one case; `section` is its name in the URLs and among the tabs."""

    section = ""
    shows_claims = True

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.public_id: UUID = kwargs["public_id"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.reload()
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def reload(self) -> None:
        self.desk = Desk.of(self.user)
        self.case: Application = case_for(
            self.user, self.public_id, desk=self.desk, claims=self.shows_claims
        )
        self.load()

    def load(self) -> None:
        """Read what the section shows, before the frame above it asks about the same."""

    @property
    def revision(self) -> int:
        return seen_revision(self.request)

    def context(self) -> dict[str, Any]:
        return {
            "case": self.case,
            "version": self.case.revision,
            "head": head(self.case, self.user, self.section, desk=self.desk),
            **self.content(),
        }

    def content(self) -> dict[str, Any]:
        """What the section itself shows."""
        return {}
