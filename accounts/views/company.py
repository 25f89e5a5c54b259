"""A company's own page: who acts for it, what it says about itself."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import selectors
from accounts.errors import NotAllowed, PeopleError
from accounts.forms import CompanyForm, InviteForm
from accounts.models import CompanyRole, User
from accounts.selectors import Belonging
from accounts.services import companies, invitations, joining
from accounts.throttle import INVITE, too_many
from accounts.views.request import person, refuse


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def company(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Members, who waits to become one, and the company's data. `do` names what an owner does."""
    mine = _own(request, public_id)
    do = request.POST.get("do", "")
    if request.method != "POST":
        return _page(request, mine, InviteForm())
    if do == "invite":
        return _invite(request, mine)
    if do not in STEPS:
        return _page(request, mine, InviteForm(), status=400)
    step, done = STEPS[do]
    try:
        step(request, mine)
    except PeopleError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, done())
    return _back(mine)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """An owner corrects the company's data."""
    mine = _own(request, public_id, owner=True)
    form = CompanyForm(request.POST or None, instance=mine.company)
    if request.method == "POST" and form.is_valid():
        try:
            companies.change(company=mine.company, actor=person(request), about=form.cleaned_data)
        except PeopleError as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("회사 정보를 저장했습니다."))
            return _back(mine)
    # The form has written into its instance: the heading shows what is stored.
    stored = _own(request, public_id, owner=True).company if form.errors else mine.company
    return render(request, "accounts/company_edit.html", {"form": form, "company": stored})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What leaving means, then leaving."""
    mine = _own(request, public_id)
    why_not = companies.cannot_leave(mine.company, mine.membership)
    if request.POST.get("do") == "leave":
        try:
            companies.leave(company=mine.company, actor=person(request))
        except PeopleError as refused:
            why_not = refused.sentence
        else:
            messages.success(
                request, _("%(company)s에서 나왔습니다.") % {"company": mine.company.name_ko}
            )
            return redirect(reverse("accounts:start"))
    context = {"company": mine.company, "why_not": why_not}
    return render(request, "accounts/company_leave.html", context)


# --- what an owner does on the page -----------------------------------------------------------
def _invite(request: HttpRequest, mine: Belonging) -> HttpResponse:
    form = InviteForm(request.POST)
    if form.is_valid():
        if not INVITE.spend_by(person(request).pk):
            return too_many(request)
        try:
            invitations.to_company(
                company=mine.company,
                actor=person(request),
                email=form.cleaned_data["email"],
                role=CompanyRole(form.cleaned_data["role"]),
            )
        except NotAllowed as refused:  # whoever owns nothing here is not shown the form
            messages.error(request, refused.sentence)
            return _back(mine)
        except PeopleError as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("초대 메일을 보냈습니다: %(email)s") % form.cleaned_data)
            return _back(mine)
    return _page(request, mine, form)


def _approve(request: HttpRequest, mine: Belonging) -> None:
    asked = get_object_or_404(mine.company.join_requests, public_id=_id(request, "request"))
    joining.approve(request=asked, actor=person(request))


def _decline(request: HttpRequest, mine: Belonging) -> None:
    asked = get_object_or_404(mine.company.join_requests, public_id=_id(request, "request"))
    joining.decline(request=asked, actor=person(request))


def _withdraw(request: HttpRequest, mine: Belonging) -> None:
    found = get_object_or_404(mine.company.invitations, public_id=_id(request, "invitation"))
    invitations.withdraw(invitation=found, actor=person(request))


def _set_role(request: HttpRequest, mine: Belonging) -> None:
    role = request.POST.get("role", "")
    if role not in CompanyRole.values:
        raise Http404
    companies.set_role(
        company=mine.company,
        actor=person(request),
        person=_member(request, mine),
        role=CompanyRole(role),
    )


def _remove(request: HttpRequest, mine: Belonging) -> None:
    companies.remove(company=mine.company, actor=person(request), person=_member(request, mine))


STEPS: dict[str, tuple[Callable[[HttpRequest, Belonging], None], Callable[[], str]]] = {
    "approve": (_approve, lambda: _("참여 요청을 승인했습니다.")),
    "decline": (_decline, lambda: _("참여 요청을 거절했습니다.")),
    "withdraw": (_withdraw, lambda: _("초대를 취소했습니다.")),
    "role": (_set_role, lambda: _("역할을 바꾸었습니다.")),
    "remove": (_remove, lambda: _("구성원에서 제외했습니다.")),
}


def _page(
    request: HttpRequest, mine: Belonging, form: InviteForm, status: int = 200
) -> HttpResponse:
    context = {
        "mine": mine,
        "company": mine.company,
        "members": selectors.members(mine.company),
        "roles": CompanyRole.choices,
        "pending": selectors.pending_for(mine.company) if mine.is_owner else [],
        "invitations": selectors.invitations_of(mine.company) if mine.is_owner else [],
        "form": form,
    }
    return render(request, "accounts/company.html", context, status=status)


def _own(request: HttpRequest, public_id: UUID, *, owner: bool = False) -> Belonging:
    """The person's own company, as its owner if that is needed. Raises Http404."""
    mine = selectors.belonging(person(request), public_id)
    if mine is None or (owner and not mine.is_owner):
        raise Http404
    return mine


def _member(request: HttpRequest, mine: Belonging) -> User:
    return get_object_or_404(
        User, public_id=_id(request, "person"), company_memberships__company=mine.company
    )


def _id(request: HttpRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise Http404 from None


def _back(mine: Belonging) -> HttpResponse:
    return redirect(reverse("accounts:company", args=[mine.company.public_id]))
