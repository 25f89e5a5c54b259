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
from accounts.forms import ProfileForm
from accounts.models import User
from accounts.services import change_profile
from accounts.views.request import person


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, telephone and language; mails and pages come in that language from then on."""
    user = person(request)
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
    context = {
        "form": form,
        "second_factor": selectors.has_second_factor(user),
        "companies": selectors.belongings(user),
        "posts": selectors.every_post_of(user),
    }
    return render(request, "accounts/profile.html", context)
