"""The planner of points: what there is now, and what would suffice by when. Nothing is stored."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.selectors.plans import plan
from portal.views.precheck import Questions, open_programme
from programs import calendar


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def planner(request: HttpRequest, slug: str) -> HttpResponse:
    """The questions of a programme with points, and the plan for what is known so far."""
    programme = open_programme(slug)
    manifest = programme.version.manifest() if programme else None
    if programme is None or manifest is None or manifest.requirements.points is None:
        raise Http404
    shown = Questions(manifest)
    facts = {}
    if request.method == "POST":
        if any(name in request.POST for name in ("add", "remove")):
            shown = Questions(manifest, typed=request.POST)
        else:
            shown = Questions(manifest, data=request.POST)
            facts = shown.facts() if shown.is_valid() else {}
    known = not shown.mistaken
    found = plan(programme.version, facts, on=calendar.today()) if known else None
    context = {
        "programme": programme,
        "manifest": manifest,
        "questions": shown,
        "plan": found,
        "asked": bool(facts),
        "mistakes": shown.mistaken,
    }
    return render(request, "portal/planner.html", context)
