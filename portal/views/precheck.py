"""The pre-check: two minutes to learn whether a candidate qualifies. Nothing is stored, but for an
answer without the person in it when a link to it is asked for."""

from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.throttle import Limit, too_many
from applications import carrying, wording
from applications.forms.facts import FactRows, FactsForm, changed_rows, fact_rows, typed_rows
from applications.forms.questions import ORDER, Asked, asked
from portal.selectors import answers
from portal.selectors.answers import Answer
from portal.selectors.programmes import Part as QuotaPart
from portal.selectors.programmes import parts_are_public, pools_of
from programs import calendar, sharing
from programs import services as programs
from programs.facts import Group, Problem, validate
from programs.manifest import Manifest
from programs.models import Programme, ProgrammeVersion
from programs.rules import Outcome
from programs.selectors import open_programmes

START, SHARE = "start", "share"
# Each link keeps a row: enough for an adviser's day, too few to fill a table.
SHARING = Limit("portal.share", 30, 60 * 60)


@require_safe
@login_not_required
def choose(request: HttpRequest) -> HttpResponse:
    """Which programme? With `?programme=` that is already answered."""
    programmes = open_programmes(calendar.today())
    wanted = request.GET.get("programme", "")
    if wanted in {programme.slug for programme in programmes}:
        return redirect("precheck", slug=wanted)
    return render(request, "portal/precheck_choose.html", {"programmes": programmes})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def precheck(request: HttpRequest, slug: str) -> HttpResponse:
    """The questions the programme's rules ask; a POST answers, or starts an application."""
    programme = open_programme(slug)
    if programme is None:
        raise Http404
    manifest = programme.version.manifest()
    if request.method != "POST":
        return _page(request, programme, Questions(manifest))
    if any(name in request.POST for name in ("add", "remove")):
        return _page(request, programme, Questions(manifest, typed=request.POST))
    questions = Questions(manifest, data=request.POST)
    if not questions.is_valid():
        return _page(request, programme, questions)
    known = questions.facts()
    if START in request.POST and programme.takes_cases:
        carrying.carry(request.session, slug=slug, facts=known)
        return redirect(reverse("applications:new") + f"?programme={slug}")
    if SHARE in request.POST:
        return shared_by_link(request, programme, manifest, known)
    return _page(request, programme, questions, answer=answer_to(programme, manifest, known))


def open_programme(slug: str) -> Programme | None:
    """The programme as it takes applications today, with its `version`."""
    return next((one for one in open_programmes(calendar.today()) if one.slug == slug), None)


def _page(
    request: HttpRequest,
    programme: Programme,
    questions: "Questions",
    *,
    answer: Answer | None = None,
) -> HttpResponse:
    context = {
        "programme": programme,
        "manifest": questions.manifest,
        "questions": questions,
        "answer": answer,
        "pools": pools_for(programme, questions.manifest, answer) if answer else [],
        "mistakes": questions.mistaken,
    }
    return render(request, "portal/precheck.html", context)


def answer_to(programme: Programme, manifest: Manifest, known: dict[str, Any]) -> Answer:
    """What the rules say; its `paths` name the facts that could still change it."""
    today = calendar.today()
    outcome, data = _judged(programme, known, today)
    return answers.in_words(data, verdict=outcome.verdict, manifest=manifest, on=today)


def _judged(
    programme: Programme, known: dict[str, Any], today: date
) -> tuple[Outcome, dict[str, Any]]:
    version: ProgrammeVersion = programme.version
    outcome = programs.explain(version=version, facts=known, on=today)
    return outcome, answers.as_data(outcome, version=version, facts=known, on=today)


def pools_for(programme: Programme, manifest: Manifest, answer: Answer) -> list[QuotaPart]:
    """What is left of the pools of which the facts would take a unit. One query, or none."""
    if manifest.quota is None:
        return []
    pools = pools_of(programme, manifest.period.code, parts=parts_are_public(manifest))
    return [part for part in pools if part.path in answer.quota]


def shared_by_link(
    request: HttpRequest, programme: Programme, manifest: Manifest, known: dict[str, Any]
) -> HttpResponse:
    """Keep the answer without the person, and go to the page that anybody may be sent to."""
    if not SHARING.spend(request):
        return too_many(request)
    today = calendar.today()
    outcome, data = _judged(programme, known, today)
    token, kept = sharing.share(
        version=programme.version,
        on=today,
        verdict=outcome.verdict,
        content=answers.without_person(data, manifest),
    )
    messages.success(
        request,
        _("이 화면의 주소를 전달해 주세요. %(day)s까지 누구나 열어 볼 수 있습니다.")
        % {"day": wording.day(timezone.localdate(kept.expires_at))},
    )
    return redirect("precheck-shared", token=token)


