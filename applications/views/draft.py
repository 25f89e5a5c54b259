"""The sections of an application form: the candidate, and the facts a programme asks about.

A draft keeps what can be taken and remembers the rest as it was typed, whether the page saves by
itself or someone presses a button. During a supplement only a button saves, and only a whole
section: what was checked before must not go for a keystroke. A change of the company's own accord
is saved as during a supplement.
"""

import re
import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications import completeness
from applications.differences import differences
from applications.errors import CaseError, Invalid, NotNow, StaleSection
from applications.forms.candidate import CandidateForm
from applications.forms.facts import FactRows, FactsForm, changed_rows, fact_rows
from applications.forms.questions import asked, names_to_ask
from applications.forms.unfinished import mistakes, unfinished
from applications.models import Application, SectionVersion
from applications.models.declared import SINGLE_KINDS
from applications.sections import BY_NAME, Section, map_of, sections_of, url_of
from applications.services import drafting
from applications.services.versions import Seen
from applications.stages import Stage
from applications.views.cases import (
    context_of,
    is_editable,
    own_case,
    person,
    refused,
    to_case,
    whole_number,
)
from programs.facts import item_group

SAVED_AND_NEXT = "next"
BY_ITSELF = "autosave"
KEEP = "keep"
# What became of a save that the page made by itself: for its script, which must also notice
# answers that are not ours (a login page, a proxy's error).
SAID = "X-Draft"
PAGE_MARK = re.compile(r"[\w-]{8,32}", re.ASCII)
Form = CandidateForm | FactsForm | FactRows


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: UUID, section: str) -> HttpResponse:
    """One section: shown, given a row more or less, or saved as typed."""
    case = own_case(request, public_id, "section_versions")
    if section not in BY_NAME:
        raise Http404
    page = SectionPage(request, case, BY_NAME[section])
    if not is_editable(case):
        return page.stopped(NotNow(_("이 신청은 이미 제출되어 더 고칠 수 없습니다.")))
    if request.method != "POST":
        return page.show(page.form())
    if (rows := page.changed_rows()) is not None:
        return page.show(page.form(rows=rows))
    form = page.form(bound=True)
    valid = form.is_valid()
    if not valid and not page.drafting:
        return page.show(form)
    try:
        page.save(form)
    except StaleSection as stale:
        return page.show_conflict(form, stale)
    except Invalid as error:
        page.blame(form, error)
        return page.saved(form)
    except CaseError as error:
        return page.stopped(error)
    return page.go_on() if valid and not page.by_itself else page.saved(form)


