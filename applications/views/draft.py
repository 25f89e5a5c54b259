"""The sections of an application form: the candidate, and the facts a programme asks about."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications import wording
from applications.errors import CaseError, Invalid, StaleCase
from applications.forms.candidate import CandidateForm
from applications.forms.facts import FactRows, FactsForm, changed_rows, fact_rows
from applications.forms.questions import asked, names_to_ask
from applications.models import Application
from applications.models.declared import SINGLE_KINDS
from applications.sections import BY_NAME, Section, map_of, sections_of
from applications.services import drafting
from applications.stages import Stage
from applications.views.cases import (
    context_of,
    expected_revision,
    is_editable,
    own_case,
    person,
    refused,
    to_case,
)
from programs.facts import item_group

SAVED_AND_NEXT = "next"
Form = CandidateForm | FactsForm | FactRows


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: UUID, section: str) -> HttpResponse:
    """One section: shown, given a row more or less, or saved as typed."""
    case = own_case(request, public_id)
    if section not in BY_NAME:
        raise Http404
    if not is_editable(case):
        return to_case(case)
    page = SectionPage(request, case, BY_NAME[section])
    if request.method != "POST":
        return page.show(page.form())
    if (rows := page.changed_rows()) is not None:
        return page.show(page.form(rows=rows), revision=expected_revision(request))
    form = page.form(bound=True)
    if not form.is_valid():
        return page.show(form, revision=expected_revision(request))
    try:
        page.save(form)
    except StaleCase:
        return page.show_newest(form)
    except Invalid as error:
        page.blame(form, error)
        return page.show(form, revision=expected_revision(request))
    except CaseError as error:
        return refused(request, case, error)
    return page.go_on()


class SectionPage:
    """A section of one case: which form it has, how it is saved, what comes after it."""

    def __init__(self, request: HttpRequest, case: Application, section: Section) -> None:
        self.request, self.case, self.section = request, case, section
        self.asked = asked(case.manifest)
        self.sections = sections_of(case, self.asked)

    # --- the form ----------------------------------------------------------------------------
    def form(self, *, bound: bool = False, rows: list[dict[str, Any]] | None = None) -> Form:
        data = self.request.POST if bound else None
        kind = self.section.kind
        if kind is None:
            return CandidateForm(data, candidate=self.case.candidate)
        group = item_group(kind)
        stored = [claim.declared for claim in self.case.claims.all() if claim.kind == kind]
        options: dict[str, Any] = {
            "group": group,
            "names": names_to_ask(
                group, self.asked, also={name for item in stored for name in item}
            ),
            "manifest": self.case.manifest,
            "with_needed": True,
        }
        if kind in SINGLE_KINDS:
            return FactsForm(data, initial=stored[0] if stored else {}, **options)
        shown = rows if rows is not None else stored or [{}]
        formset = fact_rows(prefix="rows", data=data, rows=shown, **options)
        formset.row_name = self.section.row  # type: ignore[attr-defined]
        return formset

    def changed_rows(self) -> list[dict[str, str]] | None:
        if not self.section.many:
            return None
        return changed_rows(self.request.POST, prefix="rows")

    # --- saving ------------------------------------------------------------------------------
    def save(self, form: Form) -> None:
        common: dict[str, Any] = {
            "application": self.case,
            "actor": person(self.request),
            "expected_revision": expected_revision(self.request),
        }
        if isinstance(form, CandidateForm):
            drafting.save_candidate(fields=form.values(), **common)
            return
        stated = form.facts()
        items = stated if isinstance(stated, list) else [stated] if stated else []
        drafting.save_claims(kind=str(self.section.kind), items=items, **common)

    def blame(self, form: Form, error: Invalid) -> None:
        """Put the service's sentences at their fields."""
        if isinstance(form, FactRows):
            form.non_form_errors().append(error.sentence)
            return
        for path, sentences in error.errors.items():
            name = path.rpartition(".")[2]
            for sentence in sentences:
                form.add_error(name if name in form.fields else None, sentence)
        if not error.errors:
            form.add_error(None, error.sentence)

    # --- answering ---------------------------------------------------------------------------
    def show(self, form: Form, *, revision: int | None = None, **more: Any) -> HttpResponse:
        """The page. After a mistake it keeps the revision it was first drawn from."""
        stops = map_of(self.case, current=self.section.name, sections=self.sections)
        context = {
            **context_of(self.case),
            "section": self.section,
            "form": form,
            "stops": stops,
            "place": next(n for n, stop in enumerate(stops, 1) if stop.current),
            "revision": self.case.revision if revision is None else revision,
            "previous": self._neighbour(-1),
            "next": self._neighbour(1),
            "refused_occupation": self._refused_occupation(form),
            "stale": None,
            **more,
        }
        status = 409 if more.get("stale") else 200
        return render(self.request, "applications/edit.html", context, status=status)

    def show_newest(self, form: Form) -> HttpResponse:
        """Someone else has saved since: what is stored now, beside what was typed here."""
        self.case = own_case(self.request, self.case.public_id)
        if not is_editable(self.case):
            return refused(self.request, self.case, StaleCase())
        return self.show(form, stale={"stored": self._stored()})

    def _stored(self) -> list[dict[str, Any]]:
        manifest, kind = self.case.manifest, self.section.kind
        if kind is None:
            return [{"title": "", "items": wording.candidate_pairs(self.case.candidate)}]
        claims = [claim.declared for claim in self.case.claims.all() if claim.kind == kind]
        return [
            {
                "title": wording.claim_title(kind, declared, number) if self.section.many else "",
                "items": wording.pairs(kind, declared, manifest),
            }
            for number, declared in enumerate(claims, 1)
        ]

    def _refused_occupation(self, form: Form) -> Any:
        """Why the chosen occupation gets no letter, said as soon as it is chosen."""
        if not isinstance(form, FactsForm) or "occupation" not in form.fields:
            return None
        code, _at, edition = str(form["occupation"].value() or "").partition("@")
        return self.case.manifest.refused_occupation(code, edition or None) if code else None

    def _neighbour(self, step: int) -> str:
        names = [section.name for section in self.sections]
        place = names.index(self.section.name) + step
        if place < 0:
            return ""
        if place >= len(names):
            return reverse("applications:documents", args=[self.case.public_id])
        return reverse("applications:edit", args=[self.case.public_id, names[place]])

    def go_on(self) -> HttpResponse:
        if SAVED_AND_NEXT in self.request.POST:
            return redirect(self._neighbour(1))
        messages.success(self.request, _("저장했습니다."))
        if self.case.at == Stage.SUPPLEMENT:
            return redirect("applications:supplement", public_id=self.case.public_id)
        return redirect(self.request.path)