@never_cache
@require_safe
@login_not_required
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """An answer that somebody passed on, as it was given."""
    kept = sharing.shared(token)
    if kept is None:
        return render(request, "portal/precheck_gone.html", status=404)
    manifest = kept.version.manifest()
    answer = answers.in_words(kept.content, verdict=kept.verdict, manifest=manifest, on=kept.on)
    context = {
        "programme": kept.version.programme,
        "manifest": manifest,
        "answer": answer,
        "kept": kept,
        "pools": pools_for(kept.version.programme, manifest, answer),
    }
    return render(request, "portal/precheck_shared.html", context)


class NoneForm(forms.Form):
    """That a list is known to be empty: not the same as leaving it out."""

    none = forms.BooleanField(required=False)

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["none"].label = label


class Part:
    """One group of questions: a single form, or rows with a box for "there are none"."""

    def __init__(
        self,
        group: Group,
        names: set[str],
        manifest: Manifest,
        data: QueryDict | None,
        typed: QueryDict | None,
    ) -> None:
        self.group = group
        self.form: FactsForm | None = None
        self.rows: FactRows | None = None
        self.none: NoneForm | None = None
        options: dict[str, Any] = {
            "group": group,
            "names": names,
            "manifest": manifest,
            "with_unknown": True,
        }
        if not group.many:
            initial = _typed_single(typed, group.name) if typed is not None else None
            self.form = FactsForm(data, prefix=group.name, initial=initial, **options)
            return
        shown: list[dict[str, Any]] = [{}]
        if typed is not None:
            shown = changed_rows(typed, prefix=group.name) or typed_rows(typed, prefix=group.name)
        self.rows = fact_rows(prefix=group.name, data=data, rows=shown, **options)
        label = _("%(what)s 없음") % {"what": group.label}
        checked = typed is not None and bool(typed.get(f"{group.name}-none"))
        self.none = NoneForm(data, prefix=group.name, label=label, initial={"none": checked})

    @property
    def forms(self) -> list[Any]:
        return [one for one in (self.form, self.rows, self.none) if one is not None]

    def is_valid(self) -> bool:
        if not all(form.is_valid() for form in self.forms):
            return False
        if self.none is None or self.rows is None:
            return True
        if self.none.cleaned_data["none"] and self.rows.facts():
            self.none.add_error(
                "none", _("적은 내용이 있습니다. 내용을 지우거나 이 표시를 빼 주세요.")
            )
            return False
        return True

    @cached_property
    def telling(self) -> list[FactsForm]:
        """The rows that say something, found before any of them is accused."""
        return [row for row in self.rows.forms if row.facts()] if self.rows is not None else []

    def accuse(self, problem: Problem) -> None:
        """Show a problem at its field."""
        place, _dot, name = problem.path.partition(".")
        form = self.form
        if self.rows is not None:
            index = place.partition("[")[2].rstrip("]")
            form = self.telling[int(index)] if index else self.rows.forms[0]
        if form is not None:
            form.add_error(name if name in form.fields else None, problem.sentence)

    def facts(self) -> Any:
        """What the valid part states; None when it says nothing."""
        if self.form is not None:
            return self.form.facts() or None
        if self.none is not None and self.none.cleaned_data["none"]:
            return []
        return (self.rows.facts() if self.rows is not None else []) or None


def _typed_single(typed: QueryDict, prefix: str) -> dict[str, str]:
    start = f"{prefix}-"
    return {key.removeprefix(start): typed[key] for key in typed if key.startswith(start)}


class Questions:
    """All that a programme's rules ask about (or `found`), as one page of forms."""

    def __init__(
        self,
        manifest: Manifest,
        *,
        data: QueryDict | None = None,
        typed: QueryDict | None = None,
        found: Asked | None = None,
    ) -> None:
        self.manifest = manifest
        found = asked(manifest, rules_only=True) if found is None else found
        self.parts = [
            Part(manifest.vocabulary.by_name[name], found[name], manifest, data, typed)
            for name in ORDER
            if name in found
        ]

        self.mistaken = False

    def is_valid(self) -> bool:
        """Every part is looked at, so that every mistake is shown at once."""
        valid = [part.is_valid() for part in self.parts]
        self.mistaken = not all(valid) or self._contradicted()
        return not self.mistaken

    def _contradicted(self) -> bool:
        """Whether parts that are sound by themselves contradict one another; says it there."""
        problems = validate(self.facts(), vocabulary=self.manifest.vocabulary, on=calendar.today())
        for problem in problems:
            group = problem.path.partition(".")[0].partition("[")[0]
            for part in self.parts:
                if part.group.name == group:
                    part.accuse(problem)
        return bool(problems)

    def facts(self) -> dict[str, Any]:
        said = {part.group.name: part.facts() for part in self.parts}
        return {name: value for name, value in said.items() if value is not None}
