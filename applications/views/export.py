"""One's own cases as a file: what the list shows, with the same filters."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from applications import sheets
from applications.exports import own_cases_sheet
from applications.forms.filters import CaseFilter
from applications.selectors import own_cases
from applications.views.cases import person


@require_safe
@never_cache
def list_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    user = person(request)
    wanted = CaseFilter(request.GET)
    codes = {name: value for name, value in wanted.chosen.items() if name != "q"}
    sheet = own_cases_sheet(
        wanted.narrow(own_cases(user)), filters=codes, search=wanted.chosen.get("q", "")
    )
    return sheets.handed_out(sheet, kind=kind, actor=user)
