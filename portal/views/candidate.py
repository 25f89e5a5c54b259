"""The candidate's own page: opened by a link from their mail, name and birth date.

The address with the token is used once, to enter; after that the browser session knows the
link, and only while the link lives. Pages speak the candidate's language until they choose.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.disclosure import with_changes
from applications.errors import Invalid
from applications.forms.fields import DayField
from applications.models import CandidateLink
from applications.services import candidates
from applications.wording import candidate_pairs
from files.errors import FilesError
from letters.errors import LetterError
from portal import following
from portal.views.case import letter_file

SESSION_KEY = "candidate_link"
# Not "no-referrer": a browser then sends `Origin: null` with the form, which the check against
# forged requests refuses. To other sites this tells just as little.
REFERRER_POLICY = "same-origin"


class EnterForm(forms.Form):
    """Name and birth date. Whatever is wrong with them, the answer is the same sentence."""

    name = forms.CharField(
        label=gettext_lazy("여권의 영문 이름"),
        max_length=200,
        help_text=gettext_lazy("성과 이름을 여권에 적힌 대로 모두 적어 주세요."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    birth_date = forms.CharField(
        label=gettext_lazy("생년월일"),
        max_length=20,
        help_text=gettext_lazy("연-월-일. 예: 1994-05-17"),
        widget=forms.DateInput(),
    )

    def confirm(self, link: CandidateLink) -> bool:
        """Whether the person knows both; if not, the sentence is on the form."""
        try:
            if self.is_valid():
                born = DayField().clean(self.cleaned_data["birth_date"])
                name = self.cleaned_data["name"]
                candidates.confirm(link=link, name=name, birth_date=born)
                return True
        except (forms.ValidationError, Invalid):
            pass
        self.errors.clear()
        self.add_error(
            None, _("이름이나 생년월일이 신청서와 다릅니다. 여권에 적힌 대로 입력해 주세요.")
        )
        return False


def _speak(request: HttpRequest, link: CandidateLink) -> None:
    """The candidate's language, unless this browser has chosen one."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(link.application.candidate.language or "en")
        request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]


@never_cache
@sensitive_post_parameters("name", "birth_date")
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Ask who it is. A link that is not live looks like one that never was."""
    link = candidates.find_link(token)
    if link is None:
        return _gone(request)
    _speak(request, link)
    form = EnterForm(request.POST or None)
    if request.method == "POST":
        if form.confirm(link):
            request.session.cycle_key()
            request.session[SESSION_KEY] = link.pk
            return _private(redirect("candidate-case"))
        if candidates.find_link(token) is None:
            return _gone(request)
    return _private(
        render(
            request,
            "portal/candidate_enter.html",
            {"form": form, "company": link.application.company},
        )
    )


def _link_of(request: HttpRequest) -> CandidateLink | None:
    kept = request.session.get(SESSION_KEY)
    return candidates.link_still_open(kept) if isinstance(kept, int) else None


@never_cache
@require_safe
@login_not_required
def candidate_case(request: HttpRequest) -> HttpResponse:
    """Where the candidate's case stands, what is stored about them, and their letter."""
    link = _link_of(request)
    if link is None:
        return _gone(request)
    _speak(request, link)
    case = link.application
    prefetch_related_objects([case], with_changes())
    news = following.letter_of(case)
    stage, tone = following.stage_of(case, news)
    context: dict[str, Any] = {
        "case": case,
        "manifest": case.manifest,
        "stage": stage,
        "tone": tone,
        "timeline": following.timeline(case, for_company=False),
        "plain": following.in_plain_words(case, news),
        "steps": (steps := following.steps(case)),
        "step": next((n for n, one in enumerate(steps, 1) if one["state"] == "now"), None),
        "open": case.closed_at is None,
        "mine": candidate_pairs(case.candidate, by_link=True),
        "news": news,
        "until": link.expires_at,
    }
    return _private(render(request, "portal/candidate.html", context))


@never_cache
@require_safe
@login_not_required
def candidate_letter(request: HttpRequest) -> HttpResponse:
    """The letter's signed PDF for the person it is about."""
    link = _link_of(request)
    if link is None:
        return _gone(request)
    _speak(request, link)
    news = following.letter_of(link.application)
    if news is None or not news.downloadable:
        raise Http404
    try:
        return _private(letter_file(request, news.letter))
    except (FilesError, LetterError) as error:
        messages.error(request, str(error))
        return _private(redirect("candidate-case"))


@require_POST
@login_not_required
def leave(request: HttpRequest) -> HttpResponse:
    """Forget the link in this browser; the mail's address opens it again."""
    request.session.pop(SESSION_KEY, None)
    messages.success(request, _("닫았습니다. 메일의 주소로 다시 열 수 있습니다."))
    return redirect("home")


def _gone(request: HttpRequest) -> HttpResponse:
    return _private(render(request, "portal/candidate_gone.html", status=404))


def _private(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = REFERRER_POLICY
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