class SectionPage:
    """A section of one case: which form it has, how it is saved, what comes after it."""

    def __init__(self, request: HttpRequest, case: Application, section: Section) -> None:
        self.request, self.case, self.section = request, case, section
        self.asked = asked(case.manifest)
        self.sections = sections_of(case, self.asked)
        self.by_itself = BY_ITSELF in request.POST
        mark = request.POST.get("page", "")
        self.mark = mark if PAGE_MARK.fullmatch(mark) else secrets.token_urlsafe(12)

    @property
    def drafting(self) -> bool:
        return self.case.at == Stage.DRAFT

    @property
    def version(self) -> SectionVersion | None:
        found = (
            one for one in self.case.section_versions.all() if one.section == self.section.name
        )
        return next(found, None)

    @property
    def stored(self) -> list[dict[str, Any]]:
        kind = self.section.kind
        return [claim.declared for claim in self.case.claims.all() if claim.kind == kind]

    # --- the form ----------------------------------------------------------------------------
    def form(self, *, bound: bool = False, rows: list[dict[str, Any]] | None = None) -> Form:
        data = self.request.POST if bound else None if rows is not None else self._unfinished()
        kind = self.section.kind
        if kind is None:
            return CandidateForm(data, candidate=self.case.candidate)
        group = item_group(kind, self.case.manifest.vocabulary)
        stored = self.stored
        options: dict[str, Any] = {
            "group": group,
            "names": names_to_ask(
                group, self.asked, also={name for item in stored for name in item}
            ),
            "manifest": self.case.manifest,
            "needed": completeness.needed_facts(self.case, kind),
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

    def _unfinished(self) -> Mapping[str, Any] | None:
        """What was typed last time and could not be taken: shown again with its mistakes."""
        version = self.version
        kept = version.unfinished if version and self.drafting else None
        return kept["typed"] if kept else None

    # --- saving ------------------------------------------------------------------------------
    def save(self, form: Form) -> None:
        post = self.request.POST
        number = post.get(KEEP) or post.get("version", "")
        common: dict[str, Any] = {
            "application": self.case,
            "actor": person(self.request),
            "seen": Seen(whole_number(number), self.mark),
            "unfinished": unfinished(form),
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
    def show(self, form: Form, *, template: str = "edit", **more: Any) -> HttpResponse:
        """The page, or another `template` of the same things. After a mistake it keeps the version
        it was first drawn from."""
        lacks = completeness.problems(self.case)
        stops = map_of(self.case, current=self.section.name, sections=self.sections, lacks=lacks)
        version = self.version
        typed = whole_number(self.request.POST.get("version", ""))
        context = {
            **context_of(self.case),
            "section": self.section,
            "form": form,
            "stops": stops,
            "lacks": [
                {"sentence": lack.sentence, "url": f"#{lack.anchor}"}
                for lack in lacks
                if lack.section == self.section.name
            ],
            "number": typed if typed is not None else version.number if version else 0,
            "mark": self.mark,
            "saved_at": version.saved_at if version else None,
            "previous": self._neighbour(-1),
            "next": self._neighbour(1),
            "refused_occupation": self._refused_occupation(form),
            "conflict": None,
            "wrong": [],
            **more,
        }
        status = 409 if context["conflict"] else 200
        return render(self.request, f"applications/{template}.html", context, status=status)

    def saved(self, form: Form) -> HttpResponse:
        """What can be taken was saved; what cannot is said at its field."""
        self.case = own_case(self.request, self.case.public_id, "section_versions")
        version = self.version
        number = version.number if version else 0
        if not self.by_itself:
            return self.show(form, number=number)
        response = self.show(form, template="parts/saved", number=number, wrong=mistakes(form))
        response[SAID] = "saved"
        return response

    def show_conflict(self, form: Form, stale: StaleSection) -> HttpResponse:
        """Someone else has saved since: what is stored now, beside what was typed here."""
        self.case = own_case(self.request, self.case.public_id, "section_versions")
        if not is_editable(self.case):
            return self.stopped(stale)
        conflict = {
            "who": stale.who,
            "at": stale.at,
            "number": stale.number,
            "differences": differences(
                self.section, form, candidate=self.case.candidate, stored=self.stored
            ),
        }
        template = "parts/conflicting" if self.by_itself else "edit"
        response = self.show(form, template=template, conflict=conflict)
        response[SAID] = "conflict"
        return response

    def stopped(self, error: CaseError) -> HttpResponse:
        """Nothing more is saved here: said on the case's page, or where a page saves by itself."""
        if not self.by_itself:
            if self.request.method != "POST":
                return to_case(self.case)
            return refused(self.request, self.case, error)
        response = render(
            self.request,
            "applications/parts/stopped.html",
            {"sentence": error.sentence, "case": self.case},
            status=409,
        )
        response[SAID] = "stopped"
        return response

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
        return url_of(self.case, names[place] if place < len(names) else "documents")

    def go_on(self) -> HttpResponse:
        if SAVED_AND_NEXT in self.request.POST:
            return redirect(self._neighbour(1))
        messages.success(self.request, _("저장했습니다."))
        if self.case.at == Stage.SUPPLEMENT:
            return redirect("applications:supplement", public_id=self.case.public_id)
        if not self.drafting:
            return redirect("applications:own_change", public_id=self.case.public_id)
        return redirect(self.request.path)
