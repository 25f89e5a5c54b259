"""Pages of the pre-check that asks one question at a time."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications import carrying, wording
from applications.forms.questions import Asked, asked
from portal import interview
from portal.views.precheck import (
    SHARE,
    START,
    Part,
    Questions,
    answer_to,
    open_programme,
    pools_for,
    shared_by_link,
)
from programs.manifest import Manifest
from programs.models import Programme

# Buttons. `change` names the question to go back to; `show` asks for the answer as it stands.
BACK, SKIP, CHANGE, SHOW = "back", "skip", "change", "show"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def precheck_interview(request: HttpRequest, slug: str) -> HttpResponse:
    """One question after the other until the answer is certain."""
    programme = open_programme(slug)
    if programme is None:
        raise Http404
    talk = Interview(request, programme, programme.version.manifest())
    if page := talk.unsettled():
        return page
    post = request.POST
    if SHARE in post:
        return shared_by_link(request, programme, talk.manifest, talk.questions.facts())
    if START in post and programme.takes_cases:
        carrying.carry(request.session, slug=slug, facts=talk.questions.facts())
        return redirect(reverse("applications:new") + f"?programme={slug}")
    return talk.go_on(show=SHOW in post)


class Interview:
    """What has been said so far, and which questions it was said to (`trail`, in their order)."""

    question_page, answer_page = "portal/interview.html", "portal/interview_answer.html"

    def __init__(
        self,
        request: HttpRequest,
        programme: Programme,
        manifest: Manifest,
        found: Asked | None = None,
    ) -> None:
        self.request, self.programme, self.manifest = request, programme, manifest
        self.asked = asked(manifest, rules_only=True) if found is None else found
        known = {
            interview.key_of(f"{group}.{name}")
            for group in self.asked
            for name in self.asked[group]
        }
        step = request.POST.get("step", "")
        self.current = step if step in known else ""
        trail = dict.fromkeys(request.POST.getlist("trail"))
        self.trail = [key for key in trail if key in known and key != self.current]
        self.data = self._complete(request.POST)
        self.questions = self._all(data=self.data)

    def _all(self, **sent: QueryDict) -> Questions:
        return Questions(self.manifest, found=self.asked, **sent)

    def _complete(self, sent: QueryDict) -> QueryDict:
        """What was sent, with the counts of rows that lists need even when nobody has asked."""
        data = sent.copy()
        for group in self.asked:
            if self.manifest.vocabulary.by_name[group].many:
                data.setdefault(f"{group}-TOTAL_FORMS", "1")
                data.setdefault(f"{group}-INITIAL_FORMS", "0")
        return data

    def part(self, questions: Questions, key: str) -> Part:
        group = interview.TOGETHER[key][0] if key in interview.TOGETHER else key
        return next(part for part in questions.parts if part.group.name == group)

    def _names(self, key: str) -> list[str]:
        """The names of the question's controls, as they are sent."""
        part = self.part(self.questions, key)
        if part.form is None:
            start = f"{part.group.name}-"
            return [name for name in self.data if name.startswith(start)]
        facts = {name for name in self.asked[part.group.name] if self._asks(key, part, name)}
        return [
            part.form.add_prefix(name)
            for name in part.form.fields
            if name.removesuffix("_never") in facts
        ]

    @staticmethod
    def _asks(key: str, part: Part, name: str) -> bool:
        return interview.key_of(f"{part.group.name}.{name}") == key

    def forget(self, key: str) -> None:
        """Leave the question unanswered, whatever stands in its fields."""
        for name in self._names(key):
            self.data.pop(name, None)
        self.data = self._complete(self.data)
        self.questions = self._all(data=self.data)

    def takes(self, key: str) -> bool:
        """Whether what was said to this question can be understood."""
        part = self.part(self.questions, key)
        if part.is_valid():
            return True
        if part.form is None:
            return False
        own = set(self._names(key))
        return not any(part.form.add_prefix(name) in own for name in part.form.errors)

    def _needs(self, without: str = "") -> list[str]:
        """What still matters, were this question not answered."""
        return list(answer_to(self.programme, self.manifest, self._facts(without)).paths)

    def _facts(self, without: str = "") -> dict[str, Any]:
        """What was said, but for one question."""
        facts = self.questions.facts() if self.questions.is_valid() else {}
        if without:
            part = self.part(self.questions, without)
            group = part.group.name
            if part.form is None:
                facts.pop(group, None)
            else:
                kept = facts.get(group) or {}
                facts[group] = {
                    name: value
                    for name, value in kept.items()
                    if not self._asks(without, part, name)
                }
        return facts

    # --- answering -----------------------------------------------------------------------
    def unsettled(self) -> HttpResponse | None:
        """The page that what was sent leads to, unless all of it is understood and the next answer
        is due."""
        post = self.request.POST
        if self.current and any(name in post for name in ("add", "remove")):
            return self.ask(self.current, typed=True)
        if BACK in post:
            return self.ask_again(self.trail[-1] if self.trail else "")
        if CHANGE in post:
            return self.ask_again(post[CHANGE])
        if SKIP in post and self.current:
            self.forget(self.current)
        if self.current and not self.takes(self.current):
            return self.ask(self.current)
        return None if self.questions.is_valid() else self.mend()

    def _settle(self) -> None:
        """The question just asked joins those before it."""
        if self.current:
            self.trail.append(self.current)

    def go_on(self, *, show: bool = False) -> HttpResponse:
        self._settle()
        answer = answer_to(self.programme, self.manifest, self.questions.facts())
        open_keys = [key for key in interview.keys_of(answer.paths) if key not in self.trail]
        if not show and answer.verdict == "undecided" and open_keys:
            return self.ask(open_keys[0])
        return self._render(
            self.answer_page,
            hidden=self._carried(set()),
            answer=answer,
            pools=pools_for(self.programme, self.manifest, answer),
            unanswered=open_keys,
            said=self._said(),
        )

    def ask_again(self, key: str) -> HttpResponse:
        if key not in self.trail:
            return self.start_over()
        self.trail.remove(key)
        return self.ask(key)

    def mend(self) -> HttpResponse:
        """Ask again what contradicts the rest, with its mistake; from the start where hands in the
        hidden fields left nothing to ask about."""
        keys = [key for key in (self.current, *reversed(self.trail)) if key]
        wrong = next((key for key in keys if self._is_wrong(key)), "")
        if not wrong:
            return self.start_over()
        if self.current and self.current != wrong:
            self.trail.append(self.current)
        self.trail = [key for key in self.trail if key != wrong]
        self.current = wrong
        return self.ask(wrong)

    def _is_wrong(self, key: str) -> bool:
        part = self.part(self.questions, key)
        if part.form is None:
            return any(part.rows.errors if part.rows else ()) or bool(
                part.none and part.none.errors
            )
        own = set(self._names(key))
        return any(part.form.add_prefix(name) in own for name in part.form.errors)

    def start_over(self) -> HttpResponse:
        return redirect(self.request.path)

    def ask(self, key: str, *, typed: bool = False) -> HttpResponse:
        """The page of one question; everything else that was said goes along unseen."""
        needs = self._needs(without=key)
        asking = interview.question(key, self.manifest, needs=needs, asked=self.asked)
        if asking is None:
            return self.start_over()
        questions = self._all(typed=self.data) if typed else self.questions
        part = self.part(questions, key)
        if not typed and key != self.current:
            # Nothing has been said to it yet: nothing in it is wrong.
            part = self.part(self._all(typed=self.data), key)
        shown = set(self._names(key)) if part.form is None else self._shown(part, asking)
        left = [one for one in interview.keys_of(needs) if one not in self.trail and one != key]
        return self._render(
            self.question_page,
            hidden=self._carried(shown),
            asking=asking,
            part=part,
            cells=[
                cell
                for cell in (part.form.cells() if part.form else [])
                if cell[0].name in asking.names
            ],
            number=len(self.trail) + 1,
            left=len(left),
            mistakes=key == self.current and not typed and any(form.errors for form in part.forms),
        )

    @staticmethod
    def _shown(part: Part, asking: interview.Question) -> set[str]:
        form = part.form
        if form is None:
            return set()
        return {
            form.add_prefix(name)
            for name in form.fields
            if name.removesuffix("_never") in asking.names
        }

    def _carried(self, shown: set[str]) -> list[tuple[str, str]]:
        """What was said elsewhere, as hidden fields."""
        starts = tuple(f"{group}-" for group in self.asked)
        return [
            (name, str(self.data[name]))
            for name in self.data
            if name.startswith(starts) and name not in shown and self.data[name] != ""
        ]

    def _said(self) -> list[dict[str, Any]]:
        """The questions in their order with what was said to each."""
        facts = self.questions.facts()
        said = []
        for key in self.trail:
            asking = interview.question(key, self.manifest, needs=(), asked=self.asked)
            if asking is not None:
                value = facts.get(asking.group)
                words = wording.facts_in_words(asking.group, value, asking.names, self.manifest)
                said.append({"key": key, "title": asking.title, "words": words})
        return said

    def _render(self, template: str, **context: Any) -> HttpResponse:
        common = {
            "programme": self.programme,
            "manifest": self.manifest,
            "trail": self.trail,
            "mistakes": False,
        }
        return render(self.request, template, common | context)
