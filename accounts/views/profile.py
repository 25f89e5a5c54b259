"""My account: what I say about myself, and the way to everything else of mine."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import selectors
from accounts.adapter import remember_in
from accounts.forms import ContactForm, ProfileForm
from accounts.models import StaffMembership, User
from accounts.services import change_profile
from accounts.services.offices import change_contact
from accounts.views.request import person


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, telephone and language; mails and pages come in that language from then on. Who works
    for an office also says where they are reached there."""
    user = person(request)
    posts = selectors.every_post_of(user)
    contacts = _contacts(request, posts)
    if request.method == "POST" and request.POST.get("do") == "contact":
        return _contact(request, user, posts, contacts)
    # A fresh row: a form that is refused leaves what was typed in its instance, and the header
    # shows the name of request.user.
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        change_profile(user=user, **form.cleaned_data)
        with translation.override(user.language):
            messages.success(request, _("내 정보를 저장했습니다."))
        answer = redirect(reverse("accounts:profile"))
        remember_in(answer, user.language)
        return answer
    return _page(request, user, form, posts, contacts)


def _contacts(request: HttpRequest, posts: list[StaffMembership]) -> dict[str, ContactForm]:
    """One form an office, whatever one's roles there; bound to what was posted for that office."""
    sent = request.POST.get("office", "") if request.POST.get("do") == "contact" else ""
    forms: dict[str, ContactForm] = {}
    for post in posts:
        code = post.office.code
        if code not in forms:
            data = request.POST if sent == code else None
            forms[code] = ContactForm(data, instance=post, prefix=code)
    return forms


def _contact(
    request: HttpRequest,
    user: User,
    posts: list[StaffMembership],
    contacts: dict[str, ContactForm],
) -> HttpResponse:
    form = contacts.get(request.POST.get("office", ""))
    if form is None:
        return redirect("accounts:profile")
    if not form.is_valid():
        return _page(request, user, ProfileForm(instance=user), posts, contacts, status=400)
    change_contact(office=form.instance.office, actor=user, **form.cleaned_data)
    messages.success(request, _("안내문에 들어갈 담당자 정보를 저장했습니다."))
    return redirect("accounts:profile")


def _page(
    request: HttpRequest,
    user: User,
    form: ProfileForm,
    posts: list[StaffMembership],
    contacts: dict[str, ContactForm],
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "second_factor": selectors.has_second_factor(user),
        "companies": selectors.belongings(user),
        "posts": posts,
        "contacts": contacts.values(),
    }
    return render(request, "accounts/profile.html", context, status=status)
