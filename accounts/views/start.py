"""Which company a person acts for: their own list, registering one, asking to join one."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import selectors
from accounts.errors import PeopleError, Registered
from accounts.forms import JoinForm, RegisterForm
from accounts.services import companies, joining
from accounts.throttle import JOIN, REGISTER, Limit, too_many
from accounts.views.request import person, refuse, where_to


@never_cache
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """The one company of a person at once; otherwise the choice."""
    user = person(request)
    rows = selectors.belongings(user)
    if len(rows) == 1 and not selectors.pending_of(user):
        return redirect(reverse("accounts:company", args=[rows[0].company.public_id]))
    return redirect(with_next(reverse("accounts:start"), where_to(request)))


@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Own companies, requests that wait, and the two ways to another company."""
    user = person(request)
    rows, target = selectors.belongings(user), where_to(request)
    context = {
        "rows": rows,
        "pending": selectors.pending_of(user),
        "target": target if rows else "",
        "register_url": with_next(reverse("accounts:register"), target),
        "join_url": with_next(reverse("accounts:join"), target),
    }
    return render(request, "accounts/start.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Register a company. A number that is here already leads to asking to join."""
    form, taken = RegisterForm(request.POST or None), ""
    if request.method == "POST":
        if not _spend(request, REGISTER):
            return too_many(request)
        if form.is_valid():
            about = dict(form.cleaned_data)
            number = about.pop("business_no")
            try:
                company = companies.register(actor=person(request), business_no=number, about=about)
            except Registered as refused:
                refuse(form, refused)
                taken = number
            except PeopleError as refused:
                refuse(form, refused)
            else:
                messages.success(request, _("회사를 등록했습니다."))
                own_page = reverse("accounts:company", args=[company.public_id])
                return redirect(where_to(request) or own_page)
    return _page(request, "accounts/register.html", form, taken)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Ask to join the company of a number. The answer never names the company."""
    number = {"business_no": request.GET.get("number", "")[:20]}
    form = JoinForm(request.POST or None, initial=number)
    if request.method == "POST":
        if not _spend(request, JOIN):
            return too_many(request)
        if form.is_valid():
            try:
                joining.ask(actor=person(request), **form.cleaned_data)
            except PeopleError as refused:
                refuse(form, refused)
            else:
                messages.success(
                    request, _("참여를 요청했습니다. 회사의 관리자가 답하면 메일로 알려 드립니다.")
                )
                return redirect(with_next(reverse("accounts:start"), where_to(request)))
    return _page(request, "accounts/join.html", form)


@require_POST
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take back a request of one's own."""
    user = person(request)
    asked = user.join_requests.select_related("company").filter(public_id=public_id).first()
    if asked is None:
        raise Http404
    try:
        joining.withdraw(request=asked, actor=user)
    except PeopleError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("참여 요청을 취소했습니다."))
    return redirect(reverse("accounts:start"))


def with_next(path: str, target: str) -> str:
    return f"{path}?{urlencode({'next': target})}" if target else path


def _page(
    request: HttpRequest, template: str, form: RegisterForm | JoinForm, taken: str = ""
) -> HttpResponse:
    target = where_to(request)
    query = {"number": taken, **({"next": target} if target else {})}
    context = {
        "form": form,
        "target": target,
        "back": with_next(reverse("accounts:start"), target),
        "join_url": f"{reverse('accounts:join')}?{urlencode(query)}" if taken else "",
    }
    return render(request, template, context)


def _spend(request: HttpRequest, limit: Limit) -> bool:
    """Count one try of the person and of the address they come from."""
    return limit.spend_by(person(request).pk) and limit.spend(request)
