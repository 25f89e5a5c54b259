"""Which programmes fit: one person's answers, and every programme ranked after each of them."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications.forms.questions import asked
from portal import interview, which
from portal.views.interview import SHOW, Interview
from portal.views.precheck import Questions
from programs import calendar
from programs.manifest import Manifest
from programs.models import Programme
from programs.selectors import open_programmes


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def which_programme(request: HttpRequest) -> HttpResponse:
    """Questions that matter to most programmes first, until none is left or enough was said."""
    programmes = open_programmes(calendar.today())
    if not programmes:
        return render(request, "portal/precheck_choose.html", {"programmes": []})
    talk = Which(request, programmes)
    if page := talk.unsettled():
        return page
    return talk.go_on(show=SHOW in request.POST)


@dataclass(frozen=True)
class Onward:
    """A programme's own check, with what it would be told: where to, and what to send."""

    ranked: which.Ranked
    action: str
    fields: list[tuple[str, str]]
    trail: list[str]


class Which(Interview):
    """An interview for every programme at once. `programme` and `manifest` stand for all."""

    question_page, answer_page = "portal/which.html", "portal/which_answer.html"

    def __init__(self, request: HttpRequest, programmes: list[Programme]) -> None:
        self.programmes = programmes
        manifests: list[Manifest] = [one.version.manifest() for one in programmes]
        super().__init__(
            request, programmes[0], which.together(manifests), which.all_asked(manifests)
        )

    def _ranked(self, without: str = "") -> list[which.Ranked]:
        return which.rank(self.programmes, self._facts(without), on=calendar.today())

    def _needs(self, without: str = "") -> list[str]:
        """All that any programme would still ask for; the questions that matter most first."""
        ranked = self._ranked(without)
        return list(dict.fromkeys(path for one in ranked for path in one.needs))

    def go_on(self, *, show: bool = False) -> HttpResponse:
        self._settle()
        ranked = self._ranked()
        known = {
            interview.key_of(f"{group}.{name}")
            for group in self.asked
            for name in self.asked[group]
        }
        key = which.next_key(ranked, self.trail, known)
        if key and not show:
            return self.ask(key)
        return self._render(
            self.answer_page,
            hidden=self._carried(set()),
            onward=[self._onward(one) for one in ranked],
            unanswered=bool(key),
            said=self._said(),
        )

    def _onward(self, one: which.Ranked) -> Onward:
        """What this programme's own questions take of what was said here."""
        manifest: Manifest = one.programme.version.manifest()
        found = asked(manifest, rules_only=True)
        starts = tuple(f"{group}-" for group in found)
        sent = QueryDict(mutable=True)
        for name in self.data:
            if name.startswith(starts):
                sent[name] = str(self.data[name])
        for group in found:
            if manifest.vocabulary.by_name[group].many:
                sent.setdefault(f"{group}-TOTAL_FORMS", "1")
                sent.setdefault(f"{group}-INITIAL_FORMS", "0")
        for name in _not_understood(Questions(manifest, data=sent, found=found)):
            sent.pop(name, None)
        known = {interview.key_of(f"{group}.{name}") for group in found for name in found[group]}
        planned = manifest.requirements.points is not None and not one.programme.takes_cases
        page = "plan" if planned else "precheck-interview"
        return Onward(
            ranked=one,
            action=reverse(page, kwargs={"slug": one.programme.slug}),
            fields=[(name, str(sent[name])) for name in sent if sent[name] != ""],
            trail=[] if planned else [key for key in self.trail if key in known],
        )

    def _render(self, template: str, **context: Any) -> HttpResponse:
        if "onward" not in context:
            context["ranking"] = self._ranked()
        return super()._render(template, **context)


def _not_understood(questions: Questions) -> list[str]:
    """The names of what this programme has no option for: an occupation it does not know."""
    if questions.is_valid():
        return []
    found = []
    for part in questions.parts:
        forms = [part.form] if part.form else list(part.rows.forms if part.rows else ())
        found += [form.add_prefix(name) for form in forms for name in form.errors]
    return found
