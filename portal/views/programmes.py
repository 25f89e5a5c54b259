"""The public pages of the catalogue: what there is, and one programme in full. No sign-in."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from portal.selectors import programmes, public


@require_safe
@login_not_required
def programme_list(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/programmes.html", {"rows": programmes.listed()})


@require_safe
@login_not_required
def programme(request: HttpRequest, slug: str, label: str = "") -> HttpResponse:
    """The version that counts today, or the one of that label (also as `?version=`)."""
    wanted = label or request.GET.get("version", "")
    found = programmes.shown(slug, wanted)
    if found is None:
        raise Http404
    if wanted != label:
        return redirect("programme-version", slug=slug, label=found.version.label)
    return render(request, "portal/programme.html", {"page": found, "manifest": found.manifest})


@require_safe
@login_not_required
def programme_figures(request: HttpRequest, slug: str) -> HttpResponse:
    """What is left of the quota and how long a case usually takes: numbers, and nobody's data."""
    found = public.figures_of(slug)
    if found is None:
        raise Http404
    context = {"programme": found[0], "figures": found[1]}
    return render(request, "portal/programme_figures.html", context)
