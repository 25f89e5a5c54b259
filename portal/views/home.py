"""The first page, and the address a load balancer asks."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from programs.calendar import today
from programs.selectors import open_programmes


@require_safe
@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    programmes = [one for one in open_programmes(today()) if one.takes_cases]
    context = {"programmes": programmes}
    return render(request, "portal/home.html", context)


@require_safe
@never_cache
@login_not_required
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 `ok` if the process answers and its database does; else 503 `database`."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")
